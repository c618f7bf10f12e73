//! Programs and files of components: where they are looked for.

use crate::yaml::OneOrMany;
use indexmap::IndexMap;
use serde::Deserialize;
use serde::de::{MapAccess, Visitor};
use std::fmt;

/// The components of a target.
#[derive(Debug, Clone, Default)]
pub struct TargetConfig {
    /// Their names, in the order in which they are looked for.
    pub components: Vec<String>,
    entries: IndexMap<String, Candidates>,
}

impl TargetConfig {
    /// The entry of a component.
    pub fn candidates(&self, component: &str) -> Option<&Candidates> {
        self.entries.get(component)
    }
}

/// The key `components` is a list, every other key is a component. Not derived, because serde's `flatten` loses the
/// positions of errors.
impl<'de> Deserialize<'de> for TargetConfig {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TargetVisitor;
        impl<'de> Visitor<'de> for TargetVisitor {
            type Value = TargetConfig;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`components` and an entry for each of them")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<TargetConfig, A::Error> {
                let mut target = TargetConfig::default();
                while let Some(key) = map.next_key::<String>()? {
                    if key == "components" {
                        target.components = map.next_value()?;
                    } else {
                        target.entries.insert(key, map.next_value()?);
                    }
                }
                Ok(target)
            }
        }
        deserializer.deserialize_map(TargetVisitor)
    }
}

/// Where one component is looked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Candidates {
    /// Names of its program, each perhaps with arguments that must follow.
    #[serde(deserialize_with = "one_or_many")]
    #[cfg_attr(test, schemars(with = "OneOrMany<String>"))]
    pub bins: Vec<String>,
    /// Whether a node of this target can lack it.
    #[serde(deserialize_with = "bool_or_text")]
    #[cfg_attr(test, schemars(with = "serde_json::Value"))]
    pub optional: bool,
    /// Configuration files or manifests.
    #[serde(deserialize_with = "one_or_many")]
    #[cfg_attr(test, schemars(with = "OneOrMany<String>"))]
    pub confs: Vec<String>,
    /// Unit files.
    #[serde(deserialize_with = "one_or_many")]
    #[cfg_attr(test, schemars(with = "OneOrMany<String>"))]
    pub svc: Vec<String>,
    /// kubeconfig files.
    #[serde(deserialize_with = "one_or_many")]
    #[cfg_attr(test, schemars(with = "OneOrMany<String>"))]
    pub kubeconfig: Vec<String>,
    /// Certificate authorities.
    #[serde(deserialize_with = "one_or_many")]
    #[cfg_attr(test, schemars(with = "OneOrMany<String>"))]
    pub cafile: Vec<String>,
    /// Data directories.
    #[serde(deserialize_with = "one_or_many")]
    #[cfg_attr(test, schemars(with = "OneOrMany<String>"))]
    pub datadirs: Vec<String>,
    /// Used if none of `confs` exists.
    pub defaultconf: Option<String>,
    /// Used if none of `svc` exists.
    pub defaultsvc: Option<String>,
    /// Used if none of `kubeconfig` exists.
    pub defaultkubeconfig: Option<String>,
    /// Used if none of `cafile` exists.
    pub defaultcafile: Option<String>,
    /// Used if none of `datadirs` exists.
    pub defaultdatadir: Option<String>,
}

fn bool_or_text<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    Ok(match serde_json::Value::deserialize(deserializer)? {
        serde_json::Value::Bool(b) => b,
        other => other.as_str() == Some("true"),
    })
}

fn one_or_many<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    OneOrMany::deserialize(deserializer).map(|OneOrMany(list)| list)
}

#[cfg(test)]
impl schemars::JsonSchema for TargetConfig {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Target".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let entry = generator.subschema_for::<Candidates>();
        schemars::json_schema!({
            "description": "The components of a target, and where each is looked for",
            "type": "object",
            "properties": { "components": { "type": "array", "items": { "type": "string" } } },
            "additionalProperties": entry,
        })
    }
}
