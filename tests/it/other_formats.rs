//! What each format for other tools says about one canned report.

use crate::canned::{CannedSection, canned, check, document, finding, render, report, sealed};
use nodeproof::internals::model::{Severity, Status};
use nodeproof::internals::report::{
    CheckResult, CsvFormat, GitlabFormat, MarkdownFormat, MarkdownLimit, NdjsonFormat, OcsfFormat, OpenReportsFormat,
    OscalFormat, PrometheusFormat, ReportApi, ReportV1, SubjectKind, Waiver,
};
use serde_json::{Value, json};
use std::collections::HashSet;

pub(crate) const OCSF: &str = include_str!("../../testdata/formats/ocsf-1.8.0-compliance-finding.schema.json");
pub(crate) const OPENREPORTS: &str = include_str!("../../testdata/formats/openreports-v1alpha1.schema.json");

/// Compares a document with a schema.
pub(crate) fn verify(schema: &str, document: &Value) {
    let schema: Value = serde_json::from_str(schema).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let errors: Vec<String> = validator.iter_errors(document).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

fn one_section(checks: Vec<CheckResult>) -> ReportV1 {
    document(vec![CannedSection { id: "1", target: "master", group: "1.1", checks }])
}

/// A check that a waiver accepts.
fn waived() -> CheckResult {
    CheckResult {
        waiver: Some(Waiver {
            id: "W-1".to_owned(),
            reason: "shipped elsewhere".to_owned(),
            owner: "ops".to_owned(),
            expires: "2027-03-31".to_owned(),
            former_status: Status::Fail,
        }),
        rule_id: Some("waived-rule".to_owned()),
        severity: Some(Severity::High),
        ..check("1.1.3", Status::Waived, Some("it is 644"))
    }
}

/// The records of a CSV document, by RFC 4180.
pub(crate) fn records(csv: &str) -> Vec<Vec<String>> {
    let (mut records, mut record, mut field) = (Vec::new(), Vec::new(), String::new());
    let mut letters = csv.chars().peekable();
    let mut quoted = false;
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                field.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => record.push(std::mem::take(&mut field)),
            '\r' if !quoted => {
                assert_eq!(letters.next(), Some('\n'));
                record.push(std::mem::take(&mut field));
                records.push(std::mem::take(&mut record));
            }
            '\n' if !quoted => panic!("a bare line feed"),
            other => field.push(other),
        }
    }
    assert!(!quoted && record.is_empty() && field.is_empty(), "an open record");
    records
}

#[test]
fn csv_has_a_row_for_each_check() {
    let rows = records(&render(&report(), &CsvFormat));
    assert_eq!(rows.len(), 7);
    let column = |name: &str| rows[0].iter().position(|column| column == name).expect(name);
    let cell = |row: usize, name: &str| rows[row][column(name)].as_str();
    assert_eq!((cell(1, "check"), cell(1, "status"), cell(1, "name")), ("1.1.1", "pass", "node-1"));
    assert_eq!((cell(2, "title"), cell(2, "reason"), cell(2, "kind")), ("Größe 😀", "it is 644", "node"));
    assert_eq!(cell(1, "remediation"), "First this,\nthen that.");
    assert_eq!(cell(6, "time"), "2026-05-04T03:02:02.000Z");
}

#[test]
fn ndjson_has_a_line_for_each_check_with_its_node() {
    let text = render(&report(), &NdjsonFormat);
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines.len(), 6);
    for line in &lines {
        let about = (&line["node"], &line["time"], &line["benchmark"], &line["kind"]);
        assert_eq!(about, (&json!("node-1"), &json!("2026-05-04T03:02:02.000Z"), &json!("cis-1.20"), &json!("node")));
    }
    assert_eq!(lines[1]["check"]["status"], "fail");
    let mut scan = canned();
    scan.subject.kind = SubjectKind::Manifests;
    let text = render(&sealed(scan), &NdjsonFormat);
    let line: Value = serde_json::from_str(text.lines().next().expect("a line")).expect("JSON");
    assert_eq!((&line["node"], &line["name"]), (&Value::Null, &json!("node-1")));
}

