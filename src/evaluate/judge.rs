//! Holds evidence against expectations. Pure: no host, no clock, no order of things. What is not known is never met.

use crate::benchmark::{Assertion, Test, WhenMissing, WhenUnset};
use crate::expectation::TypeMismatch;
use crate::model::{Evidence, FileGroup, Observation, Observed};
use crate::probe::Probe;
use crate::report::{Finding, Verdict};
use std::fmt::Write as _;

/// A verdict with what leads to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// The verdict.
    pub verdict: Verdict,
    /// What must hold, in words.
    pub expected: String,
    /// What was seen, in words.
    pub actual: String,
    /// Everything that was seen.
    pub findings: Vec<Finding>,
}

/// Judges an assertion by the evidence that was collected for each of its probes.
pub fn judge<'e>(assertion: &Assertion, evidence: &dyn Fn(&Probe) -> Option<&'e Evidence>) -> Judgement {
    match assertion {
        Assertion::Test(test) => match evidence(&test.probe) {
            Some(evidence) => judge_test(test, evidence),
            None => Judgement {
                verdict: Verdict::Undetermined("nothing was collected".to_owned()),
                expected: expected(test),
                actual: "nothing".to_owned(),
                findings: Vec::new(),
            },
        },
        Assertion::AllOf(inner) => combine(inner, evidence, " AND ", all_of),
        Assertion::AnyOf(inner) => combine(inner, evidence, " OR ", any_of),
        Assertion::Dialect(_) => Judgement {
            verdict: Verdict::Undetermined("what an audit prints is no evidence of a probe".to_owned()),
            expected: String::new(),
            actual: String::new(),
            findings: Vec::new(),
        },
        Assertion::Manual(_) => Judgement {
            verdict: Verdict::Manual,
            expected: "a person finds out".to_owned(),
            actual: "not looked at".to_owned(),
            findings: Vec::new(),
        },
    }
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
        if !findings.contains(&finding) {
            findings.push(finding);
        }
    }
    Judgement { verdict, expected, actual, findings }
}

/// The worst decides: not met, then undetermined; what does not apply is passed over unless nothing does.
fn all_of(judgements: &[Judgement]) -> Verdict {
    worst(judgements.iter().map(|j| j.verdict.clone()))
}

/// The best decides. Of several that are not met, each says why.
fn any_of(judgements: &[Judgement]) -> Verdict {
    if judgements.iter().any(|j| j.verdict == Verdict::Met) {
        return Verdict::Met;
    }
    let mut reasons: Vec<&str> = Vec::new();
    for reason in judgements.iter().filter_map(|j| j.verdict.reason()) {
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    let reasons = reasons.join("; and ");
    if judgements.iter().any(|j| matches!(j.verdict, Verdict::Undetermined(_))) {
        Verdict::Undetermined(reasons)
    } else {
        Verdict::NotMet(reasons)
    }
}

fn worst(verdicts: impl Iterator<Item = Verdict>) -> Verdict {
    let mut not_met: Vec<String> = Vec::new();
    let mut undetermined: Vec<String> = Vec::new();
    let mut not_applicable = None;
    let mut met = false;
    for verdict in verdicts {
        match verdict {
            Verdict::Met => met = true,
            Verdict::NotMet(reason) if !not_met.contains(&reason) => not_met.push(reason),
            Verdict::Undetermined(reason) if !undetermined.contains(&reason) => undetermined.push(reason),
            Verdict::Untested(reason) => undetermined.push(reason),
            Verdict::NotMet(_) | Verdict::Undetermined(_) => {}
            Verdict::NotApplicable(reason) => not_applicable = Some(reason),
            Verdict::Manual | Verdict::Skipped => undetermined.push("a person must find out".to_owned()),
        }
    }
    match not_applicable {
        _ if !not_met.is_empty() => Verdict::NotMet(join_reasons(&not_met)),
        _ if !undetermined.is_empty() => Verdict::Undetermined(join_reasons(&undetermined)),
        _ if met => Verdict::Met,
        Some(reason) => Verdict::NotApplicable(reason),
        None => Verdict::Undetermined("nothing was seen".to_owned()),
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
    let verdicts = evidence.observations.iter().filter_map(|o| judge_one(test, o));
    let several = evidence.observations.len() > 1;
    let actual: Vec<String> = evidence.observations.iter().map(|o| describe(o, several)).collect();
    Judgement {
        verdict: worst(verdicts),
        expected: expected(test),
        actual: if actual.is_empty() { "nothing".to_owned() } else { actual.join("; ") },
        findings: evidence.observations.iter().map(finding).collect(),
    }
}

/// One observation's verdict; a remark has none.
fn judge_one(test: &Test, observation: &Observation) -> Option<Verdict> {
    let expect = &test.expect;
    let name = &observation.attribute;
    let wrong = |TypeMismatch(what): TypeMismatch| Verdict::Undetermined(format!("{name}: {what}"));
    let verdict = |holds: bool, reason: &dyn Fn() -> String| {
        if holds { Verdict::Met } else { Verdict::NotMet(reason()) }
    };
    Some(match &observation.observed {
        Observed::Value(value) => match expect.holds(value) {
            Ok(holds) => verdict(holds, &|| format!("{name} is {value} ({})", observation.source)),
            Err(error) => wrong(error),
        },
        Observed::Unset { default } => {
            let not_set = || match default {
                Some(default) => format!("{name} is not set; the {} is {}", observation.source, shown_default(default)),
                None => format!("{name} is not set"),
            };
            match default {
                Some(default) if test.when_unset == WhenUnset::Default && !expect.holds_unset() => {
                    expect.holds(default).map_or_else(wrong, |holds| verdict(holds, &not_set))
                }
                _ => verdict(expect.holds_unset(), &not_set),
            }
        }
        Observed::Files(files) => match expect.holds_for_files(files) {
            Ok(holds) => verdict(holds, &|| {
                format!("{} has permissions {:03o} and owner {}", named(files), files.mode, files.owner())
            }),
            Err(error) => wrong(error),
        },
        Observed::Missing(reason) => match test.when_missing {
            WhenMissing::NotMet => Verdict::NotMet(reason.clone()),
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

fn finding(observation: &Observation) -> Finding {
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
    Finding {
        subject: observation.subject.clone(),
        attribute: observation.attribute.clone(),
        value,
        source: observation.source.clone(),
    }
}

fn named(files: &FileGroup) -> String {
    if files.count == 1 { examples(files) } else { format!("each of {} files ({})", files.count, examples(files)) }
}

fn examples(files: &FileGroup) -> String {
    let more = if files.count > files.examples.len() { ", …" } else { "" };
    format!("{}{more}", files.examples.join(", "))
}
