//! The form of the file that describes a node, for reading (`--host`) and for writing (`nodeproof snapshot`).
//!
//! An unknown key is an error: what it says would otherwise be missing without a word. A newer format has a higher number.

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
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(transform = with_aliases))]
#[serde(deny_unknown_fields)]
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
    /// Remarks for whoever reads the file. Not read.
    #[serde(default, skip_serializing)]
    #[cfg_attr(test, schemars(with = "Option<serde_json::Value>"))]
    #[expect(dead_code, reason = "the key is accepted, its value is not read")]
    pub(crate) about: Option<IgnoredAny>,
    /// What other programs said of this node: verdicts by benchmark and check. Not read.
    #[serde(default, skip_serializing)]
    #[cfg_attr(test, schemars(with = "Option<serde_json::Value>"))]
    #[expect(dead_code, reason = "the key is accepted, its value is not read")]
    pub(crate) kube_bench_verdicts: Option<IgnoredAny>,
    /// The same, as published by the makers of a distribution. Not read.
    #[serde(default, skip_serializing)]
    #[cfg_attr(test, schemars(with = "Option<serde_json::Value>"))]
    #[expect(dead_code, reason = "the key is accepted, its value is not read")]
    pub(crate) published: Option<IgnoredAny>,
    /// Where what was published differs from the node. Not read.
    #[serde(default, skip_serializing)]
    #[cfg_attr(test, schemars(with = "Option<serde_json::Value>"))]
    #[expect(dead_code, reason = "the key is accepted, its value is not read")]
    pub(crate) exceptions: Option<IgnoredAny>,
    /// Journal entries with the fields that journald sets itself, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) journal_entries: Vec<JournalEntryEntry>,
    /// Why the journal cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) journal_error: Option<String>,
    /// From when on entries of the process are missing, in seconds from its start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) journal_cut_from: Option<f64>,
}

/// An entry of the journal, with the names that journald gives to its fields. Further fields are accepted and not read.
#[derive(Debug, Default, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct JournalEntryEntry {
    /// When it was written, in seconds from the start of the process that is asked for.
    #[serde(default)]
    pub(crate) seconds: f64,
    #[serde(rename = "_SYSTEMD_UNIT", skip_serializing_if = "Option::is_none")]
    pub(crate) unit: Option<String>,
    #[serde(rename = "_PID", skip_serializing_if = "Option::is_none")]
    pub(crate) pid: Option<NameOrId>,
    #[serde(rename = "_UID", skip_serializing_if = "Option::is_none")]
    pub(crate) uid: Option<NameOrId>,
    /// The boot: `this boot`, or an id. Without an entry of `this boot`, the boot of the newest entry runs.
    #[serde(rename = "_BOOT_ID", skip_serializing_if = "Option::is_none")]
    pub(crate) boot: Option<String>,
    #[serde(rename = "MESSAGE", default)]
    pub(crate) message: String,
}

/// How a snapshot was taken.
#[derive(Debug, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct SnapshotHeader {
    /// The version of the format. Snapshots of nodeproof 0.1 have none and are refused.
    pub(crate) format: Option<u32>,
    /// The program that took it.
    #[serde(default)]
    pub(crate) program: String,
    /// The keys of the probes whose evidence it holds. Other probes are undetermined.
    #[serde(default)]
    pub(crate) probes: BTreeSet<String>,
}

/// A file or directory. A mode that is not given is not known, and a check that needs it is undetermined. Where it is given, the
/// owner and group are root unless they are given, too; where it is not, they are not known either.
#[derive(Debug, Default, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
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
    /// When its content was last changed, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) modified: Option<u64>,
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
}

/// A process.
#[derive(Debug, Default, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(transform = with_aliases))]
#[serde(deny_unknown_fields)]
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
    /// When it was started, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) started: Option<u64>,
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

/// Adds the second names that keys have, which the derived schema does not know.
#[cfg(test)]
fn with_aliases(schema: &mut schemars::Schema) {
    let Some(properties) = schema.get_mut("properties").and_then(serde_json::Value::as_object_mut) else {
        return;
    };
    for (key, alias) in [("name", "node"), ("user", "owner")] {
        if let Some(property) = properties.get(key).cloned() {
            properties.insert(alias.to_owned(), property);
        }
    }
}

/// The JSON Schema of a described node.
#[cfg(test)]
pub(crate) fn json_schema() -> schemars::Schema {
    schemars::schema_for!(NodeDocument)
}
