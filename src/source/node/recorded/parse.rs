//! From the document that describes a node to a [`RecordedSource`]. Everything is validated here.

use super::format::{
    AccountsEntry, FileEntry, JournalEntryEntry, Mode, NameOrId, NodeDocument, ProcessEntry, SNAPSHOT_FORMAT,
    SnapshotHeader,
};
use super::source::{RecordedEntry, RecordedFile, RecordedProcess, RecordedSource};
use crate::source::node::accounts::Accounts;
use crate::source::node::error::{Capability, NonRegularFile, SourceError};
use crate::source::node::journal::{JournalEntry, LogEntry, unit_name};
use crate::source::node::path::components;
use crate::source::node::process::Process;
use crate::source::node::stat::{FileKind, Stat};
use crate::text::quote;
use crate::yaml::{Diagnostic, Position, TextFile, YamlNode, recovery};
use indexmap::IndexMap;
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::path::Path;

/// The user and group of what does not name them.
const ROOT: u32 = 0;

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

    fn locate(self, file: &TextFile, root: Option<&YamlNode>) -> Diagnostic {
        let position = root.map_or(Position::START, |root| root.follow(&self.path).position);
        file.error(position, self.message)
    }
}

/// The values that are wrong so far.
#[derive(Default)]
struct ValueErrors(Vec<ValueError>);

impl ValueErrors {
    /// The value; if it is wrong, the error is kept with its path.
    fn keep<T>(&mut self, path: &[&str], result: Result<T, ValueError>) -> Option<T> {
        result.map_err(|error| self.0.push(error.at(path))).ok()
    }
}

impl RecordedSource {
    /// Parses a description: JSON if it starts with a brace, else YAML.
    pub fn parse(text: &str) -> Result<Self, Diagnostic> {
        parse(&TextFile::new("described host", text.to_owned()))
    }

    /// Parses the description in a file.
    pub(crate) fn parse_file(file: &TextFile) -> Result<Self, Diagnostic> {
        parse(file)
    }
}

fn parse(file: &TextFile) -> Result<RecordedSource, Diagnostic> {
    let mut errors = ValueErrors::default();
    let document = file.parse_data().map_err(|error| other_format(file).unwrap_or(error))?;
    let source = build(document, &mut errors);
    if errors.0.is_empty() {
        return Ok(source);
    }
    let root = file.tree(&mut Vec::new()).ok();
    let first = errors.0.into_iter().map(|error| error.locate(file, root.as_ref())).min();
    first.map_or(Ok(source), Err)
}

/// Everything that is wrong in a description. Values are examined once all keys are right.
pub(crate) fn lint(file: &TextFile, root: &YamlNode) -> Vec<Diagnostic> {
    let recovered = recovery::read::<NodeDocument>(file, root);
    let (Some(document), true) = (recovered.value, recovered.errors.is_empty()) else {
        return other_format(file).map_or(recovered.errors, |error| vec![error]);
    };
    let mut errors = ValueErrors::default();
    build(document, &mut errors);
    errors.0.into_iter().map(|error| error.locate(file, Some(root))).collect()
}

/// The error of a snapshot of another format, of whose keys some are unknown here.
fn other_format(file: &TextFile) -> Option<Diagnostic> {
    #[derive(Deserialize)]
    struct Document {
        snapshot: Header,
    }
    #[derive(Deserialize)]
    struct Header {
        format: Option<u32>,
    }
    let document: Document = file.parse_data().ok()?;
    require_format(document.snapshot.format).err().map(|error| error.locate(file, None))
}

