//! What a rule asserts: one or more tests, each a probe with an expectation.

use super::Template;
use crate::expectation::Expectation;
use crate::probe::Probe;

/// What a rule asserts.
#[derive(Debug, Clone)]
pub enum Assertion {
    /// A probe and its expectation.
    Test(Test),
    /// All of these.
    AllOf(Vec<Self>),
    /// One of these.
    AnyOf(Vec<Self>),
    /// Manual review required; the steps to follow.
    Manual(Template),
    /// Evaluated outside the core; the index of the check there.
    External(usize),
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
            Self::Manual(_) | Self::External(_) => Vec::new(),
        }
    }

    /// Whether the core cannot evaluate it.
    pub const fn is_external(&self) -> bool {
        matches!(self, Self::External(_))
    }
}
