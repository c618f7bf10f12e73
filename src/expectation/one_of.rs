//! `one-of`: the value is one of these scalars.

use super::operand::{Operand, join};
use super::operator::{Operator, TypeMismatch};
use super::scalar::Scalar;
use crate::model::{EvidenceKind, Value};
use serde_json::Value as Json;
use std::fmt;

/// The value is one of these scalars.
#[derive(Debug, Clone)]
pub struct OneOf(Vec<Scalar>);

impl Operator for OneOf {
    fn evidence_kind(&self) -> Option<EvidenceKind> {
        Some(EvidenceKind::Value)
    }

    fn holds(&self, value: &Value) -> Result<bool, TypeMismatch> {
        let is_each: Vec<bool> = self.0.iter().map(|allowed| allowed.is(value)).collect::<Result<_, _>>()?;
        Ok(is_each.contains(&true))
    }
}

impl fmt::Display for OneOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "is one of {}", join(&self.0, ", "))
    }
}

impl Operand for OneOf {
    fn read(json: &Json) -> Result<Self, String> {
        <Vec<Scalar>>::read(json).map(Self)
    }

    #[cfg(test)]
    fn schema() -> Json {
        <Vec<Scalar>>::schema()
    }
}

#[cfg(test)]
mod tests {
    use crate::expectation::tests::{text, verify};
    use crate::model::Value;

    #[test]
    fn compares() {
        verify(&[
            ("one-of: [kms, aescbc]", text("kms"), true),
            ("one-of: [kms, aescbc]", text("identity"), false),
            ("one-of: kms", text("kms"), true),
            ("one-of: [1, 2]", Value::Number(2), true),
        ]);
    }
}
