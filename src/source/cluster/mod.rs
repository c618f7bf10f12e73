//! The objects of a cluster: from its API server, or from saved lists.

mod by_kind;
mod decode;
#[cfg(feature = "cluster")]
mod discovery;
mod kind;
#[cfg(feature = "cluster")]
mod list_kind;
#[cfg(feature = "cluster")]
mod list_secrets;
mod lists;
#[cfg(feature = "cluster")]
mod live;
pub mod object;
mod opt_in;
#[cfg(feature = "cluster")]
mod read_live;
mod recorded;
mod saved;
#[cfg(feature = "cluster")]
mod server_version;
mod shared;
mod write;

pub use kind::ObjectKind;
pub use lists::{ListState, ObjectLists};
#[cfg(all(feature = "cluster", any(test, feature = "internals")))]
pub(crate) use live::kubeconfig_problems;
#[cfg(feature = "cluster")]
pub use live::{
    ClusterConnection, ConnectError, ConnectOptions, Environment, ListEnd, ListLimits, PageEnd, PageError, RequestError,
};
pub use opt_in::OptIn;
#[cfg(feature = "cluster")]
pub use read_live::{LiveCluster, LiveScope, read_live};
pub use recorded::Recorded;
#[cfg(any(test, feature = "internals"))]
pub(crate) use saved::lists_in_bytes;
pub use saved::{SavedListsError, read_saved};
#[cfg(feature = "cluster")]
pub use server_version::{ClusterError, ServerVersion, ServiceAccount, server_version};
