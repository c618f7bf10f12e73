//! A rule as it is written in the catalogue: which keys there are, and what each can hold. What they mean together,
//! `rule` knows.

use super::template::{place_names, place_of};
use super::{Text, WhenMissing, WhenUnset};
use crate::expectation::RawExpectation;
use crate::model::Component;
use crate::model::ValueKind;
use crate::probe::{DocumentPath, FileRef, Tree};
use crate::text::glob::Glob;
use crate::text::suggestions;
use crate::yaml::{MustBeTrue, OneOrMany};
use indexmap::IndexMap;
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value as Json;
use std::fmt;

/// Parameter values by name.
pub(super) type Params = IndexMap<String, Json>;

/// One entry of a catalogue file.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct RawRule {
    pub(super) id: String,
    pub(super) title: Text,
    #[serde(default)]
    pub(super) params: Params,
    pub(super) file: Option<RawFile>,
    pub(super) process: Option<Box<RawProcess>>,
    pub(super) setting: Option<Box<RawSetting>>,
    pub(super) document: Option<Box<RawDocument>>,
    pub(super) expect: Option<RawExpectation>,
    pub(super) when_unset: Option<WhenUnset>,
    pub(super) when_missing: Option<WhenMissing>,
    pub(super) all_of: Option<Vec<RawTest>>,
    pub(super) any_of: Option<Vec<RawTest>>,
    pub(super) needs: Option<Component>,
    pub(super) steps: Option<Text>,
    pub(super) why: Text,
    pub(super) impact: Option<Text>,
    pub(super) fix: Text,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(super) struct RawTest {
    pub(super) file: Option<RawFile>,
    pub(super) process: Option<Box<RawProcess>>,
    pub(super) setting: Option<Box<RawSetting>>,
    pub(super) document: Option<Box<RawDocument>>,
    pub(super) expect: Option<RawExpectation>,
    pub(super) when_unset: Option<WhenUnset>,
    pub(super) when_missing: Option<WhenMissing>,
    pub(super) all_of: Option<Vec<Self>>,
    pub(super) any_of: Option<Vec<Self>>,
}

#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct RawFile {
    pub(super) at: OneOrMany<RawAt>,
    pub(super) tree: Option<Tree>,
    #[serde(default)]
    pub(super) names: Vec<GlobText>,
}

#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct RawProcess {
    pub(super) component: Component,
    pub(super) flag: Option<String>,
    pub(super) env: Option<String>,
    #[serde(default)]
    pub(super) kind: ValueKind,
    pub(super) key: Option<OneOrMany<String>>,
}

#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct RawSetting {
    pub(super) component: Component,
    pub(super) flag: Option<String>,
    pub(super) env: Option<String>,
    pub(super) path: Option<PathText>,
    #[serde(default)]
    pub(super) kind: ValueKind,
    pub(super) key: Option<OneOrMany<String>>,
    pub(super) default: Option<Json>,
}

#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct RawDocument {
    pub(super) at: RawAt,
    pub(super) select: RawSelect,
}

#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(super) enum RawSelect {
    Path(PathText),
    EncryptionWriter(String),
    AuditLevel(RawAuditLevel),
    AuditLevels(MustBeTrue),
    SameCertificatesAs(RawAt),
    Unit(UnitText),
}

#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct RawAuditLevel {
    pub(super) group: String,
    pub(super) resource: String,
    pub(super) verb: String,
}

/// `/a/path`, `kubelet.config`, or a setting that holds a path.
#[derive(Debug, Clone)]
pub(super) struct RawAt(pub(super) FileRef);

impl<'de> Deserialize<'de> for RawAt {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AtVisitor;
        impl<'de> Visitor<'de> for AtVisitor {
            type Value = FileRef;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a path, a place such as kubelet.config, or a setting that holds a path")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<FileRef, E> {
                if text.starts_with('/') {
                    return short(text).map(|path| FileRef::Path(path.to_owned())).map_err(E::custom);
                }
                let known = place_of(text).map(|(component, kind)| FileRef::Known(component, kind));
                known.ok_or_else(|| {
                    let places = place_names();
                    let near = suggestions(text, places.iter().map(String::as_str));
                    let what = "is neither a path that starts with / nor a place such as kubelet.config";
                    E::custom(format!("`{text}` {what}{near}"))
                })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<FileRef, A::Error> {
                let written = RawSetting::deserialize(MapAccessDeserializer::new(map))?;
                written.build().map(|setting| FileRef::Setting(Box::new(setting))).map_err(de::Error::custom)
            }
        }
        deserializer.deserialize_any(AtVisitor).map(Self)
    }
}

/// A path or a pattern of a length that Linux takes. A pattern that is too large ends the program where it is matched.
fn short(text: &str) -> Result<&str, String> {
    if text.len() > 4096 { Err("a path is no longer than 4096 bytes".to_owned()) } else { Ok(text) }
}

/// Declares a type read from text by a checking function, so that an error has its place in the file.
macro_rules! checked_text {
    ($name:ident($inner:ty), $read:expr) => {
        #[derive(Debug, Clone)]
        pub(super) struct $name(pub(super) $inner);

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                let read: Result<$inner, String> = $read(text);
                read.map(Self).map_err(serde::de::Error::custom)
            }
        }

        #[cfg(test)]
        impl schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                String::json_schema(generator)
            }
        }
    };
}

/// What the schemas say of types that are read by hand.
#[cfg(test)]
impl schemars::JsonSchema for RawAt {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "FileRef".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let setting = generator.subschema_for::<RawSetting>();
        let places = place_names();
        schemars::json_schema!({
            "description": "A path or glob, a component's own file, or the path that a setting holds",
            "anyOf": [{ "type": "string", "pattern": "^/" }, { "enum": places }, setting],
        })
    }
}

checked_text!(PathText(DocumentPath), |text: String| text.parse::<DocumentPath>().map_err(|e| e.to_string()));
checked_text!(GlobText(String), |text: String| match Glob::rule(short(&text)?) {
    Ok(_) => Ok(text),
    Err(e) => Err(format!("`{text}`: {e}")),
});
checked_text!(UnitText((String, String)), |text: String| {
    let pair = text.split_once('.').map(|(section, key)| (section.to_owned(), key.to_owned()));
    pair.ok_or_else(|| format!("`{text}` is not SECTION.KEY"))
});