#[test]
fn gitlab_lists_what_fails_with_unique_fingerprints() {
    let of = |severity, scored, files: &[&str]| CheckResult {
        severity: Some(severity),
        scored,
        rule_id: Some(format!("{severity}-{scored}")),
        findings: files.iter().map(|file| finding(file, Status::Fail)).collect(),
        ..check("1.1.1", Status::Fail, None)
    };
    let checks = vec![
        of(Severity::Critical, true, &["/etc/a", "/etc/b"]),
        of(Severity::High, true, &["/etc/a"]),
        of(Severity::Medium, true, &["kubelet (pid 7)"]),
        of(Severity::Low, true, &["/etc/a"]),
        of(Severity::Critical, false, &["/etc/a"]),
        waived(),
        check("1.1.9", Status::Pass, None),
    ];
    let text = render(&sealed(one_section(checks)), &GitlabFormat);
    let issues: Vec<Value> = serde_json::from_str(&text).expect("JSON");
    let shown: Vec<String> = issues
        .iter()
        .map(|issue| {
            let place = &issue["location"];
            format!(
                "{} {}:{}",
                issue["severity"].as_str().expect("text"),
                place["path"].as_str().expect("text"),
                place["lines"]["begin"]
            )
        })
        .collect();
    let expected = [
        "blocker node-1/etc/a:1",
        "blocker node-1/etc/b:1",
        "critical node-1/etc/a:1",
        "major node-1/kubelet:1",
        "minor node-1/etc/a:1",
        "info node-1/etc/a:1",
    ];
    assert_eq!(shown, expected);
    let prints: HashSet<&str> = issues.iter().map(|issue| issue["fingerprint"].as_str().expect("text")).collect();
    assert_eq!(prints.len(), 6);
    assert_eq!(issues[0]["description"], "Plain: /etc/a: mode: 600");
    assert_eq!(render(&sealed(document(Vec::new())), &GitlabFormat), "[]\n");
}

#[test]
fn metrics_count_and_name_what_fails() {
    let mut with_waiver = canned();
    with_waiver.checks[0] = CheckResult { target: "master".into(), section: "1.1".to_owned(), ..waived() };
    let text = render(&sealed(with_waiver), &PrometheusFormat);
    let expected = r#"# HELP nodeproof_build_info Version of nodeproof that made the report.
# TYPE nodeproof_build_info gauge
nodeproof_build_info{benchmark="cis-1.20",version="0.2.0"} 1
# HELP nodeproof_last_run_timestamp_seconds End of the audit, in seconds since 1970.
# TYPE nodeproof_last_run_timestamp_seconds gauge
nodeproof_last_run_timestamp_seconds{benchmark="cis-1.20"} 1777863722
# HELP nodeproof_checks Number of checks by target, severity and status.
# TYPE nodeproof_checks gauge
nodeproof_checks{benchmark="cis-1.20",target="master",severity="high",status="waived"} 1
nodeproof_checks{benchmark="cis-1.20",target="master",severity="unknown",status="fail"} 1
nodeproof_checks{benchmark="cis-1.20",target="node",severity="unknown",status="fail"} 1
nodeproof_checks{benchmark="cis-1.20",target="node",severity="unknown",status="manual"} 1
nodeproof_checks{benchmark="cis-1.20",target="node",severity="unknown",status="skipped"} 1
nodeproof_checks{benchmark="cis-1.20",target="node",severity="unknown",status="undetermined"} 1
# HELP nodeproof_check_failing 1 for each check that fails.
# TYPE nodeproof_check_failing gauge
nodeproof_check_failing{benchmark="cis-1.20",check="1.1.2",rule="a-rule",severity="unknown"} 1
nodeproof_check_failing{benchmark="cis-1.20",check="4.1.10",rule="a-rule",severity="unknown"} 1
# HELP nodeproof_waiver_expiry_timestamp_seconds End of the last day on which a waiver holds, in seconds since 1970.
# TYPE nodeproof_waiver_expiry_timestamp_seconds gauge
nodeproof_waiver_expiry_timestamp_seconds{benchmark="cis-1.20",waiver="W-1"} 1806537600
"#;
    assert_eq!(text, expected);
    let mut cluster = canned();
    cluster.subject.kind = SubjectKind::Cluster;
    let text = render(&sealed(cluster), &PrometheusFormat);
    assert!(text.contains("nodeproof_build_info{benchmark=\"cis-1.20\",subject=\"node-1\",version=\"0.2.0\"} 1\n"));
}

