//! `subset-of`: the list is not empty and has only these elements.

use super::operand::{Operand, join};
use super::operator::{Operator, TypeMismatch};
use crate::model::{EvidenceKind, Value};
use serde_json::Value as Json;
use std::fmt;

/// The list is not empty and has only these elements.
#[derive(Debug, Clone)]
pub struct SubsetOf(Vec<String>);

impl Operator for SubsetOf {
    fn evidence_kind(&self) -> Option<EvidenceKind> {
        Some(EvidenceKind::Value)
    }

    fn holds(&self, value: &Value) -> Result<bool, TypeMismatch> {
        let elements = value.elements();
        Ok(!elements.is_empty() && elements.iter().all(|element| self.0.contains(element)))
    }
}

impl fmt::Display for SubsetOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "has only elements of {}", join(&self.0, ", "))
    }
}

impl Operand for SubsetOf {
    fn read(json: &Json) -> Result<Self, String> {
        <Vec<String>>::read(json).map(Self)
    }

    #[cfg(test)]
    fn schema() -> Json {
        <Vec<String>>::schema()
    }
}

#[cfg(test)]
mod tests {
    use crate::expectation::tests::{list, verify};

    #[test]
    fn compares() {
        verify(&[
            ("subset-of: [a, b]", list(&["b"]), true),
            ("subset-of: [a, b]", list(&["a", "b"]), true),
            ("subset-of: [a, b]", list(&["b", "c"]), false),
            ("subset-of: [a, b]", list(&[]), false),
        ]);
    }
}
