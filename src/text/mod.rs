//! Texts: made safe for a terminal, matched against file name patterns, and compared with what the user may have meant.

pub(crate) mod glob;
mod io_reason;
mod quote;
pub(crate) mod sanitize;
mod suggestions;
mod system_error;

pub(crate) use io_reason::io_reason;
pub(crate) use quote::quote;
pub(crate) use suggestions::suggestions;
pub(crate) use system_error::system_error;
