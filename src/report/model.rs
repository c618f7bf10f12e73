//! What came of a run: a verdict for each check, and everything that a report tells. Pure data.

use crate::benchmark::Id;
use crate::kube_bench;
use crate::model::Target;
use std::fmt;
use std::ops::AddAssign;

/// What was found out about one check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is as asked; there is evidence.
    Met,
    /// It is not as asked.
    NotMet(String),
    /// A person must find out.
    Manual,
    /// There is nothing to judge it by, for this reason: the definition needs attention.
    Untested(String),
    /// The user asked to leave it out.
    Skipped,
    /// It does not apply to this node, for this reason.
    NotApplicable(String),
    /// It cannot be told, for this reason.
    Undetermined(String),
}

/// A verdict as reports show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// PASS
    Pass,
    /// FAIL
    Fail,
    /// WARN
    Warn,
    /// INFO
    Info,
}

impl Verdict {
    /// The state of a check with this verdict. What is not known is as bad as what is not met.
    pub const fn state(&self, scored: bool) -> State {
        match self {
            Self::Met => State::Pass,
            Self::NotMet(_) | Self::Undetermined(_) if scored => State::Fail,
            Self::NotMet(_) | Self::Undetermined(_) | Self::Manual | Self::Untested(_) => State::Warn,
            Self::Skipped | Self::NotApplicable(_) => State::Info,
        }
    }

    /// Why, where there is something to say.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Met => None,
            Self::NotMet(reason)
            | Self::NotApplicable(reason)
            | Self::Undetermined(reason)
            | Self::Untested(reason) => Some(reason),
            Self::Manual => Some("Test marked as a manual test"),
            Self::Skipped => Some("Test marked as skip"),
        }
    }
}

impl From<kube_bench::Verdict> for Verdict {
    fn from(verdict: kube_bench::Verdict) -> Self {
        match verdict {
            kube_bench::Verdict::Passed => Self::Met,
            kube_bench::Verdict::Failed(reason) => Self::NotMet(reason),
            kube_bench::Verdict::NotRun(reason) => Self::Undetermined(reason),
            kube_bench::Verdict::Manual => Self::Manual,
            kube_bench::Verdict::Skipped => Self::Skipped,
            kube_bench::Verdict::Untested(reason) => Self::Untested(reason),
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pass => "PASS",
            Self::Fail => "FAIL",
            Self::Warn => "WARN",
            Self::Info => "INFO",
        })
    }
}

/// One check of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Its number.
    pub id: Id,
    /// The state that is asked for.
    pub title: String,
    /// Whether not meeting it is a failure.
    pub scored: bool,
    /// Whether only a person can find out.
    pub manual: bool,
    /// Whether several things were looked at, all of which must be right.
    pub multiple: bool,
    /// What was found out.
    pub verdict: Verdict,
    /// In words, what was read.
    pub audit: String,
    /// What must hold.
    pub expected: String,
    /// What was seen.
    pub actual: String,
    /// What to do on this node.
    pub remediation: String,
    /// Everything that was seen, one by one.
    pub evidence: Vec<Finding>,
    /// What a check of kube-bench's dialect has written beside its audit.
    pub kube_bench_fields: KubeBenchFields,
}

/// What a check of kube-bench's dialect has written beside its audit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KubeBenchFields {
    /// `audit_env`.
    pub audit_env: String,
    /// `audit_config`.
    pub audit_config: String,
    /// `type`.
    pub kind: String,
}

/// One thing that was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// A path, or a process with its number.
    pub subject: String,
    /// What of it.
    pub attribute: String,
    /// Its value, or why there is none.
    pub value: String,
    /// Where the value came from.
    pub source: String,
}

impl Outcome {
    /// The state that reports show.
    pub const fn state(&self) -> State {
        self.verdict.state(self.scored)
    }
}

/// A whole run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The benchmark's id.
    pub benchmark: String,
    /// The Kubernetes version, where it is known.
    pub kubernetes: Option<KubernetesVersion>,
    /// One a target, in the order of their numbers.
    pub sections: Vec<SectionReport>,
    /// What the reader should know about how the node was seen.
    pub notices: Vec<String>,
}

/// The Kubernetes version that told the benchmark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KubernetesVersion {
    /// As it was written.
    pub version: String,
    /// Where it was read.
    pub source: String,
}

/// The outcomes of one target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SectionReport {
    /// Its number.
    pub id: String,
    /// For the reader.
    pub title: String,
    /// Its target.
    pub target: Target,
    /// Its groups; those without a check are left out.
    pub groups: Vec<GroupReport>,
}

/// The outcomes of one group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupReport {
    /// Its number.
    pub id: Id,
    /// For the reader.
    pub title: String,
    /// Its `type`, where kube-bench's dialect has one.
    pub kind: String,
    /// Its checks, in numeric order.
    pub outcomes: Vec<Outcome>,
}

/// How many checks are in each state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// PASS
    pub pass: usize,
    /// FAIL
    pub fail: usize,
    /// WARN
    pub warn: usize,
    /// INFO
    pub info: usize,
}

impl Totals {
    fn of<'a>(outcomes: impl Iterator<Item = &'a Outcome>) -> Self {
        let mut totals = Self::default();
        for outcome in outcomes {
            *match outcome.state() {
                State::Pass => &mut totals.pass,
                State::Fail => &mut totals.fail,
                State::Warn => &mut totals.warn,
                State::Info => &mut totals.info,
            } += 1;
        }
        totals
    }

    /// All checks.
    pub const fn sum(&self) -> usize {
        self.pass + self.fail + self.warn + self.info
    }
}

impl AddAssign for Totals {
    fn add_assign(&mut self, other: Self) {
        self.pass += other.pass;
        self.fail += other.fail;
        self.warn += other.warn;
        self.info += other.info;
    }
}

impl GroupReport {
    /// Its totals.
    pub fn totals(&self) -> Totals {
        Totals::of(self.outcomes.iter())
    }
}

impl SectionReport {
    /// Its outcomes.
    pub fn outcomes(&self) -> impl Iterator<Item = &Outcome> {
        self.groups.iter().flat_map(|g| &g.outcomes)
    }

    /// Its totals.
    pub fn totals(&self) -> Totals {
        Totals::of(self.outcomes())
    }
}

impl Report {
    /// The totals of all targets.
    pub fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        self.sections.iter().for_each(|s| totals += s.totals());
        totals
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_never_a_pass() {
        let reason = || "r".to_owned();
        let cases = [
            (Verdict::Met, State::Pass, State::Pass),
            (Verdict::NotMet(reason()), State::Fail, State::Warn),
            (Verdict::Undetermined(reason()), State::Fail, State::Warn),
            (Verdict::Manual, State::Warn, State::Warn),
            (Verdict::Untested(reason()), State::Warn, State::Warn),
            (Verdict::Skipped, State::Info, State::Info),
            (Verdict::NotApplicable(reason()), State::Info, State::Info),
        ];
        for (verdict, scored, unscored) in cases {
            assert_eq!((verdict.state(true), verdict.state(false)), (scored, unscored), "{verdict:?}");
            assert_eq!(verdict.reason().is_none(), verdict == Verdict::Met);
        }
    }
}
