//! One report for the tests of every format, with a check of each status and characters that formats have trouble with.

use nodeproof::internals::model::{EvidenceEntry, Finding, Status};
use nodeproof::internals::report::{
    BenchmarkInfo, CheckResult, Format, Group, KubernetesVersion, Report, ReportV1, Section, Subject, SubjectKind,
    TimeRange, Tool,
};
use std::collections::BTreeMap;

/// A plain check.
pub(crate) fn check(id: &str, status: Status, reason: Option<&str>) -> CheckResult {
    CheckResult {
        id: id.to_owned(),
        rule_id: Some("a-rule".to_owned()),
        target: "".into(),
        section: String::new(),
        title: "Plain".into(),
        severity: None,
        published_severity: None,
        scored: true,
        manual: false,
        status,
        reason: reason.map(str::to_owned),
        reads: "mode of /etc/x".to_owned(),
        expected: "'mode' is equal to '600'".to_owned(),
        actual: "600".to_owned(),
        rationale: "Anyone can read it.".into(),
        impact: None,
        references: Vec::new(),
        remediation: "chmod 600 /etc/x\n".into(),
        waiver: None,
        findings: Vec::new(),
        extensions: BTreeMap::new(),
    }
}

/// One thing that was observed.
pub(crate) fn finding(subject: &str, status: Status) -> Finding {
    let entry = EvidenceEntry { attribute: "mode".to_owned(), value: "600".to_owned(), source: "stat".to_owned() };
    Finding { subject: subject.to_owned(), count: 1, status, evidence: vec![entry], location: None, remediation: None }
}

/// A section with one group.
pub(crate) struct CannedSection {
    pub(crate) id: &'static str,
    pub(crate) target: &'static str,
    pub(crate) group: &'static str,
    pub(crate) checks: Vec<CheckResult>,
}

/// A document with these sections.
pub(crate) fn document(sections: Vec<CannedSection>) -> ReportV1 {
    let mut checks = Vec::new();
    let mut outline = Vec::new();
    for CannedSection { id, target, group, checks: here } in sections {
        outline.push(Section {
            id: id.to_owned(),
            title: format!("The {target}"),
            target: target.to_owned(),
            groups: vec![Group { id: group.to_owned(), title: "Files & <others>".to_owned(), checks: here.len() }],
        });
        checks.extend(here.into_iter().map(|check| CheckResult {
            target: target.into(),
            section: group.to_owned(),
            ..check
        }));
    }
    ReportV1 {
        schema_version: 1,
        report_id: "6f1c2f0e-0b7c-4a39-9d3e-2f8d1c0a5b11".to_owned(),
        tool: Tool { name: "nodeproof".to_owned(), version: "0.2.0".to_owned() },
        time: TimeRange { start: "2026-05-04T03:02:01.250Z".to_owned(), end: "2026-05-04T03:02:02.000Z".to_owned() },
        subject: Subject {
            kind: SubjectKind::Node,
            name: Some("node-1".to_owned()),
            uid: None,
            cluster: None,
            labels: BTreeMap::new(),
            roles: vec!["worker".to_owned()],
            platform: None,
            kubernetes: Some(KubernetesVersion { version: "1.20".to_owned(), source: "the <kubelet>".to_owned() }),
        },
        benchmark: BenchmarkInfo {
            id: "cis-1.20".to_owned(),
            title: "A benchmark".to_owned(),
            chosen_by: "--benchmark".to_owned(),
            sections: outline,
        },
        notices: vec!["seen from afar".to_owned()],
        targets_left_out: Vec::new(),
        inputs: None,
        nodes: Vec::new(),
        waivers_sha256: None,
        checks,
    }
}

/// The document of the canned report.
pub(crate) fn canned() -> ReportV1 {
    let passed = CheckResult {
        title: "Say \"no\" to <anonymous> & others".into(),
        remediation: "First this,\nthen that.\n".into(),
        findings: vec![finding("/etc/x", Status::Pass)],
        ..check("1.1.1", Status::Pass, None)
    };
    let failed = CheckResult {
        title: "Größe 😀".into(),
        actual: "one\n\"two\" \\ \t\r\u{7}\u{1b}[31m\u{8}\u{c}\u{0}\u{7f}\u{9b}\u{2028}\u{ffff}".to_owned(),
        remediation: "chmod 600 <file> && true\n".into(),
        findings: vec![finding("/etc/x", Status::Fail), finding("/etc/y", Status::Pass)],
        ..check("1.1.2", Status::Fail, Some("it is 644"))
    };
    let manual = CheckResult { scored: false, manual: true, ..check("4.1.1", Status::Manual, None) };
    let unknown = CheckResult { scored: false, ..check("4.1.2", Status::Undetermined, Some("it cannot be read")) };
    let skipped = check("4.1.9", Status::Skipped, None);
    let silent = CheckResult { remediation: "".into(), ..check("4.1.10", Status::Fail, None) };
    document(vec![
        CannedSection { id: "1", target: "master", group: "1.1", checks: vec![passed, failed] },
        CannedSection { id: "4", target: "node", group: "4.1", checks: vec![manual, unknown, skipped, silent] },
    ])
}

