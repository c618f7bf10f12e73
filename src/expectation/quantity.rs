//! `at-least`, `at-most`, `more-than`: a number or a duration is within a bound.

use super::operand::Operand;
use super::operator::{Operator, TypeMismatch};
use crate::model::{EvidenceKind, Value, parse_duration, parse_number};
use crate::text::quote;
use serde_json::Value as Json;
use std::cmp::Ordering;
use std::fmt;
use std::time::Duration;

/// The value is this quantity or more.
#[derive(Debug, Clone)]
pub struct AtLeast(Quantity);

/// The value is this quantity or less.
#[derive(Debug, Clone)]
pub struct AtMost(Quantity);

/// The value is more than this quantity.
#[derive(Debug, Clone)]
pub struct MoreThan(Quantity);

/// A number or a duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quantity {
    Number(i64),
    Duration(Duration),
}

impl Operator for AtLeast {
    fn evidence_kind(&self) -> Option<EvidenceKind> {
        Some(EvidenceKind::Value)
    }

    fn holds(&self, value: &Value) -> Result<bool, TypeMismatch> {
        self.0.compare(value).map(Ordering::is_ge)
    }
}

impl Operator for AtMost {
    fn evidence_kind(&self) -> Option<EvidenceKind> {
        Some(EvidenceKind::Value)
    }

    fn holds(&self, value: &Value) -> Result<bool, TypeMismatch> {
        self.0.compare(value).map(Ordering::is_le)
    }
}

impl Operator for MoreThan {
    fn evidence_kind(&self) -> Option<EvidenceKind> {
        Some(EvidenceKind::Value)
    }

    fn holds(&self, value: &Value) -> Result<bool, TypeMismatch> {
        self.0.compare(value).map(Ordering::is_gt)
    }
}

impl Quantity {
    /// How the value compares with this bound.
    fn compare(self, value: &Value) -> Result<Ordering, TypeMismatch> {
        let mismatch = || TypeMismatch(format!("{} cannot be compared with {self}", quote(&value.to_string())));
        match (self, value) {
            (Self::Number(bound), Value::Number(n)) => Ok(n.cmp(&bound)),
            (Self::Duration(bound), Value::Duration(d)) => Ok(d.cmp(&bound)),
            (Self::Number(bound), Value::Text(text)) => Ok(parse_number(text).ok_or_else(mismatch)?.cmp(&bound)),
            (Self::Duration(bound), Value::Text(text)) => Ok(parse_duration(text).ok_or_else(mismatch)?.cmp(&bound)),
            (Self::Number(_), Value::Bool(_) | Value::Duration(_) | Value::List(_))
            | (Self::Duration(_), Value::Bool(_) | Value::Number(_) | Value::List(_)) => Err(mismatch()),
        }
    }
}

impl fmt::Display for AtLeast {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "is {} or more", self.0)
    }
}

impl fmt::Display for AtMost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "is {} or less", self.0)
    }
}

impl fmt::Display for MoreThan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "is more than {}", self.0)
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(n) => write!(f, "{n}"),
            Self::Duration(d) => write!(f, "{}", Value::Duration(*d)),
        }
    }
}

impl Operand for AtLeast {
    fn read(json: &Json) -> Result<Self, String> {
        Quantity::read(json).map(Self)
    }

    #[cfg(test)]
    fn schema() -> Json {
        Quantity::schema()
    }
}

impl Operand for AtMost {
    fn read(json: &Json) -> Result<Self, String> {
        Quantity::read(json).map(Self)
    }

    #[cfg(test)]
    fn schema() -> Json {
        Quantity::schema()
    }
}

impl Operand for MoreThan {
    fn read(json: &Json) -> Result<Self, String> {
        Quantity::read(json).map(Self)
    }

    #[cfg(test)]
    fn schema() -> Json {
        Quantity::schema()
    }
}

impl Operand for Quantity {
    fn read(json: &Json) -> Result<Self, String> {
        let text = String::read(json)?;
        parse_number(&text)
            .map(Self::Number)
            .or_else(|| parse_duration(&text).map(Self::Duration))
            .ok_or_else(|| format!("{} is neither a whole number nor a duration such as 5m", quote(&text)))
    }

    #[cfg(test)]
    fn schema() -> Json {
        serde_json::json!({ "type": ["string", "integer"] })
    }
}

#[cfg(test)]
mod tests {
    use crate::expectation::Operator as _;
    use crate::expectation::tests::{minutes, read, refuse, text, verify};
    use crate::model::Value;

    #[test]
    fn compares() {
        verify(&[
            ("at-least: 30", Value::Number(30), true),
            ("at-least: 30", Value::Number(29), false),
            ("at-least: 30", text("31"), true),
            ("at-most: 5m", minutes(5), true),
            ("at-most: 5m", minutes(6), false),
            ("at-most: 5m", text("1h"), false),
            ("more-than: 0", Value::Number(1), true),
            ("more-than: 0", Value::Number(0), false),
            ("more-than: 0s", minutes(1), true),
            ("more-than: 0s", minutes(0), false),
        ]);
    }

    #[test]
    fn other_types_are_a_mismatch() {
        for value in [Value::Bool(true), text("many"), minutes(30)] {
            assert!(read("at-least: 30").holds(&value).is_err(), "{value}");
        }
    }

    #[test]
    fn refuses_other_operands() {
        refuse("at-least: many", "`many` is neither a whole number nor a duration");
        refuse("at-most: [1]", "expected a string, number or boolean");
    }
}
