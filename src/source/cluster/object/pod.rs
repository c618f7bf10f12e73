//! Pods, and the pod spec that every workload has.

use super::{Meta, nullable};
use serde::{Deserialize, Deserializer};
use std::sync::Arc;

/// A pod.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Pod {
    /// Its metadata.
    pub metadata: Meta,
    /// What it runs. The pods of one owner share it.
    #[serde(deserialize_with = "nullable::shared")]
    pub spec: Arc<PodSpec>,
    /// How far it is.
    #[serde(default, deserialize_with = "nullable::or_default")]
    pub status: PodStatus,
}

/// How far a pod is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Deserialize)]
pub struct PodStatus {
    /// `Running`, `Succeeded` and others.
    #[serde(default)]
    pub phase: Option<String>,
}

impl Pod {
    /// Whether it has ended for good.
    pub fn is_finished(&self) -> bool {
        matches!(self.status.phase.as_deref(), Some("Succeeded" | "Failed"))
    }
}

/// What a pod runs, and with which rights.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PodSpec {
    /// Containers that run before the others, and sidecars.
    #[serde(default, deserialize_with = "nullable::or_default")]
    pub init_containers: Vec<Container>,
    /// The containers.
    #[serde(default, deserialize_with = "nullable::or_default")]
    pub containers: Vec<Container>,
    /// Containers that were added while it ran.
    #[serde(default, deserialize_with = "nullable::or_default")]
    pub ephemeral_containers: Vec<Container>,
    /// The volumes.
    #[serde(default, deserialize_with = "nullable::or_default")]
    pub volumes: Vec<Volume>,
    /// Whether it shares the processes of the node.
    #[serde(default, rename = "hostPID", deserialize_with = "nullable::or_default")]
    pub host_pid: bool,
    /// Whether it shares the shared memory of the node.
    #[serde(default, rename = "hostIPC", deserialize_with = "nullable::or_default")]
    pub host_ipc: bool,
    /// Whether it uses the network of the node.
    #[serde(default, deserialize_with = "nullable::or_default")]
    pub host_network: bool,
    /// The settings that hold for all containers.
    #[serde(default, deserialize_with = "nullable::or_default")]
    pub security_context: SecurityContext,
    /// The account; unset means `default`.
    #[serde(default)]
    pub service_account_name: Option<String>,
    /// The old name of `serviceAccountName`.
    #[serde(default)]
    pub service_account: Option<String>,
    /// Whether it gets the token of its account; unset means what the account says.
    #[serde(default)]
    pub automount_service_account_token: Option<bool>,
    /// The node that it runs on.
    #[serde(default)]
    pub node_name: Option<String>,
    /// Its operating system.
    #[serde(default, deserialize_with = "nullable::or_default")]
    pub os: OperatingSystem,
}

/// The operating system of a pod.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Deserialize)]
pub struct OperatingSystem {
    /// `linux` or `windows`.
    #[serde(default)]
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

/// A container.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Container {
    /// Its name.
    #[serde(default, deserialize_with = "nullable::or_default")]
    pub name: String,
    /// Its image.
    #[serde(default)]
    pub image: Option<String>,
    /// What is run in place of the image's entry point.
    #[serde(default, deserialize_with = "nullable::or_default")]
    pub command: Vec<String>,
    /// Its arguments.
    #[serde(default, deserialize_with = "nullable::or_default")]
    pub args: Vec<String>,
    /// Its ports.
    #[serde(default, deserialize_with = "nullable::or_default")]
    pub ports: Vec<ContainerPort>,
    /// Whether a variable of its environment is the value of a Secret.
    #[serde(default, rename = "env", deserialize_with = "secret_in_env")]
    pub secret_in_env: bool,
    /// Whether its environment has all values of a Secret.
    #[serde(default, rename = "envFrom", deserialize_with = "secret_in_env_from")]
    pub secret_in_env_from: bool,
    /// Where its volumes are mounted.
    #[serde(default, deserialize_with = "nullable::or_default")]
    pub volume_mounts: Vec<VolumeMount>,
    /// Its settings.
    #[serde(default, deserialize_with = "nullable::or_default")]
    pub security_context: SecurityContext,
}

/// A port of a container.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ContainerPort {
    /// The port of the container.
    #[serde(default, deserialize_with = "nullable::or_default")]
    pub container_port: i64,
    /// The port of the node; 0 for none.
    #[serde(default, deserialize_with = "nullable::or_default")]
    pub host_port: i64,
}

