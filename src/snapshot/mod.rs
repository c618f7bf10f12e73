//! Snapshots: what every rule's probes read on a node, and nothing else, in a file that `--host` reads.

mod files;
mod logs;
mod names;
mod process_roots;
mod processes;
pub(crate) mod redaction;
mod take;

pub use take::{SnapshotError, take};
