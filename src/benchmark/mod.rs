//! Benchmarks as they are judged: groups of checks, each with its rule. Reads no host, judges nothing.

mod catalog_file;
mod embedded;
mod files;
mod library;
mod lint;
mod load;
mod profile;
mod raw;
mod resolve;
mod rule;
mod rules;
mod template;

use crate::expectation::Expectation;
use crate::model::{Component, Extensions, Id, Severity};
use crate::node::Target;
use crate::probe::Probe;
use std::borrow::Cow;

pub use library::Library;
pub use lint::{ForeignFormat, LintError, files_at, lint};
pub use template::Template;

/// The JSON Schemas of a catalogue file and of a profile.
#[cfg(test)]
pub(crate) fn schemas() -> [schemars::Schema; 2] {
    [schemars::schema_for!(Vec<raw::RawRule>), schemars::schema_for!(profile::RawProfile)]
}

/// A text of a definition. One that is compiled in is nowhere copied.
pub type Text = Cow<'static, str>;

/// A benchmark, ready to be planned.
#[derive(Debug, Clone)]
pub struct Benchmark {
    /// `cis-1.20`.
    pub id: String,
    /// For the reader.
    pub title: String,
    /// One a target.
    pub sections: Vec<Section>,
}

/// The part of a benchmark that is about one target.
#[derive(Debug, Clone)]
pub struct Section {
    /// Its number.
    pub id: String,
    /// For the reader.
    pub title: String,
    /// Its target.
    pub target: Target,
    /// Its groups, in numeric order.
    pub groups: Vec<Group>,
}

/// Checks on one subject.
#[derive(Debug, Clone)]
pub struct Group {
    /// Its number.
    pub id: Id,
    /// For the reader.
    pub title: String,
    /// Data for other tools' formats.
    pub extensions: Extensions,
    /// Its checks, in numeric order.
    pub checks: Vec<Check>,
}

/// A recommendation of a benchmark: a rule under a number.
#[derive(Debug, Clone)]
pub struct Check {
    /// Its number.
    pub id: Id,
    /// What is judged.
    pub rule: Rule,
    /// Whether the benchmark leaves it to a person.
    pub assessment: Assessment,
    /// Whether not meeting it is a failure.
    pub scored: bool,
}

/// A rule with its parameters filled in.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its name in the catalogue.
    pub id: String,
    /// The state that is asked for.
    pub title: Text,
    /// How it is found out.
    pub assertion: Assertion,
    /// How much an attacker gains where it is not followed; none for a check of the user's own files.
    pub severity: Option<Severity>,
    /// The component that it speaks about: where that does not run beside others, the rule does not apply.
    pub needs: Option<Component>,
    /// What an attacker gains.
    pub rationale: Text,
    /// What breaks when the remediation is applied blindly.
    pub impact: Option<Text>,
    /// What to do on this node.
    pub remediation: Template,
}

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

/// Who judges a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Assessment {
    /// The program.
    Automated,
    /// A person, in the benchmark's eyes; what the host shows is judged all the same.
    Manual,
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

impl Benchmark {
    /// Its targets.
    pub fn targets(&self) -> Vec<Target> {
        self.sections.iter().map(|s| s.target).collect()
    }

    /// Its checks, each with its target.
    pub fn checks(&self) -> impl Iterator<Item = (Target, &Check)> {
        self.sections.iter().flat_map(|s| s.groups.iter().flat_map(|g| &g.checks).map(move |c| (s.target, c)))
    }
}