/// Where a volume is mounted.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VolumeMount {
    /// The path in the container.
    #[serde(default, deserialize_with = "nullable::or_default")]
    pub mount_path: String,
}

/// A volume of one of the kinds that are read; others have neither.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Volume {
    /// A path of the node.
    #[serde(default)]
    pub host_path: Option<HostPathVolume>,
    /// Several sources in one.
    #[serde(default, deserialize_with = "nullable::or_default")]
    pub projected: ProjectedVolume,
}

/// A path of the node in a pod.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
pub struct HostPathVolume {
    /// The path.
    #[serde(default, deserialize_with = "nullable::or_default")]
    pub path: String,
}

/// Several sources as one volume.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Deserialize)]
pub struct ProjectedVolume {
    /// The sources.
    #[serde(default, deserialize_with = "nullable::or_default")]
    pub sources: Vec<ProjectedSource>,
}

/// One source of a projected volume.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProjectedSource {
    /// A token of the pod's account.
    #[serde(default)]
    pub service_account_token: Option<ProjectedToken>,
}

/// A token of the pod's account.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
pub struct ProjectedToken {
    /// Who accepts it; unset means the API server.
    #[serde(default)]
    pub audience: Option<String>,
}

/// The settings of a container, or those that a pod has for all of its containers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the fields of the API, by their names there")]
pub struct SecurityContext {
    #[serde(default)]
    pub privileged: Option<bool>,
    #[serde(default)]
    pub allow_privilege_escalation: Option<bool>,
    #[serde(default)]
    pub capabilities: Option<Capabilities>,
    #[serde(default)]
    pub proc_mount: Option<String>,
    #[serde(default)]
    pub run_as_user: Option<i64>,
    #[serde(default)]
    pub run_as_non_root: Option<bool>,
    #[serde(default)]
    pub seccomp_profile: Option<SeccompProfile>,
    #[serde(default)]
    pub windows_options: Option<WindowsOptions>,
    #[serde(default)]
    pub read_only_root_filesystem: Option<bool>,
    #[serde(default)]
    pub run_as_group: Option<i64>,
    #[serde(default, deserialize_with = "nullable::is_there")]
    pub app_armor_profile: bool,
    #[serde(default, rename = "fsGroup", deserialize_with = "nullable::is_there")]
    pub fs_group: bool,
    #[serde(default, rename = "fsGroupChangePolicy", deserialize_with = "nullable::is_there")]
    pub fs_group_change_policy: bool,
    #[serde(default, rename = "seLinuxOptions", deserialize_with = "nullable::is_there")]
    pub selinux_options: bool,
    #[serde(default, rename = "seLinuxChangePolicy", deserialize_with = "nullable::is_there")]
    pub selinux_change_policy: bool,
    #[serde(default, deserialize_with = "nullable::is_there")]
    pub supplemental_groups: bool,
    #[serde(default, deserialize_with = "nullable::is_there")]
    pub supplemental_groups_policy: bool,
    #[serde(default, deserialize_with = "nullable::is_there")]
    pub sysctls: bool,
}

impl SecurityContext {
    /// Whether it states nothing at all.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The capabilities of a container beyond the runtime's list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Deserialize)]
pub struct Capabilities {
    /// Those it gets as well.
    #[serde(default, deserialize_with = "nullable::or_default")]
    pub add: Vec<String>,
    /// Those it does not get.
    #[serde(default, deserialize_with = "nullable::or_default")]
    pub drop: Vec<String>,
}

/// The system calls that a container may use.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
pub struct SeccompProfile {
    /// `RuntimeDefault`, `Localhost` or `Unconfined`.
    #[serde(default, rename = "type")]
    pub kind: Option<String>,
}

/// The settings of containers on Windows.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WindowsOptions {
    /// Whether it is a process of the node.
    #[serde(default)]
    pub host_process: Option<bool>,
}

fn secret_in_env<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    #[derive(Default, Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Source {
        #[serde(default, deserialize_with = "nullable::is_there")]
        secret_key_ref: bool,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Variable {
        #[serde(default, deserialize_with = "nullable::or_default")]
        value_from: Source,
    }
    let variables: Vec<Variable> = nullable::or_default(deserializer)?;
    Ok(variables.iter().any(|variable| variable.value_from.secret_key_ref))
}

fn secret_in_env_from<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Source {
        #[serde(default, deserialize_with = "nullable::is_there")]
        secret_ref: bool,
    }
    let sources: Vec<Source> = nullable::or_default(deserializer)?;
    Ok(sources.iter().any(|source| source.secret_ref))
}
