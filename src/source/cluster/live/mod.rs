//! Requests to the Kubernetes API: how a cluster is found, TLS, credentials, paging. Knows nothing of the objects.

mod body;
mod certificate;
mod client;
mod connect_error;
mod connection;
mod credential;
mod exec;
mod exec_credential;
mod failure;
mod fields;
mod http_text;
mod impersonation;
mod in_cluster;
#[cfg(any(test, feature = "internals"))]
mod in_memory;
mod key;
mod kubeconfig;
mod list;
mod no_proxy;
mod options;
mod proxy;
mod request_error;
mod resolve;
mod retry;
mod secret;
mod server_url;
mod settings;
mod tls;
mod tls_connector;
mod user;
mod verifier;

pub use connect_error::ConnectError;
pub use connection::ClusterConnection;
#[cfg(any(test, feature = "internals"))]
pub(crate) use in_memory::kubeconfig_problems;
pub use list::{ListEnd, PageEnd, PageError};
pub use options::{ConnectOptions, Environment, ListLimits};
pub use request_error::RequestError;
