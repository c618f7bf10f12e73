//! How operators and their operands are written in a definition, perhaps as a parameter's name.

use super::{Expectation, FileMode, Owner, Pattern, Quantity, Scalar};
use crate::model::{parse_duration, parse_number};
use regex::Regex;
use serde::Deserialize;
use serde_json::Value as Json;

/// A piece of a definition that is written as YAML or JSON and read strictly.
pub trait Operand: Sized {
    /// Reads it; the error says what would be right.
    fn read(json: &Json) -> Result<Self, String>;

    /// What a JSON Schema says of it.
    #[cfg(test)]
    fn schema() -> Json;
}

impl Operand for Scalar {
    fn read(json: &Json) -> Result<Self, String> {
        match json {
            Json::String(text) => Ok(Self(text.clone())),
            Json::Bool(_) | Json::Number(_) => Ok(Self(json.to_string())),
            _ => Err("a text, number, true or false is expected".to_owned()),
        }
    }

    #[cfg(test)]
    fn schema() -> Json {
        serde_json::json!({ "type": ["string", "boolean", "number"] })
    }
}

impl Operand for String {
    fn read(json: &Json) -> Result<Self, String> {
        Scalar::read(json).map(|s| s.0)
    }

    #[cfg(test)]
    fn schema() -> Json {
        serde_json::json!({ "type": ["string", "boolean", "number"] })
    }
}

