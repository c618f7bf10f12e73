//! The platforms that are known to a run.

use super::definition::Platform;
use super::embedded::PLATFORMS;
use crate::text::suggestions;
use crate::yaml::{Diagnostic, TextFile};
use std::sync::Arc;

/// The platform of a node without a sign of any other.
pub(super) const DEFAULT: &str = "kubeadm";

/// The platforms that are known to a run, and the one that the user names.
#[derive(Debug, Clone, Default)]
pub struct Platforms {
    known: Vec<KnownPlatform>,
    chosen: Option<String>,
}

#[derive(Debug, Clone)]
struct KnownPlatform {
    /// Of one that is compiled in, only the signs.
    signs: Arc<Platform>,
    /// The rest of it.
    source: Option<(&'static str, &'static str)>,
}

impl Platforms {
    /// Those that are compiled in.
    pub fn compiled_in() -> Result<Self, Diagnostic> {
        let known = |source: &super::embedded::PlatformSource| {
            let signs = Arc::new(TextFile::new(source.path, source.signs).parse::<Platform>()?);
            Ok(KnownPlatform { signs, source: Some((source.path, source.json)) })
        };
        Ok(Self { known: PLATFORMS.iter().map(known).collect::<Result<_, Diagnostic>>()?, chosen: None })
    }

    /// Adds the platforms of a folder. They may replace those of before, but not each other.
    pub fn add(&mut self, files: &[TextFile]) -> Result<(), Diagnostic> {
        let mut added: Vec<Platform> = Vec::new();
        for file in files {
            let platform: Platform = file.parse()?;
            if added.iter().any(|known| known.id == platform.id) {
                let message = format!("platform `{}` is already defined in another file of this folder", platform.id);
                return Err(file.error_at_word(&platform.id, message));
            }
            added.push(platform);
        }
        for platform in added {
            self.known.retain(|known| known.signs.id != platform.id);
            self.known.push(KnownPlatform { signs: Arc::new(platform), source: None });
        }
        Ok(())
    }

    /// The same, where the user says which platform the node has. An error says which there are.
    pub fn with_chosen(mut self, id: Option<&str>) -> Result<Self, String> {
        if let Some(id) = id {
            if !self.ids().any(|known| known == id) {
                let near = suggestions(id, self.ids());
                let near = if near.is_empty() { ";" } else { &near };
                let all: Vec<&str> = self.ids().collect();
                return Err(format!("there is no platform `{id}`{near} there are {}", all.join(", ")));
            }
            self.chosen = Some(id.to_owned());
        }
        Ok(self)
    }

    /// The platform that the user names.
    pub fn chosen(&self) -> Option<&str> {
        self.chosen.as_deref()
    }

    /// The ids of all platforms.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.known.iter().map(|known| known.signs.id.as_str())
    }

    /// Id, title, signs and programs of every platform.
    pub(in crate::node) fn signs(&self) -> impl Iterator<Item = &Platform> {
        self.known.iter().map(|known| known.signs.as_ref())
    }

    /// All of a platform.
    pub fn get(&self, id: &str) -> Option<Arc<Platform>> {
        let known = self.known.iter().find(|known| known.signs.id == id)?;
        let parsed = known.source.and_then(|(path, json)| TextFile::new(path, json).parse::<Platform>().ok());
        let platform = parsed.map_or_else(|| Arc::clone(&known.signs), Arc::new);
        // One step only: what it is like has places of its own.
        let like = platform.like.as_deref().filter(|like| *like != id && !self.is_like_another(like));
        Some(match like.and_then(|like| self.get(like)) {
            Some(other) => Arc::new((*platform).clone().with_places_of(&other)),
            None => platform,
        })
    }

    fn is_like_another(&self, id: &str) -> bool {
        self.known.iter().any(|known| known.signs.id == id && known.signs.like.is_some())
    }

    /// The versions of Kubernetes that a benchmark covers on any platform.
    pub fn versions_of(&self, benchmark: &str) -> Vec<String> {
        self.ids().filter_map(|id| self.get(id)).flat_map(|platform| platform.versions_of(benchmark)).collect()
    }

    /// All of the platform of a node without a sign of any other.
    pub(in crate::node) fn default_platform(&self) -> Arc<Platform> {
        self.get(DEFAULT).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_that_are_compiled_in_can_be_read() {
        let platforms = Platforms::compiled_in().expect("the platforms");
        for source in PLATFORMS {
            let platform: Platform = TextFile::new(source.path, source.json).parse().expect(source.path);
            assert_eq!(source.path, format!("benchmarks/platforms/{}.yaml", platform.id));
            assert_eq!(platforms.get(&platform.id).expect("it is known").title, platform.title);
        }
        assert_eq!(platforms.default_platform().id, DEFAULT);
    }

    #[test]
    fn a_platform_that_is_not_there_is_refused_with_those_that_are() {
        let platforms = Platforms::compiled_in().expect("the platforms");
        let error = platforms.clone().with_chosen(Some("k3")).expect_err("there is none");
        assert!(error.contains("`k3`") && error.contains("kubeadm"), "{error}");
        assert_eq!(platforms.with_chosen(Some("k3s")).expect("there is one").chosen(), Some("k3s"));
    }

    #[test]
    fn a_file_of_a_folder_replaces_one_and_no_other_of_the_folder() {
        let mut platforms = Platforms::compiled_in().expect("the platforms");
        let file = TextFile::new("own.yaml", "{ id: k3s, title: Our K3s }");
        platforms.add(std::slice::from_ref(&file)).expect("it is added");
        assert_eq!(platforms.get("k3s").expect("it is known").title, "Our K3s");
        let error = platforms.add(&[file.clone(), file]).expect_err("twice");
        assert!(error.to_string().contains("already defined"), "{error}");
    }
}
