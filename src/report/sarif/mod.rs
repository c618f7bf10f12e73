//! The format `sarif`: SARIF 2.1.0 for code scanning.

mod format;
mod results;
mod rules;

pub use format::SarifFormat;
pub(super) use results::of_severity;
pub(super) use rules::score;
