//! What changed between two reports.

mod class;
mod compare;
mod json;
mod markdown;
mod ocsf;
mod pair;
mod sarif;
mod state;
#[cfg(test)]
mod tests;
mod text;
mod worse;

pub use class::ChangeClass;
pub use json::diff_json;
pub use markdown::diff_markdown;
pub use ocsf::diff_ocsf;
pub use pair::{Change, Diff, Incomparable, PairDiff, ReportRef, Side};
pub use sarif::diff_sarif;
pub use text::diff_text;
pub use worse::worse_checks;
