//! `nodeproof diff`, as a user runs it.

use crate::canned::sealed;
use crate::hostile_reports::{HOSTILE, of};
use crate::other_formats::{OCSF, verify};
use crate::sarif_report::validate;
use crate::support::nodeproof;
use nodeproof::internals::model::Status;
use nodeproof::internals::report::{
    Diff, PairDiff, ReportV1, SubjectKind, diff_json, diff_markdown, diff_ocsf, diff_sarif, diff_text,
};
use serde_json::Value;
use std::fs;
use std::path::Path;

/// Saves the report of a described host of `examples/hosts`.
fn save(host: &str, file: &Path) {
    let host = format!("{}/examples/hosts/{host}.yaml", env!("CARGO_MANIFEST_DIR"));
    let format = format!("--format=report={}", file.display());
    nodeproof().args(["--host", &host, "--benchmark", "cis-1.12", &format]).assert().code(0);
}

/// Exit code, stdout and stderr.
fn diff(arguments: &[&str]) -> (i32, String, String) {
    let output = nodeproof().arg("diff").args(arguments).output().expect("the program runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().expect("an exit code"), text(&output.stdout), text(&output.stderr))
}

#[test]
fn what_broke_is_said_and_can_fail() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    save("hardened-worker", &folder.path().join("old.json"));
    save("worker", &folder.path().join("new.json"));
    let (old, new) = (path("old.json"), path("new.json"));
    // The drop-in of this host enables anonymous requests.
    let (code, out, _) = diff(&[&old, &new]);
    assert!(code == 0 && out.contains("== Broken (") && out.contains("50-debug.conf"), "{code}: {out}");
    assert_eq!(diff(&[&old, &new, "--fail-on-broken"]).0, 6);
    assert_eq!(diff(&[&new, &old, "--fail-on-broken"]).0, 0);
    let (code, out, _) = diff(&[&new, &new, "--json", "--fail-on-broken"]);
    let answer: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((code, &answer["pairs"][0]["changes"]), (0, &serde_json::json!([])));
}

#[test]
fn a_bad_report_is_refused_and_in_a_directory_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    for name in ["old", "new"] {
        fs::create_dir(folder.path().join(name)).expect("a folder");
        save("worker", &folder.path().join(name).join("worker.json"));
    }
    save("worker", &folder.path().join("new/again.json"));
    let good = fs::read_to_string(folder.path().join("new/worker.json")).expect("a report");
    let cases = [
        (good[..good.len() / 2].to_owned(), "ends too early"),
        (good.replacen("\"schema_version\":1", "\"schema_version\":9", 1), "schema version 9"),
        ("{\"Results\":[]}".to_owned(), "`schema_version` is missing"),
    ];
    for (text, words) in cases {
        fs::write(folder.path().join("new/bad.json"), text).expect("a file");
        let (code, out, err) = diff(&[&path("old/worker.json"), &path("new/bad.json")]);
        assert!(code == 3 && out.is_empty() && err.contains(words), "{code}: {err}");
        let (code, out, err) = diff(&[&path("old"), &path("new")]);
        assert!(code == 5 && err.contains("bad.json") && err.contains(words), "{code}: {err}");
        assert!(out.contains("no changes") && out.contains("the newer one is compared"), "{out}");
    }
}

/// What changes from a report in which everything passes to one with each status.
fn hostile(kind: SubjectKind) -> Diff {
    let new = of(HOSTILE, kind);
    let mut old: ReportV1 = new.clone();
    for check in &mut old.checks {
        (check.status, check.waiver) = (Status::Pass, None);
        check.findings.iter_mut().for_each(|finding| finding.status = Status::Pass);
    }
    old.checks[3].status = Status::Fail;
    old.checks[3].findings.iter_mut().for_each(|finding| finding.status = Status::Fail);
    old.benchmark.id = "another".to_owned();
    let pair = PairDiff::of(&sealed(old), &sealed(new)).expect("reports of one kind");
    let texts = || vec![HOSTILE.to_owned()];
    Diff {
        schema_version: 1,
        pairs: vec![pair],
        only_old: texts(),
        only_new: texts(),
        unreadable: texts(),
        notices: texts(),
    }
}

