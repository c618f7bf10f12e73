//! The results.

use crate::model::{Severity, Status};
use crate::report::cut::cut;
use crate::report::occurrence::{Occurrence, rule_id, severity};
use crate::report::{CheckResult, Report, SubjectKind};
use serde_json::{Value, json};

/// The most bytes of a message; GitHub shows about as many characters.
const MOST_MESSAGE: usize = 1000;

/// The highest line and column that every reader takes.
const MOST_NUMBER: usize = i32::MAX as usize - 1;

/// One result of the rule at `index`.
pub(super) fn result(report: &Report, occurrence: &Occurrence<'_>, index: usize) -> Value {
    let Occurrence { check, status, .. } = occurrence;
    let mut result = json!({
        "ruleId": rule_id(report, check),
        "ruleIndex": index,
        "kind": kind(*status),
        "level": level(check, *status),
        "message": { "text": cut(&occurrence.message(), MOST_MESSAGE) },
        "locations": [location(report, occurrence)],
        "fingerprints": { "nodeproof/v1": occurrence.identity },
        "properties": {
            "check": check.id,
            "status": status,
        },
    });
    if report.subject.kind != SubjectKind::Manifests {
        // No repository has such a file. For those of a scan, the reader computes the hash of the line.
        result["partialFingerprints"] = json!({ "primaryLocationLineHash": occurrence.identity });
    }
    if let Some(waiver) = check.waiver.as_ref().filter(|_| *status == Status::Waived) {
        let justification = format!("{} ({}, {}, until {})", waiver.reason, waiver.id, waiver.owner, waiver.expires);
        result["suppressions"] = json!([{
            "kind": "external",
            "status": "accepted",
            "justification": cut(&justification, MOST_MESSAGE),
        }]);
    }
    result
}

/// The place with all numbers of its region, which GitHub requires; the whole file is line 1.
fn location(report: &Report, occurrence: &Occurrence<'_>) -> Value {
    let (line, column) = occurrence.position();
    let line = line.unwrap_or(1).clamp(1, MOST_NUMBER);
    let start = column.unwrap_or(1).clamp(1, MOST_NUMBER);
    let end = if column.is_some() { start + 1 } else { start };
    let mut location = json!({
        "physicalLocation": {
            "artifactLocation": { "uri": occurrence.uri },
            "region": { "startLine": line, "startColumn": start, "endLine": line, "endColumn": end },
        },
    });
    let name = report.subject.name.as_deref().filter(|_| report.subject.kind != SubjectKind::Manifests);
    // The items of the list are unique.
    let subject = Some(occurrence.subject.as_str()).filter(|subject| name != Some(subject));
    let names = name.into_iter().chain(subject).filter(|name| !name.is_empty());
    let names: Vec<Value> = names.map(|name| json!({ "name": cut(name, MOST_MESSAGE) })).collect();
    if !names.is_empty() {
        location["logicalLocations"] = Value::Array(names);
    }
    location
}

/// The kind of a result with this status.
const fn kind(status: Status) -> &'static str {
    match status {
        Status::Fail | Status::Waived => "fail",
        Status::Pass => "pass",
        Status::Manual => "review",
        Status::Undetermined => "open",
        Status::NotApplicable | Status::Skipped => "notApplicable",
    }
}

/// The level, which only failures have.
fn level(check: &CheckResult, status: Status) -> &'static str {
    match status {
        Status::Fail | Status::Waived if !check.scored => "note",
        Status::Fail | Status::Waived => of_severity(severity(check)),
        Status::Pass | Status::Manual | Status::Undetermined | Status::NotApplicable | Status::Skipped => "none",
    }
}

/// The level of a failure.
pub(in crate::report) const fn of_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low => "note",
    }
}
