//! Evaluates a check by the objects of a cluster.

use super::evaluation::Evaluation;
use crate::benchmark::{Check, Template};
use crate::model::{EvidenceEntry, Finding, Outcome, Status, Text, Verdict};
use crate::plan::Plan;
use crate::policy::{ClusterFacts, Examination, Exemption, PolicyFinding, PolicyTest};
use crate::source::cluster::{ListState, ObjectKind, ObjectLists};
use crate::text::sanitize;
use std::collections::BTreeMap;

/// Subjects that a reason names; the findings have all of them.
const MAX_NAMED: usize = 3;

/// Evaluates the checks of a plan by the objects of a cluster alone. What they do not answer is left to a person.
pub fn evaluate_cluster(plan: &Plan<'_>, facts: &ClusterFacts<'_>) -> Evaluation {
    let outcomes = plan.checks().map(|planned| {
        let rule = &planned.check.rule;
        match (rule.assertion.policy(), rule.assertion.steps()) {
            (Some(test), Some(steps)) => outcome(planned.check, test, steps, planned.skipped, facts),
            (_, steps) => not_by_objects(planned.check, steps, planned.skipped),
        }
    });
    let outcomes = outcomes.collect();
    Evaluation { outcomes, notices: facts.lists.notices.iter().map(|notice| sanitize::line(notice)).collect() }
}

/// The outcome of a check that no object of the cluster answers.
fn not_by_objects(check: &Check, steps: Option<&Template>, skipped: bool) -> Outcome {
    let verdict = match (skipped, steps) {
        (true, _) => Verdict::Skipped,
        (false, Some(_)) => Verdict::Manual("no object of the cluster tells".to_owned()),
        (false, None) => Verdict::Undetermined("it is about a node, and no node is audited".to_owned()),
    };
    Outcome {
        verdict,
        manual: true,
        reads: "nothing in the cluster's objects".to_owned(),
        expected: "manual review".to_owned(),
        actual: "not evaluated".to_owned(),
        remediation: manual_remediation(check, steps),
        changes_nothing: false,
        findings: Vec::new(),
        extensions: BTreeMap::new(),
    }
}

/// The outcome of a check that objects of the cluster answer.
pub(super) fn outcome(
    check: &Check,
    test: &PolicyTest,
    steps: &Template,
    skipped: bool,
    facts: &ClusterFacts<'_>,
) -> Outcome {
    let examination = if skipped { None } else { Some(test.examine(facts)) };
    let verdict = examination.as_ref().map_or(Verdict::Skipped, |examination| verdict(examination, facts.lists));
    let remediation = match verdict.status() {
        Status::Manual => manual_remediation(check, Some(steps)),
        Status::Undetermined => match &examination {
            // No list would tell.
            Some(examination) if examination.lacking.is_empty() => manual_remediation(check, Some(steps)),
            Some(examination) => make_known(examination, facts.lists).into(),
            None => Text::default(),
        },
        Status::Pass | Status::Fail | Status::NotApplicable | Status::Skipped | Status::Waived => {
            check.rule.remediation.render(&mut |_| None)
        }
    };
    let findings = examination.as_ref().map(|examination| findings(examination, test, facts.lists));
    let actual = examination.as_ref().map_or_else(|| "not evaluated".to_owned(), in_words);
    Outcome {
        manual: matches!(verdict, Verdict::Manual(_)),
        verdict: verdict.map_reason(sanitize::into_line),
        reads: test.reads(),
        expected: test.expected(),
        actual: sanitize::into_line(actual),
        remediation,
        changes_nothing: false,
        findings: findings.unwrap_or_default(),
        extensions: BTreeMap::new(),
    }
}

/// What a person does, and what they change if there is a finding.
fn manual_remediation(check: &Check, steps: Option<&Template>) -> Text {
    let remediation = check.rule.remediation.render(&mut |_| None);
    match steps {
        Some(steps) => {
            let steps = steps.render(&mut |_| None);
            format!("{}\nIf there is a finding:\n{remediation}", steps.trim_end()).into()
        }
        None => remediation,
    }
}

fn verdict(examination: &Examination, lists: &ObjectLists) -> Verdict {
    let reason = || examination.reason.clone();
    match examination.status {
        Status::Pass => Verdict::Pass,
        Status::Fail => Verdict::Fail(reason().unwrap_or_else(|| summary(&examination.findings))),
        Status::Manual => Verdict::Manual(reason().unwrap_or_default()),
        Status::NotApplicable => Verdict::NotApplicable(reason().unwrap_or_default()),
        Status::Undetermined | Status::Skipped | Status::Waived => {
            Verdict::Undetermined(reason().unwrap_or_else(|| missing_lists(&examination.lacking, lists)))
        }
    }
}

/// The first findings in words, and how many there are.
fn summary(findings: &[PolicyFinding]) -> String {
    let named: Vec<String> = findings.iter().take(MAX_NAMED).map(one_line).collect();
    let more = findings.len().saturating_sub(MAX_NAMED);
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    format!("{}{more}", named.join("; "))
}

