//! Pods, and the pod spec that every workload has.

use super::{Meta, nullable};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
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

/// A container.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Container {
    /// Its name.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub name: String,
    /// Its image.
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub image: Option<String>,
    /// What is run in place of the image's entry point: the program, and the flags that a check reads.
    #[serde(default, deserialize_with = "command", skip_serializing_if = "nullable::is_default")]
    pub command: Vec<String>,
    /// Its arguments: the flags that a check reads.
    #[serde(default, deserialize_with = "arguments", skip_serializing_if = "nullable::is_default")]
    pub args: Vec<String>,
    /// Its ports.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub ports: Vec<ContainerPort>,
    /// Whether a variable of its environment is the value of a Secret.
    #[serde(
        default,
        rename = "env",
        deserialize_with = "secret_in_env",
        skip_serializing_if = "nullable::is_default",
        serialize_with = "write_secret_in_env"
    )]
    pub secret_in_env: bool,
    /// Whether its environment has all values of a Secret.
    #[serde(
        default,
        rename = "envFrom",
        deserialize_with = "secret_in_env_from",
        skip_serializing_if = "nullable::is_default",
        serialize_with = "write_secret_in_env_from"
    )]
    pub secret_in_env_from: bool,
    /// Where its volumes are mounted.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub volume_mounts: Vec<VolumeMount>,
    /// Its settings.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub security_context: SecurityContext,
}

/// A port of a container.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ContainerPort {
    /// The port of the container.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub container_port: i64,
    /// The port of the node; 0 for none.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub host_port: i64,
}

/// Where a volume is mounted.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VolumeMount {
    /// The path in the container.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub mount_path: String,
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

/// The settings of a container, or those that a pod has for all of its containers.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs, reason = "the fields of the API, by their names there")]
pub struct SecurityContext {
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub privileged: Option<bool>,
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub allow_privilege_escalation: Option<bool>,
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub capabilities: Option<Capabilities>,
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub proc_mount: Option<String>,
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub run_as_user: Option<i64>,
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub run_as_non_root: Option<bool>,
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub seccomp_profile: Option<SeccompProfile>,
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub windows_options: Option<WindowsOptions>,
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub read_only_root_filesystem: Option<bool>,
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub run_as_group: Option<i64>,
    #[serde(
        default,
        deserialize_with = "nullable::is_there",
        skip_serializing_if = "nullable::is_default",
        serialize_with = "nullable::write_there"
    )]
    pub app_armor_profile: bool,
    #[serde(
        default,
        rename = "fsGroup",
        deserialize_with = "nullable::is_there",
        skip_serializing_if = "nullable::is_default",
        serialize_with = "nullable::write_there"
    )]
    pub fs_group: bool,
    #[serde(
        default,
        rename = "fsGroupChangePolicy",
        deserialize_with = "nullable::is_there",
        skip_serializing_if = "nullable::is_default",
        serialize_with = "nullable::write_there"
    )]
    pub fs_group_change_policy: bool,
    #[serde(
        default,
        rename = "seLinuxOptions",
        deserialize_with = "nullable::is_there",
        skip_serializing_if = "nullable::is_default",
        serialize_with = "nullable::write_there"
    )]
    pub selinux_options: bool,
    #[serde(
        default,
        rename = "seLinuxChangePolicy",
        deserialize_with = "nullable::is_there",
        skip_serializing_if = "nullable::is_default",
        serialize_with = "nullable::write_there"
    )]
    pub selinux_change_policy: bool,
    #[serde(
        default,
        deserialize_with = "nullable::is_there",
        skip_serializing_if = "nullable::is_default",
        serialize_with = "nullable::write_there"
    )]
    pub supplemental_groups: bool,
    #[serde(
        default,
        deserialize_with = "nullable::is_there",
        skip_serializing_if = "nullable::is_default",
        serialize_with = "nullable::write_there"
    )]
    pub supplemental_groups_policy: bool,
    #[serde(
        default,
        deserialize_with = "nullable::is_there",
        skip_serializing_if = "nullable::is_default",
        serialize_with = "nullable::write_there"
    )]
    pub sysctls: bool,
}

