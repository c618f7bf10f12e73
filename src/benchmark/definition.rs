//! A benchmark, ready to be planned: sections of groups of checks, each with its rule.

use super::{Assertion, Situation, Template};
use crate::model::{Component, Id, Severity, Target, Text};

/// A benchmark, ready to be planned.
#[derive(Debug, Clone)]
pub struct Benchmark {
    /// `cis-1.20`.
    pub id: String,
    /// The title.
    pub title: String,
    /// One section for each target.
    pub sections: Vec<Section>,
}

/// The part of a benchmark that is about one target.
#[derive(Debug, Clone)]
pub struct Section {
    /// The id.
    pub id: String,
    /// The title.
    pub title: String,
    /// Its target.
    pub target: Target,
    /// Its groups, in numeric order.
    pub groups: Vec<Group>,
}

/// Checks on one subject.
#[derive(Debug, Clone)]
pub struct Group {
    /// The id.
    pub id: Id,
    /// The title.
    pub title: String,
    /// The severity that the benchmark's publisher gives its checks, in the publisher's words.
    pub published_severity: Option<String>,
    /// Its checks, in numeric order.
    pub checks: Vec<Check>,
}

/// A recommendation of a benchmark: a rule under a number.
#[derive(Debug, Clone)]
pub struct Check {
    /// The id.
    pub id: Id,
    /// What is judged.
    pub rule: Rule,
    /// Whether the benchmark calls it automated or manual.
    pub assessment: Assessment,
    /// Whether not meeting it is a failure.
    pub scored: bool,
}

/// A rule with its parameters filled in.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its name in the catalogue.
    pub id: String,
    /// The recommendation.
    pub title: Text,
    /// How it is evaluated.
    pub assertion: Assertion,
    /// How much an attacker gains where it is not followed; none for a check of the user's own files.
    pub severity: Option<Severity>,
    /// The rule does not apply if the API server runs here and this component does not.
    pub needs: Option<Component>,
    /// What an attacker gains.
    pub rationale: Text,
    /// What breaks when the remediation is applied blindly.
    pub impact: Option<Text>,
    /// What to do on this node.
    pub remediation: Template,
    /// What to do instead in some situations.
    pub remediation_when: Vec<(Situation, Template)>,
    /// The same recommendation elsewhere, such as `Pod Security baseline: privileged`.
    pub references: Vec<Text>,
}

/// Who judges a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Assessment {
    /// The program.
    Automated,
    /// The benchmark requires manual review; the evidence is evaluated anyway.
    Manual,
    /// The benchmark calls it not applicable on its platform. It passes where the evidence shows that it is met, and else does
    /// not apply.
    NotApplicable,
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