#[test]
fn markdown_lists_what_is_open_the_worst_first() {
    let text = render(&report(), &MarkdownFormat { limit: MarkdownLimit::Comment });
    let expected = "## nodeproof: cis-1.20, node node-1

**2 failed**, 2 need attention, 1 passed, 1 not evaluated, waived or not applicable. nodeproof 0.2.0, 2026-05-04T03:02:02.000Z

> seen from afar

| Status | Severity | Check | Recommendation | Result |
| --- | --- | --- | --- | --- |
| fail |  | 1.1.2 | Größe 😀 | it is 644 |
| fail |  | 4.1.10 | Plain |  |
| undetermined |  | 4.1.2 | Plain | it cannot be read |
| manual |  | 4.1.1 | Plain |  |

<details><summary>What to do</summary>

**1.1.2** Größe 😀

```text
chmod 600 <file> && true
```

**4.1.2** Plain

```text
chmod 600 /etc/x
```

</details>
";
    assert_eq!(text, expected);
}

#[test]
fn long_markdown_is_cut_with_a_sentence() {
    let checks = (0..2000).map(|number| CheckResult {
        severity: Some(if number % 2 == 0 { Severity::Low } else { Severity::Critical }),
        remediation: "x".repeat(500).into(),
        ..check(&format!("1.1.{number}"), Status::Fail, Some("it is 644"))
    });
    let report = sealed(one_section(checks.collect()));
    let text = render(&report, &MarkdownFormat { limit: MarkdownLimit::Comment });
    assert!(text.len() <= 65_536 && text.len() > 60_000, "{}", text.len());
    let rows = |text: &str| text.lines().filter(|line| line.starts_with("| fail")).count();
    let last = format!(
        "\n{} checks of the table and what to do for 2000 checks are left out, since the text may have 65536 characters. The formats \
         `text` and `report` have all of them.\n",
        2000 - rows(&text)
    );
    assert!(text.ends_with(&last), "{}", &text[text.len() - 300..]);
    assert!(text.contains("| fail | critical | 1.1.1999 |"), "the worst are kept");
    let long = render(&report, &MarkdownFormat { limit: MarkdownLimit::Summary });
    assert!(long.len() <= 1 << 20 && long.len() > 1_000_000, "{}", long.len());
    assert_eq!(rows(&long), 2000);
    assert_eq!(long.matches("<details>").count(), long.matches("</details>").count());
}

#[test]
fn ocsf_events_are_compliance_findings() {
    let mut document = canned();
    document.checks.push(CheckResult { target: "node".into(), section: "4.1".to_owned(), ..waived() });
    document.benchmark.sections[1].groups[0].checks += 1;
    let text = render(&sealed(document), &OcsfFormat);
    let events: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let shown: Vec<_> = events
        .iter()
        .map(|event| {
            verify(OCSF, event);
            let compliance = &event["compliance"];
            (
                compliance["control"].as_str().expect("text"),
                compliance["status_id"].as_u64().expect("a number"),
                compliance["status"].as_str().expect("text"),
                event["status_id"].as_u64().expect("a number"),
            )
        })
        .collect();
    let expected = [
        ("1.1.1", 1, "Pass", 1),
        ("1.1.2", 3, "Fail", 1),
        ("4.1.1", 99, "Manual", 1),
        ("4.1.2", 0, "Unknown", 1),
        ("4.1.9", 99, "Skipped", 1),
        ("4.1.10", 3, "Fail", 1),
        ("1.1.3", 3, "Fail", 3),
    ];
    assert_eq!(shown, expected);
    // date -u -d 2026-05-04T03:02:02 +%s
    assert_eq!(events[0]["time"], 1_777_863_722_000_u64);
    assert_eq!((&events[6]["severity_id"], &events[6]["severity"]), (&json!(4), &json!("High")));
    assert_eq!(events[6]["compliance"]["status_detail"], "waived until 2027-03-31: shipped elsewhere (W-1)");
    let uids: HashSet<&str> = events.iter().map(|event| event["finding_info"]["uid"].as_str().expect("text")).collect();
    assert_eq!(uids.len(), 7);
}

