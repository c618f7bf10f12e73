//! From the document that describes a node to a [`RecordedSource`]. Everything is validated here.

use super::format::{
    AccountsEntry, FileEntry, Mode, NameOrId, NodeDocument, ProcessEntry, SNAPSHOT_FORMAT, SnapshotHeader,
};
use super::source::{RecordedEntry, RecordedFile, RecordedProcess, RecordedSource};
use crate::source::node::accounts::Accounts;
use crate::source::node::error::{Capability, NonRegularFile, SourceError};
use crate::source::node::journal::{JournalEntry, unit_name};
use crate::source::node::path::components;
use crate::source::node::process::Process;
use crate::source::node::stat::{FileKind, Stat};
use crate::text::quote;
use crate::yaml::{Diagnostic, Position, TextFile};
use indexmap::IndexMap;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::path::Path;

/// A description of a node that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RecordedNodeError {
    /// The file cannot be read.
    #[error(transparent)]
    Read(Diagnostic),
    /// It is not JSON or YAML, does not have the form of a described node, or has a wrong value.
    #[error(transparent)]
    Invalid(Diagnostic),
}

/// A value that is wrong. Its position is looked up only when the error is shown.
struct ValueError {
    /// Keys and indices from the top of the document.
    path: Vec<String>,
    /// What is wrong, and what to write instead.
    message: String,
}

impl ValueError {
    fn new(subject: &str, reason: impl Display) -> Self {
        Self { path: Vec::new(), message: format!("{subject}: {reason}") }
    }

    fn at(self, path: &[&str]) -> Self {
        Self { path: path.iter().map(|step| (*step).to_owned()).collect(), ..self }
    }

    fn locate(self, file: &TextFile) -> Diagnostic {
        let position = file.tree(&mut Vec::new()).map_or(Position::START, |root| root.follow(&self.path).position);
        file.error(position, self.message)
    }
}

impl RecordedSource {
    /// Reads a description from a file of the user's.
    pub fn open(path: &Path) -> Result<Self, RecordedNodeError> {
        parse(&TextFile::read(path).map_err(RecordedNodeError::Read)?).map_err(RecordedNodeError::Invalid)
    }

    /// Parses a description: JSON if it starts with a brace, else YAML.
    pub fn parse(text: &str) -> Result<Self, RecordedNodeError> {
        parse(&TextFile::new("described host", text.to_owned())).map_err(RecordedNodeError::Invalid)
    }
}

fn parse(file: &TextFile) -> Result<RecordedSource, Diagnostic> {
    build(file.parse_data()?).map_err(|error| error.locate(file))
}

fn build(document: NodeDocument) -> Result<RecordedSource, ValueError> {
    // A snapshot has every account that matters.
    let accounts = build_accounts(&document.accounts, document.snapshot.is_none());
    let accounts = accounts.with_unknown(document.accounts_unknown);
    // A test case may hold the verdicts that it expects.
    let mut unknown: Vec<String> = document.unknown.into_keys().filter(|key| !key.ends_with("_verdicts")).collect();
    let recorded_probes =
        document.snapshot.map(|header| recorded_probes(header, &mut unknown).map_err(|error| error.at(&["snapshot"])));
    let recorded_probes = recorded_probes.transpose()?;
    let mut files = BTreeMap::new();
    let lists = [("dirs", FileKind::Directory, document.dirs), ("files", FileKind::File, document.files)];
    for (key, default_kind, entries) in lists {
        for (index, entry) in entries.into_iter().enumerate() {
            unknown.extend(entry.unknown.keys().cloned());
            let built = build_file(entry, default_kind, &accounts);
            let (path, file) = built.map_err(|error| error.at(&[key, &index.to_string()]))?;
            files.insert(path, file);
        }
    }
    let mut processes = Vec::new();
    for (index, entry) in document.processes.into_iter().enumerate() {
        unknown.extend(entry.unknown.keys().cloned());
        let built = build_process(entry, index, &accounts);
        processes.push(built.map_err(|error| error.at(&["processes", &index.to_string()]))?);
    }
    let processes = match &document.processes_error {
        None => Ok(processes),
        Some(code) => {
            let error = parse_code(code, "processes_error", Capability::SysPtrace);
            Err(error.map_err(|error| error.at(&["processes_error"]))?)
        }
    };
    let journal = document
        .journal
        .into_iter()
        .map(|(unit, messages)| build_journal(&unit, messages).map_err(|error| error.at(&["journal"])))
        .collect::<Result<_, _>>()?;
    unknown.sort();
    unknown.dedup();
    let mut notices = document.notices;
    notices.extend(unknown.iter().map(|key| format!("unknown key {} in the described host is ignored", quote(key))));
    Ok(RecordedSource { name: document.name, files, processes, accounts, notices, journal, recorded_probes })
}

