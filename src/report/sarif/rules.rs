//! The rules that the results name.

use super::results::of_severity;
use crate::model::Severity;
use crate::report::cut::cut;
use crate::report::fenced::fenced;
use crate::report::occurrence::{rule_id, severity};
use crate::report::{CheckResult, Report};
use serde_json::{Value, json};
use std::borrow::Cow;
use std::collections::HashMap;

/// GitHub takes this many characters of a description; here they are bytes.
const MOST_DESCRIPTION: usize = 1024;

/// The most bytes of a remediation in the help.
const MOST_HELP: usize = 8000;

/// The most numbers of checks among the tags, of which GitHub shows ten.
const MOST_NUMBERS: usize = 8;

/// The rules of some checks, each once, and the index of each check's rule.
pub(super) fn rules(report: &Report, checks: &[&CheckResult]) -> (Vec<Value>, Vec<usize>) {
    let mut numbers: HashMap<Cow<'_, str>, Vec<&str>> = HashMap::new();
    for check in &report.checks {
        numbers.entry(rule_id(report, check)).or_default().push(&check.id);
    }
    let mut rules = Vec::new();
    let mut known = HashMap::new();
    let mut indices = Vec::with_capacity(checks.len());
    for check in checks {
        let id = rule_id(report, check);
        let index = *known.entry(id.clone()).or_insert_with(|| {
            rules.push(rule(report, check, &id, numbers.get(&id).map_or(&[], Vec::as_slice)));
            rules.len() - 1
        });
        indices.push(index);
    }
    (rules, indices)
}

/// A rule. `numbers` are the checks of the benchmark that it has.
fn rule(report: &Report, check: &CheckResult, id: &str, numbers: &[&str]) -> Value {
    let severity = severity(check);
    let rationale = if check.rationale.trim().is_empty() { &check.title } else { &check.rationale };
    let numbers = numbers.iter().take(MOST_NUMBERS).map(|number| format!("{} {number}", report.benchmark.id));
    let numbers = numbers.map(|tag| cut(&tag, 255).into_owned());
    let tags: Vec<String> = ["security", severity.id()].into_iter().map(str::to_owned).chain(numbers).collect();
    json!({
        "id": id,
        "name": cut(id, 255),
        "shortDescription": { "text": cut(&check.title, MOST_DESCRIPTION) },
        "fullDescription": { "text": cut(rationale, MOST_DESCRIPTION) },
        "help": help(check),
        "defaultConfiguration": { "level": if check.scored { of_severity(severity) } else { "note" } },
        "properties": {
            "security-severity": score(severity),
            "tags": tags,
        },
    })
}

/// The help as text and as Markdown.
fn help(check: &CheckResult) -> Value {
    let CheckResult { title, rationale, impact, remediation, .. } = check;
    let (rationale, remediation) = (cut(rationale.trim(), MOST_HELP), cut(remediation.trim(), MOST_HELP));
    let title = cut(title, MOST_DESCRIPTION);
    let impact = impact.as_ref().map(|impact| cut(impact.trim(), MOST_HELP));
    let impact_text = impact.as_ref().map_or_else(String::new, |impact| format!("\n\nImpact: {impact}"));
    let impact_markdown =
        impact.as_ref().map_or_else(String::new, |impact| format!("\n\n### Impact\n{}", fenced(impact)));
    json!({
        "text": format!("{title}\n\n{rationale}\n\n{remediation}{impact_text}"),
        "markdown": format!(
            "### Why\n{}\n\n### What to do\n{}{impact_markdown}",
            fenced(&rationale),
            fenced(&remediation)
        ),
    })
}

/// The number by which GitHub sorts: critical is above 9.0, high from 7.0, medium from 4.0.
pub(in crate::report) const fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "3.0",
    }
}
