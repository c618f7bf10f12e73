//! Evaluates rules by workloads: those of files, of a cluster, of a node.

use super::judged_outcome::judged_outcome;
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
    /// What it is; of a workload with running pods, also what each of those is. Each with the number of pods that it stands for.
    pub subjects: Vec<(TestSubject<'a>, usize)>,
    /// Where its fields are.
    pub places: &'a dyn FieldPlaces,
}

/// Where the fields of an object are.
pub trait FieldPlaces {
    /// The whole path of a field, and where that is.
    fn locate(&self, place: &Place) -> LocatedField;
}

/// A field, and where it is. The source and the file are fit for a report.
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

/// What a rule says of all objects.
#[derive(Default)]
struct Gathered<'o> {
    /// What fails, is undetermined or needs a review.
    open: Vec<Entry<'o>>,
    passes: Quiet<'o>,
    not_applicable: Quiet<'o>,
}

/// The first entries of a status that is no trouble, and the number of all.
#[derive(Default)]
struct Quiet<'o> {
    first: Vec<Entry<'o>>,
    count: usize,
}

impl<'o> Gathered<'o> {
    fn add(&mut self, entry: Entry<'o>) {
        match entry.judgement.status {
            Status::Pass => self.passes.add(entry),
            Status::NotApplicable | Status::Skipped | Status::Waived => self.not_applicable.add(entry),
            Status::Fail | Status::Undetermined | Status::Manual => self.open.push(entry),
        }
    }
}

impl<'o> Quiet<'o> {
    fn add(&mut self, entry: Entry<'o>) {
        self.count += 1;
        if self.first.len() <= MAX_PASSES {
            self.first.push(entry);
        }
    }
}

fn outcome(
    check: &Check,
    test: WorkloadTest,
    skipped: bool,
    objects: &[ExaminedObject<'_>],
    around: &Surroundings<'_>,
    missing: Option<&str>,
) -> Outcome {
    let mut gathered = Gathered::default();
    for object in objects.iter().filter(|_| !skipped) {
        examine(test, object, around, &mut gathered);
    }
    let verdict = match (verdict(test, &gathered), missing) {
        _ if skipped => Verdict::Skipped,
        // What is not known may be as it should not be.
        (Verdict::Pass | Verdict::NotApplicable(_) | Verdict::Manual(_), Some(missing)) => {
            Verdict::Undetermined(missing.to_owned())
        }
        (verdict, _) => verdict,
    };
    judged_outcome(check, verdict, (test.reads(), test.expected()), gathered.passes.count, findings(&gathered))
}

/// What a rule says of an object. What it says of several pods alike is said once.
fn examine<'o>(
    test: WorkloadTest,
    object: &'o ExaminedObject<'o>,
    around: &Surroundings<'_>,
    gathered: &mut Gathered<'o>,
) {
    if let [(subject, _)] = object.subjects[..] {
        let judgements = test.examine(subject, around).into_iter();
        return judgements.for_each(|judgement| gathered.add(Entry { object, judgement, count: 1 }));
    }
    let mut counts: IndexMap<_, (Judgement, usize)> = IndexMap::new();
    for (subject, pods) in &object.subjects {
        for judgement in test.examine(*subject, around) {
            let key = (
                judgement.status,
                judgement.container.clone(),
                object.places.locate(&judgement.place).path,
                judgement.observed.to_string(),
            );
            counts.entry(key).or_insert((judgement, 0)).1 += pods;
        }
    }
    counts.into_values().for_each(|(judgement, count)| gathered.add(Entry { object, judgement, count: count.max(1) }));
}

fn verdict(test: WorkloadTest, gathered: &Gathered<'_>) -> Verdict {
    let of = |status: Status| -> Vec<&Entry<'_>> {
        gathered.open.iter().filter(|entry| entry.judgement.status == status).collect()
    };
    match Status::worst(gathered.open.iter().map(|entry| entry.judgement.status)) {
        Some(Status::Fail) => Verdict::Fail(summary(&of(Status::Fail))),
        Some(Status::Undetermined) => Verdict::Undetermined(summary(&of(Status::Undetermined))),
        Some(Status::Manual | Status::Pass | Status::Waived | Status::Skipped | Status::NotApplicable) => {
            Verdict::Manual(summary(&of(Status::Manual)))
        }
        None if gathered.passes.count > 0 => Verdict::Pass,
        None if gathered.not_applicable.count > 0 => {
            Verdict::NotApplicable(summary(&gathered.not_applicable.first.iter().collect::<Vec<_>>()))
        }
        None => Verdict::NotApplicable(format!("nothing that it is about: {}", test.reads())),
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
fn findings(gathered: &Gathered<'_>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = gathered.open.iter().map(finding).collect();
    for (quiet, status, words) in [
        (&gathered.passes, Status::Pass, "places where it is met"),
        (&gathered.not_applicable, Status::NotApplicable, "places where it does not apply"),
    ] {
        if quiet.count <= MAX_PASSES {
            findings.extend(quiet.first.iter().map(finding));
        } else {
            findings.push(Finding {
                subject: format!("{} {words}", quiet.count),
                count: quiet.count,
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
            source,
        }],
        location,
        remediation: None,
    }
}
