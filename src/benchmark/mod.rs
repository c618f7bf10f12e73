//! Benchmarks as they are judged: groups of checks, each with its rule. Reads no host, judges nothing.

mod catalog;
mod embedded;
pub(crate) mod folder_warnings;
pub(crate) mod folders;
mod lint;
mod raw;
mod rule;
mod rules;
pub(crate) mod source;
mod template;

use crate::expectation::Expectation;
use crate::kube_bench;
use crate::model::Component;
use crate::model::Target;
use crate::probe::Probe;
use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;

pub use catalog::Library;
pub use lint::{Diagnostic, LintError, Severity, lint, sources};
pub use source::{DefinitionError, Source};
pub use template::Template;

/// The JSON Schemas of a catalogue file and of a profile.
#[cfg(test)]
pub(crate) fn schemas() -> [schemars::Schema; 2] {
    [schemars::schema_for!(Vec<raw::RawRule>), schemars::schema_for!(catalog::RawProfile)]
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
    /// Its `type`, where kube-bench's dialect has one.
    pub kind: String,
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
    /// The component that it speaks about: where that does not run beside others, the rule does not apply.
    pub needs: Option<Component>,
    /// What an attacker gains.
    pub why: Text,
    /// What breaks when the fix is applied blindly.
    pub impact: Option<Text>,
    /// What to do on this node.
    pub fix: Template,
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
    /// Tests of what a shell audit prints, as kube-bench has them.
    Dialect(Box<kube_bench::Check>),
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
            Self::Manual(_) | Self::Dialect(_) => Vec::new(),
        }
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

/// A number such as `1.2.10`. Kept as the text that was written, ordered by its numbers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Id {
    text: String,
    /// What it is ordered by; a part that is no number comes last.
    parts: Vec<u64>,
}

impl Id {
    /// Takes any text.
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        let parts = text.split('.').map(|part| part.parse().unwrap_or(u64::MAX)).collect();
        Self { text, parts }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The id without its last number: the group of a check.
    pub fn parent(&self) -> &str {
        self.text.rsplit_once('.').map_or(&*self.text, |(front, _)| front)
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Ord for Id {
    fn cmp(&self, other: &Self) -> Ordering {
        self.parts.cmp(&other.parts).then_with(|| self.text.cmp(&other.text))
    }
}

impl PartialOrd for Id {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_ordered_by_their_numbers_and_keep_their_text() {
        let mut ids: Vec<Id> = ["1.10", "1.2.10", "1.2.9", "1.1", "2", "1.2"].map(Id::new).into();
        ids.sort();
        let texts: Vec<&str> = ids.iter().map(Id::as_str).collect();
        assert_eq!(texts, ["1.1", "1.2", "1.2.9", "1.2.10", "1.10", "2"]);
        assert_eq!(Id::new("1.2.10").parent(), "1.2");
        assert_eq!(Id::new("2.1").parent(), "2");
    }
}
