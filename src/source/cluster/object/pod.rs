//! Pods, and the pod spec that every workload has.

use super::{Container, Meta, SecurityContext, nullable};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A pod.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
pub struct Pod {
    /// Its metadata.
    pub metadata: Meta,
    /// What it runs. The pods of one owner share it.
    #[serde(deserialize_with = "nullable::shared", serialize_with = "nullable::write_shared")]
    pub spec: Arc<PodSpec>,
    /// How far it is.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub status: PodStatus,
}

/// How far a pod is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
pub struct PodStatus {
    /// `Running`, `Succeeded` and others.
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub phase: Option<String>,
}

impl Pod {
    /// Whether it has ended for good.
    pub fn is_finished(&self) -> bool {
        matches!(self.status.phase.as_deref(), Some("Succeeded" | "Failed"))
    }
}

/// What a pod runs, and with which rights.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PodSpec {
    /// Containers that run before the others, and sidecars.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub init_containers: Vec<Container>,
    /// The containers.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub containers: Vec<Container>,
    /// Containers that were added while it ran.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub ephemeral_containers: Vec<Container>,
    /// The volumes.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub volumes: Vec<Volume>,
    /// Whether it shares the processes of the node.
    #[serde(
        default,
        rename = "hostPID",
        deserialize_with = "nullable::or_default",
        skip_serializing_if = "nullable::is_default"
    )]
    pub host_pid: bool,
    /// Whether it shares the shared memory of the node.
    #[serde(
        default,
        rename = "hostIPC",
        deserialize_with = "nullable::or_default",
        skip_serializing_if = "nullable::is_default"
    )]
    pub host_ipc: bool,
    /// Whether it uses the network of the node.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub host_network: bool,
    /// The settings that hold for all containers.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub security_context: SecurityContext,
    /// The account; unset means `default`.
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub service_account_name: Option<String>,
    /// The old name of `serviceAccountName`.
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub service_account: Option<String>,
    /// Whether it gets the token of its account; unset means what the account says.
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub automount_service_account_token: Option<bool>,
    /// The node that it runs on.
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub node_name: Option<String>,
    /// Its operating system.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub os: OperatingSystem,
}

/// The operating system of a pod.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
pub struct OperatingSystem {
    /// `linux` or `windows`.
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub name: Option<String>,
}

impl PodSpec {
    /// Every container: init, ordinary, ephemeral.
    pub fn all_containers(&self) -> impl Iterator<Item = &Container> {
        self.init_containers.iter().chain(&self.containers).chain(&self.ephemeral_containers)
    }

    /// The name of its account.
    pub fn account(&self) -> &str {
        let named = |name: &&str| !name.is_empty();
        let name = self.service_account_name.as_deref().filter(named);
        name.or_else(|| self.service_account.as_deref().filter(named)).unwrap_or("default")
    }

    /// Whether it says that it runs on Windows.
    pub fn is_windows(&self) -> bool {
        self.os.name.as_deref() == Some("windows")
    }
}

/// A volume of one of the kinds that are read; others have neither.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Volume {
    /// A path of the node.
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub host_path: Option<HostPathVolume>,
    /// Several sources in one.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub projected: ProjectedVolume,
}

/// A path of the node in a pod.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize, Serialize)]
pub struct HostPathVolume {
    /// The path.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub path: String,
}

/// Several sources as one volume.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
pub struct ProjectedVolume {
    /// The sources.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub sources: Vec<ProjectedSource>,
}

/// One source of a projected volume.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProjectedSource {
    /// A token of the pod's account.
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub service_account_token: Option<ProjectedToken>,
}

/// A token of the pod's account.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize, Serialize)]
pub struct ProjectedToken {
    /// Who accepts it; unset means the API server.
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub audience: Option<String>,
}
