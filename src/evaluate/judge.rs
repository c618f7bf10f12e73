//! Compares evidence with expectations. Pure: no source, no clock. What is unknown never passes.

use crate::benchmark::{Assertion, Condition, Test, WhenMissing, WhenUnset};
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

/// The value of evidence where nothing sets it and there is no default.
const NOT_SET: &str = "not set";

/// The reason of a check that only a person can assess.
const MANUAL: &str = "manual review required";

/// Judges an assertion by the evidence that was collected for each of its probes. Each process is judged by itself: what one
/// of them has is no alternative to what another lacks.
pub fn judge<'e>(assertion: &Assertion, evidence: &dyn Fn(&Probe) -> Option<&'e Evidence>) -> Judgement {
    match &processes(assertion, evidence)[..] {
        [] | [_] => judge_scope(assertion, &Scope { evidence, process: None }),
        several => {
            let of_process = |pid: &u32| judge_scope(assertion, &Scope { evidence, process: Some(*pid) });
            join(several.iter().map(of_process).collect(), " AND ", all_of)
        }
    }
}

/// The processes of the component that the assertion is about.
fn processes<'e>(assertion: &Assertion, evidence: &dyn Fn(&Probe) -> Option<&'e Evidence>) -> Vec<u32> {
    let of_test = |test: &Test| {
        let observations = evidence(&test.probe).map_or(&[][..], |evidence| &evidence.observations);
        let mut processes: Vec<u32> = observations.iter().filter_map(|observation| observation.process).collect();
        processes.sort_unstable();
        processes.dedup();
        processes
    };
    let tests = assertion.tests();
    if let [_] = tests[..] {
        return Vec::new();
    }
    tests.into_iter().map(of_test).find(|processes| !processes.is_empty()).unwrap_or_default()
}

/// The evidence of all processes, or what of it concerns one.
struct Scope<'s, 'e> {
    evidence: &'s dyn Fn(&Probe) -> Option<&'e Evidence>,
    process: Option<u32>,
}

impl<'e> Scope<'_, 'e> {
    fn observations(&self, probe: &Probe) -> Option<Vec<&'e Observation>> {
        let observations = &(self.evidence)(probe)?.observations;
        // A probe of another component concerns each process.
        let one = self.process.filter(|pid| observations.iter().any(|observation| observation.process == Some(*pid)));
        let concerns = |observation: &&Observation| one.is_none() || [None, one].contains(&observation.process);
        Some(observations.iter().filter(concerns).collect())
    }
}

fn judge_scope(assertion: &Assertion, scope: &Scope<'_, '_>) -> Judgement {
    let each = |inner: &[Assertion]| inner.iter().map(|assertion| judge_scope(assertion, scope)).collect();
    match assertion {
        Assertion::Test(test) => match scope.observations(&test.probe) {
            Some(observations) => judge_test(test, &observations),
            None => without_findings(Verdict::Undetermined(NOT_COLLECTED.to_owned()), expected(test), "nothing"),
        },
        Assertion::AllOf(inner) => join(each(inner), " AND ", all_of),
        Assertion::AnyOf(inner) => join(each(inner), " OR ", any_of),
        Assertion::Where(condition, assertion) => judge_where(condition, assertion, scope),
        Assertion::ByDocuments(assertion, _) => judge_scope(assertion, scope),
        Assertion::ByCluster(..) => {
            without_findings(Verdict::Manual(MANUAL.to_owned()), "manual review".to_owned(), "not evaluated")
        }
        Assertion::ByWorkload(test) => without_findings(
            Verdict::NotApplicable("it is about workloads, which nodeproof scan and nodeproof cluster read".to_owned()),
            test.expected().to_owned(),
            "not evaluated",
        ),
        Assertion::ByDockerfile(test) => without_findings(
            Verdict::NotApplicable("it is about Dockerfiles, which nodeproof scan reads".to_owned()),
            test.expected().to_owned(),
            "not evaluated",
        ),
        Assertion::External(_) => without_findings(Verdict::Undetermined(NOT_COLLECTED.to_owned()), String::new(), ""),
        Assertion::Manual(_) => {
            without_findings(Verdict::Manual(MANUAL.to_owned()), "manual review".to_owned(), "not evaluated")
        }
    }
}

fn without_findings(verdict: Verdict, expected: String, actual: &str) -> Judgement {
    Judgement { verdict, expected, actual: actual.to_owned(), findings: Vec::new() }
}

/// Judges an assertion if its condition holds.
fn judge_where(condition: &Condition, assertion: &Assertion, scope: &Scope<'_, '_>) -> Judgement {
    let exists =
        |observation: &&Observation| !matches!(observation.observed, Observed::Missing(_) | Observed::Remark(_));
    let observations = scope.observations(&condition.test.probe);
    let observations = observations.map(|observations| observations.into_iter().filter(exists).collect::<Vec<_>>());
    let mut judgement = match observations {
        Some(observations) if !observations.is_empty() => judge_test(&condition.test, &observations),
        Some(_) | None => return judge_scope(assertion, scope),
    };
    judgement.verdict = match judgement.verdict {
        Verdict::Fail(reason) => Verdict::NotApplicable(format!("{reason}: {}", condition.otherwise)),
        other @ (Verdict::Undetermined(_) | Verdict::NotApplicable(_) | Verdict::Manual(_)) => other,
        Verdict::Pass | Verdict::Skipped => return judge_scope(assertion, scope),
    };
    let status = judgement.verdict.status();
    judgement.findings.iter_mut().for_each(|finding| finding.status = status);
    judgement.expected = judge(assertion, &|_| None).expected;
    judgement
}

