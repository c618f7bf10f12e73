//! What a connection needs to know, from a kubeconfig or a service account.

use super::exec::ExecPlugin;
use super::secret::Secret;
use super::server_url::ServerUrl;
use crate::yaml::read_user_file;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::sign::CertifiedKey;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use ureq::Proxy;
use ureq::http::{HeaderName, HeaderValue};

/// Bytes of a token file.
const MAX_TOKEN_BYTES: u64 = 1 << 20;

/// Which server, how it is verified, and who asks.
pub(super) struct Settings {
    /// The context, or `in-cluster`.
    pub(super) name: String,
    pub(super) server: ServerUrl,
    pub(super) server_name: ServerName<'static>,
    pub(super) trust: Trust,
    pub(super) client: Option<Arc<CertifiedKey>>,
    pub(super) credential: Credential,
    pub(super) exec: Option<ExecPlugin>,
    pub(super) impersonation: Vec<(HeaderName, HeaderValue)>,
    pub(super) proxy: Option<Proxy>,
    pub(super) notices: Vec<String>,
}

/// Whose signature the server's certificate needs.
#[derive(Debug, Clone)]
pub(super) enum Trust {
    /// `insecure-skip-tls-verify`.
    Anyone,
    /// `certificate-authority`.
    Authorities(Vec<CertificateDer<'static>>),
    /// What this machine trusts.
    Machine,
}

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
