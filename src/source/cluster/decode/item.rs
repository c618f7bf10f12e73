//! One object, before its kind is known.

use super::objects_only::ObjectsOnly;
use serde::Deserialize;
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use serde_json::Value as Json;
use std::fmt;

/// One object: a JSON text that begins with it. What follows it may be cut off anywhere.
#[derive(Debug, Clone, Copy)]
pub(in crate::source::cluster) struct Item<'a>(pub(super) &'a [u8]);

/// Why an object is not decoded.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::source::cluster) enum ItemError {
    /// The text ends before the object does.
    Incomplete,
    /// It is wrong; the reason.
    Wrong(String),
}

/// Kind and version of an object, as far as they are stated.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::source::cluster) struct TypeMeta {
    pub(in crate::source::cluster) kind: Option<String>,
    pub(in crate::source::cluster) api_version: Option<String>,
}

impl Item<'_> {
    /// Its kind and version. Reads no more of a text than it needs.
    pub(in crate::source::cluster) fn type_meta(self) -> Result<TypeMeta, ItemError> {
        let mut found = TypeMeta::default();
        let mut deserializer = serde_json::Deserializer::from_slice(self.0);
        match TypeSeed(&mut found).deserialize(&mut deserializer) {
            // What follows the two fields is not read, which the library takes for an error.
            Err(_) if found.kind.is_some() && found.api_version.is_some() => {}
            other => other.map_err(|e| reason(&e))?,
        }
        Ok(found)
    }

    /// The whole object as a type, and how many bytes of the text it takes.
    pub(in crate::source::cluster) fn decode<T: DeserializeOwned>(self) -> Result<(T, usize), ItemError> {
        let mut values = serde_json::Deserializer::from_slice(self.0).into_iter::<ObjectsOnly<T>>();
        match values.next() {
            Some(Ok(ObjectsOnly(value))) => Ok((value, values.byte_offset())),
            Some(Err(error)) => Err(reason(&error)),
            None => Err(ItemError::Incomplete),
        }
    }

    /// How many bytes of the text it takes.
    pub(in crate::source::cluster) fn length(self) -> Result<usize, ItemError> {
        self.decode::<IgnoredAny>().map(|(_, length)| length)
    }

    /// Its kind, namespace and name, as far as they can be read.
    pub(in crate::source::cluster) fn title(self) -> String {
        let tree = self.decode::<Json>().map(|(tree, _)| tree).unwrap_or_default();
        let of_metadata = |name: &str| tree.get("metadata")?.get(name)?.as_str();
        let kind = tree.get("kind").and_then(Json::as_str);
        [kind, of_metadata("namespace"), of_metadata("name")].into_iter().flatten().collect::<Vec<_>>().join("/")
    }
}

/// What serde_json found wrong, without where: the text that it counts in is a part of the user's.
pub(super) fn reason(error: &serde_json::Error) -> ItemError {
    if error.is_eof() {
        return ItemError::Incomplete;
    }
    let text = error.to_string();
    ItemError::Wrong(text.rsplit_once(" at line ").map_or(text.clone(), |(what, _)| what.to_owned()))
}

/// Reads fields until both are found.
struct TypeSeed<'t>(&'t mut TypeMeta);

impl<'de> DeserializeSeed<'de> for TypeSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for TypeSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        #[derive(Deserialize)]
        #[serde(field_identifier)]
        enum Field {
            #[serde(rename = "kind")]
            Kind,
            #[serde(rename = "apiVersion")]
            ApiVersion,
            #[serde(other)]
            Other,
        }
        while let Some(field) = map.next_key::<Field>()? {
            let (place, name) = match field {
                Field::Kind => (&mut self.0.kind, "kind"),
                Field::ApiVersion => (&mut self.0.api_version, "apiVersion"),
                Field::Other => {
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            if place.is_some() {
                return Err(A::Error::custom(format!("duplicate field `{name}`")));
            }
            *place = map.next_value()?;
            if self.0.kind.is_some() && self.0.api_version.is_some() {
                return Ok(());
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_is_found_before_the_object_ends() {
        let of = |text: &str| Item(text.as_bytes()).type_meta();
        let pod = || Ok(TypeMeta { kind: Some("Pod".to_owned()), api_version: Some("v1".to_owned()) });
        assert_eq!(of(r#"{"apiVersion": "v1", "kind": "Pod", "metadata": {"#), pod());
        assert_eq!(of(r#"{"metadata": {"a": [1]}, "kind": "Pod", "apiVersion": "v1"}"#), pod());
        assert_eq!(of(r#"{"metadata": {"a"#), Err(ItemError::Incomplete));
        assert_eq!(of(r#"{"metadata": {}}"#), Ok(TypeMeta::default()));
        assert!(matches!(of(r#"["kind"]"#), Err(ItemError::Wrong(_))));
        assert!(matches!(of(r#"{"kind": 1}"#), Err(ItemError::Wrong(_))));
    }
}
