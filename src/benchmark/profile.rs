//! A profile file: the numbers that a benchmark gives to rules of the catalog.

use super::Assessment;
use super::raw::Params;
use crate::model::{Id, Target};
use crate::yaml::{Position, YamlNode};
use indexmap::IndexMap;
use serde::Deserialize;

#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct RawProfile {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) extends: Option<String>,
    #[serde(default)]
    pub(super) targets: IndexMap<Target, RawSection>,
    #[serde(default)]
    pub(super) groups: IndexMap<String, RawGroup>,
    #[serde(default)]
    pub(super) checks: IndexMap<String, RawCheck>,
    /// Other grades for checks, or for all checks of a group.
    #[serde(default)]
    pub(super) grades: IndexMap<Grade, Vec<String>>,
    #[serde(default)]
    pub(super) drop: Vec<String>,
}

/// How a benchmark grades a check: who assesses it, and whether a failure counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(super) enum Grade {
    /// Automated and scored.
    Automated,
    /// Manual and not scored.
    Manual,
    /// Manual, and yet scored.
    ManualScored,
    /// Not applicable on the platform of the benchmark.
    NotApplicable,
}

impl Grade {
    /// Its name in a profile.
    pub(super) const fn id(self) -> &'static str {
        match self {
            Self::Automated => "automated",
            Self::Manual => "manual",
            Self::ManualScored => "manual-scored",
            Self::NotApplicable => "not-applicable",
        }
    }

    /// The assessment, and whether a failure counts.
    pub(super) const fn parts(self) -> (Assessment, bool) {
        match self {
            Self::Automated => (Assessment::Automated, true),
            Self::Manual => (Assessment::Manual, false),
            Self::ManualScored => (Assessment::Manual, true),
            Self::NotApplicable => (Assessment::NotApplicable, false),
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct RawSection {
    pub(super) id: String,
    pub(super) title: String,
}

#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct RawGroup {
    pub(super) target: Target,
    pub(super) title: String,
    /// The severity that the benchmark's publisher gives the checks of the group, in the publisher's words.
    pub(super) published_severity: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct RawCheck {
    pub(super) rule: String,
    /// The group of a check whose id is not a number below it.
    pub(super) group: Option<String>,
    #[serde(default)]
    pub(super) with: Params,
    pub(super) assessment: Option<Assessment>,
    pub(super) scored: Option<bool>,
}

impl RawCheck {
    /// The group that the check belongs to.
    pub(super) fn group_of<'c>(&'c self, id: &'c Id) -> &'c str {
        self.group.as_deref().unwrap_or_else(|| id.parent())
    }
}

/// Something wrong with the meaning of a profile. Its position is looked up only when the error is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ProfileError {
    /// Id of the profile.
    pub(super) profile: String,
    /// Keys and indices from the top of the profile.
    path: Vec<String>,
    /// What is wrong, and what to write instead.
    pub(super) message: String,
}

impl ProfileError {
    pub(super) fn new(profile: &str, path: &[&str], message: String) -> Self {
        let path = path.iter().map(|step| (*step).to_owned()).collect();
        Self { profile: profile.to_owned(), path, message }
    }

    /// An error in the check `id`, at the keys below it.
    pub(super) fn in_check(profile: &RawProfile, id: &Id, keys: &[&str], message: &str) -> Self {
        let path = [&["checks", id.as_str()], keys].concat();
        Self::new(&profile.id, &path, format!("check {id}: {message}"))
    }

    /// Where the profile says it: at the key for a whole check or group, else at the value.
    pub(super) fn position(&self, root: &YamlNode) -> Position {
        let key = match self.path.as_slice() {
            [section, id] => root.get(section).and_then(|section| section.key(id)),
            _ => None,
        };
        key.unwrap_or_else(|| root.follow(&self.path)).position
    }
}

/// The JSON Schemas of a catalog file and of a profile.
#[cfg(test)]
pub(crate) fn schemas() -> [schemars::Schema; 2] {
    [schemars::schema_for!(Vec<super::raw::RawRule>), schemars::schema_for!(RawProfile)]
}
