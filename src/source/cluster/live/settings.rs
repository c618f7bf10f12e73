//! What a connection needs to know, from a kubeconfig or a service account.

use super::credential::Credential;
use super::exec::ExecPlugin;
use super::server_url::ServerUrl;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::sign::CertifiedKey;
use std::sync::Arc;
use ureq::Proxy;
use ureq::http::{HeaderName, HeaderValue};

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
