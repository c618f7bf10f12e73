//! Tokens and passwords.

use super::secret::Secret;
use crate::yaml::read_user_file;
use std::path::{Path, PathBuf};

/// Bytes of a token file.
const MAX_TOKEN_BYTES: u64 = 1 << 20;

/// What is sent with each request.
#[derive(Debug, Clone, Default)]
pub(super) enum Credential {
    #[default]
    None,
    Token(Secret),
    /// Read for each request, since a token is replaced before it expires.
    TokenFile(PathBuf),
    /// Base64 of name and password.
    Basic(Secret),
}

impl Credential {
    /// The value of the header `Authorization`.
    pub(super) fn authorization(&self) -> Result<Option<Secret>, String> {
        match self {
            Self::None => Ok(None),
            Self::Token(token) => Ok(Some(bearer(token))),
            Self::TokenFile(path) => read_token(path).map(|token| Some(bearer(&token))),
            Self::Basic(encoded) => Ok(Some(Secret::new(format!("Basic {}", encoded.expose())))),
        }
    }
}

fn bearer(token: &Secret) -> Secret {
    Secret::new(format!("Bearer {}", token.expose()))
}

/// Reads a token file, without the white space around the token.
pub(super) fn read_token(path: &Path) -> Result<Secret, String> {
    let bytes = read_user_file(path, MAX_TOKEN_BYTES).map_err(|error| format!("{}: {error}", path.display()))?;
    let text = std::str::from_utf8(&bytes).map_err(|_| format!("{}: the token is not text", path.display()))?;
    check_token(text.trim()).map_err(|reason| format!("{}: {reason}", path.display()))
}

/// A token as it is sent.
pub(super) fn check_token(token: &str) -> Result<Secret, String> {
    if token.is_empty() {
        return Err("the token is empty".to_owned());
    }
    if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("the token has a space or a control character, or is not ASCII".to_owned());
    }
    Ok(Secret::new(token))
}
