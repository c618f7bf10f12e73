//! Loads the native dialect: a catalogue of rules, and profiles that give them numbers. Knows what fits together; what a
//! file may hold, the types know.

use super::raw::{Params, RawRule};
use super::rule::RuleDiagnostic;
use super::rules::Rules;
use super::source::{DefinitionError, Source, parse, read, read_all, read_found};
use super::{Assertion, Assessment, Benchmark, Check, Group, Rule, Section, embedded};
use crate::model::Target;
use crate::model::{Extensions, Id};
use crate::node::Config;
use crate::text::suggestions;
use indexmap::IndexMap;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

/// Everything that is defined: rules, profiles, configuration.
#[derive(Debug, Clone, Default)]
pub struct Library {
    /// Where components are looked for, and which benchmark serves which version.
    pub config: Arc<Config>,
    rules: Rules,
    profiles: BTreeMap<String, (Source, RawProfile)>,
    /// The file that the configuration was read from.
    config_source: Option<Source>,
}

#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct RawProfile {
    pub(super) id: String,
    title: String,
    extends: Option<String>,
    #[serde(default)]
    targets: IndexMap<Target, RawSection>,
    #[serde(default)]
    pub(super) groups: IndexMap<String, RawGroup>,
    #[serde(default)]
    checks: IndexMap<String, RawCheck>,
    #[serde(default)]
    drop: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct RawSection {
    id: String,
    title: String,
}

#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct RawGroup {
    target: Target,
    title: String,
}

#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct RawCheck {
    rule: String,
    #[serde(default)]
    with: Params,
    assessment: Option<Assessment>,
    scored: Option<bool>,
}

