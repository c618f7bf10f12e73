//! Programs and files of components: where they are looked for.

use crate::yaml::OneOrMany;
use indexmap::IndexMap;
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
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

    /// The names of the programs of all components.
    pub fn program_names(&self) -> impl Iterator<Item = &str> {
        self.entries.values().flat_map(|candidates| &candidates.bins).filter_map(|bin| bin.split(' ').next())
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
                    } else if let Entry(Some(candidates)) = map.next_value()? {
                        target.entries.insert(key, candidates);
                    }
                }
                Ok(target)
            }
        }
        deserializer.deserialize_map(TargetVisitor)
    }
}

/// The entry of a component; `None` if it is a scalar. kube-bench ignores such a value, and has files with a path there.
struct Entry(Option<Candidates>);

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // As a struct, so that unknown keys are reported.
        deserializer.deserialize_struct("Candidates", &KEYS, EntryVisitor)
    }
}

const KEYS: [&str; 12] = [
    "bins",
    "optional",
    "confs",
    "svc",
    "kubeconfig",
    "cafile",
    "datadirs",
    "defaultconf",
    "defaultsvc",
    "defaultkubeconfig",
    "defaultcafile",
    "defaultdatadir",
];

struct EntryVisitor;

impl<'de> Visitor<'de> for EntryVisitor {
    type Value = Entry;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("where the component is looked for")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Entry, A::Error> {
        Candidates::deserialize(MapAccessDeserializer::new(map)).map(|candidates| Entry(Some(candidates)))
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<Entry, E> {
        Ok(Entry(None))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Entry, E> {
        Ok(Entry(None))
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Entry, E> {
        Ok(Entry(None))
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Entry, E> {
        Ok(Entry(None))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Entry, E> {
        Ok(Entry(None))
    }

    fn visit_unit<E: Error>(self) -> Result<Entry, E> {
        Ok(Entry(None))
    }

    fn visit_none<E: Error>(self) -> Result<Entry, E> {
        Ok(Entry(None))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::TextFile;

    #[test]
    fn reads_texts_where_lists_and_mappings_are_usual() {
        let text = "\
components: [kubelet]
kubelet: { bins: kubelet, confs: /a, svc: /b, kubeconfig: /c, cafile: /d, datadirs: /e }
defaultconf: /etc/x.yaml
empty:
number: 7
";
        let target: TargetConfig = TextFile::new("config.yaml", text.to_owned()).parse().expect("configuration");
        assert_eq!(target.components, ["kubelet"]);
        let kubelet = target.candidates("kubelet").expect("kubelet");
        let lists =
            [&kubelet.bins, &kubelet.confs, &kubelet.svc, &kubelet.kubeconfig, &kubelet.cafile, &kubelet.datadirs];
        assert_eq!(lists.map(|list| list.join(" ")), ["kubelet", "/a", "/b", "/c", "/d", "/e"]);
        for ignored in ["defaultconf", "empty", "number"] {
            assert_eq!(target.candidates(ignored), None, "{ignored}");
        }
    }

    #[test]
    fn knows_the_keys_of_candidates() {
        let schema = schemars::schema_for!(Candidates);
        let keys = schema.get("properties").and_then(|p| p.as_object()).expect("properties").keys();
        let (mut keys, mut known): (Vec<&str>, _) = (keys.map(String::as_str).collect(), KEYS);
        keys.sort_unstable();
        known.sort_unstable();
        assert_eq!(keys, known);
    }

    #[test]
    fn reports_the_position_of_a_wrong_value() {
        let text = "components: [kubelet]\nkubelet:\n  confs: [{a: b}]\n".to_owned();
        let error = TextFile::new("config.yaml", text).parse::<TargetConfig>().expect_err("wrong value").to_string();
        assert!(error.starts_with("config.yaml:3:"), "{error}");
    }
}
