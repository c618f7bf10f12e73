//! JSON texts, with the first name that an object has twice.

use crate::yaml::MAX_VALUES;
use serde::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserializer, de};
use serde_json::{Map, Number, Value as Json};
use std::cell::{Cell, RefCell};
use std::fmt;

/// A value of a JSON text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct JsonValue {
    pub(super) value: Json,
    /// A name that one object has twice. The last value counts.
    pub(super) duplicate: Option<String>,
}

/// The values of a text that is JSON and nothing else: one of any kind, or several lists and objects in a row.
pub(super) fn json_values(text: &str) -> Option<Vec<JsonValue>> {
    if !text.trim_start().starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '{' | '[' | '"' | '-')) {
        return None;
    }
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let state = State::default();
    let mut values = Vec::new();
    loop {
        let value = Builder(&state).deserialize(&mut deserializer).ok()?;
        values.push(JsonValue { value, duplicate: state.duplicate.take() });
        if deserializer.end().is_ok() {
            break;
        }
    }
    let is_row = values.len() == 1 || values.iter().all(|v| v.value.is_object() || v.value.is_array());
    is_row.then_some(values)
}

#[derive(Default)]
struct State {
    values: Cell<usize>,
    duplicate: RefCell<Option<String>>,
}

/// Builds a value. Refuses too many of them.
#[derive(Clone, Copy)]
struct Builder<'s>(&'s State);

impl<'de> DeserializeSeed<'de> for Builder<'_> {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        let values = self.0.values.get() + 1;
        if values > MAX_VALUES {
            return Err(D::Error::custom("too many values"));
        }
        self.0.values.set(values);
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Builder<'_> {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::from(value))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Json, E> {
        Number::from_f64(value).map(Json::Number).ok_or_else(|| E::custom("a number is too large"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element_seed(self)? {
            items.push(item);
        }
        Ok(Json::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let mut entries = Map::new();
        while let Some(name) = access.next_key::<String>()? {
            let value = access.next_value_seed(self)?;
            if entries.contains_key(&name) {
                self.0.duplicate.borrow_mut().get_or_insert_with(|| name.clone());
            }
            entries.insert(name, value);
        }
        Ok(Json::Object(entries))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn values(text: &str) -> Option<Vec<(Json, Option<String>)>> {
        json_values(text).map(|values| values.into_iter().map(|v| (v.value, v.duplicate)).collect())
    }

    #[test]
    fn one_value_of_any_kind_or_several_collections() {
        assert_eq!(values(" null\n"), Some(vec![(json!(null), None)]));
        assert_eq!(values("5"), Some(vec![(json!(5), None)]));
        assert_eq!(
            values("{\"a\": 1}\n{\"a\": 2} []"),
            Some(vec![(json!({"a": 1}), None), (json!({"a": 2}), None), (json!([]), None)])
        );
        for text in ["", "1 2", "{} 1", "a: b", "{a: b}", "{} # more", "[1,]", "{}\n---\n{}"] {
            assert_eq!(values(text), None, "{text}");
        }
    }

    #[test]
    fn duplicate_names_are_kept() {
        let twice = values(r#"{"a": {"b": 1, "b": 2}} {"a": 1}"#);
        assert_eq!(twice, Some(vec![(json!({"a": {"b": 2}}), Some("b".to_owned())), (json!({"a": 1}), None)]));
    }

    #[test]
    fn size_and_depth_are_limited() {
        assert_eq!(values(&("[".repeat(200) + &"]".repeat(200))), None);
        assert_eq!(values(&format!("[{}0]", "0,".repeat(MAX_VALUES))), None);
    }
}
