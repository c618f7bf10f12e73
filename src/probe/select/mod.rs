//! Which value of a file is meant: the closed set of selectors.
//!
//! A selector is a file with its YAML form, its description and how it reads, and one line in the table of `selectors`.

mod addresses;
pub(crate) mod audit_policy;
pub(crate) mod encryption_writer;
mod kubernetes_document;
mod path;
mod same_certificates;
mod selector;
mod selectors;
mod unit;

pub(super) use selectors::Select;
