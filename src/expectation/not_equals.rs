//! `not-equals`: the value is set and is not this scalar.

use super::operand::Operand;
use super::operator::{Operator, TypeMismatch};
use super::scalar::Scalar;
use crate::model::{EvidenceKind, Value};
use serde_json::Value as Json;
use std::fmt;

/// The value is not this scalar.
#[derive(Debug, Clone)]
pub struct NotEquals(Scalar);

impl Operator for NotEquals {
    fn evidence_kind(&self) -> Option<EvidenceKind> {
        Some(EvidenceKind::Value)
    }

    fn holds(&self, value: &Value) -> Result<bool, TypeMismatch> {
        self.0.is(value).map(|is| !is)
    }
}

impl fmt::Display for NotEquals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "is not {}", self.0)
    }
}

impl Operand for NotEquals {
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
    use crate::expectation::tests::{text, verify};
    use crate::model::Value;

    #[test]
    fn compares() {
        verify(&[
            ("not-equals: AlwaysAllow", text("Webhook"), true),
            ("not-equals: AlwaysAllow", text("AlwaysAllow"), false),
            ("not-equals: 0", Value::Number(1), true),
            ("not-equals: 0", Value::Number(0), false),
        ]);
    }
}
