//! The format `oscal`: assessment results of OSCAL 1.2.1. Every reference is to a part of the document.

use super::cut::cut;
use super::json::write_pretty_json;
use super::moment::end_of_day;
use super::occurrence::part_identity;
use super::{CheckResult, Format, Report};
use crate::model::{EvidenceEntry, Status};
use crate::text::sanitize;
use serde_json::{Map, Value, json};
use std::io::{self, Write};

/// The version of OSCAL.
const OSCAL: &str = "1.2.1";

/// The most bytes of one text, and the most entries of evidence of one check.
const MOST_TEXT: usize = 8000;
const MOST_EVIDENCE: usize = 100;

/// The format `oscal`.
#[derive(Debug, Clone, Copy)]
pub struct OscalFormat;

impl Format for OscalFormat {
    fn render(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        write_pretty_json(&document(report), out)
    }
}

fn document(report: &Report) -> Value {
    let id = |kind: &str| part_identity(report, kind, "");
    let benchmark = line(&report.benchmark.title);
    json!({ "assessment-results": {
        "uuid": id("document"),
        "metadata": {
            "title": line(&format!("{} results of {}", report.tool.name, subject(report))),
            "last-modified": report.time.end,
            "version": line(&report.report_id),
            "oscal-version": OSCAL,
        },
        "import-ap": { "href": format!("#{}", id("plan")) },
        "results": [result(report)],
        "back-matter": { "resources": [{
            "uuid": id("plan"),
            "title": benchmark,
            "description": line(&format!("The checks of {}, chosen by {}.", report.benchmark.id, report.benchmark.chosen_by)),
        }] },
    } })
}

fn result(report: &Report) -> Value {
    let id = |kind: &str| part_identity(report, kind, "");
    let mut result = json!({
        "uuid": id("result"),
        "title": line(&format!("{} of {}", report.benchmark.id, subject(report))),
        "description": description(&report.notices.join("\n"), "An audit without notices."),
        "start": report.time.start,
        "end": report.time.end,
        "local-definitions": {
            "components": [{
                "uuid": id("tool"),
                "type": "software",
                "title": line(&report.tool.name),
                "description": line(&format!("{} {}", report.tool.name, report.tool.version)),
                "status": { "state": "operational" },
            }],
            "inventory-items": [{
                "uuid": id("subject"),
                "description": line(&subject(report)),
                "props": [{ "name": "asset-id", "value": line(&subject(report)) }],
            }],
        },
        "reviewed-controls": { "control-selections": [controls(report)] },
    });
    let keyed = || report.checks.iter().enumerate().map(|(index, check)| (index.to_string(), check));
    let is_assessed = |check: &CheckResult| !is_excluded(check.status);
    let lists = [
        ("observations", keyed().map(|(key, check)| observation(report, &key, check)).collect::<Vec<_>>()),
        ("risks", keyed().filter_map(|(key, check)| risk(report, &key, check)).collect()),
        (
            "findings",
            keyed().filter(|(_, check)| is_assessed(check)).map(|(key, check)| finding(report, &key, check)).collect(),
        ),
    ];
    for (name, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
        result[name] = Value::Array(list);
    }
    result
}

/// The controls that were assessed and those that were not.
fn controls(report: &Report) -> Value {
    let listed = |excluded: bool| {
        let checks = report.checks.iter().filter(|check| is_excluded(check.status) == excluded);
        checks.map(|check| json!({ "control-id": control_id(report, check) })).collect::<Vec<_>>()
    };
    let mut controls = Map::new();
    for (name, list) in [("include-controls", listed(false)), ("exclude-controls", listed(true))] {
        if !list.is_empty() {
            controls.insert(name.to_owned(), Value::Array(list));
        }
    }
    if controls.is_empty() {
        controls.insert("include-all".to_owned(), json!({}));
    }
    Value::Object(controls)
}

/// Whether nothing was found out because the check does not apply or was skipped.
const fn is_excluded(status: Status) -> bool {
    match status {
        Status::NotApplicable | Status::Skipped => true,
        Status::Pass | Status::Fail | Status::Manual | Status::Undetermined | Status::Waived => false,
    }
}

