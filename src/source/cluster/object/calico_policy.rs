//! Network policies of Calico, in a namespace or for the whole cluster.

use super::{Meta, nullable};
use serde::{Deserialize, Serialize};

/// A policy of Calico.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct CalicoPolicy {
    /// Its metadata.
    pub metadata: Meta,
    /// What it says.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub spec: CalicoSpec,
}

/// What a policy says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CalicoSpec {
    /// The pods that it is for, as an expression; empty means all.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub selector: String,
    /// Their namespaces, as an expression.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub namespace_selector: String,
    /// Their accounts, as an expression.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub service_account_selector: String,
    /// `Ingress`, `Egress`; unset means those that it has rules for, and `Ingress` without rules.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub types: Vec<String>,
    /// What may reach the pods.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub ingress: Vec<CalicoRule>,
    /// What the pods may reach.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub egress: Vec<CalicoRule>,
    /// The tier that it belongs to; unset means `default`.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub tier: String,
    /// Whether it is for the interfaces of nodes alone.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub do_not_track: bool,
    /// The same, before addresses are translated.
    #[serde(
        default,
        rename = "preDNAT",
        deserialize_with = "nullable::or_default",
        skip_serializing_if = "nullable::is_default"
    )]
    pub pre_dnat: bool,
}

/// One rule: what is done with which connections.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CalicoRule {
    /// `Allow`, `Deny`, `Log`, `Pass`.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub action: String,
    #[serde(
        default,
        deserialize_with = "nullable::has_fields",
        skip_serializing_if = "nullable::is_default",
        serialize_with = "nullable::write_fields"
    )]
    source: bool,
    #[serde(
        default,
        deserialize_with = "nullable::has_fields",
        skip_serializing_if = "nullable::is_default",
        serialize_with = "nullable::write_fields"
    )]
    destination: bool,
    #[serde(
        default,
        deserialize_with = "nullable::is_there",
        skip_serializing_if = "nullable::is_default",
        serialize_with = "nullable::write_there"
    )]
    protocol: bool,
    #[serde(
        default,
        deserialize_with = "nullable::is_there",
        skip_serializing_if = "nullable::is_default",
        serialize_with = "nullable::write_there"
    )]
    not_protocol: bool,
    #[serde(
        default,
        deserialize_with = "nullable::has_fields",
        skip_serializing_if = "nullable::is_default",
        serialize_with = "nullable::write_fields"
    )]
    icmp: bool,
    #[serde(
        default,
        rename = "notICMP",
        deserialize_with = "nullable::has_fields",
        skip_serializing_if = "nullable::is_default",
        serialize_with = "nullable::write_fields"
    )]
    not_icmp: bool,
    #[serde(
        default,
        deserialize_with = "nullable::is_there",
        skip_serializing_if = "nullable::is_default",
        serialize_with = "nullable::write_there"
    )]
    ip_version: bool,
    #[serde(
        default,
        deserialize_with = "nullable::has_fields",
        skip_serializing_if = "nullable::is_default",
        serialize_with = "nullable::write_fields"
    )]
    http: bool,
}

impl CalicoRule {
    /// Whether it is about every connection.
    pub const fn is_about_all(&self) -> bool {
        !(self.source
            || self.destination
            || self.protocol
            || self.not_protocol
            || self.icmp
            || self.not_icmp
            || self.ip_version
            || self.http)
    }
}
