//! `excludes`: the list is set and does not have this element.

use super::operand::Operand;
use super::operator::{Operator, TypeMismatch};
use crate::model::{EvidenceKind, Value};
use serde_json::Value as Json;
use std::fmt;

/// The list does not have this element.
#[derive(Debug, Clone)]
pub struct Excludes(String);

impl Operator for Excludes {
    fn evidence_kind(&self) -> Option<EvidenceKind> {
        Some(EvidenceKind::Value)
    }

    fn holds(&self, value: &Value) -> Result<bool, TypeMismatch> {
        Ok(!value.elements().contains(&self.0))
    }
}

impl fmt::Display for Excludes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "does not contain {}", self.0)
    }
}

impl Operand for Excludes {
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
            ("excludes: AlwaysAllow", list(&["Node"]), true),
            ("excludes: AlwaysAllow", list(&["Node", "AlwaysAllow"]), false),
            ("excludes: AlwaysAllow", text("Node,AlwaysAllow"), false),
        ]);
    }
}
