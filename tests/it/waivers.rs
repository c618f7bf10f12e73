//! Waivers from the command line.

use crate::support::nodeproof;
use serde_json::Value;

const FILE: &str = "testdata/waivers/workloads.yaml";
const SCAN: [&str; 6] = ["scan", "examples/workloads", "--kind", "manifest", "--check", "1.1.1"];

fn run(arguments: &[&str], code: i32) -> (String, String) {
    let mut command = nodeproof();
    let run = command.current_dir(env!("CARGO_MANIFEST_DIR")).args(arguments).assert().code(code);
    let output = run.get_output();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

fn scan(more: &[&str], code: i32) -> (String, String) {
    run(&[&SCAN[..], more].concat(), code)
}

#[test]
fn a_waived_check_is_counted_apart_and_fails_no_pipeline() {
    scan(&["--exit-code", "9"], 9);
    let (text, _) = scan(&["--exit-code", "9", "--fail-on", "low", "--waivers", FILE], 0);
    assert!(text.contains("waived permanently: The registry keeps each tag as it is (W-1)"), "{text}");
    assert!(text.contains("0 failed, 0 need attention, 0 passed, 1 waived"), "{text}");
    assert!(text.contains("expired and not applied, waiver: W-2 (2020-02-29)"), "{text}");
    scan(&["--exit-code", "9", "--waivers", FILE, "--ignore-waivers"], 9);
}

#[test]
fn a_saved_report_can_be_waived() {
    let (report, _) = scan(&["--format", "report"], 0);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("report.json");
    std::fs::write(&path, report).expect("a file");
    let path = path.to_str().expect("a path");
    let (report, _) = run(&["convert", path, "--format", "report", "--waivers", FILE], 0);
    let report: Value = serde_json::from_str(&report).expect("JSON");
    assert_eq!(report["checks"][0]["status"], "waived");
    assert_eq!(report["checks"][0]["waiver"]["former_status"], "fail");
    assert_eq!(report["waivers_sha256"].as_str().map(str::len), Some(64));
}

#[test]
fn strict_waivers_end_with_3() {
    let (text, error) = scan(&["--waivers", FILE, "--strict-waivers"], 3);
    assert!(text.contains("1 waived"), "the report is written: {text}");
    assert!(error.contains("(--strict-waivers): expired: W-2"), "{error}");
}

#[test]
fn lint_validates_waivers() {
    run(&["lint", FILE], 0);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("w.yaml");
    std::fs::write(&path, "waivers:\n- id: 1.10\n  rule: x\n  reason: r\n  owner: o\n  expires: 2027-01-01\n")
        .expect("a file");
    let path = path.to_str().expect("a path");
    let (text, _) = run(&["lint", path], 3);
    assert!(text.contains(":2:7: error: write it in quotes: \"1.10\""), "{text}");
    let (_, error) = scan(&["--waivers", path], 3);
    assert!(error.contains(":2:7: write it in quotes"), "{error}");
}
