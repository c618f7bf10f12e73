//! Probes and hooks of containers: what the kubelet does to them while they run.

use super::{command, nullable};
use serde::{Deserialize, Serialize};

/// A probe, or a hook at the start or the end of a container.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Handler {
    /// A command in the container.
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub exec: Option<ExecAction>,
    /// A request over HTTP.
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub http_get: Option<HostAction>,
    /// A connection.
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub tcp_socket: Option<HostAction>,
}

/// A command in a container.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
pub struct ExecAction {
    /// The program, and of the other words those that a check reads.
    #[serde(default, deserialize_with = "command::command", skip_serializing_if = "nullable::is_default")]
    pub command: Vec<String>,
}

/// What the kubelet connects to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
pub struct HostAction {
    /// The host; the pod itself if it is empty.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub host: String,
}

/// The hooks of a container.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Lifecycle {
    /// After its start.
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub post_start: Option<Handler>,
    /// Before its end.
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub pre_stop: Option<Handler>,
}
