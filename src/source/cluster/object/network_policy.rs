//! Network policies.

use super::{LabelSelector, Meta, nullable};
use serde::{Deserialize, Serialize};

/// A network policy.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct NetworkPolicy {
    /// Its metadata.
    pub metadata: Meta,
    /// What it says.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub spec: NetworkPolicySpec,
}

/// What a network policy says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NetworkPolicySpec {
    /// The pods that it is for.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub pod_selector: LabelSelector,
    /// `Ingress`, `Egress`; unset means `Ingress`, and `Egress` if there are rules for it.
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub policy_types: Option<Vec<String>>,
    /// What may reach the pods; without rules nothing.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub ingress: Vec<NetworkPolicyRule>,
    /// What the pods may reach; without rules nothing.
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub egress: Option<Vec<NetworkPolicyRule>>,
}

/// One rule: from or to whom, and on which ports.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct NetworkPolicyRule {
    #[serde(
        default,
        deserialize_with = "nullable::has_elements",
        skip_serializing_if = "nullable::is_default",
        serialize_with = "nullable::write_elements"
    )]
    from: bool,
    #[serde(
        default,
        deserialize_with = "nullable::has_elements",
        skip_serializing_if = "nullable::is_default",
        serialize_with = "nullable::write_elements"
    )]
    to: bool,
    #[serde(
        default,
        deserialize_with = "nullable::has_elements",
        skip_serializing_if = "nullable::is_default",
        serialize_with = "nullable::write_elements"
    )]
    ports: bool,
}

impl NetworkPolicyRule {
    /// Whether it lets everything through.
    pub const fn allows_all(&self) -> bool {
        !self.from && !self.to && !self.ports
    }
}

impl NetworkPolicy {
    /// Whether it is about a direction: `Ingress` or `Egress`.
    pub fn is_about(&self, direction: &str) -> bool {
        match self.spec.policy_types.as_deref() {
            Some(types) if !types.is_empty() => types.iter().any(|name| name == direction),
            _ => direction == "Ingress" || self.spec.egress.as_ref().is_some_and(|rules| !rules.is_empty()),
        }
    }

    /// Whether it lets everything through in a direction.
    pub fn allows_all(&self, direction: &str) -> bool {
        let rules = match direction {
            "Ingress" => &self.spec.ingress[..],
            _ => self.spec.egress.as_deref().unwrap_or_default(),
        };
        rules.iter().any(NetworkPolicyRule::allows_all)
    }

    /// Whether it restricts nothing: it lets everything through in each direction that it is about.
    pub fn restricts_nothing(&self) -> bool {
        ["Ingress", "Egress"].into_iter().all(|direction| !self.is_about(direction) || self.allows_all(direction))
    }
}
