//! A proof as it is written down: a machine, and the verdict that it must get.

use super::machine::{Difference, Machine};
use super::subject::Subject;
use super::{generate, yaml};
use nodeproof::internals::model::Status;
use nodeproof::internals::report::CheckResult;
use serde::Deserialize;
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

/// The files of proofs, one for each file of the catalogue that has an automated rule.
const FILES: [&str; 15] = [
    "ack",
    "aks",
    "apiserver",
    "cloud",
    "controller-manager",
    "controlplane",
    "eks",
    "etcd",
    "files",
    "gke",
    "kubelet",
    "openshift",
    "proxy",
    "scheduler",
    "stig",
];

/// A verdict in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum State {
    Met,
    NotMet,
    NotApplicable,
    Undetermined,
    /// No document was given.
    Manual,
}

/// What a proof shows besides its verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Proves {
    Absent,
    Unreadable,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct Case {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) host: Difference,
    pub(crate) is: State,
    /// Words of the reason.
    #[serde(default)]
    pub(crate) because: Option<String>,
    /// The parts of the expectation that do not hold, from 1 as they are written; of a rule with one part it is that.
    #[serde(default, deserialize_with = "one_or_many")]
    pub(crate) breaks: Vec<usize>,
    #[serde(default)]
    pub(crate) proves: Option<Proves>,
    /// Only for these parameters.
    #[serde(default)]
    pub(crate) with: Map<String, Json>,
    /// Only for the parameters of these benchmarks.
    #[serde(default, rename = "in")]
    pub(crate) benchmarks: Vec<String>,
}

/// A number, or a list of them.
fn one_or_many<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<usize>, D::Error> {
    let json = Json::deserialize(deserializer)?;
    let items = json.as_array().cloned().unwrap_or_else(|| vec![json.clone()]);
    let number = |item: &Json| item.as_u64().and_then(|n| usize::try_from(n).ok());
    items
        .iter()
        .map(number)
        .collect::<Option<_>>()
        .ok_or_else(|| serde::de::Error::custom(format!("{json} is no part")))
}

impl Case {
    pub(crate) fn new(name: impl Into<String>, host: Difference, is: State) -> Self {
        Self {
            name: name.into(),
            host,
            is,
            because: None,
            breaks: Vec::new(),
            proves: None,
            with: Map::new(),
            benchmarks: Vec::new(),
        }
    }

    pub(crate) fn proving(self, proves: Proves) -> Self {
        Self { proves: Some(proves), ..self }
    }

    pub(crate) fn machine(&self) -> Machine {
        Machine::base(&self.host).unwrap_or_else(|e| panic!("{}: {e}", self.name))
    }

    /// How a verdict is not the one that is written down.
    pub(crate) fn fault(&self, check: &CheckResult) -> Option<String> {
        let state = match check.status {
            Status::Pass => State::Met,
            Status::Fail => State::NotMet,
            Status::NotApplicable => State::NotApplicable,
            Status::Undetermined => State::Undetermined,
            Status::Manual => State::Manual,
            Status::Skipped | Status::Waived => return Some(format!("is {}", check.status)),
        };
        let reason = check.reason.as_deref().unwrap_or_default();
        if state != self.is {
            return Some(format!("should be {:?}, is {}: {reason}", self.is, check.status));
        }
        let because = self.because.as_ref().filter(|words| !reason.contains(*words))?;
        Some(format!("should say {because:?}, says {reason:?}"))
    }

    fn is_for(&self, subject: &Subject) -> bool {
        self.with.iter().all(|(name, value)| subject.params.get(name) == Some(value))
            && (self.benchmarks.is_empty() || self.benchmarks.iter().any(|b| subject.benchmarks.contains(b)))
    }
}

/// All proofs, by rule.
pub(crate) struct Cases(BTreeMap<String, Vec<Case>>);

/// Reads every proof, and makes those of the tables.
pub(crate) fn all() -> Cases {
    let mut cases: BTreeMap<String, Vec<Case>> = BTreeMap::new();
    let tables = generate::Tables::read();
    for file in FILES {
        let path = format!("testdata/proofs/{file}.yaml");
        let Json::Object(rules) = yaml(&path) else { panic!("{path} is no mapping of rules to proofs") };
        for (rule, entries) in rules {
            let entries = entries.as_array().cloned().unwrap_or_else(|| panic!("{path}: {rule} has no list"));
            let made =
                entries.into_iter().flat_map(|e| tables.cases(e).unwrap_or_else(|e| panic!("{path}: {rule}: {e}")));
            cases.entry(rule.clone()).or_default().extend(made);
        }
    }
    for case in cases.values_mut().flatten().filter(|c| c.is == State::NotMet && c.breaks.is_empty()) {
        case.breaks = vec![1];
    }
    Cases(cases)
}

impl Cases {
    pub(crate) fn of<'a>(&'a self, subject: &'a Subject) -> impl Iterator<Item = &'a Case> {
        self.0.get(&subject.rule).into_iter().flatten().filter(|c| c.is_for(subject))
    }

    /// Proofs of no rule, and such as are for parameters that no benchmark has.
    pub(crate) fn unused(&self, subjects: &[Subject]) -> Vec<String> {
        let used = |rule: &str, case: &Case| subjects.iter().any(|s| s.rule == rule && case.is_for(s));
        let all = self.0.iter().flat_map(|(rule, cases)| cases.iter().map(move |c| (rule, c)));
        all.filter(|(rule, case)| !used(rule, case))
            .map(|(rule, c)| format!("{rule}: {} is of no use", c.name))
            .collect()
    }
}
