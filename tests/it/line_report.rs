//! The format `line`: every byte of a short one, and how a long one is shortened.

use crate::canned::{CannedSection, canned, check, document, render, report, sealed};
use nodeproof::internals::model::Status;
use nodeproof::internals::report::{CheckResult, LineFormat, MAX_LINE, ReportV1};
use serde_json::{Value, json};

#[test]
fn a_line_has_the_status_of_each_check_and_nothing_about_it() {
    let expected = concat!(
        r#"{"schema_version":1,"report_id":"6f1c2f0e-0b7c-4a39-9d3e-2f8d1c0a5b11","time":"2026-05-04T03:02:02.000Z","#,
        r#""tool_version":"0.2.0","node":"node-1","version":"1.20","benchmark":"cis-1.20","#,
        r#""totals":{"fail":2,"undetermined":1,"manual":1,"pass":1,"waived":0,"skipped":1,"not-applicable":0},"#,
        r#""checks":[{"id":"1.1.1","status":"pass"},{"id":"1.1.2","status":"fail"},{"id":"4.1.1","status":"manual"},"#,
        r#"{"id":"4.1.2","status":"undetermined"},{"id":"4.1.9","status":"skipped"},{"id":"4.1.10","status":"fail"}]}"#,
        "\n"
    );
    assert_eq!(render(&report(), &LineFormat), expected);
}

#[test]
fn what_is_unknown_is_omitted() {
    let mut unknown = canned();
    unknown.subject.name = None;
    unknown.subject.kubernetes = None;
    let line = render(&sealed(unknown), &LineFormat);
    assert!(line.contains(r#""tool_version":"0.2.0","benchmark":"cis-1.20","#), "{line}");
}

fn with_checks(checks: Vec<CheckResult>) -> ReportV1 {
    document(vec![CannedSection { id: "1", target: "master", group: "1.1", checks }])
}

fn line_of(document: ReportV1) -> Value {
    let line = render(&sealed(document), &LineFormat);
    assert!(line.len() <= MAX_LINE, "{} bytes", line.len());
    assert_eq!(line.find('\n'), Some(line.len() - 1));
    serde_json::from_str(&line).expect("JSON")
}

fn listed<'l>(line: &'l Value, status: &str) -> Vec<&'l str> {
    let checks = line["checks"].as_array().expect("checks").iter();
    checks.filter(|check| check["status"] == status).map(|check| check["id"].as_str().expect("an id")).collect()
}

#[test]
fn the_worst_of_thousands_of_checks_are_listed() {
    assert_eq!(MAX_LINE, 16_384);
    // Every tenth fails, every tenth is undetermined, the others pass.
    let status = |number: usize| match number % 10 {
        3 => Status::Fail,
        7 => Status::Undetermined,
        _ => Status::Pass,
    };
    let checks = (0..3000).map(|number| check(&format!("1.1.{number}"), status(number), None)).collect();
    let line = line_of(with_checks(checks));
    assert_eq!((&line["totals"]["fail"], &line["totals"]["pass"]), (&json!(300), &json!(2400)));
    let failed: Vec<String> = (0..300).map(|tens| format!("1.1.{tens}3").replace("1.1.03", "1.1.3")).collect();
    assert_eq!(listed(&line, "fail"), failed);
    // 300 entries such as `{"id":"1.1.1003","status":"fail"},` have 9,990 bytes at most, which leaves room for some of the others.
    let undetermined = listed(&line, "undetermined");
    assert!((100..300).contains(&undetermined.len()), "{}", undetermined.len());
    assert_eq!((undetermined[0], undetermined[1]), ("1.1.7", "1.1.17"));
    assert_eq!(listed(&line, "pass"), [""; 0]);
    let left_out = 3000 - 300 - undetermined.len();
    assert_eq!(line["shortened"], json!({"checks_left_out": left_out, "texts_cut": 0}));
    assert_eq!(line["checks"][0], json!({"id": "1.1.3", "status": "fail"}));
    assert_eq!(line["checks"][1], json!({"id": "1.1.7", "status": "undetermined"}));
}

#[test]
fn long_names_are_cut() {
    let mut long = with_checks(vec![
        check(&"1".repeat(100_000), Status::Pass, None),
        check(&"ä".repeat(128), Status::Pass, None),
        check(&"ä".repeat(129), Status::Fail, None),
    ]);
    long.subject.name = Some("\"".repeat(100_000));
    long.benchmark.id = "\\".repeat(257);
    let line = line_of(long);
    let cut = |letter: &str, times: usize| format!("{}…", letter.repeat(times));
    // The sign of three bytes leaves 253 of 256.
    assert_eq!(line["node"], cut("\"", 253));
    assert_eq!(line["benchmark"], cut("\\", 253));
    let ids: Vec<&str> =
        line["checks"].as_array().expect("checks").iter().filter_map(|check| check["id"].as_str()).collect();
    assert_eq!(ids, [cut("1", 253), "ä".repeat(128), cut("ä", 126)]);
    assert_eq!(line["shortened"], json!({"checks_left_out": 0, "texts_cut": 4}));
}

#[test]
fn the_longest_texts_leave_room_for_checks() {
    let worst = "\u{1}".repeat(1000);
    let mut long = with_checks((0..100).map(|_| check(&worst, Status::Fail, None)).collect());
    long.subject.name = Some(worst.clone());
    long.subject.kubernetes.as_mut().expect("a version").version.clone_from(&worst);
    for text in [&mut long.report_id, &mut long.time.end, &mut long.tool.version, &mut long.benchmark.id] {
        text.clone_from(&worst);
    }
    let line = line_of(long);
    let listed = listed(&line, "fail").len();
    assert!(listed > 0);
    // Each of the others is a text of the header.
    assert_eq!(line["shortened"], json!({"checks_left_out": 100 - listed, "texts_cut": 6 + listed}));
}
