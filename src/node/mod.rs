//! What runs on a node: its platform, its components with their processes, and the targets that apply.

mod build;
mod cgroup;
mod component_processes;
mod config;
mod detect;
mod detected;
mod exemption;
mod own;
mod places;
mod platform;
mod settings;
mod static_pods;
mod supervisor;
mod targets;
mod trust;

pub use build::{build_excerpt, version_of_build};
#[cfg(test)]
pub(crate) use config::json_schema;
pub use config::{Candidates, Config, TargetConfig, VersionError};
pub use detected::{ComponentProcesses, Instance, Node, RunningBuild};
pub use places::Places;
#[cfg(test)]
pub(crate) use platform::json_schema as platform_schema;
pub use platform::{ClusterTraces, Detection, Platform, PlatformAdvice, PlatformComponent, Platforms, Runtime};
pub use static_pods::StaticManifests;
pub use supervisor::{EMBEDDED, Supervisor};
