//! The program in kubesec's place: its reports, its exit codes and its command line. testdata/kubesec/README.md says what is
//! recorded there.

use crate::support::{called_as, repository, text_of};
use assert_cmd::Command;
use serde_json::Value;
use std::fs;
use tempfile::TempDir;

/// Recorded cases with another result here on purpose: kubesec does not read what follows such a separator, or prints nothing
/// but the error. The right results are in `documents_that_kubesec_loses_are_scanned`.
const RIGHT_INSTEAD: [&str; 4] =
    ["multi-second-broken", "multi-separator-comment", "multi-separator-content", "multi-separator-trailing-space"];

/// The program under the name `kubesec`, in the folder of the recorded manifests.
struct Kubesec {
    folder: TempDir,
}

impl Kubesec {
    fn new() -> Self {
        let (folder, _) = called_as("kubesec");
        Self { folder }
    }

    fn command(&self) -> Command {
        let mut command = Command::new(self.folder.path().join("kubesec"));
        command.env_clear().env("PATH", "/nowhere").current_dir(repository("testdata/kubesec/manifests"));
        command
    }

    /// Exit code, standard output and standard error.
    fn run(&self, args: &[&str]) -> (i32, String, String) {
        outcome(self.command().args(args))
    }
}

fn outcome(command: &mut Command) -> (i32, String, String) {
    let output = command.output().expect("it runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (output.status.code().expect("an exit code"), text(output.stdout), text(output.stderr))
}

/// Points and selector of each rule, by id.
fn rules() -> Vec<Vec<String>> {
    let text = text_of(&repository("testdata/kubesec/rules.tsv"));
    text.lines().map(|line| line.split('\t').map(str::to_owned).collect()).collect()
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

/// A report in the form of the recorded ones. Checks the parts that are the same in every report.
fn recorded_form(report: &Value, rules: &[Vec<String>]) -> Value {
    assert_eq!(keys(report), ["object", "valid", "fileName", "message", "score", "scoring"]);
    assert_ne!(report["message"], "");
    let mut form = report.clone();
    let fields = form.as_object_mut().expect("a report");
    fields.remove("message");
    let scoring = fields.remove("scoring").expect("the lists");
    for (list, entries) in scoring.as_object().expect("lists") {
        let mut ids = Vec::new();
        for entry in entries.as_array().expect("a list") {
            assert_eq!(keys(entry), ["id", "selector", "reason", "points"]);
            let rule = rules.iter().find(|rule| entry["id"] == rule[0]).expect("a rule");
            assert_eq!((&entry["points"].to_string(), entry["selector"].as_str()), (&rule[1], Some(rule[4].as_str())));
            ids.push(entry["id"].clone());
        }
        assert!(!ids.is_empty());
        fields.insert(list.clone(), Value::Array(ids));
    }
    form
}

fn recorded_forms(stdout: &str) -> Vec<Value> {
    let reports: Value = serde_json::from_str(stdout).unwrap_or_else(|e| panic!("{e}: {stdout}"));
    let rules = rules();
    reports.as_array().expect("reports").iter().map(|report| recorded_form(report, &rules)).collect()
}

#[test]
fn recorded_results_are_the_same() {
    let kubesec = Kubesec::new();
    let cases: Vec<Value> = serde_json::from_str(&text_of(&repository("testdata/kubesec/cases.json"))).expect("cases");
    let mut count = 0;
    for case in &cases {
        let name = case["name"].as_str().expect("a name");
        if RIGHT_INSTEAD.contains(&name) {
            continue;
        }
        let args = case["args"].as_array().expect("arguments").iter().map(|arg| arg.as_str().expect("an argument"));
        let mut command = kubesec.command();
        command.args(args);
        if let Some(stdin) = case["stdin"].as_str() {
            command.write_stdin(fs::read(repository("testdata/kubesec/manifests").join(stdin)).expect("a manifest"));
        }
        let (code, stdout, stderr) = outcome(&mut command);
        assert_eq!(
            (i64::from(code), stderr.as_str()),
            (case["exit"].as_i64().expect("a code"), ""),
            "{name}\n{stdout}"
        );
        match case["reports"].as_array() {
            Some(expected) => assert_eq!(&recorded_forms(&stdout), expected, "{name}\n{stdout}"),
            None => {
                assert_eq!(stdout.lines().count(), 1, "{name}: {stdout}");
                assert!(stdout.starts_with(char::is_uppercase), "{name}: {stdout}");
            }
        }
        count += 1;
    }
    assert_eq!((count, cases.len()), (117, 121), "cases");
}

/// The ids of the documents with their scores.
fn scores(stdout: &str) -> Vec<(String, i64)> {
    let reports: Value = serde_json::from_str(stdout).unwrap_or_else(|e| panic!("{e}: {stdout}"));
    let score = |report: &Value| {
        (report["object"].as_str().expect("an object").to_owned(), report["score"].as_i64().expect("a score"))
    };
    reports.as_array().expect("reports").iter().map(score).collect()
}

/// kubesec scans the first document only, and its exit code is 0; of a broken second one it prints the error alone.
#[test]
fn documents_that_kubesec_loses_are_scanned() {
    let kubesec = Kubesec::new();
    let good = ("Pod/billing.default".to_owned(), 19);
    let danger = ("Pod/danger.default".to_owned(), -30);
    let no_rules = ("Namespace/x.default".to_owned(), 0);
    for (file, second) in [
        ("multi-separator-comment.yaml", &danger),
        ("multi-separator-trailing-space.yaml", &danger),
        ("multi-separator-content.yaml", &no_rules),
    ] {
        let (code, stdout, stderr) = kubesec.run(&["scan", file]);
        assert_eq!((code, scores(&stdout), stderr.as_str()), (2, vec![good.clone(), second.clone()], ""), "{file}");
    }
    let (code, stdout, stderr) = kubesec.run(&["scan", "multi-second-broken.yaml"]);
    assert_eq!((code, scores(&stdout)), (1, vec![good, ("Unknown".to_owned(), 0)]));
    let expected = "Invalid document in multi-second-broken.yaml: line 33, column 6: syntax error: unclosed `[`\n";
    assert_eq!(stderr, expected);
}

#[test]
fn documents_of_any_line_end_are_scanned() {
    let kubesec = Kubesec::new();
    let text = text_of(&repository("testdata/kubesec/manifests/multi-two.yaml"));
    let expected = outcome(kubesec.command().args(["scan", "-"]).write_stdin(text.as_bytes()));
    assert_eq!((expected.0, scores(&expected.1).len()), (2, 2));
    let utf16: Vec<u8> = format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    for bytes in [text.replace('\n', "\r\n").into_bytes(), utf16] {
        let changed = outcome(kubesec.command().args(["scan", "/dev/stdin"]).write_stdin(bytes));
        assert_eq!(changed, expected);
    }
}

#[test]
fn the_output_goes_to_a_file_too() {
    let kubesec = Kubesec::new();
    let file = kubesec.folder.path().join("report.json");
    let path = file.to_str().expect("a path");
    let (code, stdout, stderr) = kubesec.run(&["scan", "pod-bare.yaml", "--absolute-path", "--output", path]);
    assert_eq!((code, stderr.as_str()), (2, ""));
    assert_eq!(format!("{}\n", text_of(&file)), stdout);
    let name = repository("testdata/kubesec/manifests/pod-bare.yaml");
    assert!(stdout.contains(&format!("\"fileName\": \"{}\"", name.display())), "{stdout}");
    // The exit code is that of the scan.
    let (code, again, stderr) = kubesec.run(&["scan", "pod-bare.yaml", "--absolute-path", "-o", "/nowhere/at/all"]);
    assert_eq!((code, again), (2, stdout));
    assert!(stderr.contains("/nowhere/at/all"), "{stderr}");
}

#[test]
fn the_rules_are_those_of_kubesec() {
    let (code, stdout, _) = Kubesec::new().run(&["print-rules"]);
    let printed: Value = serde_json::from_str(&stdout).expect("JSON");
    let row = |rule: &Value| {
        let kinds: Vec<&str> = rule["kinds"].as_array().expect("kinds").iter().filter_map(Value::as_str).collect();
        let text = |key: &str| rule[key].as_str().expect("a text").to_owned();
        vec![text("id"), rule["points"].to_string(), rule["advise"].to_string(), kinds.join(","), text("selector")]
    };
    let printed: Vec<Vec<String>> = printed.as_array().expect("rules").iter().map(row).collect();
    assert_eq!((code, printed), (0, rules()));
}

#[test]
fn variables_of_kubesec_have_no_effect() {
    let kubesec = Kubesec::new();
    let plain = kubesec.run(&["scan", "pod-bare.yaml"]);
    let mut command = kubesec.command();
    command.env("K8S_SCHEMA_VER", "1.20.0").env("SCHEMA_LOCATION", "/nowhere").env("NODEPROOF_FORMAT", "nonsense");
    assert_eq!(outcome(command.args(["scan", "pod-bare.yaml"])), plain);
}

/// Inputs that would take much memory or time, or that no parser accepts. None of them ends the program otherwise than by an
/// exit code of its own.
#[test]
fn hostile_inputs_are_refused_or_scanned() {
    let kubesec = Kubesec::new();
    let mut aliases = "a: &a [x,x,x,x,x,x,x,x,x]\n".to_owned();
    for c in b'b'..b'k' {
        let (this, last) = (char::from(c), char::from(c - 1));
        aliases += &format!("{this}: &{this} [{}]\n", vec![format!("*{last}"); 9].join(","));
    }
    let pod = "apiVersion: v1\nkind: Pod\nspec: {containers: []}\n";
    let cases: [(Vec<u8>, i32); 9] = [
        (aliases.into_bytes(), 1),
        ("[".repeat(1_000_000).into_bytes(), 1),
        ("{\"a\":".repeat(100_000).into_bytes(), 1),
        ("- ".repeat(100_000).into_bytes(), 1),
        ((0..=u8::MAX).collect(), 1),
        (b"\xff\xfea".to_vec(), 1),
        (format!("{pod}---\n\u{0}\n").into_bytes(), 1),
        (format!("{pod}metadata: {{name: \"\\x1b[2J\\u2028\"}}\n").into_bytes(), 2),
        ("%YAML 9.9\n---\n".repeat(1_000).into_bytes(), 1),
    ];
    for (index, (input, expected)) in cases.into_iter().enumerate() {
        let (code, stdout, stderr) = outcome(kubesec.command().args(["scan", "-"]).write_stdin(input));
        assert_eq!(code, expected, "{index}: {stdout:.300} {stderr:.300}");
        assert!(!stdout.contains(['\u{1b}', '\u{2028}']), "{index}");
    }
}
