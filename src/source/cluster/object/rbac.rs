//! Roles and bindings.

use super::{LabelSelector, Meta, nullable};
use serde::{Deserialize, Serialize};

/// A Role or ClusterRole.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Role {
    /// Its metadata.
    pub metadata: Meta,
    /// What it allows. Of an aggregated role the union, which a controller writes here.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub rules: Vec<Rule>,
    /// Which roles an aggregated role consists of.
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub aggregation_rule: Option<AggregationRule>,
}

/// Which roles an aggregated role consists of.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AggregationRule {
    /// Roles that one of these selects.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub cluster_role_selectors: Vec<LabelSelector>,
}

/// What a role allows: verbs on resources, or on URLs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Rule {
    /// Groups of the resources; empty text for the core group.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub api_groups: Vec<String>,
    /// `pods`, `pods/exec`, `*`.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub resources: Vec<String>,
    /// The only objects that it is about; empty for all.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub resource_names: Vec<String>,
    /// URLs that are no resources.
    #[serde(
        default,
        rename = "nonResourceURLs",
        deserialize_with = "nullable::or_default",
        skip_serializing_if = "nullable::is_default"
    )]
    pub non_resource_urls: Vec<String>,
    /// `get`, `list`, `*`.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub verbs: Vec<String>,
}

/// A RoleBinding or ClusterRoleBinding.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Binding {
    /// Its metadata.
    pub metadata: Meta,
    /// The role that it gives.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub role_ref: RoleRef,
    /// To whom.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub subjects: Vec<Subject>,
}

/// A reference to a role.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct RoleRef {
    /// `Role` or `ClusterRole`.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub kind: String,
    /// Its name.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub name: String,
}

/// Somebody to whom a binding gives a role.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize, Serialize)]
pub struct Subject {
    /// `User`, `Group` or `ServiceAccount`.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub kind: String,
    /// The name.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub name: String,
    /// The namespace of a service account.
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub namespace: Option<String>,
}
