//! The format `ocsf`: events of the class Compliance Finding of OCSF 1.8.0, one a line, one for each check.

use super::cut::cut;
use super::json::write_json;
use super::moment::milliseconds;
use super::occurrence::{identities, rule_id};
use super::{CheckResult, Format, GroupView, Report, SubjectKind, Waiver};
use crate::model::{EvidenceEntry, Severity, Status};
use serde_json::{Map, Value, json};
use std::io::{self, Write};

/// The version of OCSF.
pub(super) const OCSF: &str = "1.8.0";

/// The most bytes of one text, and the most entries of evidence.
const MOST_TEXT: usize = 8000;
const MOST_EVIDENCE: usize = 100;

/// The format `ocsf`.
#[derive(Debug, Clone, Copy)]
pub struct OcsfFormat;

impl Format for OcsfFormat {
    fn render(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        let mut identities = identities(report).into_iter();
        for section in report.sections() {
            for group in &section.groups {
                for check in group.checks {
                    let identity = identities.next().unwrap_or_default();
                    write_json(&event(report, group, check, identity), out)?;
                    writeln!(out)?;
                }
            }
        }
        Ok(())
    }
}

fn event(report: &Report, group: &GroupView<'_>, check: &CheckResult, identity: String) -> Value {
    let (severity_id, severity) = severity(check.severity);
    let (status_id, status) = if check.status == Status::Waived { (3, "Suppressed") } else { (1, "New") };
    let text = |text: &str| cut(text, MOST_TEXT).into_owned();
    let mut event = json!({
        "activity_id": 1,
        "activity_name": "Create",
        "category_uid": 2,
        "category_name": "Findings",
        "class_uid": 2003,
        "class_name": "Compliance Finding",
        "type_uid": 200_301,
        "type_name": "Compliance Finding: Create",
        "time": milliseconds(&report.time.end).unwrap_or_default(),
        "severity_id": severity_id,
        "severity": severity,
        "status_id": status_id,
        "status": status,
        "message": text(&format!("{} {}", check.id, check.title)),
        "metadata": {
            "version": OCSF,
            "uid": report.report_id,
            "product": { "name": report.tool.name, "vendor_name": report.tool.name, "version": report.tool.version },
        },
        "finding_info": {
            "uid": identity,
            "title": text(&check.title),
            "desc": text(&check.rationale),
            "analytic": { "uid": rule_id(report, check), "name": rule_id(report, check), "type_id": 1, "type": "Rule" },
        },
        "compliance": compliance(report, group, check),
        "resources": [resource(report)],
    });
    if !check.remediation.trim().is_empty() {
        event["remediation"] = json!({ "desc": text(&check.remediation) });
    }
    let evidences: Vec<Value> = evidences(check);
    if !evidences.is_empty() {
        event["evidences"] = Value::Array(evidences);
    }
    event
}

fn compliance(report: &Report, group: &GroupView<'_>, check: &CheckResult) -> Value {
    let (status_id, status) = compliance_status(check.status);
    let mut compliance = json!({
        "standards": [report.benchmark.title],
        "control": check.id,
        "requirements": [cut(&format!("{} {}", group.group.id, group.group.title), MOST_TEXT)],
        "status_id": status_id,
        "status": status,
    });
    let waived = check.waiver.as_ref();
    let waived = waived.map(Waiver::in_words);
    if let Some(detail) = waived.as_ref().or(check.reason.as_ref()) {
        compliance["status_detail"] = json!(cut(detail, MOST_TEXT));
    }
    compliance
}

/// Number and caption. What is neither pass nor fail is told by the caption.
pub(super) const fn compliance_status(status: Status) -> (u8, &'static str) {
    match status {
        Status::Pass => (1, "Pass"),
        Status::Fail | Status::Waived => (3, "Fail"),
        Status::Undetermined => (0, "Unknown"),
        Status::Manual => (99, "Manual"),
        Status::NotApplicable => (99, "Not Applicable"),
        Status::Skipped => (99, "Skipped"),
    }
}

/// Number and caption.
pub(super) const fn severity(severity: Option<Severity>) -> (u8, &'static str) {
    match severity {
        Some(Severity::Critical) => (5, "Critical"),
        Some(Severity::High) => (4, "High"),
        Some(Severity::Medium) => (3, "Medium"),
        Some(Severity::Low) => (2, "Low"),
        None => (0, "Unknown"),
    }
}

fn resource(report: &Report) -> Value {
    let subject = &report.subject;
    let kind = match subject.kind {
        SubjectKind::Node => "Node",
        SubjectKind::Cluster => "Cluster",
        SubjectKind::Manifests => "Manifests",
        SubjectKind::Fleet => "Fleet",
    };
    let mut resource = Map::from_iter([("type".to_owned(), json!(kind))]);
    let uid = subject.uid.as_ref().or(subject.name.as_ref());
    for (key, value) in [("uid", uid), ("name", subject.name.as_ref())] {
        // An event names its resource.
        resource.insert(key.to_owned(), json!(value.map_or("unknown", String::as_str)));
    }
    if let Some(cluster) = &subject.cluster {
        resource.insert("group".to_owned(), json!({ "name": cluster, "type": "Cluster" }));
    }
    Value::Object(resource)
}

fn evidences(check: &CheckResult) -> Vec<Value> {
    let entries = check.findings.iter().flat_map(|finding| finding.evidence.iter().map(move |entry| (finding, entry)));
    let evidence = |(finding, entry): (&crate::model::Finding, &EvidenceEntry)| {
        json!({ "data": {
            "subject": cut(&finding.subject, MOST_TEXT),
            "status": finding.status,
            "attribute": cut(&entry.attribute, MOST_TEXT),
            "value": cut(&entry.value, MOST_TEXT),
            "source": cut(&entry.source, MOST_TEXT),
        } })
    };
    entries.take(MOST_EVIDENCE).map(evidence).collect()
}