fn openreports(document: ReportV1, api: ReportApi, all: bool) -> Value {
    let text = render(&sealed(document), &OpenReportsFormat { api, all });
    assert!(text.len() < 1 << 20, "{}", text.len());
    let object = serde_json::from_str(&text).expect("JSON");
    verify(OPENREPORTS, &object);
    object
}

#[test]
fn objects_of_the_api_list_what_is_no_pass() {
    let object = openreports(canned(), ReportApi::OpenReports, false);
    assert_eq!((&object["apiVersion"], &object["kind"]), (&json!("openreports.io/v1alpha1"), &json!("ClusterReport")));
    assert_eq!(object["metadata"]["name"], "nodeproof-cis-1.20-node-1");
    assert_eq!(object["scope"], json!({"apiVersion": "v1", "kind": "Node", "name": "node-1"}));
    assert_eq!(object["configuration"], json!({"limits": {"statusFilter": ["fail", "warn", "error"]}}));
    assert_eq!(object["summary"], json!({"pass": 1, "fail": 2, "warn": 1, "error": 1, "skip": 1}));
    let results = |object: &Value| -> Vec<String> {
        let results = object["results"].as_array().expect("results").iter();
        results.map(|result| format!("{} {}", result["rule"].as_str().expect("a rule"), result["result"])).collect()
    };
    let expected = ["1.1.2 \"fail\"", "4.1.10 \"fail\"", "4.1.2 \"error\"", "4.1.1 \"warn\""];
    assert_eq!(results(&object), expected);
    assert_eq!(object["results"][0]["timestamp"], json!({"seconds": 1_777_863_722, "nanos": 0}));
    let all = openreports(canned(), ReportApi::OpenReports, true);
    assert_eq!(results(&all).len(), 6);
    let old = openreports(canned(), ReportApi::PolicyReport, false);
    assert_eq!((&old["apiVersion"], &old["kind"]), (&json!("wgpolicyk8s.io/v1alpha2"), &json!("ClusterPolicyReport")));
    assert!(old.get("source").is_none() && old.get("configuration").is_none());
    assert_eq!(results(&old), expected);
}

#[test]
fn objects_of_the_api_go_with_their_node_and_keep_their_name() {
    let mut known = canned();
    known.subject.uid = Some("5d2c0000-0000-4000-8000-000000000002".to_owned());
    known.report_id = "another".to_owned();
    let object = openreports(known, ReportApi::OpenReports, false);
    let owner =
        json!([{"apiVersion": "v1", "kind": "Node", "name": "node-1", "uid": "5d2c0000-0000-4000-8000-000000000002"}]);
    assert_eq!(object["metadata"]["ownerReferences"], owner);
    assert_eq!(object["metadata"]["name"], "nodeproof-cis-1.20-node-1");
    let named = |name: &str| {
        let mut document = canned();
        document.subject.name = Some(name.to_owned());
        openreports(document, ReportApi::OpenReports, false)["metadata"]["name"].as_str().expect("text").to_owned()
    };
    // Names of objects have lower case letters alone.
    let (one, other) = (named("Node_1"), named("node-1"));
    assert!(one.starts_with("nodeproof-cis-1.20-") && one != other, "{one} {other}");
    let long = named(&"x".repeat(1000));
    assert!(long.len() <= 253 && long.ends_with(|last: char| last.is_ascii_alphanumeric()), "{long}");
}

