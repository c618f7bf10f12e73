//! What every object has: its name, its labels and its owners.

use super::nullable;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Labels of an object.
pub type Labels = BTreeMap<String, String>;

/// The metadata of an object.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Meta {
    /// The name. Objects without one are refused.
    pub name: String,
    /// The namespace; none for objects of the whole cluster.
    #[serde(default)]
    pub namespace: Option<String>,
    /// The unique id.
    #[serde(default)]
    pub uid: Option<String>,
    /// The labels. Those of many pods are the same.
    #[serde(default, deserialize_with = "shared_labels")]
    pub labels: Arc<Labels>,
    /// The objects that it belongs to.
    #[serde(default, deserialize_with = "nullable::shared")]
    pub owner_references: Arc<Vec<OwnerReference>>,
    /// The annotations that are read.
    #[serde(default, deserialize_with = "nullable::or_default")]
    pub annotations: Annotations,
    /// The version of the object, a number that grows.
    #[serde(default)]
    pub resource_version: Option<String>,
}

/// The annotations that a check reads.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Annotations {
    /// Set on the pods that the API shows for the static pods of a node.
    #[serde(default, rename = "kubernetes.io/config.mirror")]
    pub config_mirror: Option<String>,
}

fn shared_labels<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Arc<Labels>, D::Error> {
    nullable::unique_keys(deserializer).map(Arc::new)
}

/// A reference to the object that one belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OwnerReference {
    /// Group and version.
    #[serde(default, deserialize_with = "nullable::or_default")]
    pub api_version: String,
    /// The kind.
    #[serde(default, deserialize_with = "nullable::or_default")]
    pub kind: String,
    /// The name.
    #[serde(default, deserialize_with = "nullable::or_default")]
    pub name: String,
    /// The unique id.
    #[serde(default)]
    pub uid: Option<String>,
    /// Whether it is the one that manages the object.
    #[serde(default, deserialize_with = "nullable::or_default")]
    pub controller: bool,
}
