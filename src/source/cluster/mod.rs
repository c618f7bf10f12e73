//! The Kubernetes API of a cluster.

mod live;
mod server_version;

pub use live::{
    ClusterConnection, ConnectError, ConnectOptions, Environment, ListEnd, ListLimits, PageEnd, PageError, RequestError,
};
pub use server_version::{ClusterError, ServerVersion, ServiceAccount, server_version};
