//! One object, before its kind is known.

use serde::de::{DeserializeOwned, Error as _, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value as Json;
use serde_json::value::RawValue;
use std::fmt;

/// Fields that may be large and that no check reads.
const SKIPPED: [&str; 3] = ["data", "binaryData", "stringData"];

/// One object.
#[derive(Debug)]
pub(in crate::source::cluster) enum Item {
    /// From JSON: its fields as text.
    Fields(Vec<(String, Box<RawValue>)>),
    /// From YAML.
    Tree(Json),
}

impl Item {
    /// A field that is a text; `None` if there is none.
    pub(in crate::source::cluster) fn text(&self, name: &str) -> Result<Option<String>, String> {
        match self {
            Self::Fields(fields) => match fields.iter().find(|(key, _)| key == name) {
                Some((_, raw)) => serde_json::from_str(raw.get()).map_err(|_| format!("`{name}` is not a text")),
                None => Ok(None),
            },
            Self::Tree(tree) => match tree.get(name) {
                None | Some(Json::Null) => Ok(None),
                Some(Json::String(text)) => Ok(Some(text.clone())),
                Some(_) => Err(format!("`{name}` is not a text")),
            },
        }
    }

    /// The whole object as a type. The error says what is wrong with it.
    pub(in crate::source::cluster) fn decode<T: DeserializeOwned>(self) -> Result<T, String> {
        match self {
            Self::Fields(_) => serde_json::from_str(&self.json()).map_err(|e| without_position(&e)),
            Self::Tree(tree) => serde_json::from_value(tree).map_err(|e| without_position(&e)),
        }
    }

    /// Its kind, namespace and name, as far as they can be read.
    pub(in crate::source::cluster) fn title(&self) -> String {
        let metadata: Option<Json> = match self {
            Self::Fields(fields) => {
                let raw = fields.iter().find(|(key, _)| key == "metadata");
                raw.and_then(|(_, raw)| serde_json::from_str(raw.get()).ok())
            }
            Self::Tree(tree) => tree.get("metadata").cloned(),
        };
        let of_metadata = |name: &str| metadata.as_ref()?.get(name)?.as_str().map(str::to_owned);
        let kind = self.text("kind").ok().flatten();
        [kind, of_metadata("namespace"), of_metadata("name")].into_iter().flatten().collect::<Vec<_>>().join("/")
    }

    /// Puts the fields together again.
    fn json(&self) -> String {
        let Self::Fields(fields) = self else { return String::new() };
        let length = fields.iter().map(|(key, raw)| key.len() + raw.get().len() + 4).sum::<usize>();
        let mut text = String::with_capacity(length + 2);
        for (key, raw) in fields {
            text.push(if text.is_empty() { '{' } else { ',' });
            text.push_str(&Json::from(key.as_str()).to_string());
            text.push(':');
            text.push_str(raw.get());
        }
        text.push_str(if text.is_empty() { "{}" } else { "}" });
        text
    }
}

/// What serde_json found wrong, without where: the text that it counts in is not the user's.
pub(super) fn without_position(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.clone(), |(what, _)| what.to_owned())
}

impl<'de> Deserialize<'de> for Item {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;

        impl<'de> Visitor<'de> for Fields {
            type Value = Item;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Item, A::Error> {
                let mut fields = Vec::new();
                while let Some(key) = map.next_key::<String>()? {
                    add_field(&mut fields, key, &mut map)?;
                }
                Ok(Item::Fields(fields))
            }
        }

        deserializer.deserialize_map(Fields)
    }
}

/// Reads the value of a field and adds it, unless no check reads it.
pub(super) fn add_field<'de, A: MapAccess<'de>>(
    fields: &mut Vec<(String, Box<RawValue>)>,
    key: String,
    map: &mut A,
) -> Result<(), A::Error> {
    if SKIPPED.contains(&key.as_str()) {
        map.next_value::<IgnoredAny>()?;
        return Ok(());
    }
    if fields.iter().any(|(known, _)| *known == key) {
        return Err(A::Error::custom(format!("duplicate field `{key}`")));
    }
    fields.push((key, map.next_value()?));
    Ok(())
}
