//! The form of the file that describes a node, for reading (`--host`) and for writing (`nodeproof snapshot`).
//!
//! Unknown keys are reported in a notice and otherwise ignored, because an older program may read a newer file.

use indexmap::IndexMap;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// The version of the snapshot format. It changes when an older program could no longer judge a snapshot, or this program
/// could not judge an older one.
pub(crate) const SNAPSHOT_FORMAT: u32 = 2;

/// A described node.
#[derive(Debug, Default, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct NodeDocument {
    /// How a snapshot was taken. Only in a file that `nodeproof snapshot` wrote.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) snapshot: Option<SnapshotHeader>,
    /// The node's name.
    #[serde(alias = "node", skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    /// What a reader of the report should know about how the node was seen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) notices: Vec<String>,
    /// Why the processes cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) processes_error: Option<String>,
    #[serde(default, skip_serializing_if = "AccountsEntry::is_none")]
    pub(crate) accounts: AccountsEntry,
    /// Why accounts may be missing here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) accounts_unknown: Option<String>,
    #[serde(default)]
    pub(crate) dirs: Vec<FileEntry>,
    #[serde(default)]
    pub(crate) files: Vec<FileEntry>,
    #[serde(default)]
    pub(crate) processes: Vec<ProcessEntry>,
    /// The messages in the journal of each unit, oldest first.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub(crate) journal: IndexMap<String, Vec<String>>,
    #[serde(flatten, skip_serializing)]
    #[cfg_attr(test, schemars(with = "BTreeMap<String, serde_json::Value>"))]
    pub(crate) unknown: BTreeMap<String, IgnoredAny>,
}

/// How a snapshot was taken.
#[derive(Debug, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct SnapshotHeader {
    /// The version of the format. Snapshots of nodeproof 0.1 have none and are refused.
    pub(crate) format: Option<u32>,
    /// The program that took it.
    #[serde(default)]
    pub(crate) program: String,
    /// The keys of the probes whose evidence it holds. Other probes are undetermined.
    #[serde(default)]
    pub(crate) probes: BTreeSet<String>,
    #[serde(flatten, skip_serializing)]
    #[cfg_attr(test, schemars(with = "BTreeMap<String, serde_json::Value>"))]
    pub(crate) unknown: BTreeMap<String, IgnoredAny>,
}

/// A file or directory.
#[derive(Debug, Default, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct FileEntry {
    pub(crate) path: PathBuf,
    /// `file`, `directory`, `fifo`, `socket`, `device` or `other`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) kind: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) mode: Option<Mode>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) owner: Option<NameOrId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) group: Option<NameOrId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) content: Option<String>,
    /// The target of a symlink.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) target: Option<PathBuf>,
    /// Why its content cannot be read: `denied`, `io`, `changed`, `too-large`, `malformed`, each perhaps with `: reason`.
    /// Or why nothing of it can: `hidden` (its directory may not be entered), `not-mounted`, `unseen: ` and one of these.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<String>,
    /// What a walk from above says of it instead of mode and owner, such as that it is a symlink to a directory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) in_walk: Option<String>,
    /// Why a walk from above does not enter this directory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) not_entered: Option<String>,
    #[serde(flatten, skip_serializing)]
    #[cfg_attr(test, schemars(with = "BTreeMap<String, serde_json::Value>"))]
    pub(crate) unknown: BTreeMap<String, IgnoredAny>,
}

/// A process.
#[derive(Debug, Default, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct ProcessEntry {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pid: Option<u32>,
    pub(crate) argv: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) exe: Option<String>,
    /// Whether its executable is setuid.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) setuid: bool,
    /// Whether `CAP_SYS_ADMIN` is effective; among the processes of pods only in privileged containers.
    #[serde(default = "privileged_by_default")]
    pub(crate) privileged: bool,
    /// Whether `argv` is only the first word of a command line that was too long to keep.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) truncated: bool,
    #[serde(alias = "owner", skip_serializing_if = "Option::is_none")]
    pub(crate) user: Option<NameOrId>,
    /// The user whose permissions it has, if another one started it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) effective_user: Option<NameOrId>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) env: BTreeMap<String, String>,
    /// Why its environment cannot be read, such as `denied`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) env_error: Option<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) cgroup: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cwd: Option<PathBuf>,
    /// The build information that Go's linker put into its executable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) build: Option<String>,
    /// Why the build information cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) build_error: Option<String>,
    /// The directory among the described files that is its root directory; `/` by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) root: Option<PathBuf>,
    #[serde(flatten, skip_serializing)]
    #[cfg_attr(test, schemars(with = "BTreeMap<String, serde_json::Value>"))]
    pub(crate) unknown: BTreeMap<String, IgnoredAny>,
}

const fn privileged_by_default() -> bool {
    true
}

/// `{name: id}` for users and groups alike, or users and groups separately.
#[derive(Debug, Default, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged, expecting = "expected `{name: id}`, or `users` and `groups`, each with ids from 0 to 4294967295")]
pub(crate) enum AccountsEntry {
    Separate {
        users: IndexMap<String, u32>,
        groups: IndexMap<String, u32>,
    },
    Common(IndexMap<String, u32>),
    #[default]
    None,
}

impl AccountsEntry {
    const fn is_none(&self) -> bool {
        matches!(self, Self::None)
    }
}

/// The name or the id of a user or group.
#[derive(Debug, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged, expecting = "expected a name, or an id from 0 to 4294967295")]
pub(crate) enum NameOrId {
    Id(u32),
    Name(String),
}

/// Octal digits, as text or as a number: `644` is 0644.
#[derive(Debug, Deserialize, Serialize)]
#[serde(transparent)]
pub(crate) struct Mode(serde_json::Value);

impl Mode {
    pub(crate) fn from_bits(bits: u32) -> Self {
        Self(format!("{bits:o}").into())
    }

    /// The permission bits; `None` if these are not three or four octal digits.
    pub(super) fn bits(&self) -> Option<u32> {
        let digits = match &self.0 {
            serde_json::Value::String(text) => text.trim_start_matches("0o").to_owned(),
            other => other.as_f64()?.to_string(),
        };
        u32::from_str_radix(&digits, 8).ok().filter(|bits| *bits <= 0o7777)
    }
}

#[cfg(test)]
impl schemars::JsonSchema for Mode {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Mode".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "Octal digits, as text or as a number",
            "anyOf": [{ "type": "string", "pattern": "^(0o)?[0-7]{1,4}$" }, { "type": "integer", "minimum": 0, "maximum": 7777 }],
        })
    }
}

/// The JSON Schema of a described node.
#[cfg(test)]
pub(crate) fn json_schema() -> schemars::Schema {
    schemars::schema_for!(NodeDocument)
}
