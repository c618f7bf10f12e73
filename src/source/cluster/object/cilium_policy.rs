//! Network policies of Cilium, in a namespace or for the whole cluster.

use super::{LabelSelector, Meta, nullable};
use serde::{Deserialize, Serialize};

/// A policy of Cilium.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct CiliumPolicy {
    /// Its metadata.
    pub metadata: Meta,
    /// Its only rule.
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub spec: Option<CiliumRule>,
    /// Its rules.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub specs: Vec<CiliumRule>,
}

/// One rule of a policy.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CiliumRule {
    /// The pods that it is for.
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub endpoint_selector: Option<LabelSelector>,
    /// Whether it is for nodes.
    #[serde(
        default,
        deserialize_with = "nullable::is_there",
        skip_serializing_if = "nullable::is_default",
        serialize_with = "nullable::write_there"
    )]
    pub node_selector: bool,
    /// What may reach the pods.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub ingress: Vec<CiliumPeers>,
    /// Whether there is something that may not reach them.
    #[serde(
        default,
        deserialize_with = "nullable::has_elements",
        skip_serializing_if = "nullable::is_default",
        serialize_with = "nullable::write_elements"
    )]
    pub ingress_deny: bool,
    /// What the pods may reach.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub egress: Vec<CiliumPeers>,
    /// Whether there is something that they may not reach.
    #[serde(
        default,
        deserialize_with = "nullable::has_elements",
        skip_serializing_if = "nullable::is_default",
        serialize_with = "nullable::write_elements"
    )]
    pub egress_deny: bool,
    /// Whether what no rule allows is denied.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub enable_default_deny: CiliumDefaultDeny,
}

impl CiliumPolicy {
    /// Its rules, in whichever field they are.
    pub fn rules(&self) -> impl Iterator<Item = &CiliumRule> {
        self.spec.iter().chain(&self.specs)
    }
}

/// For each direction, whether what no rule allows is denied; unset means that it is if there are rules.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct CiliumDefaultDeny {
    /// What reaches the pods.
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub ingress: Option<bool>,
    /// What the pods reach.
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub egress: Option<bool>,
}

/// Whom one entry allows, and on which ports.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CiliumPeers {
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    from_entities: Vec<String>,
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    to_entities: Vec<String>,
    #[serde(
        default,
        deserialize_with = "nullable::has_elements",
        skip_serializing_if = "nullable::is_default",
        serialize_with = "nullable::write_elements"
    )]
    to_ports: bool,
    #[serde(
        default,
        deserialize_with = "nullable::has_elements",
        skip_serializing_if = "nullable::is_default",
        serialize_with = "nullable::write_elements"
    )]
    icmps: bool,
}

impl CiliumPeers {
    /// Whether it lets everything through. An entry without peers lets nothing through.
    pub fn allows_all(&self) -> bool {
        let names = |name: &str| self.from_entities.iter().chain(&self.to_entities).any(|entity| entity == name);
        !self.to_ports && !self.icmps && (names("all") || (names("world") && names("cluster")))
    }
}
