//! `contains`: the list has this element.

use super::operand::Operand;
use super::operator::{Operator, TypeMismatch};
use crate::model::{EvidenceKind, Value};
use serde_json::Value as Json;
use std::fmt;

/// The list has this element.
#[derive(Debug, Clone)]
pub struct Contains(String);

impl Operator for Contains {
    fn evidence_kind(&self) -> Option<EvidenceKind> {
        Some(EvidenceKind::Value)
    }

    fn holds(&self, value: &Value) -> Result<bool, TypeMismatch> {
        Ok(value.elements().contains(&self.0))
    }
}

impl fmt::Display for Contains {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "contains {}", self.0)
    }
}

impl Operand for Contains {
    fn read(json: &Json) -> Result<Self, String> {
        String::read(json).map(Self)
    }

    #[cfg(test)]
    fn schema() -> Json {
        String::schema()
    }
}

#[cfg(test)]
mod tests {
    use crate::expectation::tests::{list, text, verify};

    #[test]
    fn compares() {
        verify(&[
            ("contains: RBAC", list(&["Node", "RBAC"]), true),
            ("contains: RBAC", list(&["Node", "RBACX"]), false),
            ("contains: RBAC", text("Node, RBAC"), true),
            ("contains: RBAC", text("NodeRBAC"), false),
        ]);
    }
}