fn recorded_probes(header: SnapshotHeader, unknown: &mut Vec<String>) -> Result<BTreeSet<String>, ValueError> {
    match header.format {
        Some(SNAPSHOT_FORMAT) => {}
        Some(newer) if newer > SNAPSHOT_FORMAT => {
            let reason = format!(
                "it has format {newer}, and this version reads format {SNAPSHOT_FORMAT}; use the nodeproof that took it"
            );
            return Err(ValueError::new("snapshot", reason));
        }
        Some(_) | None => {
            let reason = "it was taken with nodeproof 0.1, whose format is no longer read; take a new one on the node with \
                          `nodeproof snapshot` of this version";
            return Err(ValueError::new("snapshot", reason));
        }
    }
    unknown.extend(header.unknown.into_keys());
    Ok(header.probes)
}

fn build_file(
    entry: FileEntry,
    default_kind: FileKind,
    accounts: &Accounts,
) -> Result<(String, RecordedEntry), ValueError> {
    let subject = entry.path.display().to_string();
    let path = normalize(&entry.path, &subject)?;
    if let Some(target) = entry.target {
        return Ok((path, RecordedEntry::Symlink(target)));
    }
    let kind = parse_kind(entry.kind.as_deref(), default_kind, &subject)?;
    let stat = Stat {
        kind,
        mode: parse_mode(entry.mode.as_ref(), kind, &subject)?,
        uid: parse_id(entry.owner, Accounts::user, accounts, &subject)?.unwrap_or_default(),
        gid: parse_id(entry.group, Accounts::group, accounts, &subject)?.unwrap_or_default(),
    };
    let parse_code = |code: &str| parse_code(code, &subject, Capability::DacReadSearch);
    let content = match kind {
        FileKind::File => Ok(entry.content.unwrap_or_default().into_bytes()),
        FileKind::Directory => Err(SourceError::NotRegular(NonRegularFile::Directory)),
        FileKind::Special => Err(SourceError::NotRegular(match entry.kind.as_deref() {
            Some("fifo") => NonRegularFile::Fifo,
            Some("socket") => NonRegularFile::Socket,
            Some("other") => NonRegularFile::Other,
            _ => NonRegularFile::Device,
        })),
    };
    let content = match entry.error.as_deref() {
        None => content,
        Some("hidden") => {
            return Ok((path, RecordedEntry::Error(SourceError::PermissionDenied(Capability::DacReadSearch))));
        }
        Some(code) => match code.strip_prefix("unseen: ") {
            Some(code) => return Ok((path, RecordedEntry::Error(parse_code(code)?))),
            None => match parse_code(code)? {
                error @ SourceError::NotMounted(_) => return Ok((path, RecordedEntry::Error(error))),
                error => Err(error),
            },
        },
    };
    let in_walk = entry.in_walk.as_deref().map(parse_code).transpose()?;
    let not_entered = entry.not_entered.as_deref().map(parse_code).transpose()?;
    Ok((path, RecordedEntry::File(RecordedFile { stat, content, in_walk, not_entered })))
}

/// The path as a key of [`RecordedSource::files`].
fn normalize(path: &Path, subject: &str) -> Result<String, ValueError> {
    if !path.is_absolute() {
        return Err(ValueError::new(subject, "the path must start with /"));
    }
    if components(path).any(|name| name == "..") {
        return Err(ValueError::new(subject, "the path must not contain `..`"));
    }
    Ok(to_key(path))
}

