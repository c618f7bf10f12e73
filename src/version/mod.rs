//! Which Kubernetes version a node runs, from what can be read on it. No program is asked.
//!
//! A layer of its own above `probe`: manifests and package databases are read through the same documents as the probes', so
//! that a snapshot holds what was read of them.

#[cfg(feature = "cluster")]
mod cluster;
mod detect;
mod sources;

#[cfg(feature = "cluster")]
pub use cluster::from_cluster;
pub use detect::{DetectedVersion, VersionNotFound, detect};
#[cfg(any(test, feature = "internals"))]
pub(crate) use sources::{first_version, image_version, kubelet_package, os_release_ids};
