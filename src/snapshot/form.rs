//! The form in which a snapshot is written: that of a described host, in keys that `host::described` reads.

use indexmap::IndexMap;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Serialize)]
pub(super) struct Form {
    pub(super) snapshot: SnapshotForm,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) notices: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) processes_error: Option<String>,
    pub(super) accounts: AccountsForm,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) accounts_unknown: Option<String>,
    pub(super) dirs: Vec<FileForm>,
    pub(super) files: Vec<FileForm>,
    pub(super) processes: Vec<ProcessForm>,
}

impl Form {
    /// One key a line.
    pub(super) fn to_json(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut bytes = serde_json::to_vec_pretty(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

#[derive(Serialize)]
pub(super) struct SnapshotForm {
    pub(super) program: &'static str,
    pub(super) readings: BTreeSet<String>,
}

#[derive(Serialize)]
pub(super) struct AccountsForm {
    pub(super) users: IndexMap<String, u32>,
    pub(super) groups: IndexMap<String, u32>,
}

#[derive(Default, Serialize)]
pub(super) struct FileForm {
    pub(super) path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) mode: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) owner: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) group: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) content: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) in_walk: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) not_entered: Option<String>,
}

#[derive(Serialize)]
pub(super) struct ProcessForm {
    pub(super) pid: u32,
    pub(super) argv: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) exe: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) setuid: bool,
    pub(super) privileged: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) truncated: bool,
    pub(super) user: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) effective_user: Option<u32>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) env: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) env_error: Option<String>,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) cgroup: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) cwd: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) build: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) build_error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) root: Option<String>,
}
