//! `nodeproof diff`, as a user runs it.

use crate::support::nodeproof;
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
