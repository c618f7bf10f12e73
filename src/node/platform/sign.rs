//! A sign of a platform: conditions that hold together.

use crate::text::glob::Glob;
use indexmap::IndexMap;
use serde::Deserialize;

/// A sign of a platform. It is there if all of its conditions hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub struct Sign {
    /// The name of a program of the platform that runs.
    pub program: Option<String>,
    /// A pattern for the executable of a component.
    pub executable: Option<String>,
    /// A text in the arguments of a component.
    pub argument: Option<String>,
    /// A text that must not be in the arguments of a component.
    pub without_argument: Option<String>,
    /// A part of the control group of a component.
    pub cgroup: Option<String>,
    /// A part of the version of what runs, such as `+k3s`.
    pub version: Option<String>,
    /// Fields of `/etc/os-release`, each with a pattern.
    pub os_release: IndexMap<String, String>,
    /// Files or directories of which one exists.
    pub exists: Vec<String>,
    /// Whether no component of the control plane may run here.
    pub without_control_plane: bool,
    /// Of a cluster: how the name of a label of its nodes begins.
    pub node_label: Option<String>,
    /// Of a cluster: the name of a namespace.
    pub namespace: Option<String>,
}

/// How much a sign says, the least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strength {
    /// A file, which can be left over.
    File,
    /// The operating system.
    System,
    /// Who built what runs.
    Version,
    /// What runs, and how it was started.
    Process,
}

impl Sign {
    /// That of its strongest condition.
    pub(super) fn strength(&self) -> Strength {
        let of_process = [&self.program, &self.executable, &self.argument, &self.cgroup];
        if of_process.iter().any(|condition| condition.is_some()) {
            Strength::Process
        } else if self.version.is_some() {
            Strength::Version
        } else if self.os_release.is_empty() {
            Strength::File
        } else {
            Strength::System
        }
    }
}

/// Whether a text fits a pattern.
pub(super) fn fits(pattern: &str, text: &str) -> bool {
    Glob::rule(pattern).is_ok_and(|glob| glob.is_match(text))
}
