//! Texts: made safe for a terminal, quoted, matched against file name patterns, compared with what the user may have meant.

pub mod glob;
mod io_reason;
mod quote;
pub mod sanitize;
mod suggestions;

pub(crate) use io_reason::io_reason;
pub(crate) use quote::quote;
pub use suggestions::suggestions;
