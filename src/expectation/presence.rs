//! `set`, `unset`: whether any source sets a value.

use super::operand::Operand;
use super::operator::{Operator, TypeMismatch};
use crate::model::{EvidenceKind, Value};
use crate::yaml::MustBeTrue;
use serde_json::Value as Json;
use std::fmt;

/// Some source sets a value that is not empty.
#[derive(Debug, Clone)]
pub struct Set(MustBeTrue);

/// No source sets a value.
#[derive(Debug, Clone)]
pub struct Unset(MustBeTrue);

impl Operator for Set {
    fn evidence_kind(&self) -> Option<EvidenceKind> {
        Some(EvidenceKind::Value)
    }

    fn holds(&self, _: &Value) -> Result<bool, TypeMismatch> {
        Ok(true)
    }
}

impl Operator for Unset {
    fn evidence_kind(&self) -> Option<EvidenceKind> {
        Some(EvidenceKind::Value)
    }

    fn holds(&self, _: &Value) -> Result<bool, TypeMismatch> {
        Ok(false)
    }

    fn holds_unset(&self) -> bool {
        true
    }
}

impl fmt::Display for Set {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("is set")
    }
}

impl fmt::Display for Unset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("is not set")
    }
}

impl Operand for Set {
    fn read(json: &Json) -> Result<Self, String> {
        MustBeTrue::read(json).map(Self)
    }

    #[cfg(test)]
    fn schema() -> Json {
        MustBeTrue::schema()
    }
}

impl Operand for Unset {
    fn read(json: &Json) -> Result<Self, String> {
        MustBeTrue::read(json).map(Self)
    }

    #[cfg(test)]
    fn schema() -> Json {
        MustBeTrue::schema()
    }
}

#[cfg(test)]
mod tests {
    use crate::expectation::Operator as _;
    use crate::expectation::tests::{read, refuse, text, verify};

    #[test]
    fn compares() {
        verify(&[("set: true", text("x"), true), ("unset: true", text("x"), false)]);
        assert!(!read("set: true").holds_unset());
        assert!(read("unset: true").holds_unset());
        refuse("set: false", "only `true` is allowed here");
    }
}
