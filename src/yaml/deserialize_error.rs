//! Why a type refuses a node, in our words: the default texts of serde name Rust types.

use super::renamed::renamed_to;
use crate::text::{quote, suggestions};
use serde::de::{Expected, Unexpected};
use std::fmt;

/// Why a type refuses a node.
#[derive(Debug)]
pub(super) struct DeserializeError {
    /// Id of the node, once known.
    pub(super) node: Option<usize>,
    pub(super) reason: Reason,
}

#[derive(Debug)]
pub(super) enum Reason {
    MissingKey(&'static str),
    /// The old and the new name of a key.
    RenamedKey(String, &'static str),
    UnknownVariant(String, &'static [&'static str]),
    Other(String),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingKey(key) => write!(f, "missing key `{key}`"),
            Self::RenamedKey(old, new) => write!(f, "unknown key `{old}`; its new name is `{new}`"),
            Self::UnknownVariant(name, known) => {
                write!(f, "unknown value {}{}", quote(name), similar_or_all(name, known))
            }
            Self::Other(message) => f.write_str(message),
        }
    }
}

impl fmt::Display for DeserializeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reason.fmt(f)
    }
}

impl std::error::Error for DeserializeError {}

impl serde::de::Error for DeserializeError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self { node: None, reason: Reason::Other(message.to_string()) }
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::custom(format_args!("expected {}, found {}", describe_expected(expected), describe_found(found)))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid_type(found, expected)
    }

    fn invalid_length(length: usize, expected: &dyn Expected) -> Self {
        Self::custom(format_args!("expected {}, found {length} elements", describe_expected(expected)))
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        match renamed_to(field, expected) {
            Some(new) => Self { node: None, reason: Reason::RenamedKey(field.to_owned(), new) },
            None => Self::custom(unknown_key(field, expected)),
        }
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        Self { node: None, reason: Reason::UnknownVariant(variant.to_owned(), expected) }
    }

    fn missing_field(field: &'static str) -> Self {
        Self { node: None, reason: Reason::MissingKey(field) }
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::custom(format_args!("duplicate key `{field}`"))
    }
}

pub(super) fn unknown_key(key: &str, known: &[&str]) -> String {
    format!("unknown key {}{}", quote(key), similar_or_all(key, known))
}

/// The names that are similar, or else all that are accepted.
fn similar_or_all(mistyped: &str, known: &[&str]) -> String {
    let similar = suggestions(mistyped, known.iter().copied());
    if similar.is_empty() && !known.is_empty() { format!("; expected one of {}", known.join(", ")) } else { similar }
}

/// What a type expects. Types of serde and the standard library name themselves as Rust does.
fn describe_expected(expected: &dyn Expected) -> String {
    let text = expected.to_string();
    let integer = |low: &dyn fmt::Display, high: &dyn fmt::Display| format!("a whole number from {low} to {high}");
    match text.as_str() {
        "u8" => integer(&u8::MIN, &u8::MAX),
        "u16" => integer(&u16::MIN, &u16::MAX),
        "u32" => integer(&u32::MIN, &u32::MAX),
        "u64" | "usize" => integer(&u64::MIN, &u64::MAX),
        "i32" => integer(&i32::MIN, &i32::MAX),
        "i64" | "isize" => integer(&i64::MIN, &i64::MAX),
        "f32" | "f64" => "a number".to_owned(),
        "a boolean" => "true or false".to_owned(),
        "a string" | "string" | "path string" => "text".to_owned(),
        "a sequence" => "a list".to_owned(),
        "a map" => "a mapping".to_owned(),
        "unit" => "nothing".to_owned(),
        text if text.starts_with("struct ") => "a mapping".to_owned(),
        text if text.starts_with("enum ") || text.starts_with("variant ") => "one of its names".to_owned(),
        _ => text,
    }
}

fn describe_found(found: Unexpected<'_>) -> String {
    match found {
        Unexpected::Bool(value) => format!("`{value}`"),
        Unexpected::Unsigned(value) => format!("`{value}`"),
        Unexpected::Signed(value) => format!("`{value}`"),
        Unexpected::Float(value) => format!("`{value}`"),
        Unexpected::Char(value) => format!("`{value}`"),
        Unexpected::Str(text) => quote(text),
        Unexpected::Other(text) => text.to_owned(),
        Unexpected::Unit | Unexpected::Option => "no value".to_owned(),
        Unexpected::Bytes(_) => "bytes".to_owned(),
        Unexpected::Seq => "a list".to_owned(),
        Unexpected::Map | Unexpected::NewtypeStruct | Unexpected::StructVariant => "a mapping".to_owned(),
        Unexpected::Enum | Unexpected::UnitVariant | Unexpected::NewtypeVariant | Unexpected::TupleVariant => {
            "a name".to_owned()
        }
    }
}
