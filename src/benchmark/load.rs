//! Loads the definitions that are compiled in, and a user's over them.

use super::files::{self, read_folder};
use super::profile::RawProfile;
use super::profiles::Profiles;
use super::raw::RawRule;
use super::rules::Rules;
use super::{Library, catalog_file, embedded};
use crate::node::{Config, Platforms};
use crate::text::quote;
use crate::yaml::{Diagnostic, Position, TextFile};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::path::Path;
use std::sync::Arc;

impl Library {
    /// The definitions that are compiled in, with those of a folder over them: its `catalog/` adds or replaces rules, its
    /// `profiles/` benchmarks, its `platforms/` platforms, its `config.yaml` the configuration; the first two may have folders.
    /// `config_file` names another configuration.
    pub fn load(folder: Option<&Path>, config_file: Option<&Path>) -> Result<Self, Diagnostic> {
        let mut library = Self { rules: Rules::compiled_in(), profiles: Profiles::compiled_in(), ..Self::default() };
        let compiled_in = |(path, text): &(&str, &'static str)| TextFile::new(*path, *text);
        let mut platforms = Platforms::compiled_in()?;
        let mut config = compiled_in(&embedded::CONFIG);
        let mut is_users = false;
        if let Some(folder) = folder {
            files::require_folder(folder)?;
            library.add_rules(&read_folder(&folder.join("catalog"))?)?;
            library.add_profiles(read_folder(&folder.join("profiles"))?)?;
            platforms.add(&read_folder(&folder.join("platforms"))?)?;
            let own = folder.join("config.yaml");
            if config_file.is_none() && TextFile::is_present(&own) {
                config = TextFile::read_regular(&own)?;
                is_users = true;
            }
        }
        if let Some(path) = config_file {
            config = TextFile::read(path)?;
            is_users = true;
        }
        let parsed: Config = config.parse()?;
        library.config = Arc::new(if is_users { parsed.of_user() } else { parsed });
        library.platforms = Arc::new(platforms);
        library.config_file = Some(config);
        Ok(library)
    }

    /// Adds the rules of a folder. They may replace rules of before, but not each other.
    pub(crate) fn add_rules(&mut self, files: &[TextFile]) -> Result<(), Diagnostic> {
        let mut defined = DefinedIds::new("rule");
        let mut rules: Vec<RawRule> = Vec::new();
        for file in files {
            let mut errors = Vec::new();
            let root = file.tree(&mut errors)?;
            for entry in catalog_file::read(file, &root, &mut errors) {
                errors.extend(defined.add(file, &entry.id, entry.position).err());
                rules.extend(entry.rule);
            }
            if let Some(error) = errors.into_iter().min() {
                return Err(error);
            }
        }
        rules.into_iter().for_each(|rule| self.rules.put(rule));
        Ok(())
    }

    /// Adds the profiles of a folder. They may replace profiles of before, but not each other.
    pub(crate) fn add_profiles(&mut self, files: Vec<TextFile>) -> Result<(), Diagnostic> {
        let mut profiles: BTreeMap<String, (TextFile, RawProfile)> = BTreeMap::new();
        for file in files {
            let profile: RawProfile = file.parse()?;
            match profiles.entry(profile.id.clone()) {
                Entry::Occupied(first) => {
                    let message =
                        format!("benchmark {} is already defined in {}", quote(&profile.id), first.get().0.name);
                    return Err(file.error_at_word(&profile.id, message));
                }
                Entry::Vacant(entry) => drop(entry.insert((file, profile))),
            }
        }
        profiles.into_values().for_each(|(file, profile)| self.profiles.put(file, profile));
        Ok(())
    }
}

/// The ids that the files of one folder define.
pub(super) struct DefinedIds {
    what: &'static str,
    first: BTreeMap<String, (String, usize)>,
}

impl DefinedIds {
    /// For definitions of one kind, such as `rule`.
    pub(super) const fn new(what: &'static str) -> Self {
        Self { what, first: BTreeMap::new() }
    }

    /// Adds an id; fails at the second definition of one.
    pub(super) fn add(&mut self, file: &TextFile, id: &str, position: Position) -> Result<(), Diagnostic> {
        match self.first.get(id) {
            Some((name, line)) => {
                let message = format!("{} {} is already defined at {name}:{line}", self.what, quote(id));
                Err(file.error(position, message))
            }
            None => {
                self.first.insert(id.to_owned(), (file.name.clone(), position.line));
                Ok(())
            }
        }
    }
}
