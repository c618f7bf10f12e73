//! The commands that tell about benchmarks: their answers, their JSON, their exit codes.

use crate::support::{nodeproof, repository};
use clap::{CommandFactory as _, Parser as _};
use nodeproof::internals::cli::Cli;
use serde_json::{Value, json};

/// Exit code, stdout, stderr.
fn run(arguments: &[&str]) -> (i32, String, String) {
    let output = nodeproof().args(arguments).output().expect("it runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (output.status.code().expect("a code"), text(output.stdout), text(output.stderr))
}

fn read(arguments: &[&str]) -> Value {
    let (code, out, err) = run(arguments);
    assert_eq!((code, err.as_str()), (0, ""), "{arguments:?}");
    serde_json::from_str(&out).expect("JSON")
}

#[test]
fn benchmarks_are_listed_with_their_versions_and_counts() {
    let list = read(&["benchmarks", "--json"]);
    let facts = std::fs::read_dir(repository("testdata/facts")).expect("a folder").count();
    // That of workloads is nobody else's.
    assert_eq!(list.as_array().map(Vec::len), Some(facts + 1));
    let newest = json!({
        "id": "cis-2.0",
        "title": "CIS Kubernetes Benchmark 2.0 (Kubernetes 1.34 and 1.35)",
        "kubernetes": ["1.34", "1.35"],
        "platforms": [],
        "targets": ["master", "etcd", "controlplane", "node", "policies"],
        "automated": 65,
        "manual": 66,
        "not_applicable": 0,
        "checks": 131,
    });
    assert!(list.as_array().expect("a list").contains(&newest));
    let (code, table, _) = run(&["benchmarks"]);
    assert_eq!(code, 0);
    let row = table.lines().find(|l| l.contains("| cis-1.7 ")).expect("a row");
    for cell in ["| 1.25 ", "|        61 |", "|     70 |", "|    131 |"] {
        assert!(row.contains(cell), "{cell}: {row}");
    }
}

#[test]
fn a_check_is_explained_by_its_number_and_by_its_rule() {
    let by_number = read(&["explain", "4.1.9", "--benchmark", "cis-1.20", "--json"]);
    assert_eq!(by_number["rule"], "kubelet-config-mode");
    let check = json!({
        "benchmark": "cis-1.20", "id": "4.1.9", "target": "node", "assessment": "automated", "scored": true,
        "parameters": { "mode": "644" },
    });
    assert_eq!(by_number["check"], check);
    let tests = json!([{
        "within": [], "reads": "permissions and owner of kubelet.config", "expects": "permissions are 644 or stricter",
        "when_missing": "not applicable",
    }]);
    assert_eq!(by_number["tests"], tests);
    let used_by = by_number["used_by"].as_array().expect("a list");
    assert!(used_by.contains(&json!({ "benchmark": "cis-1.5", "id": "4.1.9", "assessment": "automated" })));
    assert!(used_by.contains(&json!({ "benchmark": "k3s-cis-1.12", "id": "4.1.9", "assessment": "automated" })));

    assert_eq!(read(&["explain", "4.1.9", "--version", "1.21", "--json"]), by_number);
    assert_eq!(read(&["explain", "kubelet-config-mode", "--benchmark", "cis-1.20", "--json"]), by_number);
    let rule = read(&["explain", "kubelet-config-mode", "--json"]);
    assert_eq!(rule["check"], Value::Null);
    assert_eq!(rule["used_by"].as_array().map(Vec::len), Some(used_by.len() + 1));
}

#[test]
fn an_explanation_says_all_that_the_rule_says() {
    let (code, text, _) = run(&["explain", "4.2.1", "--benchmark", "cis-1.12"]);
    assert_eq!(code, 0);
    let starts = [
        "4.2.1        Disable anonymous requests to the kubelet (authentication.anonymous.enabled)",
        "rule         kubelet-anonymous-auth",
        "benchmark    cis-1.12, target node",
        "assessment   automated, scored: a failure is FAIL",
        "severity     critical",
        "reads        flag --anonymous-auth, authentication.anonymous.enabled in its configuration file of kubelet",
        "expects      is false",
        "rationale    ",
        "impact       ",
        "remediation  ",
        "used by      4.2.1   automated       ack-1.0, cis-1.5, ",
        "             3.2.1   automated       aks-1.7, aks-1.8, eks-1.0.1, ",
    ];
    for start in starts {
        assert!(text.lines().any(|line| line.starts_with(start)), "{start}\n{text}");
    }
    let (_, manual, _) = run(&["explain", "5.1.1", "--benchmark", "cis-1.12"]);
    assert!(manual.contains("\nreview       1. List the bindings of cluster-admin:"), "{manual}");
    assert!(manual.contains("\nassessment   manual, not scored: a failure is WARN"), "{manual}");
}

#[test]
fn a_benchmark_in_the_dialect_of_kube_bench_is_told_about_as_well() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("own-1.0")).expect("a folder");
    let text = "controls:\nversion: own-1.0\nid: 4\ntext: t\ntype: node\ngroups:\n- id: 4.1\n  text: g\n  checks:\n  \
                - id: 4.1.1\n    text: The flag is off\n    audit: ps -ef\n    tests:\n      test_items:\n      \
                - flag: --anonymous-auth\n        compare: { op: eq, value: false }\n    remediation: r\n    scored: true\n";
    std::fs::write(folder.path().join("own-1.0/node.yaml"), text).expect("a file");
    let place = folder.path().to_str().expect("a name");
    let told = read(&["explain", "4.1.1", "--benchmark", "own-1.0", "-D", place, "--json"]);
    let tests = json!([{ "within": [], "reads": "the output of: ps -ef", "expects": "--anonymous-auth eq false" }]);
    assert_eq!(told["tests"], tests);
    let (code, list, err) = run(&["profile", "own-1.0", "-D", place]);
    assert_eq!(code, 0, "{err}");
    assert!(list.contains("\n4.1.1  node  automated  scored "), "{list}");
}

