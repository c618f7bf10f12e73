//! What is wrong with a document, and where.

use crate::text::quote;
use std::fmt;

/// The first thing that is wrong with a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::kubesec) struct Finding {
    /// The way to the value: `spec.containers[0].name`. Empty for the document.
    path: String,
    kind: FindingKind,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum FindingKind {
    NotAMapping,
    Missing(String),
    NoSchema { kind: String, api_version: String },
    Unknown,
    Duplicate,
    WrongType { expected: &'static str, found: &'static str },
}

impl Finding {
    pub(super) const fn new(kind: FindingKind) -> Self {
        Self { path: String::new(), kind }
    }

    /// The same finding, in a field of this name.
    pub(super) fn in_field(self, name: &str) -> Self {
        let separator = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        Self { path: format!("{name}{separator}{}", self.path), ..self }
    }

    /// The same finding, in an element of a list.
    pub(super) fn in_item(self, index: usize) -> Self {
        self.in_field(&format!("[{index}]"))
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        match &self.kind {
            FindingKind::NotAMapping => f.write_str("not a mapping"),
            FindingKind::Missing(name) => write!(f, "missing field {}", quote(name)),
            FindingKind::NoSchema { kind, api_version } => {
                write!(f, "no schema for the kind {} in {}", quote(kind), quote(api_version))
            }
            FindingKind::Unknown => f.write_str("unknown field"),
            FindingKind::Duplicate => f.write_str("duplicate field"),
            FindingKind::WrongType { expected, found } => write!(f, "expected {expected}, found {found}"),
        }
    }
}
