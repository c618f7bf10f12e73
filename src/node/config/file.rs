//! The file as a whole.

use super::candidates::{Candidates, TargetConfig};
use super::version_mapping::{VersionError, VersionMapping};
use crate::model::{Target, minor_version};
use indexmap::IndexMap;
use serde::Deserialize;
use std::sync::LazyLock;

/// `config.yaml`. Other keys are ignored.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Config {
    master: TargetConfig,
    node: TargetConfig,
    etcd: TargetConfig,
    controlplane: TargetConfig,
    policies: TargetConfig,
    managedservices: TargetConfig,
    version_mapping: VersionMapping,
    target_mapping: IndexMap<String, Vec<Target>>,
    /// Whether it is a user's: its files then replace those of the platform.
    #[serde(skip)]
    is_users: bool,
}

impl Config {
    /// The same configuration, as one that the user gave.
    #[must_use]
    pub fn of_user(self) -> Self {
        Self { is_users: true, ..self }
    }

    /// Whether the user gave it.
    pub const fn is_users(&self) -> bool {
        self.is_users
    }

    /// The components of a target.
    pub fn target(&self, target: Target) -> &TargetConfig {
        static NONE: LazyLock<TargetConfig> = LazyLock::new(TargetConfig::default);
        match target {
            Target::Master => &self.master,
            Target::Node => &self.node,
            Target::Etcd => &self.etcd,
            Target::ControlPlane => &self.controlplane,
            Target::Policies => &self.policies,
            Target::ManagedServices => &self.managedservices,
            Target::Workloads | Target::Dockerfiles => &NONE,
        }
    }

    /// The first entry of a component: that of `target`, else that of another target.
    pub fn candidates(&self, target: Target, component: &str) -> Option<&Candidates> {
        std::iter::once(target).chain(Target::ALL).find_map(|t| self.target(t).candidates(component))
    }

    /// Every mapped Kubernetes version with its benchmark.
    pub fn mapped_versions(&self) -> impl Iterator<Item = (&str, &str)> {
        self.version_mapping.iter()
    }

    /// Every benchmark in `target_mapping`.
    pub fn mapped_benchmarks(&self) -> impl Iterator<Item = &str> {
        self.target_mapping.keys().map(String::as_str)
    }

    /// The benchmark for a Kubernetes version: its own, or that of the nearest lower version with a remark.
    pub fn benchmark_for(&self, version: &str) -> Result<(String, Option<String>), VersionError> {
        self.version_mapping.benchmark_for(version)
    }

    /// Every Kubernetes version that is mapped to a benchmark, in the order of the file.
    pub fn versions_of(&self, benchmark: &str) -> Vec<&str> {
        let of_benchmark = self.mapped_versions().filter(|(_, b)| *b == benchmark).map(|(version, _)| version);
        of_benchmark.filter(|version| minor_version(version).is_some()).collect()
    }
}

/// The file's JSON Schema.
#[cfg(test)]
pub(crate) fn json_schema() -> schemars::Schema {
    schemars::schema_for!(Config)
}