impl SecurityContext {
    /// Whether it states nothing at all.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The capabilities of a container beyond the runtime's list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
pub struct Capabilities {
    /// Those it gets as well.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub add: Vec<String>,
    /// Those it does not get.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub drop: Vec<String>,
}

/// The system calls that a container may use.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize, Serialize)]
pub struct SeccompProfile {
    /// `RuntimeDefault`, `Localhost` or `Unconfined`.
    #[serde(default, rename = "type", skip_serializing_if = "nullable::is_default")]
    pub kind: Option<String>,
}

/// The settings of containers on Windows.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WindowsOptions {
    /// Whether it is a process of the node.
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub host_process: Option<bool>,
}

fn secret_in_env<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    #[derive(Default, Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Source {
        #[serde(
            default,
            deserialize_with = "nullable::is_there",
            skip_serializing_if = "nullable::is_default",
            serialize_with = "nullable::write_there"
        )]
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
        #[serde(
            default,
            deserialize_with = "nullable::is_there",
            skip_serializing_if = "nullable::is_default",
            serialize_with = "nullable::write_there"
        )]
        secret_ref: bool,
    }
    let sources: Vec<Source> = nullable::or_default(deserializer)?;
    Ok(sources.iter().any(|source| source.secret_ref))
}

/// Writes that a variable is the value of a Secret, and not of which.
fn write_secret_in_env<S: Serializer>(is_there: &bool, serializer: S) -> Result<S::Ok, S::Error> {
    let variables = is_there.then(|| serde_json::json!([{ "valueFrom": { "secretKeyRef": {} } }]));
    variables.serialize(serializer)
}

/// Writes that the values of a Secret are in the environment, and not of which.
fn write_secret_in_env_from<S: Serializer>(is_there: &bool, serializer: S) -> Result<S::Ok, S::Error> {
    is_there.then(|| serde_json::json!([{ "secretRef": {} }])).serialize(serializer)
}

/// Flags whose values a check reads. Others may have secrets in them.
const READ_FLAGS: [&str; 5] = [
    "--admission-control-config-file",
    "--authorization-mode",
    "--enable-admission-plugins",
    "--enable-network-policy",
    "--run-firewall",
];

/// Reads the command of a container: its program, and the flags that a check reads.
fn command<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let words: Vec<String> = nullable::or_default(deserializer)?;
    let flags = flags(words.get(1..).unwrap_or_default());
    Ok(words.into_iter().take(1).chain(flags).collect())
}

/// Reads the arguments of a container: the flags that a check reads.
fn arguments<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    let words: Vec<String> = nullable::or_default(deserializer)?;
    Ok(flags(&words))
}

/// The flags that a check reads, each with its value as one word.
fn flags(words: &[String]) -> Vec<String> {
    let mut flags = Vec::new();
    for (position, word) in words.iter().enumerate() {
        let name = word.split('=').next().unwrap_or_default();
        if !READ_FLAGS.contains(&name) {
            continue;
        }
        match words.get(position + 1).filter(|_| !word.contains('=')) {
            Some(value) => flags.push(format!("{word}={value}")),
            None => flags.push(word.clone()),
        }
    }
    flags
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_command_only_what_a_check_reads_is_kept() {
        let container: Container = serde_json::from_str(
            r#"{"name": "a", "command": ["kube-apiserver", "--token=abc", "--authorization-mode", "Node,RBAC"],
                "args": ["sh", "-c", "password=1", "--run-firewall=false"]}"#,
        )
        .expect("a container");
        assert_eq!(container.command, ["kube-apiserver", "--authorization-mode=Node,RBAC"]);
        assert_eq!(container.args, ["--run-firewall=false"]);
    }

    #[test]
    fn a_container_that_is_written_is_read_as_the_same() {
        let text = r#"{"name": "a", "env": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}],
            "envFrom": [{"secretRef": {"name": "s"}}], "securityContext": {"seLinuxOptions": {"level": "s0"}},
            "ports": [{"containerPort": 80}]}"#;
        let container: Container = serde_json::from_str(text).expect("a container");
        let written = serde_json::to_string(&container).expect("JSON");
        assert_eq!(serde_json::from_str::<Container>(&written).expect("a container"), container);
        assert!(container.secret_in_env && container.secret_in_env_from && container.security_context.selinux_options);
    }
}
