//! The commands that tell about benchmarks: their answers, their JSON, their exit codes.

use crate::support::nodeproof;
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
    assert_eq!(list.as_array().map(Vec::len), Some(11));
    let newest = json!({
        "id": "cis-1.12",
        "title": "CIS Kubernetes Benchmark 1.12 (Kubernetes 1.32 to 1.34)",
        "kubernetes": ["1.32", "1.33", "1.34"],
        "targets": ["master", "etcd", "controlplane", "node", "policies"],
        "automated": 65,
        "manual": 66,
        "checks": 131,
    });
    assert_eq!(list[10], newest);
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
    assert_eq!(used_by.len(), 10);
    assert_eq!(used_by[0], json!({ "benchmark": "cis-1.5", "id": "4.1.9", "assessment": "automated" }));

    assert_eq!(read(&["explain", "4.1.9", "--version", "1.21", "--json"]), by_number);
    assert_eq!(read(&["explain", "kubelet-config-mode", "--benchmark", "cis-1.20", "--json"]), by_number);
    let rule = read(&["explain", "kubelet-config-mode", "--json"]);
    assert_eq!(rule["check"], Value::Null);
    assert_eq!(rule["used_by"].as_array().map(Vec::len), Some(11));
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
        "used by      cis-1.5  4.2.1   automated",
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
    assert!(list.contains("\n4.1.1   node          automated scored     "), "{list}");
}

#[test]
fn what_is_not_there_is_an_error_with_near_names() {
    let cases: [(&[&str], &str); 6] = [
        (&["explain", "4.2.99", "--benchmark", "cis-1.12"], "cis-1.12 has no check `4.2.99`; did you mean `4.2.9`"),
        (
            &["explain", "kubelet-anonymos-auth"],
            "no rule `kubelet-anonymos-auth`; did you mean `kubelet-anonymous-auth`?",
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
fn an_answer_can_go_to_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("list.json");
    let (code, out, _) = run(&["benchmarks", "--json", "--outputfile", file.to_str().expect("a name")]);
    assert_eq!((code, out.as_str()), (0, ""));
    let written: Value = serde_json::from_str(&std::fs::read_to_string(&file).expect("a file")).expect("JSON");
    assert_eq!(written[0]["id"], "cis-1.5");
}
