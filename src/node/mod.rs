//! What runs on a node: its components with their processes, and the targets that apply.

mod cgroup;
mod config;
mod detect;
mod detected;
mod trust;

#[cfg(test)]
pub(crate) use config::json_schema;
pub use config::{Candidates, Config, TargetConfig, VersionError};
pub use detected::{ComponentProcesses, Instance, Node};