/// The node, without what is wrong.
fn build(document: NodeDocument, errors: &mut ValueErrors) -> RecordedSource {
    // A snapshot has every account that matters.
    let accounts = build_accounts(&document.accounts, document.snapshot.is_none());
    let accounts = accounts.with_unknown(document.accounts_unknown);
    let recorded_probes = document.snapshot.and_then(|header| errors.keep(&["snapshot"], recorded_probes(header)));
    let mut files = BTreeMap::new();
    let lists = [("dirs", FileKind::Directory, document.dirs), ("files", FileKind::File, document.files)];
    for (key, default_kind, entries) in lists {
        for (index, entry) in entries.into_iter().enumerate() {
            let built = build_file(entry, default_kind, &accounts);
            files.extend(errors.keep(&[key, &index.to_string()], built));
        }
    }
    let mut processes = Vec::new();
    for (index, entry) in document.processes.into_iter().enumerate() {
        let built = build_process(entry, index, &accounts);
        processes.extend(errors.keep(&["processes", &index.to_string()], built));
    }
    let processes_error = document.processes_error.and_then(|code| {
        let error = parse_code(&code, "processes_error", Capability::SysPtrace);
        errors.keep(&["processes_error"], error)
    });
    let journal = document.journal.into_iter();
    let journal = journal.filter_map(|(unit, messages)| errors.keep(&["journal"], build_journal(&unit, messages)));
    let journal = journal.collect();
    let log = build_log(document.journal_entries);
    let journal_error = document.journal_error.and_then(|code| {
        let error = parse_code(&code, "journal_error", Capability::DacReadSearch);
        errors.keep(&["journal_error"], error)
    });
    RecordedSource {
        name: document.name,
        files,
        processes: processes_error.map_or(Ok(processes), Err),
        accounts,
        notices: document.notices,
        log: journal_error.map_or(Ok(log), Err),
        log_cut_from: document.journal_cut_from.map(microseconds),
        journal,
        recorded_probes,
    }
}

fn recorded_probes(header: SnapshotHeader) -> Result<BTreeSet<String>, ValueError> {
    require_format(header.format).map(|()| header.probes)
}

fn require_format(format: Option<u32>) -> Result<(), ValueError> {
    match format {
        Some(SNAPSHOT_FORMAT) => Ok(()),
        Some(newer) if newer > SNAPSHOT_FORMAT => {
            let reason = format!(
                "it has format {newer}, and this version reads format {SNAPSHOT_FORMAT}; use the nodeproof that took it"
            );
            Err(ValueError::new("snapshot", reason))
        }
        Some(_) | None => {
            let reason = "it was taken with nodeproof 0.1, whose format is no longer read; take a new one on the node with \
                          `nodeproof snapshot` of this version";
            Err(ValueError::new("snapshot", reason))
        }
    }
}

