//! Profiles by id. Those that are compiled in are parsed when they are used: a run needs one and those that it extends.

use super::embedded::{self, ProfileSource};
use super::profile::RawProfile;
use crate::yaml::TextFile;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

/// Every profile that is defined.
#[derive(Debug, Clone, Default)]
pub(super) struct Profiles {
    /// In the order of their sources, which is that of their ids.
    compiled_in: Vec<OnceLock<Option<Box<RawProfile>>>>,
    /// Those of files, which replace compiled-in ones of the same id.
    from_files: BTreeMap<String, (TextFile, RawProfile)>,
}

impl Profiles {
    /// The profiles that are compiled in.
    pub(super) fn compiled_in() -> Self {
        let compiled_in = embedded::PROFILES.iter().map(|_| OnceLock::new()).collect();
        Self { compiled_in, from_files: BTreeMap::new() }
    }

    /// The profile of an id.
    pub(super) fn get(&self, id: &str) -> Option<&RawProfile> {
        if let Some((_, profile)) = self.from_files.get(id) {
            return Some(profile);
        }
        let index = index_of(id)?;
        // A test parses them all.
        let parse = || serde_json::from_str(embedded::PROFILES[index].json).ok().map(Box::new);
        self.compiled_in.get(index)?.get_or_init(parse).as_deref()
    }

    /// Whether there is a profile of this id.
    pub(super) fn has(&self, id: &str) -> bool {
        self.from_files.contains_key(id) || self.source(id).is_some()
    }

    /// The name of the file that defines a profile.
    pub(super) fn file_name(&self, id: &str) -> Option<&str> {
        let of_file = self.from_files.get(id).map(|(file, _)| file.name.as_str());
        of_file.or_else(|| self.source(id).map(|source| source.path))
    }

    /// The file that defines a profile.
    pub(super) fn file(&self, id: &str) -> Option<TextFile> {
        let of_file = self.from_files.get(id).map(|(file, _)| file.clone());
        of_file.or_else(|| self.source(id).map(|source| TextFile::new(source.path, source.json)))
    }

    /// The ids of all profiles, sorted.
    pub(super) fn ids(&self) -> BTreeSet<&str> {
        let compiled_in = embedded::PROFILES.iter().take(self.compiled_in.len()).map(|source| source.id);
        compiled_in.chain(self.from_files.keys().map(String::as_str)).collect()
    }

    /// Every profile.
    pub(super) fn iter(&self) -> impl Iterator<Item = &RawProfile> {
        self.ids().into_iter().filter_map(|id| self.get(id))
    }

    /// Adds a profile, or replaces the one of the same id.
    pub(super) fn put(&mut self, file: TextFile, profile: RawProfile) {
        self.from_files.insert(profile.id.clone(), (file, profile));
    }

    fn source(&self, id: &str) -> Option<&'static ProfileSource> {
        index_of(id).filter(|index| *index < self.compiled_in.len()).map(|index| &embedded::PROFILES[index])
    }
}

fn index_of(id: &str) -> Option<usize> {
    embedded::PROFILES.binary_search_by_key(&id, |source| source.id).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_profile_that_is_compiled_in_is_valid() {
        let profiles = Profiles::compiled_in();
        assert!(embedded::PROFILES.is_sorted_by(|one, next| one.id < next.id), "duplicate id, or not sorted");
        for source in embedded::PROFILES {
            serde_json::from_str::<RawProfile>(source.json).expect(source.path);
            assert_eq!(profiles.get(source.id).map(|profile| profile.id.as_str()), Some(source.id));
        }
    }

    #[test]
    fn a_profile_is_parsed_when_it_is_used() {
        let profiles = Profiles::compiled_in();
        assert!(profiles.has("cis-1.20") && profiles.file_name("cis-1.20").is_some());
        let parsed =
            |profiles: &Profiles| profiles.compiled_in.iter().filter(|profile| profile.get().is_some()).count();
        assert_eq!(parsed(&profiles), 0);
        profiles.get("cis-1.20").expect("a profile");
        assert_eq!(parsed(&profiles), 1);
    }
}
