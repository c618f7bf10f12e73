//! The objects of a cluster: from saved lists. The version of its API server.

mod decode;
mod kind;
mod lists;
pub mod object;
mod saved;
#[cfg(feature = "cluster")]
mod server_version;

pub use kind::ObjectKind;
pub use lists::{ListState, ObjectLists};
pub use saved::{SavedListsError, read_saved};
#[cfg(feature = "cluster")]
pub use server_version::{ClusterError, ServerVersion, ServiceAccount, server_version};
