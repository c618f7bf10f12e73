//! Namespaces and nodes, and the small objects in namespaces.

use super::{LabelSelector, Meta, NamedRef, nullable};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A namespace.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Namespace {
    /// Its metadata.
    pub metadata: Meta,
}

/// A node, as the API shows it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct ClusterNode {
    /// Its metadata.
    pub metadata: Meta,
    /// What the node reports of itself.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub status: ClusterNodeStatus,
}

/// What a node reports of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ClusterNodeStatus {
    /// The versions of its programs.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub node_info: NodeInfo,
}

/// The versions of a node's programs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NodeInfo {
    /// That of its kubelet: `v1.34.1`.
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub kubelet_version: Option<String>,
}

/// A service account.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ServiceAccount {
    /// Its metadata.
    pub metadata: Meta,
    /// Whether pods get its token; unset means yes.
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub automount_service_account_token: Option<bool>,
    /// The Secrets with which the images of its pods are pulled, unless a pod names its own.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub image_pull_secrets: Vec<NamedRef>,
}

/// A service.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Service {
    /// Its metadata.
    pub metadata: Meta,
    /// What it selects.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub spec: ServiceSpec,
}

/// What a service selects.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct ServiceSpec {
    /// The labels of its pods; empty if something else keeps its addresses.
    #[serde(default, deserialize_with = "nullable::unique_keys", skip_serializing_if = "nullable::is_default")]
    pub selector: BTreeMap<String, String>,
}

/// A selector that is absent selects everything.
pub(super) fn everything() -> LabelSelector {
    LabelSelector::default()
}