#[test]
fn what_is_not_there_is_an_error_with_near_names() {
    let cases: [(&[&str], &str); 6] = [
        (&["explain", "4.2.99", "--benchmark", "cis-1.12"], "cis-1.12 has no check `4.2.99`; did you mean `4.2.9`"),
        (
            &["explain", "kubelet-anonymos-auth"],
            "no rule is named `kubelet-anonymos-auth` or has these words; did you mean `kubelet-anonymous-auth`?",
        ),
        (
            &["explain", "apiserver-basic-auth-file-unset", "--benchmark", "cis-1.12"],
            "cis-1.12 has no check of the rule",
        ),
        (&["profile", "cis-112"], "there is no benchmark `cis-112`; did you mean `cis-1.12`"),
        (&["explain", "4.2.1", "--benchmark", "cis-1.2"], "there is no benchmark `cis-1.2`; did you mean"),
        (&["man", "profil"], "there is no command `profil`; did you mean `profile`?"),
    ];
    for (arguments, message) in cases {
        let (code, out, err) = run(arguments);
        assert_eq!((code, out.as_str()), (2, ""), "{arguments:?}");
        assert!(err.contains(message), "{arguments:?}: {err}");
    }
}

#[test]
fn rules_are_found_by_a_flag_and_by_words() {
    let found = |arguments: &[&str]| -> Vec<String> {
        let list = read(&[&["explain", "--json"], arguments].concat());
        list.as_array().expect("a list").iter().map(|rule| rule["rule"].as_str().expect("a rule").to_owned()).collect()
    };
    let anonymous = ["apiserver-anonymous-auth", "kubelet-anonymous-auth"];
    for words in
        [&["--anonymous-auth"][..], &["--", "--anonymous-auth"], &["--anonymous-auth=false"], &["anonymous-auth"]]
    {
        let rules = found(words);
        assert!(anonymous.iter().all(|rule| rules.iter().any(|found| found == rule)), "{words:?}: {rules:?}");
    }
    // A flag is a whole word: --audit-log-max is none.
    assert_eq!(found(&["--profiling"]).len(), 3);
    assert!(found(&["--audit-log-max"]).len() >= 3, "as words");
    // Each word, in the title or the rationale, in any case.
    let both = found(&["KUBELET certificate"]);
    assert!(both.iter().any(|rule| rule == "kubelet-client-certificate-set" || rule.contains("rotat")), "{both:?}");
    let (code, text, _) = run(&["explain", "--anonymous-auth", "--benchmark", "cis-1.12"]);
    assert_eq!(code, 0);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines[0],
        "1.2.1  apiserver-anonymous-auth  Disable anonymous requests to the API server (--anonymous-auth)"
    );
    assert!(lines[1].starts_with("4.2.1  kubelet-anonymous-auth    "), "{text}");
    // One rule is explained.
    assert_eq!(read(&["explain", "--seccomp-default", "--json"])["rule"], "kubelet-seccomp-default");
    for nothing in ["-x", "no-such-thing", "--no-such-flag", "--", "-", ""] {
        let (code, out, err) = run(&["explain", "--", nothing]);
        assert_eq!((code, out.as_str()), (2, ""), "{nothing:?}: {err}");
    }
}