impl Library {
    /// The definitions that are compiled in, with those of a folder over them: its `catalog/*.yaml` add or replace rules,
    /// its `profiles/*.yaml` benchmarks, its `config.yaml` the configuration. `config_file` names another configuration.
    pub fn load(folder: Option<&Path>, config_file: Option<&Path>) -> Result<Self, DefinitionError> {
        let mut library = Self { rules: Rules::compiled_in(), ..Self::default() };
        let compiled_in = |(path, text): &(&str, &'static str)| Source::new(*path, *text);
        library.add_profiles(embedded::PROFILES.iter().map(compiled_in).collect())?;
        let mut config = compiled_in(&embedded::CONFIG);
        if let Some(folder) = folder {
            library.add_rules(&read_all(&folder.join("catalog"))?)?;
            library.add_profiles(read_all(&folder.join("profiles"))?)?;
            let own = folder.join("config.yaml");
            if config_file.is_none() && own.exists() {
                config = read_found(&own)?;
            }
        }
        if let Some(path) = config_file {
            config = read(path)?;
        }
        library.config = Arc::new(parse(&config)?);
        library.config_source = Some(config);
        Ok(library)
    }

    /// The rules of a folder: they may replace those that are there, not one another.
    pub(crate) fn add_rules(&mut self, sources: &[Source]) -> Result<(), DefinitionError> {
        let mut here: BTreeMap<String, RawRule> = BTreeMap::new();
        for source in sources {
            for rule in parse::<Vec<RawRule>>(source)? {
                // A rule's faults that do not depend on a profile show with its own parameters.
                let built = rule.build(&Params::new());
                built.map_err(|faults| source.fault(&rule.id, rule_fault(rule.id(), faults)))?;
                let id = rule.id.clone();
                if here.insert(id.clone(), rule).is_some() {
                    return Err(source.fault_at_last(&id, format!("rule `{id}` is defined twice in this folder")));
                }
            }
        }
        here.into_values().for_each(|rule| self.rules.put(rule));
        Ok(())
    }

    pub(crate) fn add_profiles(&mut self, sources: Vec<Source>) -> Result<(), DefinitionError> {
        let mut here: BTreeMap<String, (Source, RawProfile)> = BTreeMap::new();
        for source in sources {
            let profile: RawProfile = parse(&source)?;
            let id = profile.id.clone();
            if let Some((other, _)) = here.get(&id) {
                return Err(source.fault(&id, format!("benchmark `{id}` is defined in {} already", other.file)));
            }
            here.insert(id, (source, profile));
        }
        self.profiles.extend(here);
        Ok(())
    }

    /// The file that the configuration was read from.
    pub(crate) const fn config_source(&self) -> Option<&Source> {
        self.config_source.as_ref()
    }

    /// The ids of all benchmarks, in the order of their numbers.
    pub fn benchmarks(&self) -> Vec<&str> {
        let mut ids: Vec<&str> = self.profiles.keys().map(String::as_str).collect();
        ids.sort_by_key(|id| self.position(id));
        ids
    }

    /// Where a benchmark is among all: behind those that it extends, then by its number.
    pub(crate) fn position(&self, id: &str) -> (usize, Id) {
        (self.chain(id).map_or(0, |chain| chain.len()), Id::new(id))
    }

    /// The ids of all rules.
    pub fn rules(&self) -> impl Iterator<Item = &str> {
        self.rules.names()
    }

    /// A rule with its own parameters.
    pub fn rule(&self, id: &str) -> Option<Rule> {
        self.rules.get(id).and_then(|rule| rule.build(&Params::new()).ok())
    }

    /// The parameters of a check that differ from its rule's own.
    pub fn parameters(&self, benchmark: &str, check: &Id) -> Result<Params, DefinitionError> {
        let chain = self.chain(benchmark).map_err(|fault| self.place(fault))?;
        let Some(check) = chain.iter().find_map(|profile| profile.checks.get(check.as_str())) else {
            return Ok(Params::new());
        };
        let rule = self.rules.get(&check.rule);
        let own = |name: &str| rule.as_ref().and_then(|rule| rule.params().get(name));
        let differs = |(name, value): &(&String, &serde_json::Value)| own(name) != Some(*value);
        Ok(check.with.iter().filter(differs).map(|(n, v)| (n.clone(), v.clone())).collect())
    }

    /// A benchmark, resolved: what its profile and those that it extends say, oldest first.
    pub fn benchmark(&self, id: &str) -> Result<Benchmark, DefinitionError> {
        let mut faults = Vec::new();
        let benchmark = self.resolve(id, &mut faults);
        match (faults.into_iter().next(), benchmark) {
            (None, Some(benchmark)) => Ok(benchmark),
            (Some(fault), _) => Err(self.place(fault)),
            (None, None) => Err(DefinitionError::of_file("benchmarks", format!("there is no benchmark `{id}`"))),
        }
    }

    /// The place of a fault: where the word that it is about stands first in the profile's file.
    fn place(&self, fault: ProfileDiagnostic) -> DefinitionError {
        match self.profiles.get(&fault.profile) {
            Some((source, _)) => source.fault(&fault.word, fault.message),
            None => DefinitionError::of_file("benchmarks", fault.message),
        }
    }

    /// A benchmark as far as it can be put together, with everything that is wrong in its profile and those below it.
    pub(super) fn resolve(&self, id: &str, faults: &mut Vec<ProfileDiagnostic>) -> Option<Benchmark> {
        let chain = self.chain(id).map_err(|fault| faults.push(fault)).ok()?;
        let mut sections: IndexMap<Target, &RawSection> = IndexMap::default();
        // By their texts; what is left in the end is put in the order of its numbers.
        let mut groups: BTreeMap<&str, (&RawProfile, &RawGroup)> = BTreeMap::new();
        let mut checks: BTreeMap<&str, (&RawProfile, &RawCheck)> = BTreeMap::new();
        for profile in chain.iter().rev() {
            for (position, dropped) in profile.drop.iter().enumerate() {
                let was = checks.remove(dropped.as_str()).is_some() | groups.remove(dropped.as_str()).is_some();
                if !was {
                    let path = vec!["drop".to_owned(), position.to_string()];
                    let near = suggestions(dropped, checks.keys().chain(groups.keys()).copied());
                    let message = format!("`{dropped}` is dropped, and nothing before has it{near}");
                    faults.push(ProfileDiagnostic::new(profile, dropped, path, message));
                }
            }
            sections.extend(profile.targets.iter().map(|(t, s)| (*t, s)));
            groups.extend(profile.groups.iter().map(|(id, g)| (id.as_str(), (*profile, g))));
            checks.extend(profile.checks.iter().map(|(id, c)| (id.as_str(), (*profile, c))));
        }
        let checks = by_number(checks);
        let mut by_group: BTreeMap<&str, Vec<Check>> = BTreeMap::new();
        for together in checks.chunk_by(|(id, _), (next, _)| id.parent() == next.parent()) {
            // All of them are read before any is built: the processor has room for the one or for the other.
            let rules: Vec<_> = together.iter().map(|(_, (_, written))| self.rules.get(&written.rule)).collect();
            for ((id, (profile, written)), rule) in together.iter().zip(rules) {
                let group = id.parent();
                if !groups.contains_key(group) {
                    let message = format!("check {id} is in no group: there is no group `{group}`");
                    faults.push(ProfileDiagnostic::of_check(profile, id, &[], message));
                }
                let group = by_group.entry(group).or_insert_with(|| Vec::with_capacity(together.len()));
                group.extend(self.check(profile, id, written, rule.as_deref(), faults));
            }
        }
        let groups = by_number(groups);
        for (id, (profile, group)) in groups.iter().filter(|(_, (_, g))| !sections.contains_key(&g.target)) {
            let message = format!("group `{id}` is of target {}, which is not among the `targets`", group.target);
            let path = vec!["groups".to_owned(), id.to_string(), "target".to_owned()];
            faults.push(ProfileDiagnostic::new(profile, id.as_str(), path, message));
        }
        let mut built = Vec::new();
        for (target, section) in sections {
            let of_target = groups.iter().filter(|(_, (_, g))| g.target == target);
            let groups = of_target
                .map(|(id, (_, g))| Group {
                    id: id.clone(),
                    title: g.title.clone(),
                    extensions: Extensions::new(),
                    checks: by_group.remove(id.as_str()).unwrap_or_default(),
                })
                .collect();
            built.push(Section { id: section.id.clone(), title: section.title.clone(), target, groups });
        }
        built.sort_by_key(|s| Id::new(&s.id));
        let profile = chain.first()?;
        Some(Benchmark { id: profile.id.clone(), title: profile.title.clone(), sections: built })
    }

    fn check(
        &self,
        profile: &RawProfile,
        id: &Id,
        written: &RawCheck,
        rule: Option<&RawRule>,
        faults: &mut Vec<ProfileDiagnostic>,
    ) -> Option<Check> {
        let mut tell = |keys: &[&str], message: String| {
            faults.push(ProfileDiagnostic::of_check(profile, id, keys, format!("check {id}: {message}")));
        };
        let Some(rule) = rule else {
            // Of a rule that is broken itself, that is told where it stands.
            if !self.rules.is_broken(&written.rule) {
                let near = suggestions(&written.rule, self.rules());
                tell(&["rule"], format!("there is no rule `{}`{near}", written.rule));
            }
            return None;
        };
        let rule = match rule.build(&written.with) {
            Ok(rule) => rule,
            Err(wrong) => {
                for fault in wrong {
                    match &fault.param {
                        Some(param) => tell(&["with", param], fault.message),
                        None => tell(&["rule"], rule_fault(rule.id(), vec![fault])),
                    }
                }
                return None;
            }
        };
        let by_person = matches!(rule.assertion, Assertion::Manual(_));
        let assessment = match written.assessment {
            Some(Assessment::Automated) if by_person => {
                let message = format!("rule `{}` has steps for a person; it cannot be automated", rule.id);
                tell(&["assessment"], message);
                return None;
            }
            Some(assessment) => assessment,
            None if by_person => Assessment::Manual,
            None => Assessment::Automated,
        };
        let scored = written.scored.unwrap_or(assessment == Assessment::Automated);
        Some(Check { id: id.clone(), rule, assessment, scored })
    }

    /// A profile and those that it extends, itself first.
    fn chain(&self, id: &str) -> Result<Vec<&RawProfile>, ProfileDiagnostic> {
        let mut chain: Vec<&RawProfile> = Vec::new();
        let mut next = Some(id.to_owned());
        while let Some(id) = next {
            let extends = |profile: &RawProfile, message| {
                ProfileDiagnostic::new(profile, "extends", vec!["extends".to_owned()], message)
            };
            let Some((_, profile)) = self.profiles.get(&id) else {
                let near = suggestions(&id, self.profiles.keys().map(String::as_str));
                let message = format!("there is no benchmark `{id}`{near}");
                return Err(match chain.last() {
                    Some(profile) => extends(profile, message),
                    None => ProfileDiagnostic { profile: id, word: String::new(), path: Vec::new(), message },
                });
            };
            if chain.iter().any(|p| p.id == profile.id) {
                return Err(extends(profile, format!("`{id}` extends itself, by way of others")));
            }
            chain.push(profile);
            next = profile.extends.clone();
        }
        Ok(chain)
    }

    /// Every rule that a profile names, whether or not another profile puts something else there.
    pub(super) fn used_rules(&self) -> BTreeSet<&str> {
        let profiles = self.profiles.values().map(|(_, profile)| profile);
        profiles.flat_map(|p| p.checks.values()).map(|c| c.rule.as_str()).collect()
    }

    /// Takes a rule in place of one of the same name; with none, the name alone is known.
    pub(super) fn put_rule(&mut self, id: &str, rule: Option<RawRule>) {
        match rule {
            Some(rule) => self.rules.put(rule),
            None => self.rules.put_broken(id),
        }
    }

    /// Takes a profile in place of one of the same name.
    pub(super) fn put_profile(&mut self, source: Source, profile: RawProfile) {
        self.profiles.insert(profile.id.clone(), (source, profile));
    }
}

/// What stands under each number, in their order.
fn by_number<T>(written: BTreeMap<&str, T>) -> Vec<(Id, T)> {
    let mut numbered: Vec<(Id, T)> = written.into_iter().map(|(id, what)| (Id::new(id), what)).collect();
    numbered.sort_by(|(a, _), (b, _)| a.cmp(b));
    numbered
}

/// What is wrong with a profile, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ProfileDiagnostic {
    /// Whose fault it is, by the id.
    pub(super) profile: String,
    /// The word that it is about.
    word: String,
    /// Keys and positions from the profile down.
    pub(super) path: Vec<String>,
    /// What is wrong, and what would be right.
    pub(super) message: String,
}

impl ProfileDiagnostic {
    fn new(profile: &RawProfile, word: &str, path: Vec<String>, message: String) -> Self {
        Self { profile: profile.id.clone(), word: word.to_owned(), path, message }
    }

    fn of_check(profile: &RawProfile, id: &Id, keys: &[&str], message: String) -> Self {
        let path = ["checks", id.as_str()].iter().chain(keys).map(|step| (*step).to_owned()).collect();
        Self::new(profile, id.as_str(), path, message)
    }
}

/// The first fault of a rule, with the rule's name.
fn rule_fault(id: &str, faults: Vec<RuleDiagnostic>) -> String {
    let message = faults.into_iter().next().map(|f| f.message).unwrap_or_default();
    format!("rule `{id}`: {message}")
}

/// The JSON Schemas of a catalogue file and of a profile.
#[cfg(test)]
pub(crate) fn schemas() -> [schemars::Schema; 2] {
    [schemars::schema_for!(Vec<super::raw::RawRule>), schemars::schema_for!(RawProfile)]
}
