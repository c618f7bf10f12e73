//! The version of the API server, asked for with the pod's service account.

use super::live::{ClusterConnection, ConnectOptions, Environment};
use crate::model::leading_version;
use serde_json::Value as Json;
use std::path::PathBuf;
use std::time::Duration;

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
    /// The service account cannot be used.
    #[error("the cluster's API: {0}")]
    ServiceAccount(String),
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

/// Requests `/version`, without a proxy.
pub fn server_version(account: &ServiceAccount) -> Result<ServerVersion, ClusterError> {
    let host = account.host.as_deref().ok_or(ClusterError::NotInCluster)?;
    let options = ConnectOptions {
        timeout: TIMEOUT,
        service_account: account.directory.clone(),
        environment: Environment::new(|_| None),
        ..ConnectOptions::default()
    };
    let connection = ClusterConnection::of_pod(host, &account.port, &options)
        .map_err(|error| ClusterError::ServiceAccount(error.to_string()))?;
    let url = format!("{}/version", connection.server());
    let response = connection
        .get("/version", MAX_RESPONSE_BYTES)
        .map_err(|error| ClusterError::Request(url.clone(), error.to_string()))?;
    let version = serde_json::from_slice::<Json>(&response)
        .ok()
        .and_then(|json| leading_version(json.get("gitVersion")?.as_str()?));
    version.map(|version| ServerVersion { version, url: url.clone() }).ok_or(ClusterError::Response(url))
}
