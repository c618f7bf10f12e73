//! What a rule asserts: one or more tests, each a probe with an expectation.

use super::Template;
use crate::expectation::Expectation;
use crate::probe::Probe;

/// What a rule asserts.
#[derive(Debug, Clone)]
pub enum Assertion {
    /// Something is looked at and compared.
    Test(Test),
    /// All of these.
    AllOf(Vec<Self>),
    /// One of these.
    AnyOf(Vec<Self>),
    /// A person finds out, with these steps.
    Manual(Template),
    /// Evaluated by whoever made the benchmark; the number is theirs.
    External(usize),
}

/// One look and what is expected of it.
#[derive(Debug, Clone)]
pub struct Test {
    /// What is looked at.
    pub probe: Probe,
    /// What must hold.
    pub expect: Expectation,
    /// What a value means that nothing sets.
    pub when_unset: WhenUnset,
    /// What it means that the subject is not there.
    pub when_missing: WhenMissing,
}

/// What a value means that nothing sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum WhenUnset {
    /// It is not met, unless unset is expected.
    #[default]
    NotMet,
    /// The documented default is judged.
    Default,
}

/// What it means that the subject is not there.
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
            Self::Manual(_) | Self::External(_) => Vec::new(),
        }
    }

    /// Whether the core cannot evaluate it.
    pub const fn is_external(&self) -> bool {
        matches!(self, Self::External(_))
    }
}
