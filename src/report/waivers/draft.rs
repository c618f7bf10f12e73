//! A file of waivers for what fails in a report. It has no reasons and owners, so that it is refused until a person fills them in.

use super::subject::{FindingSubject, SubjectPattern};
use crate::model::{Finding, Status};
use crate::report::occurrence::rule_id;
use crate::report::{CheckResult, Report, SubjectKind};
use crate::text::sanitize;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// The most characters of a comment.
const MOST_COMMENT: usize = 200;

/// The file as YAML, with one waiver or more for each check that fails. `expires`: the last day, `YYYY-MM-DD`.
pub fn draft(report: &Report, expires: &str) -> String {
    let mut text = String::from(
        "# A draft: it is refused until each waiver has a reason and an owner. Remove what you do not accept, and set the days on which\n\
         # the rest ends.\n",
    );
    let failing: Vec<&CheckResult> = report.checks.iter().filter(|check| check.status == Status::Fail).collect();
    if failing.is_empty() {
        return text + "waivers: []\n";
    }
    text.push_str("waivers:\n");
    let mut number = 0;
    // Two checks of a rule have one waiver with the subjects of both.
    let mut known: BTreeSet<String> = BTreeSet::new();
    for check in &failing {
        let target = target(report, check);
        if !known.insert(target.clone()) {
            continue;
        }
        let same: Vec<&CheckResult> =
            failing.iter().copied().filter(|other| self::target(report, other) == target).collect();
        for scope in scopes(&same) {
            number += 1;
            text.push_str(&comment(check));
            text.push_str(&format!("  - id: {}\n{target}", json!(format!("draft-{number}"))));
            text.push_str(&format!("    reason: \"\"\n    owner: \"\"\n    expires: {expires}\n"));
            text.push_str(&nodes(report));
            text.push_str(&scope);
        }
    }
    text
}

fn comment(check: &CheckResult) -> String {
    let severity = check.severity.map_or_else(String::new, |severity| format!(" [{severity}]"));
    let line = |text: &str| -> String { sanitize::line(text).chars().take(MOST_COMMENT).collect() };
    let reason = check.reason.as_deref().filter(|reason| !reason.is_empty());
    let reason = reason.map_or_else(String::new, |reason| format!("  # {}\n", line(reason)));
    format!("  # {} {}{severity}\n{reason}", line(&check.id), line(&check.title))
}

/// The rule; or the check, where the rule would also cover a check that is undetermined or needs a review.
fn target(report: &Report, check: &CheckResult) -> String {
    let rule = rule_id(report, check);
    let is_open = |other: &&CheckResult| matches!(other.status, Status::Undetermined | Status::Manual);
    let mut others = report.checks.iter().filter(|other| rule_id(report, other) == rule);
    if check.rule_id.is_some() && !others.any(|other| is_open(&other)) {
        return format!("    rule: {}\n", json!(rule));
    }
    format!("    check: {{ benchmark: {}, id: {} }}\n", json!(report.benchmark.id), json!(check.id))
}

/// Only the node or cluster of the report.
fn nodes(report: &Report) -> String {
    let subject = &report.subject;
    let pattern = |name: &String| json!([escaped(name)]);
    let (cluster, name) = match subject.kind {
        SubjectKind::Node => (subject.cluster.as_ref(), subject.name.as_ref()),
        SubjectKind::Cluster => (subject.name.as_ref().or(subject.cluster.as_ref()), None),
        SubjectKind::Manifests | SubjectKind::Fleet => (None, None),
    };
    let parts = [("clusters", cluster), ("names", name)];
    let parts: Vec<String> = parts
        .into_iter()
        .filter_map(|(key, name)| Some(format!("{key}: {}", pattern(name.filter(|name| !name.is_empty())?))))
        .collect();
    if parts.is_empty() { String::new() } else { format!("    nodes: {{ {} }}\n", parts.join(", ")) }
}

/// What the waivers of some checks of one target are limited to: one for each scanned file, else one.
fn scopes(checks: &[&CheckResult]) -> Vec<String> {
    let mut by_file: BTreeMap<Option<String>, BTreeSet<String>> = BTreeMap::new();
    for check in checks {
        let open: Vec<&Finding> = check.findings.iter().filter(|finding| is_open(finding.status)).collect();
        // One that has its status from none of its findings can only be covered as a whole.
        if !open.iter().any(|finding| finding.status == check.status) {
            return vec![String::new()];
        }
        for finding in open {
            let subject = FindingSubject::of(finding);
            let Some(patterns) = patterns(&subject) else { return vec![String::new()] };
            by_file.entry(subject.file).or_default().extend(patterns);
        }
    }
    let list = |items: Vec<String>| json!(items);
    by_file
        .into_iter()
        .map(|(file, subjects)| {
            let files = file.map_or_else(String::new, |file| format!("    files: {}\n", list(vec![escaped(&file)])));
            format!("{files}    subjects: {}\n", list(subjects.into_iter().collect()))
        })
        .collect()
}

const fn is_open(status: Status) -> bool {
    match status {
        Status::Fail | Status::Undetermined | Status::Manual => true,
        Status::Pass | Status::NotApplicable | Status::Skipped | Status::Waived => false,
    }
}

/// Patterns that cover the subject and nothing else; nothing if there are none.
fn patterns(subject: &FindingSubject) -> Option<Vec<String>> {
    let of_object = subject.object.as_ref().filter(|object| !object.namespace.is_empty()).map(|object| {
        let object = [&object.namespace, &object.kind, &object.name].map(|part| escaped(part)).join("/");
        match &subject.containers[..] {
            [] => vec![object],
            containers => containers.iter().map(|name| format!("{object}/{}", escaped(name))).collect(),
        }
    });
    let of_words = subject.texts.first().map(|text| vec![escaped(text)]);
    [of_object, of_words].into_iter().flatten().find(|patterns| {
        let parsed: Option<Vec<SubjectPattern>> =
            patterns.iter().map(|pattern| SubjectPattern::parse(pattern).ok()).collect();
        parsed.is_some_and(|parsed| SubjectPattern::cover(&parsed, subject))
    })
}

/// A pattern that matches only this text.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '*' | '?' | '[' | ']' | '{' | '}' | '\\') {
            out.push('\\');
        }
        out.push(letter);
    }
    out
}
