//! The definitions of a run, and lookups in them.

use super::profile::{ProfileError, RawProfile};
use super::profiles::Profiles;
use super::raw::{Params, RawRule};
use super::rules::Rules;
use super::{Benchmark, Rule};
use crate::model::Id;
use crate::node::{Config, Platforms};
use crate::yaml::{Diagnostic, Position, TextFile};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

/// The definitions of a run.
#[derive(Debug, Clone, Default)]
pub struct Library {
    /// Where components are looked for, and which benchmark serves which version.
    pub config: Arc<Config>,
    /// The platforms that are known.
    pub platforms: Arc<Platforms>,
    pub(super) rules: Rules,
    pub(super) profiles: Profiles,
    /// The file of the configuration.
    pub(super) config_file: Option<TextFile>,
}

impl Library {
    /// The file that the configuration was read from.
    pub(crate) const fn config_file(&self) -> Option<&TextFile> {
        self.config_file.as_ref()
    }

    /// The ids of all benchmarks, in the order of [`Self::order_of`].
    pub fn benchmarks(&self) -> Vec<&str> {
        let mut ids: Vec<&str> = self.profiles.ids().into_iter().collect();
        ids.sort_by_cached_key(|id| self.order_of(id));
        ids
    }

    /// Whether there is such a benchmark.
    pub(crate) fn has(&self, id: &str) -> bool {
        self.profiles.has(id)
    }

    /// The sort key of a benchmark: by its folder, after those that it extends, then by its number.
    pub(crate) fn order_of(&self, id: &str) -> (&str, usize, usize, Id) {
        let folder_of = |id: &str| Path::new(self.profiles.file_name(id)?).parent()?.file_name()?.to_str();
        let folder = folder_of(id).unwrap_or_default();
        let chain = self.chain(id).unwrap_or_default();
        let in_folder = chain.iter().filter(|profile| folder_of(&profile.id) == Some(folder)).count();
        (folder, in_folder, chain.len(), Id::new(id))
    }

    /// The ids of all rules.
    pub fn rules(&self) -> impl Iterator<Item = &str> {
        self.rules.names()
    }

    /// A rule with its default parameters.
    pub fn rule(&self, id: &str) -> Option<Rule> {
        self.rules.get(id).and_then(|rule| rule.build(&Params::new()).ok())
    }

    /// The parameters of a check that differ from the defaults of its rule.
    pub fn parameters(&self, benchmark: &str, check: &Id) -> Result<Params, Diagnostic> {
        let chain = self.chain(benchmark).map_err(|error| self.locate(error))?;
        let Some(check) = chain.iter().find_map(|profile| profile.checks.get(check.as_str())) else {
            return Ok(Params::new());
        };
        let rule = self.rules.get(&check.rule);
        let default = |name: &str| rule.as_ref().and_then(|rule| rule.params().get(name));
        let differs = |(name, value): &(&String, &serde_json::Value)| default(name) != Some(*value);
        Ok(check.with.iter().filter(differs).map(|(n, v)| (n.clone(), v.clone())).collect())
    }

    /// A benchmark: its profile merged over those that it extends.
    pub fn benchmark(&self, id: &str) -> Result<Benchmark, Diagnostic> {
        let mut errors = Vec::new();
        let benchmark = self.resolve(id, &mut errors);
        match (errors.into_iter().next(), benchmark) {
            (None, Some(benchmark)) => Ok(benchmark),
            (Some(error), _) => Err(self.locate(error)),
            (None, None) => Err(Diagnostic::of_path(Path::new("benchmarks"), format!("there is no benchmark `{id}`"))),
        }
    }

    /// Every rule that a profile names, also where another profile overrides the check.
    pub(super) fn used_rules(&self) -> BTreeSet<&str> {
        self.profiles.iter().flat_map(|profile| profile.checks.values()).map(|check| check.rule.as_str()).collect()
    }

    /// Adds a rule, or replaces the one of this id. Without a rule, the id is known to have errors.
    pub(super) fn put_rule(&mut self, id: &str, rule: Option<RawRule>) {
        match rule {
            Some(rule) => self.rules.put(rule),
            None => self.rules.put_broken(id),
        }
    }

    /// Adds a profile, or replaces the one of the same id.
    pub(super) fn put_profile(&mut self, file: TextFile, profile: RawProfile) {
        self.profiles.put(file, profile);
    }

    /// The error with the position in the profile's file.
    fn locate(&self, error: ProfileError) -> Diagnostic {
        let Some(file) = self.profiles.file(&error.profile) else {
            return Diagnostic::of_path(Path::new("benchmarks"), error.message);
        };
        let position = file.tree(&mut Vec::new()).map_or(Position::START, |root| error.position(&root));
        file.error(position, error.message)
    }
}