/// Several judgements as one.
fn join(judgements: Vec<Judgement>, word: &str, verdict: fn(&[Judgement]) -> Verdict) -> Judgement {
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
    // What nothing sets is no news beside an alternative that is set and fails.
    let some_is_set = judgements.iter().any(|j| j.findings.iter().flat_map(|f| &f.evidence).any(is_set));
    let all_fail = judgements.iter().all(|j| matches!(j.verdict, Verdict::Fail(_)));
    let counts = |j: &&Judgement| !(all_fail && some_is_set && is_unset(j));
    let mut reasons: Vec<&str> = Vec::new();
    for reason in judgements.iter().filter(counts).filter_map(|j| j.verdict.reason()) {
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
    } else if judgements.iter().any(|j| matches!(j.verdict, Verdict::Manual(_))) {
        Verdict::Manual(reasons)
    } else {
        Verdict::Fail(reasons)
    }
}

fn is_set(entry: &EvidenceEntry) -> bool {
    !entry.value.starts_with(NOT_SET)
}

/// Whether nothing sets what a judgement is about, and it has no default.
fn is_unset(judgement: &Judgement) -> bool {
    let mut entries = judgement.findings.iter().flat_map(|finding| &finding.evidence).peekable();
    entries.peek().is_some() && entries.all(|entry| entry.value == NOT_SET)
}

fn worst(verdicts: impl Iterator<Item = Verdict>) -> Verdict {
    let mut failed: Vec<String> = Vec::new();
    let mut undetermined: Vec<String> = Vec::new();
    let mut manual: Vec<String> = Vec::new();
    let mut not_applicable = None;
    let mut passed = false;
    for verdict in verdicts {
        match verdict {
            Verdict::Pass => passed = true,
            Verdict::Fail(reason) if !failed.contains(&reason) => failed.push(reason),
            Verdict::Undetermined(reason) if !undetermined.contains(&reason) => undetermined.push(reason),
            Verdict::Manual(reason) if !manual.contains(&reason) => manual.push(reason),
            Verdict::Fail(_) | Verdict::Undetermined(_) | Verdict::Manual(_) => {}
            Verdict::NotApplicable(reason) => not_applicable = Some(reason),
            Verdict::Skipped => undetermined.push(MANUAL.to_owned()),
        }
    }
    match not_applicable {
        _ if !failed.is_empty() => Verdict::Fail(join_reasons(&failed)),
        _ if !undetermined.is_empty() => Verdict::Undetermined(join_reasons(&undetermined)),
        _ if !manual.is_empty() => Verdict::Manual(join_reasons(&manual)),
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

fn judge_test(test: &Test, observations: &[&Observation]) -> Judgement {
    let verdicts: Vec<Option<Verdict>> = observations.iter().map(|o| judge_one(test, o)).collect();
    let several = observations.len() > 1;
    let actual: Vec<String> = observations.iter().map(|o| describe(o, several)).collect();
    let findings = observations.iter().zip(&verdicts).map(|(o, verdict)| finding(o, verdict.as_ref()));
    Judgement {
        expected: expected(test),
        actual: if actual.is_empty() { "nothing".to_owned() } else { actual.join("; ") },
        findings: findings.collect(),
        verdict: worst(verdicts.into_iter().flatten()),
    }
}

/// One observation's verdict; a remark has none.
pub(super) fn judge_one(test: &Test, observation: &Observation) -> Option<Verdict> {
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
        Observed::Files(files) => match (expect.holds_for_files(files), &files.replaceable) {
            (_, Some(replaceable)) => Verdict::Fail(replaceable.reason.clone()),
            (Err(error), None) => wrong(error),
            (Ok(holds), None) => verdict(holds, &|| {
                format!("{} has permissions {} and owner {}", named(files), files.permissions(), files.owner())
            }),
        },
        Observed::Missing(reason) => match test.when_missing {
            WhenMissing::NotMet => Verdict::Fail(reason.clone()),
            WhenMissing::NotApplicable => Verdict::NotApplicable(reason.clone()),
        },
        Observed::NotApplicable(reason) => Verdict::NotApplicable(reason.clone()),
        Observed::Unknown(reason) => Verdict::Undetermined(reason.clone()),
        Observed::NotGiven { reason, .. } => Verdict::Manual(reason.clone()),
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
        Observed::Files(files) => format!("permissions {}, owner {}", files.permissions(), files.owner()),
        Observed::Missing(reason)
        | Observed::NotApplicable(reason)
        | Observed::Unknown(reason)
        | Observed::NotGiven { reason, .. }
        | Observed::Remark(reason) => return reason.clone(),
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
        Observed::Unset { default: None } => NOT_SET.to_owned(),
        Observed::Files(files) => {
            let listed = if files.count > 1 { format!(": {}", examples(files)) } else { String::new() };
            format!("{} {}{listed}", files.permissions(), files.owner())
        }
        Observed::Missing(reason)
        | Observed::NotApplicable(reason)
        | Observed::Unknown(reason)
        | Observed::NotGiven { reason, .. }
        | Observed::Remark(reason) => reason.clone(),
    };
    let count = match &observation.observed {
        Observed::Files(files) => files.count,
        Observed::Value(_)
        | Observed::Unset { .. }
        | Observed::Missing(_)
        | Observed::NotApplicable(_)
        | Observed::Unknown(_)
        | Observed::NotGiven { .. }
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
