//! `equals`: the value is this scalar.

use super::operand::Operand;
use super::operator::{Operator, TypeMismatch};
use super::scalar::Scalar;
use crate::model::{EvidenceKind, Value};
use serde_json::Value as Json;
use std::fmt;

/// The value is this scalar.
#[derive(Debug, Clone)]
pub struct Equals(Scalar);

impl Equals {
    /// The scalar, as the definition writes it.
    pub(super) fn value(&self) -> String {
        self.0.to_string()
    }
}

impl Operator for Equals {
    fn evidence_kind(&self) -> Option<EvidenceKind> {
        Some(EvidenceKind::Value)
    }

    fn holds(&self, value: &Value) -> Result<bool, TypeMismatch> {
        self.0.is(value)
    }
}

impl fmt::Display for Equals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "is {}", self.0)
    }
}

impl Operand for Equals {
    fn read(json: &Json) -> Result<Self, String> {
        Scalar::read(json).map(Self)
    }

    #[cfg(test)]
    fn schema() -> Json {
        Scalar::schema()
    }
}

#[cfg(test)]
mod tests {
    use crate::expectation::tests::{list, text, verify};
    use crate::model::Value;

    #[test]
    fn compares() {
        verify(&[
            ("equals: false", Value::Bool(false), true),
            ("equals: false", Value::Bool(true), false),
            ("equals: 0", Value::Number(0), true),
            ("equals: 0", Value::Number(1), false),
            ("equals: Webhook", text("Webhook"), true),
            ("equals: Webhook", text("webhook"), false),
            ("equals: \"a,b\"", list(&["a", "b"]), true),
        ]);
    }
}
