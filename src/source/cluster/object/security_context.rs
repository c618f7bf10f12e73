//! The security settings of a container, or of all containers of a pod.

use super::nullable;
use serde::{Deserialize, Serialize};

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
