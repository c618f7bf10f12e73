//! Platforms: how a distribution or a provider runs Kubernetes. A platform is a page of data in `benchmarks/platforms/`: how it
//! is recognised, where the settings of its components come from, where its files are, and what does not apply to it.

mod component;
mod data_directory;
mod definition;
mod detect;
mod detect_cluster;
mod embedded;
mod exemption;
mod platforms;
mod program;
mod release;
mod remediation;
mod settings_source;
mod sign;

pub use component::{PlatformComponent, Runtime};
pub use definition::Platform;
#[cfg(test)]
pub(crate) use definition::json_schema;
pub use detect::Detection;
pub(in crate::node) use detect::{Traces, detect};
pub use detect_cluster::ClusterTraces;
pub use platforms::Platforms;
pub(in crate::node) use program::HostProgram;
pub use remediation::PlatformAdvice;
pub(in crate::node) use settings_source::{DocumentPart, SettingsSource};
