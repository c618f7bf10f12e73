//! Whole files, as BuildKit reads them.

use super::*;
use crate::dockerfile::Setting;

fn file(text: &str) -> Dockerfile {
    with(text, &[])
}

fn with(text: &str, build_args: &[(&str, &str)]) -> Dockerfile {
    let build_args = build_args.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Dockerfile::parse(text, &build_args).unwrap_or_else(|e| panic!("line {}: {e}\n{text}", e.position.line))
}

fn error(text: &str) -> (usize, String) {
    let error = Dockerfile::parse(text, &BTreeMap::new()).expect_err("an error");
    (error.position.line, error.message)
}

/// The images of the build, each with what changes it.
fn images(file: &Dockerfile) -> Vec<String> {
    let text = |image: &Expanded| match &image.value {
        Ok(value) if image.build_args.is_empty() => value.clone(),
        Ok(value) => format!("{value} ({})", image.build_args.join(" ")),
        Err(unknown) => format!("? {unknown}"),
    };
    file.images().into_iter().map(|(_, image, _)| text(image)).collect()
}

fn user(text: &str) -> Option<String> {
    file(text).user().map(|user| user.value.shown().to_owned())
}

#[test]
fn a_stage_is_no_image() {
    let cases: [(&str, &[&str]); 10] = [
        ("FROM a AS x\nFROM x", &["a"]),
        ("FROM a AS x\nFROM b AS X\nFROM x", &["a", "b"]),
        ("from a as Builder\nFrom BUILDER", &["a"]),
        ("FROM --platform=$BUILDPLATFORM a AS x\nFROM --platform=linux/amd64 x", &["a"]),
        ("FROM x\nFROM a AS x", &["x", "a"]),
        ("FROM scratch", &[]),
        ("FROM a AS a\nFROM a", &["a"]),
        ("FROM a AS x\nCOPY --from=x /a /\nCOPY --from=b:1 /a /", &["a", "x", "b:1"]),
        ("FROM a AS x\nFROM c\nCOPY --from=X /a /\nCOPY --from=0 /a /\nCOPY --from=d /a /", &["a", "c", "d"]),
        (
            "FROM a AS x\nFROM c\nRUN --mount=type=bind,from=x,target=/x --mount=from=d:2,target=/d make",
            &["a", "c", "d:2"],
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(images(&file(text)), expected, "{text}");
    }
}

#[test]
fn arguments_before_from_are_resolved() {
    let no_default = "? ARG X has no default; give it with --build-arg X=VALUE";
    let cases = [
        ("ARG X=1\nFROM a:$X", "a:1 (X)"),
        ("ARG X=1\nFROM a:${X}", "a:1 (X)"),
        ("ARG X=\"1\"\nFROM a:${X}", "a:1 (X)"),
        ("ARG X\nFROM a:${X:-2}", "a:2 (X)"),
        ("ARG X=\nFROM a:${X:-2}", "a:2 (X)"),
        ("ARG X=1\nFROM a:${X:-2}", "a:1 (X)"),
        ("ARG X=\nFROM a:b${X-2}", "a:b (X)"),
        ("ARG X=1\nFROM a:1${X:+-slim}", "a:1-slim (X)"),
        ("ARG X\nFROM a:1${X:+-slim}", "a:1 (X)"),
        ("ARG X\nARG Y=2\nFROM a:${X:-${Y:-3}}", "a:2 (Y X)"),
        ("ARG X=1\nARG Y=a:$X\nFROM $Y", "a:1 (X Y)"),
        ("ARG X=1 Y=2\nFROM a:$X.$Y", "a:1.2 (X Y)"),
        ("ARG X\nFROM a:$X", no_default),
        ("ARG X\nFROM a:${X:?missing}", "? nothing in the file sets X"),
        ("FROM a:$X", "? nothing in the file sets X"),
        ("FROM a:$TARGETARCH", "? TARGETARCH depends on the platform of the build"),
        (
            "ARG X=1\nFROM a:${X%.*}",
            "? its quotes and variables are too deep, too long, or in a form that is not evaluated",
        ),
        (
            "ARG X=1\nFROM a:${X",
            "? its quotes and variables are too deep, too long, or in a form that is not evaluated",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(images(&file(text)), [expected], "{text}");
    }
    assert_eq!(images(&with("ARG X\nFROM a:$X", &[("X", "3")])), ["a:3"]);
    assert_eq!(images(&with("ARG X=1\nFROM a:$X", &[("X", "3")])), ["a:3"]);
    assert_eq!(images(&with("FROM a:$X", &[("X", "3")])), ["? nothing in the file sets X"]);
    // BuildKit has no variables in `COPY --from`.
    let form = "? its quotes and variables are too deep, too long, or in a form that is not evaluated";
    assert_eq!(images(&file("ARG X=b\nFROM a\nARG X\nCOPY --from=$X /x /x")), ["a", form]);
    // An argument in front of FROM can name a stage, and scratch.
    assert_eq!(images(&file("ARG X=y\nFROM a AS y\nFROM $X")), ["a"]);
    assert_eq!(images(&file("ARG X=scratch\nFROM $X")), [""; 0]);
}

#[test]
fn arguments_of_a_stage_are_declared_in_it() {
    let shown = |text: &str| {
        let file = file(text);
        let user = file.user().expect("a user").value.clone();
        match user.value {
            Ok(value) => format!("{value} ({})", user.build_args.join(" ")),
            Err(unknown) => format!("? {unknown}"),
        }
    };
    let of_base = "? nothing in the file sets X, and the base image may";
    for (text, expected) in [
        ("FROM a\nARG X=1\nUSER $X", "1 (X)"),
        ("ARG X=1\nFROM a\nARG X\nUSER ${X}", "1 (X)"),
        ("ARG X=1\nFROM a\nARG X=2\nUSER ${X}", "2 (X)"),
        ("ARG X=1\nFROM a\nUSER ${X}", of_base),
        ("FROM a\nARG X\nUSER ${X}", "? ARG X has no default; give it with --build-arg X=VALUE"),
        ("FROM a\nARG X\nUSER ${X:-5}", "5 (X)"),
        ("FROM a\nUSER ${X:-5}", of_base),
        ("FROM scratch\nUSER ${X:-5}", "5 ()"),
        ("FROM scratch\nUSER ${X}", "? nothing in the file sets X"),
        ("FROM a\nARG X=1\nENV X=2\nUSER $X", "2 ()"),
        (
            "FROM a\nENV X=2\nARG X=1\nUSER $X",
            "? ARG X follows ENV X: by the documentation ENV counts, with BuildKit ARG",
        ),
        ("FROM a\nENV X=2\nARG X=2\nUSER $X", "2 ()"),
        ("FROM a\nENV X=2\nARG X\nUSER $X", "2 ()"),
        ("FROM a\nUSER \"7", "? its quotes and variables are too deep, too long, or in a form that is not evaluated"),
        ("FROM a\nARG X=1\nENV Y=$X\nUSER $Y:$Y", "1:1 (X)"),
        ("FROM a\nENV X 7\nUSER \"$X\"", "7 ()"),
        ("FROM a AS b\nARG X=1\nENV Y=2\nFROM b\nUSER $X:$Y", "1:2 (X)"),
        ("FROM a AS b\nARG X=1\nFROM a\nUSER $X", of_base),
        ("FROM a\nARG TARGETARCH\nUSER $TARGETARCH", "? TARGETARCH depends on the platform of the build"),
        ("FROM a\nUSER '$X'", "$X ()"),
        ("FROM a\nUSER \\$X", "$X ()"),
    ] {
        assert_eq!(shown(text), expected, "{text}");
    }
}

#[test]
fn settings_are_inherited_along_the_stages() {
    assert_eq!(user("FROM a\nUSER x\nFROM b"), None);
    assert_eq!(user("FROM a AS x\nUSER one\nFROM b\nUSER two\nFROM x"), Some("one".to_owned()));
    assert_eq!(user("FROM a\nUSER root\nUSER 7:7"), Some("7:7".to_owned()));
    // A trigger counts in the stage that is built on this one, and not in the next.
    assert_eq!(user("FROM a AS x\nUSER 7\nONBUILD USER root\nFROM x"), Some("root".to_owned()));
    assert_eq!(user("FROM a AS x\nONBUILD USER root\nFROM x AS y\nUSER 7\nFROM y"), Some("7".to_owned()));
    let words = |command: Option<Setting<'_, Command>>| match command.map(|command| command.value.clone()) {
        Some(Command::Exec(words)) => words.join(" "),
        Some(Command::Shell(text)) => format!("sh: {}", text.text),
        None => String::new(),
    };
    for (text, entrypoint, command) in [
        ("FROM a\nENTRYPOINT [\"e\"]\nENTRYPOINT []\nCMD [\"c\"]", "", "c"),
        ("FROM a\nCMD [\"c\"] && d", "", "sh: [\"c\"] && d"),
        ("FROM a\nCMD [\"c\", \"d\"]", "", "c d"),
        ("FROM a\nCMD c d", "", "sh: c d"),
        ("FROM a\nCMD ['c']", "", "sh: ['c']"),
        ("FROM a\nENTRYPOINT [\"e\"]\nCMD [\"c\"]", "e", "c"),
        ("FROM a\nCMD [\"c\"]\nENTRYPOINT [\"e\"]", "e", "c"),
        ("FROM a AS x\nCMD [\"c\"]\nFROM x\nENTRYPOINT [\"e\"]", "e", ""),
        ("FROM a AS x\nENTRYPOINT [\"e\"]\nFROM x\nCMD [\"c\"]", "e", "c"),
        ("FROM a\nENTRYPOINT e\\\n f", "sh: e f", ""),
        ("FROM a\nCMD []", "", ""),
    ] {
        let file = file(text);
        let (e, c) = file.start();
        assert_eq!((words(e).as_str(), words(c).as_str()), (entrypoint, command), "{text}");
    }
}

#[test]
fn destinations_depend_on_the_working_directory() {
    for (text, expected) in [
        ("FROM a\nCOPY x /y", Some("/y")),
        ("FROM a\nCOPY x /y/", Some("/y/")),
        ("FROM a\nCOPY x z /y", Some("/y/")),
        ("FROM a\nCOPY x .", None),
        ("FROM scratch\nCOPY x .", Some("/")),
        ("FROM a\nWORKDIR /w\nCOPY x .", Some("/w/")),
        ("FROM a\nWORKDIR /w\nWORKDIR v/../u\nCOPY x y", Some("/w/u/y")),
        ("FROM a\nWORKDIR w\nCOPY x y", None),
        ("FROM a AS b\nWORKDIR /w\nFROM b\nCOPY x y", Some("/w/y")),
        ("FROM a\nENV D=/d\nCOPY x $D/y", Some("/d/y")),
        ("FROM a\nCOPY [\"x y\", \"/z w\"]", Some("/z w")),
        ("FROM a\nCOPY <<EOF /etc/x\nUSER root\nEOF\n", Some("/etc/x")),
        ("FROM a\nCOPY << EOF /etc/x\nUSER root\nEOF\n", Some("/etc/x")),
        ("FROM a\nCOPY <<a <<b /etc/x\na\nb\n", Some("/etc/x/")),
    ] {
        let file = file(text);
        let steps = file.last_steps();
        let Some(Action::Copy(copy)) = steps.last().map(|step| &step.action) else { panic!("{text}") };
        assert_eq!(copy.path.as_deref(), expected, "{text}");
    }
}

#[test]
fn unusual_forms_are_read() {
    // Each has the user 7 and nothing else that looks like one.
    for text in [
        "FROM a\nRUN <<EOF\nUSER root\nEOF\nUSER 7",
        "FROM a\nRUN cat <<EOF > /x\nUSER root\nEOF\nUSER 7",
        "FROM a\nRUN <<one cat && <<'two' cat\nUSER root\none\nUSER root\ntwo\nUSER 7",
        "FROM a\nRUN true && \\\n  cat <<-EOF\n\tUSER root\n\tEOF\nUSER 7",
        "FROM a\nRUN --mount=type=cache,target=/x <<\"the end\"\nUSER root\nthe end\nUSER 7",
        "FROM a\nRUN cat << EOF > /x\nUSER root\nEOF\nUSER 7",
        "FROM a\nCOPY << EOF /x\nUSER root\nEOF\nUSER 7",
        "FROM a\nCOPY <<a.txt <<b.txt /x/\nUSER root\na.txt\nUSER root\nb.txt\nUSER 7",
        "FROM a\nCOPY --chmod=0644 <<USER /x\nUSER root\nUSER\nUSER 7",
        "FROM a\nONBUILD RUN <<E\nUSER root\nE\nUSER 7",
        "FROM a\nONBUILD USER root\nUSER 7",
        "FROM a\nRUN x \\\n# USER root\n\n  # USER root\n  y\nUSER 7",
        "FROM a\nUSER \\\n7",
        "FROM a\nUS\\\nER 7",
        "# escape=`\nFROM a\nCOPY x C:\\\nUSER `\n7",
        "\u{feff}FROM a\r\nUSER 7\r\n",
        "from a\nuser 7",
        "# syntax=docker/dockerfile:1\n\n\nFROM a\n\tUSER 7",
        "ARG X\nARG Y\nFROM a\nUSER 7",
        "FROM a\nRUN [\"sh\", \"-c\", \"USER root <<EOF\"]\nUSER 7",
        "FROM a\nRUN echo \"\nUSER 7",
        "FROM a\nHEALTHCHECK --interval=5s CMD curl x\nUSER 7",
        "FROM a\nSHELL [\"pwsh\", \"-c\"]\nEXPOSE 80\nVOLUME /x\nSTOPSIGNAL 9\nMAINTAINER me\nLABEL a=b c=\"d e\"\nUSER 7",
        "FROM a\nUSER 7 \\",
    ] {
        assert_eq!(user(text).as_deref(), Some("7"), "{text}");
    }
    assert_eq!(images(&file("FROM a")), ["a"]);
}

#[test]
fn here_documents_keep_their_text_and_lines() {
    let file = file("FROM a\nRUN cat <<-A <<B\n\tone\n\tA\ntwo\nB\n");
    let steps = file.last_steps();
    let Action::Run(run) = &steps[0].action else { panic!("a RUN") };
    let texts: Vec<&str> = run.here_docs.iter().map(|document| document.content.text.as_str()).collect();
    assert_eq!(texts, ["one\n", "two\n"]);
    assert_eq!(run.here_docs[0].content.position(0), Position { line: 3, column: 2 });
    assert_eq!(run.here_docs[1].content.position(2), Position { line: 5, column: 3 });
}

#[test]
fn what_buildkit_refuses_is_refused_with_the_line() {
    for (text, line, message) in [
        ("", 1, "the file has no FROM, so it builds no image"),
        ("# comment\n", 1, "the file has no FROM, so it builds no image"),
        ("ARG X=1", 1, "the file has no FROM, so it builds no image"),
        ("RUN x\nFROM a", 1, "only ARG may be in front of the first FROM"),
        ("FROM a\n\nINSTALL x", 3, "unknown instruction `INSTALL`"),
        ("FROM a\nRUN x\n  y", 3, "unknown instruction `y`"),
        ("FROM", 1, "FROM takes an image, or an image, AS and a name"),
        ("FROM a b", 1, "FROM takes an image, or an image, AS and a name"),
        ("FROM a AS 1", 1, "`1` is no name for a stage"),
        ("ARG X=\nFROM $X", 2, "FROM takes an image, and its variables are empty"),
        ("FROM a\nUSER", 2, "the instruction needs an argument"),
        ("FROM a\nCOPY x", 2, "the instruction needs a source and a destination"),
        ("FROM a\nCOPY --from=0 /x /y", 2, "no earlier stage has the number 0"),
        ("FROM a\nENV X", 2, "`X` has no value"),
        ("FROM a\nENV X=1 Y", 2, "`Y` has no `=`"),
        ("FROM a\nONBUILD FROM b", 2, "ONBUILD needs an instruction other than FROM, MAINTAINER and ONBUILD"),
        ("FROM a\nONBUILD", 2, "ONBUILD needs an instruction other than FROM, MAINTAINER and ONBUILD"),
        ("FROM a AS b\nONBUILD X\nFROM b", 2, "unknown instruction `X`"),
        ("FROM a\nSHELL sh -c", 2, "SHELL takes its words in JSON form"),
        ("FROM a\nCMD [1]", 2, "the JSON form takes strings only"),
        ("FROM a\nRUN cat <<EOF it's\nEOF", 2, "a quote in a line with `<<` has no end"),
    ] {
        assert_eq!(error(text), (line, message.to_owned()), "{text}");
    }
}

#[test]
fn hostile_files_are_bounded() {
    let too_long = format!("FROM a\nRUN {}", "x".repeat(10 << 20));
    assert_eq!(error(&too_long).0, 2);
    assert_eq!(error(&"FROM a\n".repeat(100_000)).0, 501);
    assert_eq!(error(&"# a\n".repeat(1 << 20)).1, "the file is larger than 1024 KiB");
    assert_eq!(error(&format!("FROM a\n{}", "USER a\n".repeat(30_000))).0, 20_001);
    assert_eq!(error(&format!("FROM a\n{}", (0..3000).map(|n| format!("ENV A{n}=1\n")).collect::<String>())).0, 2002);
    let triggers = "ONBUILD USER a\n".repeat(10_000);
    assert_eq!(
        error(&format!("FROM a AS b\n{triggers}{}", "FROM b\n".repeat(5))).1,
        "the file has more than 20000 instructions"
    );
    // A chain of stages, and one that names itself.
    let chain: String = (1..500).map(|n| format!("FROM s{} AS s{n}\nENV A{n}=1\n", n - 1)).collect();
    assert_eq!(file(&format!("FROM a AS s0\n{chain}")).last_chain().len(), 500);
    assert_eq!(images(&file("FROM x AS x\nCOPY --from=x /a /a\nFROM x")), ["x", "x"]);
    // Values that double with each line.
    let double: String = (0..60).map(|_| "ENV A=$A$A\n").collect();
    assert!(file(&format!("FROM scratch\nENV A=ab\n{double}USER $A")).user().expect("a user").value.value.is_err());
    let deep = format!("FROM a\nARG X\nUSER {}1{}", "${X:-".repeat(10_000), "}".repeat(10_000));
    assert_eq!(file(&deep).user().expect("a user").value.value, Err(crate::dockerfile::Unknown::Form));
    let json = format!("FROM a\nCMD {}", "[".repeat(60_000));
    assert!(matches!(file(&json).start().1.expect("a command").value, Command::Shell(_)));
    for part in ["--a ", "$A", "'\"", "\\", "<<a ", "a=b ", "${X:-"] {
        for keyword in ["RUN", "ENV", "COPY", "USER", "ARG", "CMD"] {
            let line =
                format!("{keyword} {} \\\n", part.repeat(1000)) + &format!("{} \\\n", part.repeat(1000)).repeat(40);
            let _ = Dockerfile::parse(&format!("FROM a\n{line}"), &BTreeMap::new());
        }
    }
}