fn observation(report: &Report, key: &str, check: &CheckResult) -> Value {
    let tool = part_identity(report, "tool", "");
    let mut observation = json!({
        "uuid": part_identity(report, "observation", key),
        "title": line(&format!("{} {}", check.id, check.title)),
        "description": description(check.reason.as_deref().unwrap_or(&check.actual), check.status.id()),
        "methods": [if check.manual { "EXAMINE" } else { "TEST" }],
        "origins": [{ "actors": [{ "type": "tool", "actor-uuid": tool }] }],
        "subjects": [{ "subject-uuid": part_identity(report, "subject", ""), "type": "inventory-item" }],
        "collected": report.time.end,
    });
    let entries = check.findings.iter().flat_map(|finding| finding.evidence.iter().map(move |entry| (finding, entry)));
    let evidence = |(finding, EvidenceEntry { attribute, value, source }): (&crate::model::Finding, &EvidenceEntry)| json!({ "description": line(&format!("{}: {attribute}: {value} ({source})", finding.subject)) });
    let evidence: Vec<Value> = entries.take(MOST_EVIDENCE).map(evidence).collect();
    if !evidence.is_empty() {
        observation["relevant-evidence"] = Value::Array(evidence);
    }
    observation
}

fn finding(report: &Report, key: &str, check: &CheckResult) -> Value {
    let (state, reason) = match check.status {
        Status::Pass => ("satisfied", "pass"),
        Status::Fail | Status::Waived => ("not-satisfied", "fail"),
        Status::Manual | Status::Undetermined | Status::NotApplicable | Status::Skipped => ("not-satisfied", "other"),
    };
    let values = [
        ("rule-id", check.rule_id.as_deref()),
        ("severity", check.severity.map(|severity| severity.id())),
        ("status", Some(check.status.id())),
        ("scored", Some(if check.scored { "yes" } else { "no" })),
    ];
    let props = values.into_iter().filter_map(|(name, value)| Some(json!({ "name": name, "value": line(value?) })));
    let mut finding = json!({
        "uuid": part_identity(report, "finding", key),
        "title": line(&format!("{} {}", check.id, check.title)),
        "description": description(&check.rationale, &check.title),
        "props": props.collect::<Vec<_>>(),
        "target": {
            "type": "objective-id",
            "target-id": control_id(report, check),
            "status": { "state": state, "reason": reason },
        },
        "related-observations": [{ "observation-uuid": part_identity(report, "observation", key) }],
    });
    if check.waiver.is_some() {
        finding["related-risks"] = json!([{ "risk-uuid": part_identity(report, "risk", key) }]);
    }
    if !check.remediation.trim().is_empty() && check.status != Status::Pass {
        finding["remarks"] = json!(description(&check.remediation, ""));
    }
    finding
}

/// A failure that a waiver accepts.
fn risk(report: &Report, key: &str, check: &CheckResult) -> Option<Value> {
    let waiver = check.waiver.as_ref()?;
    let mut risk = json!({
        "uuid": part_identity(report, "risk", key),
        "title": line(&format!("{} {}", check.id, check.title)),
        "description": description(&check.rationale, &check.title),
        "statement": line(&format!("Accepted by {}: {} ({})", waiver.owner, waiver.reason, waiver.id)),
        "status": "deviation-approved",
    });
    if end_of_day(&waiver.expires).is_some() {
        risk["deadline"] = json!(format!("{}T23:59:59Z", waiver.expires));
    }
    Some(risk)
}

fn subject(report: &Report) -> String {
    let subject = &report.subject;
    let name = subject.name.as_deref().map_or_else(String::new, |name| format!(" {name}"));
    format!("{}{name}", subject.kind.id())
}

/// The id of a check as a token: it begins with a letter, and letters, digits and `.-_` follow.
fn control_id(report: &Report, check: &CheckResult) -> String {
    let benchmark = report.benchmark.id.as_str();
    // `cis-1.12` is an edition of `cis`.
    let family = benchmark.rsplit_once('-').filter(|(_, edition)| edition.starts_with(|c: char| c.is_ascii_digit()));
    let whole = format!("{}-{}", family.map_or(benchmark, |(family, _)| family), check.id);
    let letter = |letter: char| if letter.is_ascii_alphanumeric() || ".-_".contains(letter) { letter } else { '_' };
    let token: String = whole.chars().take(200).map(letter).collect();
    if token.starts_with(|first: char| first.is_ascii_alphabetic()) { token } else { format!("_{token}") }
}

/// A text on one line without blanks around it, never empty.
fn line(text: &str) -> String {
    let text = sanitize::output(&cut(text, MOST_TEXT)).split_whitespace().collect::<Vec<_>>().join(" ");
    if text.is_empty() { "-".to_owned() } else { cut(&text, MOST_TEXT).into_owned() }
}

/// A text of several lines, or another one if it is empty.
fn description(text: &str, other: &str) -> String {
    let text = sanitize::output(&cut(text.trim(), MOST_TEXT));
    if text.is_empty() { line(other) } else { cut(&text, MOST_TEXT).into_owned() }
}