#[test]
fn hostile_texts_are_harmless_in_every_format() {
    for kind in [SubjectKind::Node, SubjectKind::Cluster, SubjectKind::Manifests, SubjectKind::Fleet] {
        let diff = hostile(kind);
        assert!(diff.pairs[0].changes.len() > 3);
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        let sarif = text(diff_sarif(&diff, true).expect("SARIF"));
        let ocsf = text(diff_ocsf(&diff).expect("OCSF"));
        let json = text(diff_json(&diff).expect("JSON"));
        for (name, text) in [
            ("text", diff_text(&diff)),
            ("markdown", diff_markdown(&diff)),
            ("sarif", sarif.clone()),
            ("ocsf", ocsf.clone()),
            ("json", json),
        ] {
            let bad = |letter: char| {
                letter.is_control() && !matches!(letter, '\n' | '\r' | '\t')
                    || matches!(letter, '\u{2028}' | '\u{202e}')
            };
            assert_eq!(text.find(bad), None, "{name}");
        }
        validate(&serde_json::from_str(&sarif).expect("JSON"));
        assert_eq!(ocsf.lines().count(), diff.pairs[0].changes.len());
        ocsf.lines().for_each(|line| verify(OCSF, &serde_json::from_str(line).expect("JSON")));
        let markdown = diff_markdown(&diff);
        for bad in ["<script", "<img", "@root", "://", "]("] {
            assert!(!markdown.contains(bad), "{bad}: {markdown}");
        }
        for line in markdown.lines().filter(|line| line.starts_with("| ")) {
            assert_eq!(line.replace(r"\\", "").replace(r"\|", "").matches('|').count(), 5, "{line}");
        }
    }
}

#[test]
fn sarif_has_what_is_broken_and_ocsf_says_what_is_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    save("hardened-worker", &folder.path().join("old.json"));
    save("worker", &folder.path().join("new.json"));
    let (old, new) = (path("old.json"), path("new.json"));
    let sarif = |arguments: &[&str]| -> Value {
        let (code, out, err) = diff(&[arguments, &["--format", "sarif"]].concat());
        assert_eq!(code, 0, "{err}");
        let document = serde_json::from_str(&out).expect("JSON");
        validate(&document);
        document
    };
    let worse = sarif(&[&old, &new]);
    let results = worse["runs"][0]["results"].as_array().expect("results");
    assert!(results.iter().all(|result| result["kind"] == "fail" && result["baselineState"] == "new"), "{worse}");
    let anonymous = results.iter().find(|result| result["ruleId"] == "kubelet-anonymous-auth").expect("a result");
    // The alert is that of the report itself.
    let output = nodeproof().args(["convert", &new, "--format", "sarif"]).output().expect("it runs");
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let of_report = report["runs"][0]["results"].as_array().expect("results");
    let same = of_report.iter().find(|result| result["ruleId"] == "kubelet-anonymous-auth").expect("a result");
    assert_eq!(anonymous["fingerprints"], same["fingerprints"]);
    assert_eq!(sarif(&[&new, &old])["runs"][0]["results"].as_array().map(Vec::len), Some(0));
    assert!(sarif(&[&new, &old, "--sarif-all"])["runs"][0]["results"].as_array().is_some_and(|all| !all.is_empty()));
    let (code, out, _) = diff(&[&new, &old, "--format", "ocsf"]);
    assert_eq!(code, 0);
    let events: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    events.iter().for_each(|event| verify(OCSF, event));
    let closed =
        events.iter().filter(|event| event["activity_name"] == "Close" && event["type_uid"] == 200_303).count();
    assert!(
        closed > 0
            && events.iter().all(|event| event["activity_name"] != "Create" || event["compliance"]["status"] == "Pass")
    );
}
