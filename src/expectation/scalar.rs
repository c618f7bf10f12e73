//! A scalar to compare a value with, whatever the type of the value.

use super::operand::Operand;
use super::operator::TypeMismatch;
use crate::model::{Value, parse_bool, parse_duration, parse_number};
use crate::text::quote;
use serde_json::Value as Json;
use std::fmt;

/// A boolean, number, duration or text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Scalar(String);

impl Scalar {
    /// Whether it is the value, in the type of the value: `0600` is the number 384, and the text `0600`. One that has no
    /// value of that type cannot be compared.
    pub(super) fn is(&self, value: &Value) -> Result<bool, TypeMismatch> {
        let mismatch =
            |what: &str| TypeMismatch(format!("{} is not {what} and cannot be compared with {value}", quote(&self.0)));
        match value {
            Value::Bool(b) => parse_bool(&self.0).map(|own| own == *b).ok_or_else(|| mismatch("true or false")),
            Value::Number(n) => parse_number(&self.0).map(|own| own == *n).ok_or_else(|| mismatch("a whole number")),
            Value::Duration(d) => parse_duration(&self.0).map(|own| own == *d).ok_or_else(|| mismatch("a duration")),
            Value::Text(_) | Value::List(_) => Ok(value.to_string() == self.0),
        }
    }
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Operand for Scalar {
    fn read(json: &Json) -> Result<Self, String> {
        String::read(json).map(Self)
    }

    #[cfg(test)]
    fn schema() -> Json {
        String::schema()
    }
}
