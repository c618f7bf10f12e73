//! Benchmarks, and the files that define them. Reads no node and judges nothing.

mod assertion;
mod catalog_file;
mod chmod;
mod definition;
mod embedded;
mod files;
mod library;
mod lint;
mod load;
mod merge;
mod profile;
mod profiles;
mod raw;
mod resolve;
mod rule;
mod rules;
mod situation;
mod split_texts;
mod template;

pub use assertion::{Assertion, Condition, Test, WhenMissing, WhenUnset};
pub use chmod::ModeBits;
pub use definition::{Assessment, Benchmark, Check, Group, Rule, Section};
pub use library::Library;
pub use lint::{ForeignFormat, LintError, files_at, lint};
#[cfg(test)]
pub(crate) use profile::schemas;
pub use situation::Situation;
pub use template::{Placeholder, Template};
