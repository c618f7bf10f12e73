//! Containers. Of their commands and variables only what a check reads is kept.

use super::{Handler, Lifecycle, SecurityContext, Variable, VariablesFrom, command, nullable, volume};
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeSet;

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
    /// What is run in place of the image's entry point: the program, and of the other words those that a check reads.
    #[serde(default, deserialize_with = "command::command", skip_serializing_if = "nullable::is_default")]
    pub command: Vec<String>,
    /// Its arguments: those that a check reads.
    #[serde(default, deserialize_with = "command::arguments", skip_serializing_if = "nullable::is_default")]
    pub args: Vec<String>,
    /// Its ports.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub ports: Vec<ContainerPort>,
    /// Its environment.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub env: Vec<Variable>,
    /// Its environment from whole objects.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub env_from: Vec<VariablesFrom>,
    /// Where its volumes are mounted.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub volume_mounts: Vec<VolumeMount>,
    /// Its settings.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub security_context: SecurityContext,
    /// When the image is pulled.
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub image_pull_policy: Option<String>,
    /// Of an init container: `Always` for a sidecar.
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub restart_policy: Option<String>,
    /// What it asks for and may use.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub resources: Resources,
    /// Whether it is alive.
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub liveness_probe: Option<Handler>,
    /// Whether it can serve.
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub readiness_probe: Option<Handler>,
    /// Whether it has started.
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub startup_probe: Option<Handler>,
    /// Its hooks.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub lifecycle: Lifecycle,
    /// Whether its standard input is open.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub stdin: bool,
    /// Whether it has a terminal.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub tty: bool,
}

impl Container {
    /// Whether an init container runs beside the others.
    pub fn is_sidecar(&self) -> bool {
        self.restart_policy.as_deref() == Some("Always")
    }

    /// Its probes and hooks, each with its path in the container.
    pub fn handlers(&self) -> impl Iterator<Item = (&'static str, &Handler)> {
        let all = [
            ("livenessProbe", &self.liveness_probe),
            ("readinessProbe", &self.readiness_probe),
            ("startupProbe", &self.startup_probe),
            ("lifecycle.postStart", &self.lifecycle.post_start),
            ("lifecycle.preStop", &self.lifecycle.pre_stop),
        ];
        all.into_iter().filter_map(|(path, handler)| Some((path, handler.as_ref()?)))
    }
}

/// What a container asks for and may use: the names of the resources.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
pub struct Resources {
    /// What it is guaranteed.
    #[serde(
        default,
        deserialize_with = "nullable::amounts",
        skip_serializing_if = "nullable::is_default",
        serialize_with = "nullable::write_keys"
    )]
    pub requests: BTreeSet<String>,
    /// What it cannot exceed.
    #[serde(
        default,
        deserialize_with = "nullable::amounts",
        skip_serializing_if = "nullable::is_default",
        serialize_with = "nullable::write_keys"
    )]
    pub limits: BTreeSet<String>,
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
    /// The volume.
    #[serde(default, deserialize_with = "volume_name", skip_serializing_if = "nullable::is_default")]
    pub name: String,
    /// Whether nothing can be written there.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub read_only: bool,
    /// How far `readOnly` reaches.
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub recursive_read_only: Option<String>,
    /// Whether mounts made on one side appear on the other.
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub mount_propagation: Option<String>,
}

fn volume_name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    nullable::or_default(deserializer).map(volume::stable_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_container_that_is_written_is_read_as_the_same() {
        let text = r#"{"name": "a", "env": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}],
            "envFrom": [{"secretRef": {"name": "s"}}], "securityContext": {"seLinuxOptions": {"level": "s0"}},
            "ports": [{"containerPort": 80}]}"#;
        let container: Container = serde_json::from_str(text).expect("a container");
        let written = serde_json::to_string(&container).expect("JSON");
        assert_eq!(serde_json::from_str::<Container>(&written).expect("a container"), container);
        assert_eq!(container.env_from.len(), 1);
        assert!(container.security_context.selinux_options.is_some());
    }
}