impl<T: Operand> Operand for Vec<T> {
    /// A list, or its only element written alone.
    fn read(json: &Json) -> Result<Self, String> {
        match json {
            Json::Array(items) if items.is_empty() => Err("the list is empty".to_owned()),
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

impl Operand for Quantity {
    fn read(json: &Json) -> Result<Self, String> {
        let text = Scalar::read(json)?.0;
        parse_number(&text)
            .map(Self::Number)
            .or_else(|| parse_duration(&text).map(Self::Duration))
            .ok_or_else(|| format!("`{text}` is neither a whole number nor a duration such as 5m"))
    }

    #[cfg(test)]
    fn schema() -> Json {
        serde_json::json!({ "type": ["string", "integer"] })
    }
}

impl Operand for Pattern {
    fn read(json: &Json) -> Result<Self, String> {
        let text = Scalar::read(json)?.0;
        // The library draws a picture of several lines; its last says what is wrong.
        Regex::new(&text).map(Self).map_err(|e| {
            let drawn = e.to_string();
            let last = drawn.lines().last().unwrap_or_default().trim_start_matches("error: ");
            format!("`{text}` is not a regular expression: {last}")
        })
    }

    #[cfg(test)]
    fn schema() -> Json {
        serde_json::json!({ "type": "string", "format": "regex" })
    }
}

impl Operand for FileMode {
    fn read(json: &Json) -> Result<Self, String> {
        let text = Scalar::read(json)?.0;
        let bits = u32::from_str_radix(text.trim_start_matches("0o"), 8).ok().filter(|bits| *bits <= 0o7777);
        bits.map(Self).ok_or_else(|| format!("`{text}` is not a mode of three or four octal digits"))
    }

    #[cfg(test)]
    fn schema() -> Json {
        serde_json::json!({ "type": ["string", "integer"], "pattern": "^(0o)?[0-7]{1,4}$" })
    }
}

impl Operand for Owner {
    fn read(json: &Json) -> Result<Self, String> {
        let text = Scalar::read(json)?.0;
        match text.split_once(':') {
            Some((user, group)) if !user.is_empty() && !group.is_empty() => {
                Ok(Self { user: user.to_owned(), group: group.to_owned() })
            }
            _ => Err(format!("`{text}` is not USER:GROUP")),
        }
    }

    #[cfg(test)]
    fn schema() -> Json {
        serde_json::json!({ "type": "string", "pattern": "^[^:]+:[^:]+$" })
    }
}

/// `true`, the only value of `set` and `unset`.
#[derive(Debug, Clone, Copy)]
pub struct MustBeTrue;

impl Operand for MustBeTrue {
    fn read(json: &Json) -> Result<Self, String> {
        if json == &Json::Bool(true) { Ok(Self) } else { Err("only `true` can stand here".to_owned()) }
    }

    #[cfg(test)]
    fn schema() -> Json {
        serde_json::json!({ "const": true })
    }
}

impl<'de> Deserialize<'de> for MustBeTrue {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(&Json::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
impl schemars::JsonSchema for MustBeTrue {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "MustBeTrue".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "const": true })
    }
}

/// A value, or the parameter `{name}` that gives it.
#[derive(Debug, Clone)]
pub enum Templated<T> {
    /// The value itself.
    Value(T),
    /// The parameter's name.
    Param(String),
}

impl<'de, T: Operand> Deserialize<'de> for Templated<T> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = Json::deserialize(deserializer)?;
        let name = json.as_str().and_then(|t| t.strip_prefix('{')?.strip_suffix('}'));
        match name {
            Some(name) => Ok(Self::Param(name.to_owned())),
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

/// A parameter that is not there, or cannot stand where it is used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("parameter `{name}`: {message}")]
pub struct BadParameter {
    /// Its name.
    pub name: String,
    /// What is wrong.
    pub message: String,
}

impl<T: Operand + Clone> Templated<T> {
    fn fill(&self, params: &dyn Fn(&str) -> Option<Json>) -> Result<T, BadParameter> {
        match self {
            Self::Value(value) => Ok(value.clone()),
            Self::Param(name) => {
                let bad = |message| BadParameter { name: name.clone(), message };
                let json = params(name).ok_or_else(|| bad("there is no such parameter".to_owned()))?;
                T::read(&json).map_err(bad)
            }
        }
    }
}

/// An expectation as it is written: one key, the operator.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the keys are those of Expectation")]
pub enum RawExpectation {
    Equals(Templated<Scalar>),
    NotEquals(Templated<Scalar>),
    OneOf(Templated<Vec<String>>),
    Contains(Templated<String>),
    Excludes(Templated<String>),
    SubsetOf(Templated<Vec<String>>),
    AtLeast(Templated<Quantity>),
    AtMost(Templated<Quantity>),
    MoreThan(Templated<Quantity>),
    Matches(Templated<Pattern>),
    Loopback(Templated<MustBeTrue>),
    ModeAtMost(Templated<FileMode>),
    OwnedBy(Templated<Vec<Owner>>),
    Set(Templated<MustBeTrue>),
    Unset(Templated<MustBeTrue>),
    AllOf(Vec<Self>),
    AnyOf(Vec<Self>),
}

impl RawExpectation {
    /// Puts the parameters' values in.
    pub fn fill(&self, params: &dyn Fn(&str) -> Option<Json>) -> Result<Expectation, BadParameter> {
        let all = |inner: &[Self]| inner.iter().map(|e| e.fill(params)).collect::<Result<Vec<_>, _>>();
        Ok(match self {
            Self::Equals(x) => Expectation::Equals(x.fill(params)?),
            Self::NotEquals(x) => Expectation::NotEquals(x.fill(params)?),
            Self::OneOf(x) => Expectation::OneOf(x.fill(params)?),
            Self::Contains(x) => Expectation::Contains(x.fill(params)?),
            Self::Excludes(x) => Expectation::Excludes(x.fill(params)?),
            Self::SubsetOf(x) => Expectation::SubsetOf(x.fill(params)?),
            Self::AtLeast(x) => Expectation::AtLeast(x.fill(params)?),
            Self::AtMost(x) => Expectation::AtMost(x.fill(params)?),
            Self::MoreThan(x) => Expectation::MoreThan(x.fill(params)?),
            Self::Matches(x) => Expectation::Matches(x.fill(params)?),
            Self::Loopback(x) => x.fill(params).map(|MustBeTrue| Expectation::Loopback)?,
            Self::ModeAtMost(x) => Expectation::ModeAtMost(x.fill(params)?),
            Self::OwnedBy(x) => Expectation::OwnedBy(x.fill(params)?),
            Self::Set(x) => x.fill(params).map(|MustBeTrue| Expectation::Set)?,
            Self::Unset(x) => x.fill(params).map(|MustBeTrue| Expectation::Unset)?,
            Self::AllOf(inner) => Expectation::AllOf(all(inner)?),
            Self::AnyOf(inner) => Expectation::AnyOf(all(inner)?),
        })
    }
}
