//! The annotations that a check reads. Others, such as what `kubectl apply` saved, are skipped.

use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::ser::SerializeMap as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::fmt;

/// Set on the pods that the API shows for the static pods of a node.
const CONFIG_MIRROR: &str = "kubernetes.io/config.mirror";
/// The AppArmor profile of a container, before Kubernetes 1.30. The name of the container follows.
const APPARMOR: &str = "container.apparmor.security.beta.kubernetes.io/";
/// The seccomp profile of a pod, before Kubernetes 1.19.
const SECCOMP_POD: &str = "seccomp.security.alpha.kubernetes.io/pod";
/// The seccomp profile of a container, before Kubernetes 1.19. The name of the container follows.
const SECCOMP_CONTAINER: &str = "container.seccomp.security.alpha.kubernetes.io/";

/// The annotations that a check reads.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Annotations {
    /// Set on the pods that the API shows for the static pods of a node.
    pub config_mirror: Option<String>,
    /// Profiles of seccomp and AppArmor, by the whole name of the annotation.
    pub profiles: BTreeMap<String, String>,
}

impl Annotations {
    /// The AppArmor annotations: the name of each, that of the container, and the profile.
    pub fn apparmor(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        self.profiles
            .iter()
            .filter_map(|(name, profile)| Some((name.as_str(), name.strip_prefix(APPARMOR)?, profile.as_str())))
    }

    /// The seccomp annotation of the pod: its name and the profile.
    pub fn pod_seccomp(&self) -> Option<(&str, &str)> {
        self.profiles.get_key_value(SECCOMP_POD).map(|(name, profile)| (name.as_str(), profile.as_str()))
    }

    /// The seccomp annotations of containers: the name of each, that of the container, and the profile.
    pub fn container_seccomp(&self) -> impl Iterator<Item = (&str, &str, &str)> {
        let profiles = self.profiles.iter();
        profiles.filter_map(|(name, profile)| {
            Some((name.as_str(), name.strip_prefix(SECCOMP_CONTAINER)?, profile.as_str()))
        })
    }
}

impl<'de> Deserialize<'de> for Annotations {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Annotations;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map of texts")
    }

    fn visit_unit<E>(self) -> Result<Annotations, E> {
        Ok(Annotations::default())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Annotations, A::Error> {
        let mut annotations = Annotations::default();
        while let Some(name) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            if name == CONFIG_MIRROR {
                annotations.config_mirror = map.next_value()?;
            } else if name.starts_with(APPARMOR) || name.starts_with(SECCOMP_CONTAINER) || name == SECCOMP_POD {
                if let Some(profile) = map.next_value::<Option<String>>()? {
                    annotations.profiles.insert(name.into_owned(), profile);
                }
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(annotations)
    }
}

impl Serialize for Annotations {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(mirror) = &self.config_mirror {
            map.serialize_entry(CONFIG_MIRROR, mirror)?;
        }
        self.profiles.iter().try_for_each(|(name, profile)| map.serialize_entry(name, profile))?;
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_the_annotations_only_those_that_a_check_reads_are_kept() {
        let text = r#"{"kubectl.kubernetes.io/last-applied-configuration": "{}", "kubernetes.io/config.mirror": "a",
            "container.apparmor.security.beta.kubernetes.io/web": "unconfined",
            "seccomp.security.alpha.kubernetes.io/pod": "docker/default",
            "container.seccomp.security.alpha.kubernetes.io/web": "localhost/x"}"#;
        let read: Annotations = serde_json::from_str(text).expect("annotations");
        assert_eq!(read.config_mirror.as_deref(), Some("a"));
        assert_eq!(read.apparmor().map(|(_, of, profile)| (of, profile)).collect::<Vec<_>>(), [("web", "unconfined")]);
        assert_eq!(read.pod_seccomp().map(|(_, profile)| profile), Some("docker/default"));
        let of_containers: Vec<_> = read.container_seccomp().map(|(_, of, profile)| (of, profile)).collect();
        assert_eq!(of_containers, [("web", "localhost/x")]);
        let written = serde_json::to_string(&read).expect("JSON");
        assert!(!written.contains("last-applied"));
        assert_eq!(serde_json::from_str::<Annotations>(&written).expect("annotations"), read);
        assert!(serde_json::from_str::<Annotations>("[]").is_err());
    }
}
