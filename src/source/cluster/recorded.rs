//! What a snapshot says of a cluster beside its lists.

use serde::{Deserialize, Serialize};

/// The version of the document.
pub(super) const API_VERSION: &str = "nodeproof/v1";
/// Its kind.
pub(super) const KIND: &str = "ClusterSnapshot";

/// What a snapshot says of a cluster.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Recorded {
    /// When it was taken, in UTC.
    #[serde(default)]
    pub time: String,
    /// The name of the cluster, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The Kubernetes version, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kubernetes_version: Option<String>,
    /// Groups of the server whose network policies are not read.
    #[serde(default)]
    pub other_policy_groups: Vec<String>,
    /// The only namespaces that were listed; none means all.
    #[serde(default)]
    pub namespaces: Vec<String>,
}
