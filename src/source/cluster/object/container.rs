//! Containers. Of their commands and variables only what a check reads is kept.

use super::{SecurityContext, nullable};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

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
