//! Evaluates rules by workloads: those of files, of a cluster, of a node.

use crate::benchmark::Check;
use crate::model::{EvidenceEntry, Finding, Location, Outcome, Status, Verdict};
use crate::plan::Plan;
use crate::text::sanitize;
use crate::workload::{Judgement, Place, Surroundings, TestSubject, WorkloadTest};
use indexmap::IndexMap;
use std::collections::BTreeMap;

/// Findings that a reason names; the report has all of them.
const MAX_NAMED: usize = 3;

/// Passes that are reported one by one. More of them are one finding with their number.
const MAX_PASSES: usize = 20;

/// An object that is examined: a workload, a binding, a ConfigMap.
pub struct ExaminedObject<'a> {
    /// Its name in the report: `Deployment/shop/web`.
    pub title: String,
    /// What it is; of a workload with running pods, also what each of those is.
    pub subjects: Vec<TestSubject<'a>>,
    /// Where its fields are.
    pub places: &'a dyn FieldPlaces,
}

/// Where the fields of an object are.
pub trait FieldPlaces {
    /// The whole path of a field, and where that is.
    fn locate(&self, place: &Place) -> LocatedField;
}

/// A field, and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocatedField {
    /// Its path in the object.
    pub path: String,
    /// Where its value comes from, in words: a file with line and column, the API.
    pub source: String,
    /// Its place in a file that people edit.
    pub location: Option<Location>,
}

/// Evaluates the checks of a plan that are about workloads, by some objects. `missing`: why there may be objects that are not known.
pub fn fill_workloads(
    plan: &Plan<'_>,
    outcomes: &mut [Outcome],
    objects: &[ExaminedObject<'_>],
    around: &Surroundings<'_>,
    missing: Option<&str>,
) {
    for (planned, into) in plan.checks().zip(outcomes) {
        if let Some(test) = planned.check.rule.assertion.workload() {
            *into = outcome(planned.check, test, planned.skipped, objects, around, missing);
        }
    }
}

/// The outcomes of a plan whose checks are about nothing that is read.
pub fn outcomes_of_none(plan: &Plan<'_>) -> Vec<Outcome> {
    let outcome = |check: &Check| Outcome {
        verdict: Verdict::NotApplicable("it is about what this command does not read".to_owned()),
        manual: false,
        reads: String::new(),
        expected: String::new(),
        actual: "not evaluated".to_owned(),
        remediation: check.rule.remediation.render(&mut |_| None),
        changes_nothing: false,
        findings: Vec::new(),
        extensions: BTreeMap::new(),
    };
    plan.checks().map(|planned| outcome(planned.check)).collect()
}

/// What a rule says of one place of an object, and of how many pods.
struct Entry<'o> {
    object: &'o ExaminedObject<'o>,
    judgement: Judgement,
    count: usize,
}

fn outcome(
    check: &Check,
    test: WorkloadTest,
    skipped: bool,
    objects: &[ExaminedObject<'_>],
    around: &Surroundings<'_>,
    missing: Option<&str>,
) -> Outcome {
    let mut entries = Vec::new();
    for object in objects.iter().filter(|_| !skipped) {
        entries.extend(examine(test, object, around));
    }
    let verdict = match (verdict(test, &entries), missing) {
        _ if skipped => Verdict::Skipped,
        // What is not known may be as it should not be.
        (Verdict::Pass | Verdict::NotApplicable(_) | Verdict::Manual(_), Some(missing)) => {
            Verdict::Undetermined(missing.to_owned())
        }
        (verdict, _) => verdict,
    };
    let actual = match &verdict {
        Verdict::Pass => {
            let passed = entries.iter().filter(|entry| entry.judgement.status == Status::Pass).count();
            format!("met in each of {passed} places")
        }
        Verdict::Skipped => "not evaluated".to_owned(),
        other => other.reason().unwrap_or_default().to_owned(),
    };
    Outcome {
        manual: matches!(verdict, Verdict::Manual(_)),
        verdict: verdict.map_reason(sanitize::into_line),
        reads: test.reads().to_owned(),
        expected: test.expected().to_owned(),
        actual: sanitize::into_line(actual),
        remediation: check.rule.remediation.render(&mut |_| None),
        changes_nothing: false,
        findings: findings(&entries),
        extensions: BTreeMap::new(),
    }
}

/// What a rule says of an object. What it says of several pods alike is said once.
fn examine<'o>(test: WorkloadTest, object: &'o ExaminedObject<'o>, around: &Surroundings<'_>) -> Vec<Entry<'o>> {
    if let [subject] = object.subjects[..] {
        let judgements = test.examine(subject, around).into_iter();
        return judgements.map(|judgement| Entry { object, judgement, count: 1 }).collect();
    }
    let mut counts: IndexMap<(Status, Option<String>, String, String), (Judgement, usize)> = IndexMap::new();
    for subject in &object.subjects {
        for judgement in test.examine(*subject, around) {
            let key = (
                judgement.status,
                judgement.container.clone(),
                object.places.locate(&judgement.place).path,
                judgement.observed.to_string(),
            );
            counts.entry(key).or_insert((judgement, 0)).1 += 1;
        }
    }
    counts.into_values().map(|(judgement, count)| Entry { object, judgement, count }).collect()
}

