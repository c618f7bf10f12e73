//! Texts: made safe for a terminal, matched against file name patterns, and compared with what the user may have meant.

pub mod glob;
pub mod sanitize;
mod suggestions;
mod system_error;

pub use suggestions::suggestions;
pub(crate) use system_error::system_error;
