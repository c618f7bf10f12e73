//! Texts: made safe for a terminal, quoted, matched against file name patterns, compared with what the user may have meant.

mod credentials;
pub(crate) mod glob;
mod quote;
pub(crate) mod sanitize;
mod suggestions;
mod system_error;

pub(crate) use credentials::without_credentials;
pub(crate) use quote::{quote, shell_quoted};
pub(crate) use suggestions::suggestions;
pub(crate) use system_error::system_error;
