//! Benchmarks, and the files that define them. Reads no node and judges nothing.

mod assertion;
mod catalog;
mod definition;
mod embedded;
mod lint;
mod raw;
mod rule;
mod rules;
pub(crate) mod source;
mod template;

pub use assertion::{Assertion, Test, WhenMissing, WhenUnset};
pub use catalog::Library;
#[cfg(test)]
pub(crate) use catalog::schemas;
pub use definition::{Assessment, Benchmark, Check, Group, Rule, Section};
pub use lint::{Diagnostic, ForeignFormat, Level, LintError, lint, sources};
pub use source::{DefinitionError, Source};
pub use template::{Template, Text};
