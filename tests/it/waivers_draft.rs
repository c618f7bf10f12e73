//! `nodeproof waivers draft` and `--baseline`: a start from a state that is bad.

use crate::support::{nodeproof, repository};
use serde_json::Value;
use std::fs;
use std::path::Path;

fn run(arguments: &[&str]) -> (i32, String, String) {
    let output = nodeproof().current_dir(repository("")).args(arguments).output().expect("the program runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().expect("an exit code"), text(&output.stdout), text(&output.stderr))
}

fn save(arguments: &[&str], file: &Path) -> String {
    let format = format!("--format=report={}", file.display());
    let (code, _, err) = run(&[arguments, &[&format]].concat());
    assert_eq!(code, 0, "{err}");
    file.display().to_string()
}

/// Each check with its status.
fn statuses(report: &str) -> Vec<(String, String)> {
    let report: Value = serde_json::from_str(report).expect("JSON");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    report["checks"].as_array().expect("checks").iter().map(|c| (text(&c["id"]), text(&c["status"]))).collect()
}

#[test]
fn a_draft_is_refused_until_it_is_filled_in_and_then_waives_what_fails() {
    let folder = tempfile::tempdir().expect("a folder");
    let cases: [&[&str]; 4] = [
        &["--host", "examples/hosts/worker.yaml", "--benchmark", "cis-1.12"],
        &["--host", "example", "--benchmark", "cis-1.20"],
        &["cluster", "--cluster", "examples/clusters/shop"],
        &["scan", "examples/workloads"],
    ];
    for (number, arguments) in cases.into_iter().enumerate() {
        let report = save(arguments, &folder.path().join(format!("{number}.json")));
        let file = folder.path().join(format!("{number}.yaml")).display().to_string();
        let (code, _, err) = run(&["waivers", "draft", &report, "--outputfile", &file]);
        assert_eq!(code, 0, "{err}");
        let waived = ["convert", &report, "--format", "report", "--waivers", &file];
        let (code, _, err) = run(&waived);
        assert!(
            code == 3 && err.contains("`reason` is empty") && err.contains("`owner` is empty"),
            "{arguments:?}: {err}"
        );
        let draft = fs::read_to_string(&file).expect("a draft");
        let filled = draft.replace("reason: \"\"", "reason: known").replace("owner: \"\"", "owner: ops");
        fs::write(&file, filled).expect("a file");
        let (code, out, err) = run(&waived);
        assert_eq!(code, 0, "{arguments:?}: {err}");
        let before = statuses(&fs::read_to_string(&report).expect("a report"));
        assert!(before.iter().any(|(_, status)| status == "fail"), "{arguments:?}");
        for ((id, old), (_, new)) in before.iter().zip(statuses(&out)) {
            let expected = if old == "fail" { "waived" } else { old };
            assert_eq!(new, expected, "{arguments:?} {id}\n{draft}");
        }
        let (code, _, err) = run(&["convert", &report, "--waivers", &file, "--strict-waivers"]);
        assert_eq!(code, 0, "each waiver has an effect: {err}");
    }
}

#[test]
fn a_draft_of_a_node_is_for_this_node_and_for_what_fails_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let arguments = ["--host", "examples/hosts/worker.yaml", "--benchmark", "cis-1.12", "--check", "4.2.1"];
    let report = save(&arguments, &folder.path().join("a.json"));
    let (_, draft, _) = run(&["waivers", "draft", &report]);
    for line in [
        "    rule: \"kubelet-anonymous-auth\"\n",
        "    nodes: { names: [\"worker\"] }\n",
        "    subjects: [\"kubelet\"]\n",
    ] {
        assert!(draft.contains(line), "{draft}");
    }
    assert_eq!(draft.matches("- id:").count(), 1);
    let hardened = ["--host", "examples/hosts/hardened-worker.yaml", "--benchmark", "cis-1.12", "--check", "4.2.1"];
    let (_, draft, _) = run(&["waivers", "draft", &save(&hardened, &folder.path().join("b.json"))]);
    assert!(draft.ends_with("waivers: []\n"), "{draft}");
}

#[test]
fn only_what_is_worse_than_the_baseline_counts() {
    let folder = tempfile::tempdir().expect("a folder");
    let of =
        |host: &str| ["--host".to_owned(), format!("examples/hosts/{host}.yaml"), "--benchmark=cis-1.12".to_owned()];
    let save_of = |host: &str| {
        let arguments = of(host);
        save(&arguments.each_ref().map(String::as_str), &folder.path().join(format!("{host}.json")))
    };
    let (worker, hardened) = (save_of("worker"), save_of("hardened-worker"));
    let audit = |host: &str, baseline: &str, more: &[&str]| {
        let arguments = of(host);
        run(&[&arguments.each_ref().map(String::as_str)[..], &["--baseline", baseline], more].concat())
    };
    // Nothing is worse than before: everything is shown, and nothing counts.
    let (code, out, _) = audit("worker", &worker, &["--fail-on", "low", "--exit-code", "9"]);
    assert!(code == 0 && out.contains("[FAIL] 4.2.1") && out.contains("nothing is worse"), "{code} {out}");
    assert_eq!(run(&["convert", &worker, "--exit-code", "9"]).0, 9);
    assert_eq!(run(&["convert", &worker, "--exit-code", "9", "--baseline", &worker]).0, 0);
    assert_eq!(run(&["convert", &worker, "--exit-code", "9", "--baseline", &hardened]).0, 9);
    let (code, out, err) = audit("worker", &hardened, &["--fail-on", "critical"]);
    assert!(code == 6 && err.contains("4.2.1") && out.contains("worse: "), "{code} {err}");
    // Of one check that was left out of the baseline nothing is worse.
    let (code, _, err) = audit("worker", &folder.path().join("none.json").display().to_string(), &[]);
    assert!(code == 1 && err.contains("none.json"), "{code} {err}");
    let scan = save(&["scan", "examples/workloads"], &folder.path().join("scan.json"));
    let (code, _, err) = audit("worker", &scan, &[]);
    assert!(code == 3 && err.contains("--baseline: the reports are of different kinds"), "{code} {err}");
}
