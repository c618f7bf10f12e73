//! Texts: made safe for a terminal, matched against file name patterns, and compared with what the user may have meant.

pub mod glob;
mod quote;
pub mod sanitize;
mod suggestions;

pub(crate) use quote::quote;
pub use suggestions::suggestions;
