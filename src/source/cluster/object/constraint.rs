//! SecurityContextConstraints of OpenShift.

use super::{Meta, nullable};
use serde::{Deserialize, Serialize};

/// What pods may do that are admitted by it, and who may use it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(clippy::struct_excessive_bools, reason = "the fields of the API")]
#[allow(missing_docs, reason = "the fields of the API, by their names there")]
pub struct SecurityConstraint {
    pub metadata: Meta,
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub allow_privileged_container: bool,
    #[serde(
        default,
        rename = "allowHostPID",
        deserialize_with = "nullable::or_default",
        skip_serializing_if = "nullable::is_default"
    )]
    pub allow_host_pid: bool,
    #[serde(
        default,
        rename = "allowHostIPC",
        deserialize_with = "nullable::or_default",
        skip_serializing_if = "nullable::is_default"
    )]
    pub allow_host_ipc: bool,
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub allow_host_network: bool,
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub allow_privilege_escalation: Option<bool>,
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub run_as_user: RunAsUserStrategy,
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub required_drop_capabilities: Vec<String>,
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub allowed_capabilities: Vec<String>,
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub default_add_capabilities: Vec<String>,
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub users: Vec<String>,
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub groups: Vec<String>,
}

/// The users that containers may run as.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
pub struct RunAsUserStrategy {
    /// `RunAsAny`, `MustRunAs`, `MustRunAsRange`, `MustRunAsNonRoot`.
    #[serde(
        default,
        rename = "type",
        deserialize_with = "nullable::or_default",
        skip_serializing_if = "nullable::is_default"
    )]
    pub kind: String,
    /// The user of `MustRunAs`.
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub uid: Option<i64>,
}
