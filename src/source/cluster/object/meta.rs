//! What every object has: its name, its labels and its owners.

use super::{Annotations, nullable};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Labels of an object.
pub type Labels = BTreeMap<String, String>;

/// The metadata of an object.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Meta {
    /// The name. Objects without one are refused.
    pub name: String,
    /// The namespace; none for objects of the whole cluster.
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub namespace: Option<String>,
    /// The unique id.
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub uid: Option<String>,
    /// The labels. Those of many pods are the same.
    #[serde(
        default,
        deserialize_with = "shared_labels",
        skip_serializing_if = "nullable::is_default",
        serialize_with = "nullable::write_shared"
    )]
    pub labels: Arc<Labels>,
    /// The objects that it belongs to.
    #[serde(
        default,
        deserialize_with = "nullable::shared",
        skip_serializing_if = "nullable::is_default",
        serialize_with = "nullable::write_shared"
    )]
    pub owner_references: Arc<Vec<OwnerReference>>,
    /// The annotations that are read.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub annotations: Annotations,
    /// The version of the object, a number that grows.
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub resource_version: Option<String>,
}

fn shared_labels<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Arc<Labels>, D::Error> {
    nullable::unique_keys(deserializer).map(Arc::new)
}

/// A reference to the object that one belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OwnerReference {
    /// Group and version.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub api_version: String,
    /// The kind.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub kind: String,
    /// The name.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub name: String,
    /// The unique id.
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub uid: Option<String>,
    /// Whether it is the one that manages the object.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub controller: bool,
}