fn build_file(
    entry: FileEntry,
    default_kind: FileKind,
    accounts: &Accounts,
) -> Result<(String, RecordedEntry), ValueError> {
    let subject = entry.path.display().to_string();
    let path = normalize(&entry.path, &subject)?;
    if let Some(target) = entry.target {
        let owner = parse_id(entry.owner, Accounts::user, accounts, &subject)?.unwrap_or(ROOT);
        return Ok((path, RecordedEntry::Symlink { target, owner }));
    }
    let kind = parse_kind(entry.kind.as_deref(), default_kind, &subject)?;
    let default_id = entry.mode.as_ref().map(|_| ROOT);
    let stat = Stat {
        kind,
        mode: entry.mode.as_ref().map(|mode| parse_mode(mode, &subject)).transpose()?,
        uid: parse_id(entry.owner, Accounts::user, accounts, &subject)?.or(default_id),
        gid: parse_id(entry.group, Accounts::group, accounts, &subject)?.or(default_id),
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
    Ok((path, RecordedEntry::File(RecordedFile { stat, modified: entry.modified, content, in_walk, not_entered })))
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

fn parse_mode(mode: &Mode, subject: &str) -> Result<u32, ValueError> {
    mode.bits().ok_or_else(|| ValueError::new(subject, "the mode must be three or four octal digits, such as 640"))
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
        started: entry.started,
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

/// The entries of the journal with the fields that journald sets.
fn build_log(entries: Vec<JournalEntryEntry>) -> Vec<LogEntry> {
    const THIS_BOOT: &str = "this boot";
    let newest = entries.iter().max_by(|one, other| one.seconds.total_cmp(&other.seconds));
    let this_boot = match entries.iter().any(|entry| entry.boot.as_deref() == Some(THIS_BOOT)) {
        true => Some(THIS_BOOT.to_owned()),
        false => newest.and_then(|entry| entry.boot.clone()),
    };
    let number = |id: Option<NameOrId>| match id? {
        NameOrId::Id(id) => Some(id),
        NameOrId::Name(text) => text.parse().ok(),
    };
    let entry = |entry: JournalEntryEntry| LogEntry {
        unit: entry.unit,
        pid: number(entry.pid),
        uid: number(entry.uid),
        this_boot: entry.boot.is_some().then(|| entry.boot == this_boot),
        since_start: microseconds(entry.seconds),
        message: entry.message,
    };
    entries.into_iter().map(entry).collect()
}

/// Microseconds in whole numbers; those that no number holds are as far away as can be.
#[expect(clippy::cast_possible_truncation, reason = "the cast saturates")]
fn microseconds(seconds: f64) -> i64 {
    (seconds * 1e6) as i64
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
    use crate::source::node::stat::Walked;

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
    fn unknown_keys_are_refused_at_their_position() {
        let cases = [
            ("name: n\nfiels: []", "2:1: unknown key `fiels`; did you mean `files`?"),
            ("files: [{ path: /a, mod: '777' }]", "1:21: unknown key `mod`; did you mean `mode`?"),
            ("processes:\n- { argv: [a], usr: 1 }", "2:16: unknown key `usr`; did you mean `user`?"),
            ("snapshot: { format: 2, probe: [] }", "1:24: unknown key `probe`; did you mean `probes`?"),
            ("{\"files\": [{\"path\": \"/a\", \"mod\": \"777\"}]}", "1:27: unknown key `mod`; did you mean `mode`?"),
        ];
        for (text, expected) in cases {
            assert_eq!(error_of(text), format!("described host:{expected}"), "{text}");
        }
        assert_eq!(RecordedSource::parse("node: n").expect("a recorded node").name().as_deref(), Some("n"));
        let remarks = "about: x\nkube_bench_verdicts: {}\npublished: {}\nexceptions: {}\njournal_entries: []\n";
        assert!(RecordedSource::parse(remarks).is_ok());
    }

    #[test]
    fn what_is_not_given_is_not_known() {
        let stat = |text: &str, path: &str| {
            RecordedSource::parse(text).expect("a recorded node").stat(&HostPath::host(path)).expect("a file")
        };
        let unknown = Stat { kind: FileKind::File, mode: None, uid: None, gid: None };
        let directory = Stat { kind: FileKind::Directory, ..unknown };
        assert_eq!(stat("files: [{ path: /a/b }]", "/a/b"), unknown);
        assert_eq!(stat("files: [{ path: /a/b, owner: 7 }]", "/a/b"), Stat { uid: Some(7), ..unknown });
        assert_eq!(stat("dirs: [{ path: /a }]", "/a"), directory);
        let given = "files: [{ path: /a/b, mode: 640, group: 9 }]";
        assert_eq!(stat(given, "/a/b"), Stat { mode: Some(0o640), uid: Some(0), gid: Some(9), ..unknown });
        assert_eq!(stat(given, "/a"), Stat { uid: Some(0), gid: Some(0), ..directory });
    }

    #[test]
    fn every_wrong_value_is_found() {
        let text = "files:\n- { path: a }\n- { path: /b, mode: 999 }\nprocesses_error: no\njournal: { /x: [] }\n";
        let file = TextFile::new("h", text);
        let found = lint(&file, &file.tree(&mut Vec::new()).expect("YAML"));
        let lines: Vec<usize> = found.iter().map(|diagnostic| diagnostic.line).collect();
        assert_eq!(lines, [2, 3, 4, 5]);
        assert!(error_of(text).starts_with("described host:2:3: a: the path must start with /"));
    }

    #[test]
    fn a_deep_tree_is_walked_to_the_limit() {
        let deep = format!("files: [{{ path: {} }}]", "/a".repeat(50_000));
        let source = RecordedSource::parse(&deep).expect("a recorded node");
        let mut seen = Vec::new();
        source.walk(&HostPath::host("/"), &mut |_, stat| seen.push(stat)).expect("a walk");
        assert!(
            matches!(seen.last(), Some(Walked { stat: Err(SourceError::Io(_)), .. })) && seen.len() < 100,
            "{}",
            seen.len()
        );
    }
}