fn verdict(test: WorkloadTest, entries: &[Entry<'_>]) -> Verdict {
    let of = |status: Status| -> Vec<&Entry<'_>> {
        entries.iter().filter(|entry| entry.judgement.status == status).collect()
    };
    let Some(worst) = Status::worst(entries.iter().map(|entry| entry.judgement.status)) else {
        return Verdict::NotApplicable(format!("nothing that it is about: {}", test.reads()));
    };
    let reason = || summary(&of(worst));
    match worst {
        Status::Pass => Verdict::Pass,
        Status::Fail => Verdict::Fail(reason()),
        Status::Manual => Verdict::Manual(reason()),
        Status::Undetermined => Verdict::Undetermined(reason()),
        Status::NotApplicable | Status::Skipped | Status::Waived => Verdict::NotApplicable(reason()),
    }
}

/// The first entries in words, and how many there are.
fn summary(entries: &[&Entry<'_>]) -> String {
    let named: Vec<String> = entries.iter().take(MAX_NAMED).map(|entry| in_words(entry)).collect();
    let more = entries.len().saturating_sub(MAX_NAMED);
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    format!("{}{more}", named.join("; "))
}

fn in_words(entry: &Entry<'_>) -> String {
    let LocatedField { path, location, .. } = entry.object.places.locate(&entry.judgement.place);
    let place = location.as_ref().map(|location| format!("{}: ", in_file(location))).unwrap_or_default();
    let count = if entry.count > 1 { format!(" ({} pods)", entry.count) } else { String::new() };
    format!("{place}{}{count}: {path}: {}", subject(entry), value(&entry.judgement))
}

/// `web.yaml:12:7`, as far as it is known.
fn in_file(location: &Location) -> String {
    let Location { file, line, column, .. } = location;
    let numbers = [line, column].into_iter().flatten().map(|number| format!(":{number}"));
    format!("{file}{}", numbers.collect::<String>())
}

fn subject(entry: &Entry<'_>) -> String {
    match &entry.judgement.container {
        Some(container) => format!("{} container {container}", entry.object.title),
        None => entry.object.title.clone(),
    }
}

/// What was observed, and what it means.
fn value(judgement: &Judgement) -> String {
    match judgement.reason.as_ref() {
        "" => judgement.observed.to_string(),
        reason => format!("{} ({reason})", judgement.observed),
    }
}

/// One finding for each entry; many passes are one.
fn findings(entries: &[Entry<'_>]) -> Vec<Finding> {
    let is_quiet = |entry: &&Entry<'_>| matches!(entry.judgement.status, Status::Pass | Status::NotApplicable);
    let (quiet, open): (Vec<&Entry<'_>>, Vec<&Entry<'_>>) = entries.iter().partition(is_quiet);
    let mut findings: Vec<Finding> = open.into_iter().map(finding).collect();
    let (passes, not_applicable): (Vec<&Entry<'_>>, Vec<&Entry<'_>>) =
        quiet.into_iter().partition(|entry| entry.judgement.status == Status::Pass);
    for (of_status, status, words) in [
        (passes, Status::Pass, "places where it is met"),
        (not_applicable, Status::NotApplicable, "places where it does not apply"),
    ] {
        if of_status.len() <= MAX_PASSES {
            findings.extend(of_status.into_iter().map(finding));
        } else {
            let count = of_status.len();
            findings.push(Finding {
                subject: format!("{count} {words}"),
                count,
                status,
                evidence: Vec::new(),
                location: None,
                remediation: None,
            });
        }
    }
    findings
}

fn finding(entry: &Entry<'_>) -> Finding {
    let LocatedField { path, source, location } = entry.object.places.locate(&entry.judgement.place);
    Finding {
        subject: sanitize::into_line(subject(entry)),
        count: entry.count,
        status: entry.judgement.status,
        evidence: vec![EvidenceEntry {
            attribute: sanitize::into_line(path),
            value: sanitize::into_line(value(&entry.judgement)),
            source: sanitize::into_line(source),
        }],
        location: location.map(|location| Location { file: sanitize::into_line(location.file), ..location }),
        remediation: None,
    }
}
