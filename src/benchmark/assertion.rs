//! What a rule asserts: one or more tests, each a probe with an expectation.

use super::Template;
use crate::expectation::Expectation;
use crate::policy::{BuildTest, PolicyTest};
use crate::probe::Probe;
use crate::workload::WorkloadTest;

/// What a rule asserts.
#[derive(Debug, Clone)]
pub enum Assertion {
    /// A probe and its expectation.
    Test(Test),
    /// All of these.
    AllOf(Vec<Self>),
    /// One of these.
    AnyOf(Vec<Self>),
    /// What must hold where a condition does. Elsewhere it does not apply.
    Where(Box<Condition>, Box<Self>),
    /// Evaluated by documents that the user gives; without them the steps of a manual review.
    ByDocuments(Box<Self>, Template),
    /// Evaluated by the objects of the cluster; without them the steps of a manual review.
    ByCluster(PolicyTest, Template),
    /// Evaluated by the template of pods, wherever it comes from.
    ByWorkload(WorkloadTest),
    /// Evaluated by Dockerfiles.
    ByDockerfile(BuildTest),
    /// Manual review required; the steps to follow.
    Manual(Template),
    /// Evaluated outside the core; the index of the check there.
    External(usize),
}

/// What a process must be like for a rule to apply to it.
#[derive(Debug, Clone)]
pub struct Condition {
    /// What must hold. It holds where the subject does not exist: the rule itself says what that means.
    pub test: Test,
    /// Why the rule does not apply elsewhere.
    pub otherwise: String,
}

/// One probe with what must hold for its evidence.
#[derive(Debug, Clone)]
pub struct Test {
    /// What is read.
    pub probe: Probe,
    /// What must hold.
    pub expect: Expectation,
    /// The verdict if no source sets a value.
    pub when_unset: WhenUnset,
    /// The verdict if the subject does not exist.
    pub when_missing: WhenMissing,
}

/// The verdict if no source sets a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum WhenUnset {
    /// Fails, unless `unset` is expected.
    #[default]
    NotMet,
    /// The documented default is judged.
    Default,
}

/// The verdict if the subject does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum WhenMissing {
    /// It is not met.
    #[default]
    NotMet,
    /// The check does not apply.
    NotApplicable,
}

impl Assertion {
    /// Every test in it.
    pub fn tests(&self) -> Vec<&Test> {
        match self {
            Self::Test(test) => vec![test],
            Self::AllOf(inner) | Self::AnyOf(inner) => inner.iter().flat_map(Self::tests).collect(),
            Self::Where(condition, assertion) => assertion.tests().into_iter().chain([&condition.test]).collect(),
            Self::ByDocuments(assertion, _) => assertion.tests(),
            Self::ByCluster(..) | Self::ByWorkload(_) | Self::ByDockerfile(_) | Self::Manual(_) | Self::External(_) => {
                Vec::new()
            }
        }
    }

    /// How a person finds out, if it may come to that.
    pub const fn steps(&self) -> Option<&Template> {
        match self {
            Self::Manual(steps) | Self::ByDocuments(_, steps) | Self::ByCluster(_, steps) => Some(steps),
            Self::Test(_)
            | Self::AllOf(_)
            | Self::AnyOf(_)
            | Self::Where(..)
            | Self::ByWorkload(_)
            | Self::ByDockerfile(_)
            | Self::External(_) => None,
        }
    }

    /// Whether documents that the user gives answer it, and not the node.
    pub const fn is_by_documents(&self) -> bool {
        matches!(self, Self::ByDocuments(..))
    }

    /// What is asked about the objects of the cluster, if that is what it is about.
    pub const fn policy(&self) -> Option<&PolicyTest> {
        match self {
            Self::ByCluster(test, _) => Some(test),
            Self::Test(_)
            | Self::AllOf(_)
            | Self::AnyOf(_)
            | Self::Where(..)
            | Self::ByDocuments(..)
            | Self::ByWorkload(_)
            | Self::ByDockerfile(_)
            | Self::Manual(_)
            | Self::External(_) => None,
        }
    }

    /// What is asked about workloads, if that is what it is about.
    pub const fn workload(&self) -> Option<WorkloadTest> {
        match self {
            Self::ByWorkload(test) => Some(*test),
            Self::Test(_)
            | Self::AllOf(_)
            | Self::AnyOf(_)
            | Self::Where(..)
            | Self::ByDocuments(..)
            | Self::ByCluster(..)
            | Self::ByDockerfile(_)
            | Self::Manual(_)
            | Self::External(_) => None,
        }
    }

    /// What is asked about Dockerfiles, if that is what it is about.
    pub const fn dockerfile(&self) -> Option<BuildTest> {
        match self {
            Self::ByDockerfile(test) => Some(*test),
            Self::Test(_)
            | Self::AllOf(_)
            | Self::AnyOf(_)
            | Self::Where(..)
            | Self::ByDocuments(..)
            | Self::ByCluster(..)
            | Self::ByWorkload(_)
            | Self::Manual(_)
            | Self::External(_) => None,
        }
    }

    /// Whether the core cannot evaluate it.
    pub const fn is_external(&self) -> bool {
        matches!(self, Self::External(_))
    }
}
