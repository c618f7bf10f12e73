//! Pods, and the pod spec that every workload has.

use super::{Affinity, Container, Labels, Meta, NamedRef, Resources, SecurityContext, Toleration, Volume, nullable};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The label of a node that says its operating system.
const OS_LABEL: &str = "kubernetes.io/os";

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
    /// Whether its user ids are those of the node; unset means yes.
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub host_users: Option<bool>,
    /// Whether its containers see each other's processes.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub share_process_namespace: bool,
    /// Whether it has names of hosts of its own.
    #[serde(
        default,
        deserialize_with = "nullable::has_elements",
        skip_serializing_if = "nullable::is_default",
        serialize_with = "nullable::write_elements"
    )]
    pub host_aliases: bool,
    /// The Secrets with which its images are pulled.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub image_pull_secrets: Vec<NamedRef>,
    /// The labels of the nodes that it may run on.
    #[serde(default, deserialize_with = "nullable::unique_keys", skip_serializing_if = "nullable::is_default")]
    pub node_selector: Labels,
    /// Further conditions on its node.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub affinity: Affinity,
    /// The taints of nodes that it may run on all the same.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub tolerations: Vec<Toleration>,
    /// What all of its containers together ask for and may use.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub resources: Resources,
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

    /// The keys of the field by which only a node with Windows can run it. Where it names another system, that counts.
    pub fn windows_field(&self) -> Option<&'static [&'static str]> {
        match self.os.name.as_deref() {
            Some("windows") => Some(&["os", "name"]),
            Some(name) if !name.is_empty() => None,
            _ if self.node_selector.get(OS_LABEL).is_some_and(|os| os == "windows") => {
                Some(&["nodeSelector", OS_LABEL])
            }
            _ if self.affinity.requires(OS_LABEL, "windows") => Some(&["affinity", "nodeAffinity"]),
            _ => None,
        }
    }
}
