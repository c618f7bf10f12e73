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
    pub seccomp_profile: Option<Profile>,
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub windows_options: Option<WindowsOptions>,
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub read_only_root_filesystem: Option<bool>,
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub run_as_group: Option<i64>,
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub app_armor_profile: Option<Profile>,
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub fs_group: Option<i64>,
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub fs_group_change_policy: Option<String>,
    #[serde(default, rename = "seLinuxOptions", skip_serializing_if = "nullable::is_default")]
    pub selinux_options: Option<SelinuxOptions>,
    #[serde(default, rename = "seLinuxChangePolicy", skip_serializing_if = "nullable::is_default")]
    pub selinux_change_policy: Option<String>,
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub supplemental_groups: Option<Vec<i64>>,
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub supplemental_groups_policy: Option<String>,
    #[serde(default, skip_serializing_if = "nullable::is_default")]
    pub sysctls: Option<Vec<Sysctl>>,
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

/// A profile of seccomp or AppArmor.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize, Serialize)]
pub struct Profile {
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

/// The SELinux label of a container.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[allow(missing_docs, reason = "the parts of the label, by their names in the API")]
pub struct SelinuxOptions {
    #[serde(
        default,
        rename = "type",
        deserialize_with = "nullable::or_default",
        skip_serializing_if = "nullable::is_default"
    )]
    pub kind: String,
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub user: String,
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub role: String,
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub level: String,
}

/// A setting of the kernel.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize, Serialize)]
pub struct Sysctl {
    /// Its name.
    #[serde(default, deserialize_with = "nullable::or_default", skip_serializing_if = "nullable::is_default")]
    pub name: String,
}
