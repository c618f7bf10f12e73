//! The cluster's own word on its version: asked of the API server with the pod's service account, over TLS that is verified
//! by the cluster's own authority. Asked only where the node itself tells nothing.

use crate::version::{Clue, Detection, version_in};
use serde_json::Value as Json;
use std::path::{Path, PathBuf};
use std::time::Duration;
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};

/// How long the whole question may take.
const LIMIT: Duration = Duration::from_secs(2);
/// Bytes of an answer that are read; the real one has a few hundred.
const MAX_ANSWER: u64 = 64 << 10;

/// A pod's access to the API server.
#[derive(Debug, Clone)]
pub struct Account {
    /// The folder with `token` and `ca.crt`.
    pub folder: PathBuf,
    /// The API server's name or address; none outside a cluster.
    pub host: Option<String>,
    /// Its port.
    pub port: String,
}

impl Account {
    /// What Kubernetes gives every pod that does not decline it.
    pub fn mounted() -> Self {
        Self {
            folder: "/var/run/secrets/kubernetes.io/serviceaccount".into(),
            host: std::env::var("KUBERNETES_SERVICE_HOST").ok(),
            port: std::env::var("KUBERNETES_SERVICE_PORT_HTTPS").unwrap_or_else(|_| "443".to_owned()),
        }
    }
}

/// Asks `/version`. The error says why there is no answer, and never holds the token.
pub fn ask(account: &Account) -> Result<Detection, String> {
    let told = |reason: String| format!("the cluster's API: {reason}");
    let host = account.host.as_deref().ok_or_else(|| told("this is no pod of a cluster".to_owned()))?;
    let token = read(&account.folder.join("token")).map_err(told)?;
    let authority = read(&account.folder.join("ca.crt")).map_err(told)?;
    let certificates = parse_pem(authority.as_bytes()).filter_map(|item| match item {
        Ok(PemItem::Certificate(certificate)) => Some(certificate),
        _ => None,
    });
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(LIMIT))
        .max_redirects(0)
        .proxy(None)
        .tls_config(TlsConfig::builder().root_certs(RootCerts::from(certificates)).build())
        .build()
        .into();
    let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
    let url = format!("https://{host}:{}/version", account.port);
    let answer = agent
        .get(&url)
        .header("Authorization", format!("Bearer {}", token.trim()))
        .call()
        .and_then(|mut answer| answer.body_mut().with_config().limit(MAX_ANSWER).read_to_string())
        .map_err(|e| told(format!("{url}: {e}")))?;
    let json: Json = serde_json::from_str(&answer).map_err(|e| told(format!("{url} answered no JSON: {e}")))?;
    let version = json.get("gitVersion").and_then(Json::as_str).and_then(version_in);
    let version = version.ok_or_else(|| told(format!("{url} answered no version")))?;
    Ok(Detection { clue: Clue { version, source: url, running: true }, remark: None })
}

#[expect(clippy::disallowed_methods, reason = "the pod's own account, no file of the machine under audit")]
fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))
}