/// A finding in words: its subject, and what distinguishes it.
fn one_line(finding: &PolicyFinding) -> String {
    let of =
        |name: &str| finding.attributes.iter().find(|(known, _)| *known == name).map(|(_, value)| value.to_string());
    let through = of("binding").map(|binding| format!(" through {binding}"));
    let containers = of("containers").map(|names| format!(" ({names})"));
    let paths = of("paths").map(|paths| format!(" ({paths})"));
    let why = of("why").map(|why| format!(" ({why})"));
    let details: String = [through, containers, paths, why].into_iter().flatten().collect();
    format!("{}{details}", finding.subject())
}

fn in_words(examination: &Examination) -> String {
    let count = |count: usize, one: &str| if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") };
    let mut text = count(examination.findings.len(), "finding");
    if !examination.exempt.is_empty() {
        text.push_str(&format!(", {} exempt", examination.exempt.len()));
    }
    text
}

/// Which lists are missing, and why.
fn missing_lists(kinds: &[ObjectKind], lists: &ObjectLists) -> String {
    let reasons: Vec<String> = kinds.iter().map(|kind| missing_list(*kind, lists)).collect();
    reasons.join("; ")
}

fn missing_list(kind: ObjectKind, lists: &ObjectLists) -> String {
    let name = kind.plural();
    match lists.state(kind) {
        ListState::Complete => format!("the list of {name} is complete"),
        ListState::Refused(reason) => format!("the list of {name} is refused ({reason})"),
        ListState::Unknown(reason) => format!("the server does not have {name} ({reason})"),
        ListState::NotAtHand => format!("the list of {name} is not at hand"),
        ListState::Broken(reason) => format!("the list of {name} cannot be used ({reason})"),
    }
}

/// How to get the lists that are missing.
fn make_known(examination: &Examination, lists: &ObjectLists) -> String {
    let step = |kind: &ObjectKind| match lists.state(*kind) {
        ListState::Refused(_) => format!("Let the auditor {}.", kind.permission()),
        ListState::NotAtHand | ListState::Broken(_) | ListState::Unknown(_) | ListState::Complete => {
            format!("Save the list: kubectl get {} -A -o json > {}.json", kind.resource(), kind.title())
        }
    };
    let steps: Vec<String> = examination.lacking.iter().map(step).collect();
    format!("This could not be evaluated.\n{}\nRun the audit again.", steps.join("\n"))
}

/// The findings of a report: what is not as recommended, what is exempt, which lists are missing, and what was examined.
fn findings(examination: &Examination, test: &PolicyTest, lists: &ObjectLists) -> Vec<Finding> {
    let status = match examination.status {
        Status::Fail => Status::Fail,
        _ => Status::Undetermined,
    };
    let failed = examination.findings.iter().map(|finding| report(finding, status, None));
    let exempt = examination.exempt.iter().map(|(finding, reason)| report(finding, Status::Pass, Some(*reason)));
    let missing = examination.lacking.iter().map(|kind| Finding {
        subject: format!("list of {}", kind.plural()),
        count: 1,
        status: Status::Undetermined,
        evidence: vec![entry("list", &missing_list(*kind, lists), &kind.permission())],
        location: None,
        remediation: None,
    });
    let mut findings: Vec<Finding> = failed.chain(exempt).chain(missing).collect();
    let mut evidence = Vec::new();
    if examination.status == Status::Pass || examination.status == Status::Manual {
        // What nobody asked for was not examined.
        let is_examined = |kind: &ObjectKind| kind.opt_in().is_none() || *lists.state(*kind) == ListState::Complete;
        let kinds = test.kinds().into_iter().filter(is_examined);
        let counts =
            kinds.map(|kind| format!("{} {}", lists.count(kind), kind.plural())).collect::<Vec<_>>().join(", ");
        // Lists of one namespace look like those of all.
        let namespaces = lists.namespaces_seen();
        let examined = if counts.is_empty() { counts } else { format!("{counts}; objects of {namespaces} namespaces") };
        evidence.push(entry("examined", &examined, "lists of the cluster"));
    }
    evidence.extend(examination.notes.iter().map(|note| entry("note", note, "lists of the cluster")));
    evidence.retain(|entry| !entry.value.is_empty());
    if !evidence.is_empty() {
        let status = if examination.status == Status::Manual { Status::Manual } else { Status::Pass };
        let subject = "cluster".to_owned();
        findings.push(Finding { subject, count: 1, status, evidence, location: None, remediation: None });
    }
    findings
}

fn report(finding: &PolicyFinding, status: Status, exempt: Option<Exemption>) -> Finding {
    let subject = sanitize::into_line(finding.subject());
    let binding = finding.attributes.iter().find(|(name, _)| *name == "binding").map(|(_, value)| value.to_string());
    let source = binding.unwrap_or_else(|| subject.clone());
    // The subject is stated already, unless it is all that is known.
    let stated = usize::from(finding.attributes.len() > 1);
    let attributes = finding.attributes.iter().skip(stated);
    let attributes = attributes.map(|(name, value)| entry(name, &value.to_string(), &source));
    let exempt = exempt.map(|reason| entry("exempt", &format!("{}: {}", reason.id(), reason.describe()), &source));
    Finding {
        subject,
        count: finding.count,
        status,
        evidence: attributes.chain(exempt).collect(),
        location: None,
        remediation: None,
    }
}

fn entry(attribute: &str, value: &str, source: &str) -> EvidenceEntry {
    EvidenceEntry { attribute: attribute.to_owned(), value: sanitize::line(value), source: sanitize::line(source) }
}