fn to_key(path: &Path) -> String {
    components(path).rev().flat_map(|name| [Cow::Borrowed("/"), name.to_string_lossy()]).collect()
}

fn parse_kind(kind: Option<&str>, default: FileKind, subject: &str) -> Result<FileKind, ValueError> {
    match kind {
        None => Ok(default),
        Some("file") => Ok(FileKind::File),
        Some("directory") => Ok(FileKind::Directory),
        Some("fifo" | "socket" | "device" | "other") => Ok(FileKind::Special),
        Some(other) => Err(ValueError::new(
            subject,
            format!("unknown kind {}; use file, directory, fifo, socket, device or other", quote(other)),
        )),
    }
}

fn parse_mode(mode: Option<&Mode>, kind: FileKind, subject: &str) -> Result<u32, ValueError> {
    match mode {
        None if kind == FileKind::Directory => Ok(0o755),
        None => Ok(0o644),
        Some(mode) => mode
            .bits()
            .ok_or_else(|| ValueError::new(subject, "the mode must be three or four octal digits, such as 640")),
    }
}

fn parse_id(
    name: Option<NameOrId>,
    find: fn(&Accounts, &str) -> Option<u32>,
    accounts: &Accounts,
    subject: &str,
) -> Result<Option<u32>, ValueError> {
    match name {
        None => Ok(None),
        Some(NameOrId::Id(id)) => Ok(Some(id)),
        Some(NameOrId::Name(name)) => find(accounts, &name).map(Some).ok_or_else(|| {
            ValueError::new(subject, format!("unknown account {}; add it with its id to `accounts`", quote(&name)))
        }),
    }
}

fn parse_code(code: &str, subject: &str, needs: Capability) -> Result<SourceError, ValueError> {
    SourceError::from_code(code, subject, needs).ok_or_else(|| {
        let known = SourceError::CODES;
        ValueError::new(subject, format!("unknown error {}; use one of hidden, unseen: CODE, {known}", quote(code)))
    })
}

fn build_process(entry: ProcessEntry, index: usize, accounts: &Accounts) -> Result<RecordedProcess, ValueError> {
    let subject = format!("process {}", index + 1);
    let parse_code = |code: &str| parse_code(code, &subject, Capability::SysPtrace);
    let real_uid = parse_id(entry.user, Accounts::user, accounts, &subject)?.unwrap_or_default();
    let effective_uid = parse_id(entry.effective_user, Accounts::user, accounts, &subject)?;
    let process = Process {
        pid: entry.pid.unwrap_or_else(|| u32::try_from(index).map_or(u32::MAX, |i| 1000 + i)),
        argv: entry.argv,
        truncated: entry.truncated,
        exe: entry.exe,
        setuid: entry.setuid,
        privileged: entry.privileged,
        real_uid,
        effective_uid: effective_uid.unwrap_or(real_uid),
        cgroup: entry.cgroup,
        cwd: entry.cwd,
    };
    let environment = match &entry.env_error {
        None => Ok(entry.env),
        Some(code) => Err(parse_code(code)?),
    };
    let build = match (entry.build, &entry.build_error) {
        (Some(text), None) => Ok(text),
        (_, Some(code)) => Err(parse_code(code)?),
        (None, None) => Err(SourceError::NotFound),
    };
    Ok(RecordedProcess { process, environment, build, root: entry.root.as_deref().map(to_key).unwrap_or_default() })
}

/// The entries of a unit, as written by itself on a node named `node` at the start of 1970.
fn build_journal(unit: &str, messages: Vec<String>) -> Result<(String, Vec<JournalEntry>), ValueError> {
    let full = unit_name(unit)
        .ok_or_else(|| ValueError::new("journal", format!("{} is not the name of a unit", quote(unit))))?;
    let identifier = full.rsplit_once('.').map_or(full.as_str(), |(stem, _)| stem).to_owned();
    let entry = |message: String| JournalEntry {
        hostname: Some("node".to_owned()),
        identifier: identifier.clone(),
        message: Some(message.into_bytes()),
        ..JournalEntry::default()
    };
    let entries = messages.into_iter().map(entry).collect();
    Ok((full, entries))
}

