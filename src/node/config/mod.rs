//! `config.yaml`: where components are looked for, and which benchmark covers which Kubernetes version.

mod candidates;
mod file;
mod version_mapping;

pub use candidates::{Candidates, TargetConfig};
pub use file::Config;
#[cfg(test)]
pub(crate) use file::json_schema;
pub use version_mapping::VersionError;
