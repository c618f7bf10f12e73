//! The cluster's API server, asked for its version with the pod's service account. TLS is verified with the cluster's own
//! certificate authority.

use crate::model::leading_version;
use crate::text::system_error;
use serde_json::Value as Json;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};

/// How long the request may take.
const TIMEOUT: Duration = Duration::from_secs(2);
/// Bytes read of the response, which has a few hundred.
const MAX_RESPONSE_BYTES: u64 = 64 << 10;

/// How a pod reaches the API server.
#[derive(Debug, Clone)]
pub struct ServiceAccount {
    /// The directory with `token` and `ca.crt`.
    pub directory: PathBuf,
    /// Name or address of the API server; `None` outside of a cluster.
    pub host: Option<String>,
    /// Its port.
    pub port: String,
}

/// The version that the API server states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerVersion {
    /// Without a leading `v`: `1.29.3-eks-abc`.
    pub version: String,
    /// The URL that was asked.
    pub url: String,
}

/// Why the API server's version is unknown. Never contains the token.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// No API server is known.
    #[error("the cluster's API: not running in a pod of a cluster")]
    NotInCluster,
    /// A file of the service account cannot be read.
    #[error("the cluster's API: {}: {}", .0.display(), system_error(.1))]
    ServiceAccount(PathBuf, std::io::Error),
    /// The request failed: the URL and the reason.
    #[error("the cluster's API: {0}: {1}")]
    Request(String, String),
    /// The response has no Kubernetes version in it.
    #[error("the cluster's API: {0} returned no Kubernetes version")]
    Response(String),
}

impl ServiceAccount {
    /// The account that Kubernetes mounts into every pod that does not opt out.
    pub fn mounted() -> Self {
        Self {
            directory: "/var/run/secrets/kubernetes.io/serviceaccount".into(),
            host: std::env::var("KUBERNETES_SERVICE_HOST").ok(),
            port: std::env::var("KUBERNETES_SERVICE_PORT_HTTPS").unwrap_or_else(|_| "443".to_owned()),
        }
    }
}

/// Requests `/version`.
pub fn server_version(account: &ServiceAccount) -> Result<ServerVersion, ClusterError> {
    let host = account.host.as_deref().ok_or(ClusterError::NotInCluster)?;
    let token = read(&account.directory.join("token"))?;
    let authority = read(&account.directory.join("ca.crt"))?;
    let certificates = parse_pem(authority.as_bytes()).filter_map(|item| match item {
        Ok(PemItem::Certificate(certificate)) => Some(certificate),
        _ => None,
    });
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::from(certificates))
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .build();
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(TIMEOUT))
        .max_redirects(0)
        .proxy(None)
        .tls_config(tls)
        .build()
        .into();
    let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
    let url = format!("https://{host}:{}/version", account.port);
    let response = agent
        .get(&url)
        .header("Authorization", format!("Bearer {}", token.trim()))
        .call()
        .and_then(|mut response| response.body_mut().with_config().limit(MAX_RESPONSE_BYTES).read_to_string())
        .map_err(|e| ClusterError::Request(url.clone(), reason(&e)))?;
    let version = serde_json::from_str::<Json>(&response)
        .ok()
        .and_then(|json| leading_version(json.get("gitVersion")?.as_str()?));
    version.map(|version| ServerVersion { version, url: url.clone() }).ok_or(ClusterError::Response(url))
}

/// Why a request failed, in our words.
fn reason(error: &ureq::Error) -> String {
    const UNTRUSTED: &str =
        "the TLS handshake failed; the server's certificate must be signed by the cluster's authority";
    match error {
        ureq::Error::StatusCode(code) => format!("HTTP status {code}"),
        ureq::Error::Io(error) => match error.kind() {
            ErrorKind::ConnectionRefused => "connection refused".to_owned(),
            // What rustls refuses.
            ErrorKind::InvalidData => UNTRUSTED.to_owned(),
            _ => system_error(error),
        },
        ureq::Error::Timeout(_) => format!("timed out after {TIMEOUT:?}"),
        ureq::Error::HostNotFound => "the host name cannot be resolved".to_owned(),
        ureq::Error::ConnectionFailed => "the connection failed".to_owned(),
        ureq::Error::BadUri(_) | ureq::Error::Http(_) => "the address is not valid".to_owned(),
        ureq::Error::BodyExceedsLimit(_) => format!("the response is larger than {MAX_RESPONSE_BYTES} bytes"),
        ureq::Error::Tls(_) | ureq::Error::Rustls(_) => UNTRUSTED.to_owned(),
        _ => "the response is not valid HTTP".to_owned(),
    }
}

#[expect(clippy::disallowed_methods, reason = "the pod's own account is not a file of the node under audit")]
fn read(path: &Path) -> Result<String, ClusterError> {
    std::fs::read_to_string(path).map_err(|e| ClusterError::ServiceAccount(path.to_owned(), e))
}