/// The canned report.
pub(crate) fn report() -> Report {
    sealed(canned())
}

/// A document as a report.
pub(crate) fn sealed(document: ReportV1) -> Report {
    Report::try_from(document).expect("a consistent document")
}

/// A report in a format.
pub(crate) fn render(report: &Report, format: &dyn Format) -> String {
    let mut bytes = Vec::new();
    format.render(report, &mut bytes).expect("memory takes everything");
    String::from_utf8(bytes).expect("reports are UTF-8")
}

/// Each check of the canned report as its JSON must be, written by hand.
pub(crate) const CHECKS: [(&str, &str); 6] = [
    (
        "1.1.1 Say \"no\" to <anonymous> & others",
        r#"{"test_number":"1.1.1","test_desc":"Say \"no\" to \u003canonymous\u003e \u0026 others","audit":"mode of /etc/x","AuditEnv":"","AuditConfig":"","type":"","remediation":"First this,\nthen that.\n","test_info":["First this,\nthen that.\n"],"status":"PASS","actual_value":"600","scored":true,"IsMultiple":false,"expected_result":"'mode' is equal to '600'","evidence":[{"subject":"/etc/x","attribute":"mode","value":"600","source":"stat"}]}"#,
    ),
    (
        "1.1.2 Größe 😀",
        r#"{"test_number":"1.1.2","test_desc":"Größe 😀","audit":"mode of /etc/x","AuditEnv":"","AuditConfig":"","type":"","remediation":"chmod 600 \u003cfile\u003e \u0026\u0026 true\n","test_info":["chmod 600 \u003cfile\u003e \u0026\u0026 true\n"],"status":"FAIL","actual_value":"one\n\"two\" \\ \t\r\u0007\u001b[31m\u0008\u000c\u0000\u007f\u009b\u2028\uffff","scored":true,"IsMultiple":true,"expected_result":"'mode' is equal to '600'","reason":"it is 644","evidence":[{"subject":"/etc/x","attribute":"mode","value":"600","source":"stat"},{"subject":"/etc/y","attribute":"mode","value":"600","source":"stat"}]}"#,
    ),
    (
        "4.1.1 Plain",
        r#"{"test_number":"4.1.1","test_desc":"Plain","audit":"mode of /etc/x","AuditEnv":"","AuditConfig":"","type":"manual","remediation":"chmod 600 /etc/x\n","test_info":["chmod 600 /etc/x\n"],"status":"WARN","actual_value":"600","scored":false,"IsMultiple":false,"expected_result":"'mode' is equal to '600'","reason":"Test marked as a manual test","evidence":[]}"#,
    ),
    (
        "4.1.2 Plain",
        r#"{"test_number":"4.1.2","test_desc":"Plain","audit":"mode of /etc/x","AuditEnv":"","AuditConfig":"","type":"","remediation":"chmod 600 /etc/x\n","test_info":["chmod 600 /etc/x\n"],"status":"WARN","actual_value":"600","scored":false,"IsMultiple":false,"expected_result":"'mode' is equal to '600'","reason":"it cannot be read","evidence":[]}"#,
    ),
    (
        "4.1.9 Plain",
        r#"{"test_number":"4.1.9","test_desc":"Plain","audit":"mode of /etc/x","AuditEnv":"","AuditConfig":"","type":"","remediation":"chmod 600 /etc/x\n","test_info":["chmod 600 /etc/x\n"],"status":"INFO","actual_value":"600","scored":true,"IsMultiple":false,"expected_result":"'mode' is equal to '600'","reason":"Test marked as skip","evidence":[]}"#,
    ),
    (
        "4.1.10 Plain",
        r#"{"test_number":"4.1.10","test_desc":"Plain","audit":"mode of /etc/x","AuditEnv":"","AuditConfig":"","type":"","remediation":"","test_info":[""],"status":"FAIL","actual_value":"600","scored":true,"IsMultiple":false,"expected_result":"'mode' is equal to '600'","evidence":[]}"#,
    ),
];

/// Both targets of the canned report as their JSON must be.
pub(crate) fn controls() -> [String; 2] {
    let checks: Vec<&str> = CHECKS.iter().map(|(_, json)| *json).collect();
    [
        format!(
            r#"{{"id":"1","version":"cis-1.20","detected_version":"1.20","text":"The master","node_type":"master","tests":[{{"section":"1.1","type":"","pass":1,"fail":1,"warn":0,"info":0,"desc":"Files \u0026 \u003cothers\u003e","results":[{}]}}],"total_pass":1,"total_fail":1,"total_warn":0,"total_info":0,"version_source":"the \u003ckubelet\u003e"}}"#,
            checks[..2].join(",")
        ),
        format!(
            r#"{{"id":"4","version":"cis-1.20","detected_version":"1.20","text":"The node","node_type":"node","tests":[{{"section":"4.1","type":"","pass":0,"fail":1,"warn":2,"info":1,"desc":"Files \u0026 \u003cothers\u003e","results":[{}]}}],"total_pass":0,"total_fail":1,"total_warn":2,"total_info":1,"version_source":"the \u003ckubelet\u003e"}}"#,
            checks[2..].join(",")
        ),
    ]
}
