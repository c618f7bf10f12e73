//! How definition files write an operand: the value itself, or a parameter `{name}` of the rule.

use crate::yaml::{MustBeTrue, scalar_text};
use serde::{Deserialize, Deserializer};
use serde_json::Value as Json;
use std::fmt;

/// The values of a rule's parameters, by name.
pub(crate) type Parameters<'a> = dyn Fn(&str) -> Option<Json> + 'a;

/// An operand that is read from YAML or JSON.
pub(crate) trait Operand: Sized {
    /// Reads an operand. The error says what would be correct.
    fn read(json: &Json) -> Result<Self, String>;

    /// Its JSON Schema.
    #[cfg(test)]
    fn schema() -> Json;
}

/// An expectation as a definition file has it, to be completed with the parameters of the rule.
pub(crate) trait FromRaw: Sized {
    /// The form in the file.
    type Raw;

    /// Replaces the parameters by their values.
    fn from_raw(raw: &Self::Raw, parameters: &Parameters<'_>) -> Result<Self, BadParameter>;
}

/// An operand, or the parameter that gives it.
#[derive(Debug, Clone)]
pub(crate) enum Templated<T> {
    /// The operand itself.
    Value(T),
    /// The name of the parameter.
    Parameter(String),
}

/// A parameter that is not defined, or whose value the operator does not accept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("parameter `{name}`: {message}")]
pub(crate) struct BadParameter {
    /// The name of the parameter.
    pub(crate) name: String,
    /// What is wrong with it.
    pub(crate) message: String,
}

impl<T: Operand + Clone> FromRaw for T {
    type Raw = Templated<T>;

    fn from_raw(raw: &Self::Raw, parameters: &Parameters<'_>) -> Result<Self, BadParameter> {
        match raw {
            Templated::Value(value) => Ok(value.clone()),
            Templated::Parameter(name) => {
                let bad = |message| BadParameter { name: name.clone(), message };
                let json = parameters(name).ok_or_else(|| bad("the rule does not define it".to_owned()))?;
                T::read(&json).map_err(bad)
            }
        }
    }
}

impl<'de, T: Operand> Deserialize<'de> for Templated<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Json::deserialize(deserializer)?;
        match json.as_str().and_then(|text| text.strip_prefix('{')?.strip_suffix('}')) {
            Some(name) => Ok(Self::Parameter(name.to_owned())),
            None => T::read(&json).map(Self::Value).map_err(serde::de::Error::custom),
        }
    }
}

#[cfg(test)]
impl<T: Operand> schemars::JsonSchema for Templated<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        std::any::type_name::<Self>().into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let value = T::schema();
        schemars::json_schema!({ "anyOf": [value, { "type": "string", "pattern": "^\\{.+\\}$" }] })
    }
}

impl Operand for String {
    fn read(json: &Json) -> Result<Self, String> {
        scalar_text(json).ok_or_else(|| "expected a string, number or boolean".to_owned())
    }

    #[cfg(test)]
    fn schema() -> Json {
        serde_json::json!({ "type": ["string", "boolean", "number"] })
    }
}

impl<T: Operand> Operand for Vec<T> {
    /// A list, or a single element without the list.
    fn read(json: &Json) -> Result<Self, String> {
        match json {
            Json::Array(items) if items.is_empty() => Err("the list must not be empty".to_owned()),
            Json::Array(items) => items.iter().map(T::read).collect(),
            one => Ok(vec![T::read(one)?]),
        }
    }

    #[cfg(test)]
    fn schema() -> Json {
        let one = T::schema();
        serde_json::json!({ "anyOf": [one, { "type": "array", "minItems": 1, "items": one }] })
    }
}

impl Operand for MustBeTrue {
    fn read(json: &Json) -> Result<Self, String> {
        Self::deserialize(json).map_err(|error| error.to_string())
    }

    #[cfg(test)]
    fn schema() -> Json {
        serde_json::json!({ "const": true })
    }
}

/// The elements in one line.
pub(super) fn join<T: fmt::Display>(items: &[T], separator: &str) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join(separator)
}
