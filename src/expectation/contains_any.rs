//! `contains-any`: the list has at least one of these elements.

use super::operand::{Operand, join};
use super::operator::{Operator, TypeMismatch};
use crate::model::{EvidenceKind, Value};
use serde_json::Value as Json;
use std::fmt;

/// The list has at least one of these elements.
#[derive(Debug, Clone)]
pub struct ContainsAny(Vec<String>);

impl Operator for ContainsAny {
    fn evidence_kind(&self) -> Option<EvidenceKind> {
        Some(EvidenceKind::Value)
    }

    fn holds(&self, value: &Value) -> Result<bool, TypeMismatch> {
        let elements = value.elements();
        Ok(self.0.iter().any(|wanted| elements.contains(wanted)))
    }
}

impl fmt::Display for ContainsAny {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "contains {}", join(&self.0, " or "))
    }
}

impl Operand for ContainsAny {
    fn read(json: &Json) -> Result<Self, String> {
        Vec::read(json).map(Self)
    }

    #[cfg(test)]
    fn schema() -> Json {
        Vec::<String>::schema()
    }
}

#[cfg(test)]
mod tests {
    use crate::expectation::Operator as _;
    use crate::expectation::tests::{list, read, refuse, text, verify};

    #[test]
    fn compares() {
        verify(&[
            ("contains-any: [Metadata, Request]", list(&["Request"]), true),
            ("contains-any: [Metadata, Request]", list(&["None", "Metadata"]), true),
            ("contains-any: [Metadata, Request]", list(&["None"]), false),
            ("contains-any: [Metadata, Request]", list(&["RequestResponse"]), false),
            ("contains-any: [Metadata, Request]", list(&[]), false),
            ("contains-any: Metadata", text("None, Metadata"), true),
            ("contains-any: [Metadata, Request]", text("MetadataRequest"), false),
        ]);
        assert!(!read("contains-any: [Metadata, Request]").holds_unset());
        assert_eq!(read("contains-any: [Metadata, Request]").to_string(), "contains Metadata or Request");
        refuse("contains-any: []", "the list must not be empty");
    }
}
