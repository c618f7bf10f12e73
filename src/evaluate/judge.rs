//! Compares evidence with expectations. Pure: no source, no clock. What is unknown never passes.

use crate::benchmark::{Assertion, Test, WhenMissing, WhenUnset};
use crate::expectation::{Operator as _, TypeMismatch};
use crate::model::{Evidence, EvidenceEntry, FileGroup, Finding, Observation, Observed, Status, Verdict};
use crate::probe::Probe;
use std::fmt::Write as _;

/// A verdict with what leads to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// The verdict.
    pub verdict: Verdict,
    /// What must hold, in words.
    pub expected: String,
    /// What was observed, in words.
    pub actual: String,
    /// One for each observation.
    pub findings: Vec<Finding>,
}

/// The reason of a check for which nothing was collected.
const NOT_COLLECTED: &str = "nothing was collected";

/// The reason of a check that only a person can assess.
const MANUAL: &str = "manual review required";

/// Judges an assertion by the evidence that was collected for each of its probes.
pub fn judge<'e>(assertion: &Assertion, evidence: &dyn Fn(&Probe) -> Option<&'e Evidence>) -> Judgement {
    match assertion {
        Assertion::Test(test) => match evidence(&test.probe) {
            Some(evidence) => judge_test(test, evidence),
            None => without_findings(Verdict::Undetermined(NOT_COLLECTED.to_owned()), expected(test), "nothing"),
        },
        Assertion::AllOf(inner) => combine(inner, evidence, " AND ", all_of),
        Assertion::AnyOf(inner) => combine(inner, evidence, " OR ", any_of),
        Assertion::External(_) => without_findings(Verdict::Undetermined(NOT_COLLECTED.to_owned()), String::new(), ""),
        Assertion::Manual(_) => {
            without_findings(Verdict::Manual(MANUAL.to_owned()), "manual review".to_owned(), "not evaluated")
        }
    }
}

fn without_findings(verdict: Verdict, expected: String, actual: &str) -> Judgement {
    Judgement { verdict, expected, actual: actual.to_owned(), findings: Vec::new() }
}

fn combine<'e>(
    inner: &[Assertion],
    evidence: &dyn Fn(&Probe) -> Option<&'e Evidence>,
    word: &str,
    verdict: fn(&[Judgement]) -> Verdict,
) -> Judgement {
    let judgements: Vec<Judgement> = inner.iter().map(|a| judge(a, evidence)).collect();
    let texts = |text: fn(&Judgement) -> &str| {
        let mut texts: Vec<&str> = Vec::new();
        for judgement in &judgements {
            if !texts.contains(&text(judgement)) {
                texts.push(text(judgement));
            }
        }
        texts
    };
    let (verdict, expected, actual) =
        (verdict(&judgements), texts(|j| &j.expected).join(word), texts(|j| &j.actual).join("; "));
    let mut findings: Vec<Finding> = Vec::new();
    for finding in judgements.into_iter().flat_map(|j| j.findings) {
        match findings.iter_mut().find(|known| is_same_observation(known, &finding)) {
            Some(known) => known.status = worse(known.status, finding.status),
            None => findings.push(finding),
        }
    }
    adjust(&mut findings, verdict.status());
    Judgement { verdict, expected, actual, findings }
}

/// The same thing read twice, for two tests.
fn is_same_observation(one: &Finding, other: &Finding) -> bool {
    (&one.subject, &one.evidence) == (&other.subject, &other.evidence)
}

fn worse(one: Status, other: Status) -> Status {
    Status::worst([one, other]).unwrap_or(one)
}

/// Makes the status of a judgement the worst of its findings. Of alternatives one is enough: what does not hold beside it has
/// no weight, and where none holds for sure, none is a failure by itself.
pub(super) fn adjust(findings: &mut [Finding], status: Status) {
    let rank = |status: Status| Status::WORST_FIRST.iter().position(|s| *s == status);
    for finding in &mut *findings {
        if rank(finding.status) < rank(status) {
            finding.status = if status == Status::Undetermined { status } else { Status::NotApplicable };
        }
    }
    if !findings.iter().any(|finding| finding.status == status) {
        findings.iter_mut().for_each(|finding| finding.status = status);
    }
}

