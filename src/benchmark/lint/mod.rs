//! Finds everything that is wrong in definition files, where loading stops at the first error.

mod config;
mod file;
mod foreign;
mod native;
mod paths;
mod platform;
mod run;

pub use foreign::ForeignFormat;
pub use paths::{LintError, files_at};
pub use run::lint;
