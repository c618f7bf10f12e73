//! Why there is no connection to a cluster.

use crate::yaml::Diagnostic;
use std::path::PathBuf;

/// Why a cluster cannot be reached. Never contains a credential.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// Nothing says which cluster.
    #[error(
        "no cluster is configured: KUBECONFIG is not set, this is not a pod with a service account, and {} does not \
         exist; name a file with --kubeconfig", .0.display()
    )]
    NotConfigured(PathBuf),
    /// The kubeconfig files are wrong: everything that was found, one line each.
    #[error("{}", lines(.0))]
    Kubeconfig(Vec<Diagnostic>),
    /// The service account of the pod cannot be used.
    #[error("{0}")]
    ServiceAccount(String),
    /// The credential plugin failed.
    #[error("{0}")]
    Exec(String),
    /// The environment or the TLS library refuses.
    #[error("{0}")]
    Other(String),
}

fn lines(diagnostics: &[Diagnostic]) -> String {
    diagnostics.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
