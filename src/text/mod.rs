//! Texts: made safe for a terminal, matched against file name patterns, and compared with what the user may have meant.

pub mod glob;
pub mod sanitize;
mod suggestions;

pub use suggestions::suggestions;
