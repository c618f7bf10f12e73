//! A waiver file as it is written.

use crate::yaml::MustBeTrue;
use serde::Deserialize;
use std::collections::BTreeMap;

/// A file of waivers.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct RawWaivers {
    /// The waivers.
    pub(super) waivers: Vec<RawWaiver>,
}

/// A waiver: of a `rule` in every benchmark or a `check` of one, until the day `expires` or `permanent`.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct RawWaiver {
    /// Its id, which reports name.
    pub(super) id: String,
    /// The rule that it is about.
    #[serde(default)]
    pub(super) rule: Option<String>,
    /// The check that it is about.
    #[serde(default)]
    pub(super) check: Option<RawCheck>,
    /// Why the failure is accepted.
    pub(super) reason: String,
    /// Who accepts it.
    pub(super) owner: String,
    /// The last day on which it holds, as `YYYY-MM-DD`, in UTC.
    #[serde(default)]
    pub(super) expires: Option<String>,
    /// Whether it holds for ever.
    #[serde(default)]
    pub(super) permanent: Option<MustBeTrue>,
    /// The nodes and clusters for which it holds; all of them if it is absent.
    #[serde(default)]
    pub(super) nodes: Option<RawNodes>,
    /// Patterns of namespaces.
    #[serde(default)]
    pub(super) namespaces: Option<Vec<String>>,
    /// Patterns of the paths of scanned files.
    #[serde(default)]
    pub(super) files: Option<Vec<String>>,
    /// Patterns of what a finding is about: `NAMESPACE/KIND/NAME`, `NAMESPACE/KIND/NAME/CONTAINER`, a path, or the report's words.
    #[serde(default)]
    pub(super) subjects: Option<Vec<String>>,
}

/// A check of a benchmark.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct RawCheck {
    /// The benchmark.
    pub(super) benchmark: String,
    /// Its number there.
    pub(super) id: String,
}

/// The nodes and clusters for which a waiver holds. Everything that is given must be met.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(super) struct RawNodes {
    /// Patterns of the names of clusters.
    #[serde(default)]
    pub(super) clusters: Option<Vec<String>>,
    /// Patterns of the names of nodes.
    #[serde(default)]
    pub(super) names: Option<Vec<String>>,
    /// Roles: `control-plane`, `etcd`, `worker`.
    #[serde(default)]
    pub(super) roles: Option<Vec<String>>,
    /// Platforms, such as `kubeadm`.
    #[serde(default)]
    pub(super) platforms: Option<Vec<String>>,
    /// Patterns of the values of labels.
    #[serde(default)]
    pub(super) labels: Option<BTreeMap<String, String>>,
}
