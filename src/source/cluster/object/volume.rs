//! Volumes: where the files of a pod come from.

use super::nullable;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::ser::SerializeMap as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeSet;
use std::fmt;

/// The volume that the API server adds for the token of the account. Its name ends differently in each pod.
const TOKEN_VOLUME: &str = "kube-api-access-";

/// A volume.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Volume {
    /// Its name.
    pub name: String,
    /// The kinds of its source, as the API names them: `configMap`. There is one, or none for an empty directory.
    pub sources: BTreeSet<String>,
    /// A path of the node.
    pub host_path: Option<HostPathVolume>,
    /// An empty directory.
    pub empty_dir: Option<EmptyDirVolume>,
    /// Several sources in one.
    pub projected: ProjectedVolume,
}

/// A path of the node in a pod.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
pub struct HostPathVolume {
    /// The path.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub path: String,
}

/// A directory that lives as long as its pod.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EmptyDirVolume {
    /// Whether its size is limited.
    #[serde(
        default,
        deserialize_with = "nullable::is_there",
        skip_serializing_if = "nullable::is_default",
        serialize_with = "nullable::write_there"
    )]
    pub size_limit: bool,
}

/// Several sources as one volume.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
pub struct ProjectedVolume {
    /// The sources.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub sources: Vec<ProjectedSource>,
}

/// One source of a projected volume.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProjectedSource {
    /// A token of the pod's account.
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub service_account_token: Option<ProjectedToken>,
}

/// A token of the pod's account.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize, Serialize)]
pub struct ProjectedToken {
    /// Who accepts it; unset means the API server.
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub audience: Option<String>,
}

/// The name of a volume, the same in each pod of a workload.
pub(super) fn stable_name(name: String) -> String {
    if name.starts_with(TOKEN_VOLUME) { TOKEN_VOLUME.to_owned() } else { name }
}

impl<'de> Deserialize<'de> for Volume {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Volume;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a volume")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Volume, A::Error> {
        let mut volume = Volume::default();
        while let Some(key) = map.next_key::<String>()? {
            let is_there = match key.as_str() {
                "name" => {
                    volume.name = stable_name(map.next_value::<Option<String>>()?.unwrap_or_default());
                    continue;
                }
                "hostPath" => {
                    volume.host_path = map.next_value()?;
                    volume.host_path.is_some()
                }
                "emptyDir" => {
                    volume.empty_dir = map.next_value()?;
                    volume.empty_dir.is_some()
                }
                "projected" => {
                    let projected: Option<ProjectedVolume> = map.next_value()?;
                    let is_there = projected.is_some();
                    volume.projected = projected.unwrap_or_default();
                    is_there
                }
                _ => map.next_value::<Option<IgnoredAny>>()?.is_some(),
            };
            if is_there {
                volume.sources.insert(key);
            }
        }
        Ok(volume)
    }
}

impl Serialize for Volume {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { name, sources, host_path, empty_dir, projected } = self;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("name", name)?;
        for source in sources {
            match source.as_str() {
                "hostPath" => map.serialize_entry(source, host_path)?,
                "emptyDir" => map.serialize_entry(source, empty_dir)?,
                "projected" => map.serialize_entry(source, projected)?,
                _ => map.serialize_entry(source, &serde_json::Map::new())?,
            }
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_volume_is_of_the_kind_of_its_source() {
        let cases: [(&str, &[&str]); 6] = [
            (r#"{"name": "a"}"#, &[]),
            (r#"{"name": "a", "emptyDir": {}}"#, &["emptyDir"]),
            (r#"{"name": "a", "hostPath": {"path": "/etc"}}"#, &["hostPath"]),
            (r#"{"name": "a", "hostPath": null, "nfs": {"server": "s"}}"#, &["nfs"]),
            (r#"{"name": "a", "projected": {"sources": [{"serviceAccountToken": {"path": "t"}}]}}"#, &["projected"]),
            (r#"{"name": "a", "secret": {"secretName": "s"}, "configMap": {}}"#, &["configMap", "secret"]),
        ];
        for (text, expected) in cases {
            let volume: Volume = serde_json::from_str(text).expect(text);
            assert_eq!(volume.sources.iter().map(String::as_str).collect::<Vec<_>>(), expected, "{text}");
            let written = serde_json::to_string(&volume).expect("JSON");
            assert_eq!(serde_json::from_str::<Volume>(&written).expect("a volume"), volume, "{written}");
        }
    }

    #[test]
    fn the_token_of_the_account_has_one_name_in_all_pods() {
        let volume: Volume = serde_json::from_str(r#"{"name": "kube-api-access-x7x2z"}"#).expect("a volume");
        assert_eq!(volume.name, "kube-api-access-");
    }
}