/// The worst decides: a failure, then what is undetermined; what does not apply has no weight unless nothing applies.
fn all_of(judgements: &[Judgement]) -> Verdict {
    worst(judgements.iter().map(|j| j.verdict.clone()))
}

/// The best decides. Where several fail, each says why.
fn any_of(judgements: &[Judgement]) -> Verdict {
    if judgements.iter().any(|j| j.verdict == Verdict::Pass) {
        return Verdict::Pass;
    }
    let mut reasons: Vec<&str> = Vec::new();
    for reason in judgements.iter().filter_map(|j| j.verdict.reason()) {
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    let reasons = reasons.join("; and ");
    if !judgements.is_empty() && judgements.iter().all(|j| matches!(j.verdict, Verdict::NotApplicable(_))) {
        return Verdict::NotApplicable(reasons);
    }
    if judgements.iter().any(|j| matches!(j.verdict, Verdict::Undetermined(_))) {
        Verdict::Undetermined(reasons)
    } else {
        Verdict::Fail(reasons)
    }
}

fn worst(verdicts: impl Iterator<Item = Verdict>) -> Verdict {
    let mut failed: Vec<String> = Vec::new();
    let mut undetermined: Vec<String> = Vec::new();
    let mut not_applicable = None;
    let mut passed = false;
    for verdict in verdicts {
        match verdict {
            Verdict::Pass => passed = true,
            Verdict::Fail(reason) if !failed.contains(&reason) => failed.push(reason),
            Verdict::Undetermined(reason) if !undetermined.contains(&reason) => undetermined.push(reason),
            Verdict::Fail(_) | Verdict::Undetermined(_) => {}
            Verdict::NotApplicable(reason) => not_applicable = Some(reason),
            Verdict::Manual(_) | Verdict::Skipped => undetermined.push(MANUAL.to_owned()),
        }
    }
    match not_applicable {
        _ if !failed.is_empty() => Verdict::Fail(join_reasons(&failed)),
        _ if !undetermined.is_empty() => Verdict::Undetermined(join_reasons(&undetermined)),
        _ if passed => Verdict::Pass,
        Some(reason) => Verdict::NotApplicable(reason),
        None => Verdict::Undetermined("nothing was observed".to_owned()),
    }
}

/// The first few reasons, and how many more there are.
fn join_reasons(reasons: &[String]) -> String {
    const SHOWN: usize = 4;
    let mut text = reasons[..reasons.len().min(SHOWN)].join("; ");
    if reasons.len() > SHOWN {
        text.push_str(&format!("; and {} more", reasons.len() - SHOWN));
    }
    text
}

fn judge_test(test: &Test, evidence: &Evidence) -> Judgement {
    let verdicts: Vec<Option<Verdict>> = evidence.observations.iter().map(|o| judge_one(test, o)).collect();
    let several = evidence.observations.len() > 1;
    let actual: Vec<String> = evidence.observations.iter().map(|o| describe(o, several)).collect();
    let findings = evidence.observations.iter().zip(&verdicts).map(|(o, verdict)| finding(o, verdict.as_ref()));
    Judgement {
        expected: expected(test),
        actual: if actual.is_empty() { "nothing".to_owned() } else { actual.join("; ") },
        findings: findings.collect(),
        verdict: worst(verdicts.into_iter().flatten()),
    }
}

/// One observation's verdict; a remark has none.
fn judge_one(test: &Test, observation: &Observation) -> Option<Verdict> {
    let expect = &test.expect;
    let name = &observation.attribute;
    let wrong = |TypeMismatch(what): TypeMismatch| Verdict::Undetermined(format!("{name}: {what}"));
    let verdict = |holds: bool, reason: &dyn Fn() -> String| {
        if holds { Verdict::Pass } else { Verdict::Fail(reason()) }
    };
    let in_words = || describe(observation, false);
    Some(match &observation.observed {
        Observed::Value(value) => match expect.holds(value) {
            Ok(holds) => verdict(holds, &in_words),
            Err(error) => wrong(error),
        },
        Observed::Unset { default } => match default {
            Some(default) if test.when_unset == WhenUnset::Default && !expect.holds_unset() => {
                expect.holds(default).map_or_else(wrong, |holds| verdict(holds, &in_words))
            }
            _ => verdict(expect.holds_unset(), &in_words),
        },
        Observed::Files(files) => match expect.holds_for_files(files) {
            Ok(holds) => verdict(holds, &|| {
                format!("{} has permissions {:03o} and owner {}", named(files), files.mode, files.owner())
            }),
            Err(error) => wrong(error),
        },
        Observed::Missing(reason) => match test.when_missing {
            WhenMissing::NotMet => Verdict::Fail(reason.clone()),
            WhenMissing::NotApplicable => Verdict::NotApplicable(reason.clone()),
        },
        Observed::Unknown(reason) => Verdict::Undetermined(reason.clone()),
        Observed::Remark(_) => return None,
    })
}

fn shown_default(value: &crate::model::Value) -> String {
    let text = value.to_string();
    if text.is_empty() { "empty".to_owned() } else { text }
}

fn expected(test: &Test) -> String {
    let mut text = test.probe.label();
    let space = if text.is_empty() { "" } else { " " };
    let default = if test.when_unset == WhenUnset::Default { ", or unset with such a default" } else { "" };
    text.reserve(64);
    // Writing to a String cannot fail.
    write!(text, "{space}{}{default}", test.expect).ok();
    text
}

/// The observation in words, with its subject if that is asked for or belongs to it.
fn describe(observation: &Observation, with_subject: bool) -> String {
    let name = &observation.attribute;
    let text = match &observation.observed {
        Observed::Value(value) => format!("{name} is {value} ({})", observation.source),
        Observed::Unset { default: Some(default) } => {
            format!("{name} is not set; the {} is {}", observation.source, shown_default(default))
        }
        Observed::Unset { default: None } => format!("{name} is not set"),
        Observed::Files(files) => format!("permissions {:03o}, owner {}", files.mode, files.owner()),
        Observed::Missing(reason) | Observed::Unknown(reason) | Observed::Remark(reason) => return reason.clone(),
    };
    if with_subject || matches!(observation.observed, Observed::Files(_)) {
        format!("{}: {text}", observation.subject)
    } else {
        text
    }
}

fn finding(observation: &Observation, verdict: Option<&Verdict>) -> Finding {
    let value = match &observation.observed {
        Observed::Value(value) => value.to_string(),
        Observed::Unset { default: Some(default) } => format!("not set; default {}", shown_default(default)),
        Observed::Unset { default: None } => "not set".to_owned(),
        Observed::Files(files) => {
            let listed = if files.count > 1 { format!(": {}", examples(files)) } else { String::new() };
            format!("{:03o} {}{listed}", files.mode, files.owner())
        }
        Observed::Missing(reason) | Observed::Unknown(reason) | Observed::Remark(reason) => reason.clone(),
    };
    let count = match &observation.observed {
        Observed::Files(files) => files.count,
        Observed::Value(_)
        | Observed::Unset { .. }
        | Observed::Missing(_)
        | Observed::Unknown(_)
        | Observed::Remark(_) => 1,
    };
    Finding {
        subject: observation.subject.clone(),
        count,
        // What is only remarked has no weight.
        status: verdict.map_or(Status::NotApplicable, Verdict::status),
        evidence: vec![EvidenceEntry {
            attribute: observation.attribute.clone(),
            value,
            source: observation.source.clone(),
        }],
        location: None,
        remediation: None,
    }
}

fn named(files: &FileGroup) -> String {
    if files.count == 1 { examples(files) } else { format!("each of {} files ({})", files.count, examples(files)) }
}

fn examples(files: &FileGroup) -> String {
    let more = if files.count > files.examples.len() { ", …" } else { "" };
    format!("{}{more}", files.examples.join(", "))
}