#[test]
fn results_name_the_objects_that_fail() {
    let subjects = ["Deployment/shop/web container app", "Namespace/shop", "/etc/kubernetes/admin.conf", "cluster"];
    let mut findings: Vec<_> = subjects.iter().map(|subject| finding(subject, Status::Fail)).collect();
    findings.push(finding("Pod/shop/other", Status::Pass));
    let mut document = one_section(vec![CheckResult { findings, ..check("5.2.1", Status::Fail, None) }]);
    document.subject.kind = SubjectKind::Cluster;
    let object = openreports(document, ReportApi::OpenReports, false);
    let expected = json!([
        {"kind": "Deployment", "namespace": "shop", "name": "web"},
        {"kind": "Namespace", "name": "shop"},
    ]);
    assert_eq!(object["results"][0]["resources"], expected);
    assert!(object.get("scope").is_none());
}

#[test]
fn objects_of_the_api_stay_below_a_mebibyte() {
    let checks = (0..5000).map(|number| CheckResult {
        severity: Some(if number < 4900 { Severity::Low } else { Severity::Critical }),
        actual: "x".repeat(1000),
        ..check(&format!("1.1.{number}"), Status::Fail, Some("it is 644"))
    });
    let object = openreports(one_section(checks.collect()), ReportApi::OpenReports, false);
    let results = object["results"].as_array().expect("results");
    assert!(results.len() > 400, "{}", results.len());
    assert_eq!(object["summary"]["fail"], 5000);
    assert_eq!(object["metadata"]["annotations"]["nodeproof/results-left-out"], (5000 - results.len()).to_string());
    assert!(results[..100].iter().all(|result| result["severity"] == "critical"));
}

/// The document, after all its references were followed.
pub(crate) fn oscal(document: ReportV1) -> Value {
    let document: Value = serde_json::from_str(&render(&sealed(document), &OscalFormat)).expect("JSON");
    let (mut ids, mut references) = (HashSet::new(), Vec::new());
    collect(&document, &mut ids, &mut references);
    for reference in references {
        assert!(ids.contains(&reference), "{reference} leads nowhere");
    }
    document
}

fn collect(value: &Value, ids: &mut HashSet<String>, references: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, ids, references)),
        Value::Object(map) => {
            for (key, value) in map {
                match (key.as_str(), value.as_str()) {
                    ("uuid", Some(id)) => assert!(ids.insert(id.to_owned()), "{id} is there twice"),
                    (key, Some(id)) if key.ends_with("-uuid") => references.push(id.to_owned()),
                    ("href", Some(href)) => references.push(href.strip_prefix('#').expect("a reference").to_owned()),
                    _ => collect(value, ids, references),
                }
            }
        }
        Value::String(text) => assert!(!text.trim().is_empty(), "an empty text"),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[test]
fn oscal_has_a_finding_for_what_was_assessed() {
    let mut document = canned();
    document.checks.push(CheckResult { target: "node".into(), section: "4.1".to_owned(), ..waived() });
    document.benchmark.sections[1].groups[0].checks += 1;
    let whole = oscal(document.clone());
    assert_eq!(whole, oscal(document), "ids are deterministic");
    let result = &whole["assessment-results"]["results"][0];
    let findings: Vec<String> = result["findings"]
        .as_array()
        .expect("findings")
        .iter()
        .map(|finding| {
            let target = &finding["target"];
            format!("{} {} {}", target["target-id"], target["status"]["state"], target["status"]["reason"])
        })
        .collect();
    let expected = [
        r#""cis-1.1.1" "satisfied" "pass""#,
        r#""cis-1.1.2" "not-satisfied" "fail""#,
        r#""cis-4.1.1" "not-satisfied" "other""#,
        r#""cis-4.1.2" "not-satisfied" "other""#,
        r#""cis-4.1.10" "not-satisfied" "fail""#,
        r#""cis-1.1.3" "not-satisfied" "fail""#,
    ];
    assert_eq!(findings, expected);
    let selection = &result["reviewed-controls"]["control-selections"][0];
    assert_eq!(selection["exclude-controls"], json!([{"control-id": "cis-4.1.9"}]));
    let risk = &result["risks"][0];
    assert_eq!((&risk["status"], &risk["deadline"]), (&json!("deviation-approved"), &json!("2027-03-31T23:59:59Z")));
    assert_eq!(result["observations"].as_array().map(Vec::len), Some(7));
    assert_eq!(whole["assessment-results"]["metadata"]["oscal-version"], "1.2.1");
}
