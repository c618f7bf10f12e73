//! Network policies of administrators: AdminNetworkPolicy and BaselineAdminNetworkPolicy.

use super::{LabelSelector, Meta, nullable};
use serde::{Deserialize, Serialize};

/// A network policy of administrators.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct AdminPolicy {
    /// Its metadata.
    pub metadata: Meta,
    /// What it says.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub spec: AdminSpec,
}

/// What a policy says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct AdminSpec {
    /// The pods that it is for.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub subject: AdminSubject,
    /// What is done with what would reach the pods.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub ingress: Vec<AdminRule>,
    /// What is done with what the pods would reach.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub egress: Vec<AdminRule>,
}

/// The pods that a policy is for: one of the two fields is set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct AdminSubject {
    /// Namespaces with all of their pods.
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub namespaces: Option<LabelSelector>,
    /// Some pods of namespaces.
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub pods: Option<SubjectPods>,
}

/// Some pods of namespaces.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SubjectPods {
    /// The namespaces.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub namespace_selector: LabelSelector,
    /// The pods.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub pod_selector: LabelSelector,
}

/// One rule: what is done with which connections.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct AdminRule {
    /// `Allow`, `Deny`, `Pass`.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub action: String,
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    from: Vec<AdminPeer>,
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    to: Vec<AdminPeer>,
    #[serde(
        default,
        deserialize_with = "nullable::has_elements",
        skip_serializing_if = "nullable::is_default",
        serialize_with = "nullable::write_elements"
    )]
    ports: bool,
}

/// One of those whom a rule is about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
struct AdminPeer {
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    namespaces: Option<LabelSelector>,
}

impl AdminRule {
    /// Whether it is about the connections with every pod of the cluster.
    pub fn is_about_all(&self) -> bool {
        let mut peers = self.from.iter().chain(&self.to);
        !self.ports && peers.any(|peer| peer.namespaces.as_ref().is_some_and(LabelSelector::is_empty))
    }
}