#[test]
fn a_profile_is_named_by_its_id_or_by_a_version() {
    let by_id = run(&["profile", "cis-1.10"]);
    assert!(by_id.1.starts_with("cis-1.10: "), "{}", by_id.1);
    let ways: [&[&str]; 5] = [
        &["profile", "1.28"],
        &["profile", "v1.28.3"],
        &["profile", "--version", "1.28"],
        &["--version", "1.28", "profile"],
        &["profile", "--benchmark", "cis-1.10"],
    ];
    for way in ways {
        assert_eq!(run(way), by_id, "{way:?}");
    }
    let newer = run(&["profile", "9.9"]);
    assert!(
        newer.0 == 0 && newer.2.starts_with("note: no benchmark covers Kubernetes 9.9; using cis-2.0"),
        "{}",
        newer.2
    );
    let wrong: [(&[&str], &str); 4] = [
        (&["profile"], "no benchmark is named"),
        (&["profile", "cis-1.10", "--version", "1.28"], "give one of them"),
        (&["profile", "cis-1.10", "1.28"], "unexpected argument '1.28'"),
        (&["profile", "1.x"], "1.x"),
    ];
    for (arguments, message) in wrong {
        let (code, out, err) = run(arguments);
        assert_eq!((code, out.as_str()), (2, ""), "{arguments:?}: {err}");
        assert!(err.contains(message), "{arguments:?}: {err}");
    }
    let output = nodeproof().env("NODEPROOF_VERSION", "1.21").args(["profile", "cis-1.10"]).output().expect("it runs");
    assert_eq!(String::from_utf8_lossy(&output.stdout), by_id.1);
}

#[test]
fn columns_of_a_profile_are_aligned() {
    let (_, list, _) = run(&["profile", "cis-1.20"]);
    let mut columns: Vec<Option<usize>> = list.lines().skip(1).map(|line| line.find("mode=")).collect();
    columns.retain(Option::is_some);
    assert!(columns.len() > 10 && columns.windows(2).all(|pair| pair[0] == pair[1]), "{list}");
}

#[test]
fn shells_and_man_are_served_from_the_same_declaration() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let (code, script, _) = run(&["completions", shell]);
        assert_eq!(code, 0, "{shell}");
        for word in ["benchmarks", "explain", "config-dir"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
    let (code, page, _) = run(&["man"]);
    assert_eq!(code, 0);
    assert!(page.contains(".TH nodeproof 1") && page.contains("nodeproof\\-explain(1)"), "{page}");
    let (code, page, _) = run(&["man", "explain"]);
    assert_eq!(code, 0);
    assert!(page.contains(".TH nodeproof-explain 1") && page.contains("CHECK"), "{page}");
}

#[test]
fn each_manual_page_has_its_exit_status_environment_and_examples() {
    let program = Cli::command();
    let names = program.get_subcommands().map(clap::Command::get_name);
    for name in names.map(Some).chain([None]) {
        let (code, page, _) = run(&[&["man"][..], name.as_slice()].concat());
        assert_eq!(code, 0, "{name:?}");
        let (_, status) = page.split_once(".SH \"EXIT STATUS\"\n").unwrap_or_else(|| panic!("{name:?}: {page}"));
        let (status, environment) = status.split_once(".SH ENVIRONMENT\n").expect("the environment");
        let (environment, examples) = environment.split_once(".SH EXAMPLES\n").expect("examples");
        assert!(status.starts_with(".TP\n\\fB0\\fR\ndone\n"), "{status}");
        assert!(environment.contains("\\fBNODEPROOF_COLOR\\fR\nThe option \\-\\-color.\n"), "{environment}");
        assert_eq!(
            environment.contains("NODEPROOF_FORMAT"),
            [
                None,
                Some("run"),
                Some("cluster"),
                Some("scan"),
                Some("who-can"),
                Some("convert"),
                Some("diff"),
                Some("merge"),
                Some("judge")
            ]
            .contains(&name)
        );
        let lines = examples.lines().filter_map(|line| line.strip_prefix("\\fB")?.strip_suffix("\\fR"));
        let lines: Vec<String> = lines.map(|line| line.replace("\\-", "-")).collect();
        assert!(lines.iter().any(|line| line.contains(name.unwrap_or_default())), "{name:?}: {lines:?}");
        for line in lines {
            Cli::try_parse_from(line.split(' ')).unwrap_or_else(|e| panic!("{line}\n{e}"));
        }
    }
}

#[test]
fn what_stands_below_the_flags_in_the_help_fits_eighty_columns() {
    for (name, mark) in [("nodeproof", "Exit codes:"), ("kube-bench", "When called as")] {
        let folder = tempfile::tempdir().expect("a folder");
        let link = folder.path().join(name);
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_nodeproof"), &link).expect("a link");
        let output = std::process::Command::new(link).arg("--help").env_clear().output().expect("it runs");
        let help = String::from_utf8(output.stdout).expect("text");
        let (_, end) = help.split_once(mark).unwrap_or_else(|| panic!("{help}"));
        assert!(end.lines().all(|line| line.chars().count() <= 80), "{end}");
        // No line is broken but at the end of a sentence or where the next one fills it.
        assert!(end.lines().all(|line| line.is_empty() || line.len() > 20 || line.starts_with("  ")), "{end}");
    }
}

#[test]
fn an_answer_can_go_to_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("list.json");
    let (code, out, _) = run(&["benchmarks", "--json", "--outputfile", file.to_str().expect("a name")]);
    assert_eq!((code, out.as_str()), (0, ""));
    let written: Value = serde_json::from_str(&std::fs::read_to_string(&file).expect("a file")).expect("JSON");
    assert_eq!(written[0]["id"], "ack-1.0");
}