/// The described accounts, with those that every Linux machine has if `with_defaults` is set.
fn build_accounts(described: &AccountsEntry, with_defaults: bool) -> Accounts {
    let mut accounts = Accounts::default();
    let mut add = |users: &IndexMap<String, u32>, groups: &IndexMap<String, u32>| {
        users.iter().for_each(|(name, id)| accounts.add_user(name, *id));
        groups.iter().for_each(|(name, id)| accounts.add_group(name, *id));
    };
    match described {
        AccountsEntry::Separate { users, groups } => add(users, groups),
        AccountsEntry::Common(both) => add(both, both),
        AccountsEntry::None => {}
    }
    if with_defaults {
        accounts.add_user("nobody", 65534);
        accounts.add_group("nogroup", 65534);
    }
    accounts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::node::files::FileSource as _;
    use crate::source::node::node_source::NodeSource as _;
    use crate::source::node::path::HostPath;

    fn error_of(text: &str) -> String {
        RecordedSource::parse(text).expect_err(text).to_string()
    }

    #[test]
    fn wrong_values_are_refused_with_their_subject() {
        let cases = [
            ("files: [{ path: /a/../b }]", "1:9: /a/../b: the path must not contain `..`"),
            ("files: [{ path: a }]", "1:9: a: the path must start with /"),
            (
                "files: [{ path: /a, kind: door }]",
                "1:9: /a: unknown kind `door`; use file, directory, fifo, socket, device or other",
            ),
            (
                "files:\n- { path: /b }\n- { path: /a, mode: 999 }",
                "3:3: /a: the mode must be three or four octal digits, such as 640",
            ),
            ("files: [{ path: /a, owner: eve }]", "1:9: /a: unknown account `eve`; add it with its id to `accounts`"),
            (
                "processes: [{ argv: [a], user: eve }]",
                "1:13: process 1: unknown account `eve`; add it with its id to `accounts`",
            ),
            ("journal: { /x: [a] }", "1:10: journal: `/x` is not the name of a unit"),
        ];
        for (text, expected) in cases {
            assert_eq!(error_of(text), format!("described host:{expected}"));
        }
        assert!(
            error_of("files: [{ path: /a, error: broken }]")
                .starts_with("described host:1:9: /a: unknown error `broken`; use one of hidden")
        );
    }

    #[test]
    fn snapshots_of_other_formats_are_refused() {
        let old = "{\"snapshot\": {\"program\": \"nodeproof 0.1.0\", \"readings\": [\"flag --a of kubelet\"]}}";
        assert!(error_of(old).contains("take a new one"), "{}", error_of(old));
        assert!(error_of("snapshot: { format: 1 }").contains("take a new one"));
        assert!(error_of("snapshot: { format: 3 }").contains("format 3"));
        let current = RecordedSource::parse("snapshot: { format: 2, probes: ['file:/a'] }").expect("a snapshot");
        assert_eq!(current.recorded_probes().map(BTreeSet::len), Some(1));
    }

    #[test]
    fn unknown_keys_are_reported() {
        let source = RecordedSource::parse("name: n\nfiels: []\nexpected_verdicts: {}").expect("a recorded node");
        assert_eq!(source.notices(), ["unknown key `fiels` in the described host is ignored"]);
        assert_eq!(source.name().as_deref(), Some("n"));
        assert_eq!(RecordedSource::parse("node: n").expect("a recorded node").name().as_deref(), Some("n"));
    }

    #[test]
    fn a_deep_tree_is_walked_to_the_limit() {
        let deep = format!("files: [{{ path: {} }}]", "/a".repeat(50_000));
        let source = RecordedSource::parse(&deep).expect("a recorded node");
        let mut seen = Vec::new();
        source.walk(&HostPath::host("/"), &mut |_, stat| seen.push(stat)).expect("a walk");
        assert!(matches!(seen.last(), Some(Err(SourceError::Io(_)))) && seen.len() < 100, "{}", seen.len());
    }
}
