//! Texts: made safe for a terminal, quoted, matched against file name patterns, compared with what the user may have meant, searched
//! for secrets.

mod credentials;
pub(crate) mod glob;
mod literal;
mod quote;
pub(crate) mod sanitize;
mod secret_hint;
mod secret_name;
mod secret_value;
mod suggestions;
mod system_error;

pub(crate) use credentials::without_credentials;
pub(crate) use quote::{quote, shell_quoted};
pub(crate) use secret_hint::{SecretHint, secret_hint, secret_in_config, secret_in_text, secret_of_flag};
pub(crate) use secret_name::is_secret_name;
pub(crate) use suggestions::suggestions;
pub(crate) use system_error::system_error;
