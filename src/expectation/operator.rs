//! What every operator can do. An operator is one file; `expectation.rs` lists them.

use crate::model::{EvidenceKind, FileGroup, Value};
use crate::text::quote;
use std::fmt;

/// The behaviour of an operator with its operand. `Display` completes a sentence: `--profiling` `is false`.
///
/// The defaults refuse to compare, so an operator never holds because a method was forgotten.
pub(crate) trait Operator: fmt::Display {
    /// What the operator compares; none for a combination that mixes both.
    fn evidence_kind(&self) -> Option<EvidenceKind>;

    /// Whether it holds for a value. A value of another type is an error: neither met nor not met.
    fn holds(&self, value: &Value) -> Result<bool, TypeMismatch> {
        let value = quote(&value.to_string());
        Err(TypeMismatch(format!("{value} is not the mode or owner of a file")))
    }

    /// Whether it holds for files with the same mode and owner.
    fn holds_for_files(&self, _files: &FileGroup) -> Result<bool, TypeMismatch> {
        Err(TypeMismatch("only the mode and the owner of a file can be compared".to_owned()))
    }

    /// Whether it holds for a setting that no source sets.
    fn holds_unset(&self) -> bool {
        false
    }
}

/// Why a value cannot be compared with an operand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TypeMismatch(pub(crate) String);
