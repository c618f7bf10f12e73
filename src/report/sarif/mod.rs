//! The format `sarif`: SARIF 2.1.0 for code scanning.

mod format;
mod results;
mod rules;

pub use format::SarifFormat;
