//! What changed between two reports.

mod class;
mod compare;
mod json;
mod markdown;
mod pair;
mod state;
#[cfg(test)]
mod tests;
mod text;

pub use class::ChangeClass;
pub use json::diff_json;
pub use markdown::diff_markdown;
pub use pair::{Change, Diff, Incomparable, PairDiff, ReportRef, Side};
pub use text::diff_text;
