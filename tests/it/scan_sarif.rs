//! SARIF of `nodeproof scan`: the files as a repository names them, and the lines of their fields.

use crate::scan::STACK;
use crate::support::nodeproof;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Rule, URI and region of each result of these rules, of a scan in `folder`.
fn scan(folder: &Path, args: &[&str], rules: &[&str]) -> Vec<String> {
    let output =
        nodeproof().current_dir(folder).arg("scan").args(args).args(["--format", "sarif"]).output().expect("it runs");
    let sarif: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&output.stderr)));
    let results = sarif["runs"][0]["results"].as_array().expect("results");
    let shown = |result: &Value| {
        let place = &result["locations"][0]["physicalLocation"];
        let number = |key: &str| place["region"][key].as_u64().expect("a number");
        format!(
            "{} {} {}:{}-{}:{}",
            result["ruleId"].as_str().expect("a rule"),
            place["artifactLocation"]["uri"].as_str().expect("a URI"),
            number("startLine"),
            number("startColumn"),
            number("endLine"),
            number("endColumn"),
        )
    };
    assert!(results.iter().all(|result| result.get("partialFingerprints").is_none()));
    results.iter().filter(|result| rules.iter().any(|rule| result["ruleId"] == *rule)).map(shown).collect()
}

/// A repository with the stack in a folder, and its real path.
fn stack() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().canonicalize().expect("a path");
    std::fs::create_dir(path.join("my shop")).expect("a folder");
    std::fs::write(path.join("my shop/stack.yaml"), STACK).expect("a file");
    (folder, path)
}

#[test]
fn fields_are_found_on_their_lines() {
    let (_folder, path) = stack();
    let rules = ["workload-privileged-container", "workload-read-only-root-filesystem"];
    let found = scan(&path, &["my shop"], &rules);
    // Set wrongly on line 14, for the second container through an anchor; missing in the containers of lines 10, 15, 34, 37.
    let expected = [
        "workload-privileged-container my%20shop/stack.yaml 14:7-14:8",
        "workload-privileged-container my%20shop/stack.yaml 14:7-14:8",
        "workload-read-only-root-filesystem my%20shop/stack.yaml 10:5-10:6",
        "workload-read-only-root-filesystem my%20shop/stack.yaml 15:5-15:6",
        "workload-read-only-root-filesystem my%20shop/stack.yaml 34:13-34:14",
        "workload-read-only-root-filesystem my%20shop/stack.yaml 37:13-37:14",
    ];
    assert_eq!(found, expected);
}

#[test]
fn files_are_named_relative_to_the_repository() {
    let (_folder, path) = stack();
    let file = path.join("my shop/stack.yaml");
    let absolute = file.to_str().expect("text");
    let inside = path.join("my shop");
    let uri = |folder: &Path, args: &[&str]| {
        let found = scan(folder, args, &["workload-privileged-container"]);
        found[0].split(' ').nth(1).expect("a URI").to_owned()
    };
    assert_eq!(uri(&path, &[absolute]), "my%20shop/stack.yaml");
    assert_eq!(uri(&inside, &["stack.yaml"]), "stack.yaml");
    assert_eq!(uri(&inside, &["stack.yaml", "--base-dir", ".."]), "my%20shop/stack.yaml");
    let base = path.to_str().expect("text");
    assert_eq!(uri(Path::new("/"), &[absolute, "--base-dir", base]), "my%20shop/stack.yaml");
    // Outside the repository it is still relative.
    let outside = uri(Path::new("/"), &[absolute, "--base-dir", "/proc"]);
    assert!(outside.ends_with("my%20shop/stack.yaml") && !outside.starts_with('/'), "{outside}");
}

#[test]
fn a_scan_without_failures_has_one_empty_run() {
    let (_folder, path) = stack();
    let args = ["my shop", "-c", "1.2.1", "--skip", "1.2.1", "--format", "sarif"];
    let output = nodeproof().current_dir(&path).arg("scan").args(args).output().expect("it runs");
    let sarif: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(sarif["runs"].as_array().map(Vec::len), Some(1));
    assert_eq!(sarif["runs"][0]["results"], serde_json::json!([]));
    assert_eq!(sarif["runs"][0]["automationDetails"]["id"], "nodeproof/scan/");
}

#[test]
fn a_converted_scan_equals_the_direct_one_wherever_it_is_converted() {
    let (_folder, path) = stack();
    let at = |name: &str| path.join(name).to_str().expect("text").to_owned();
    for format in ["sarif", "gitlab", "markdown", "ocsf", "oscal", "ndjson"] {
        let formats = [format!("--format=report={}", at("report")), format!("--format={format}={}", at("direct"))];
        let output = nodeproof()
            .current_dir(&path)
            .args(["scan", &at("my shop"), "--base-dir", "my shop"])
            .args(formats)
            .output()
            .expect("it runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let output = nodeproof()
            .current_dir("/")
            .args(["convert", &at("report"), "--format", format])
            .output()
            .expect("it runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let direct = std::fs::read(path.join("direct")).expect("a report");
        assert_eq!(String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&direct), "{format}");
    }
}
