//! The form in which a machine is written down, in YAML or JSON. Says what is wrong with a description; looks at nothing else.

use super::recorded::{DescribedProcess, Entry, RecordedSource, Thing, names};
use super::{Accounts, Capability, JournalEntry, Kind, Process, SourceError, Stat, unit_name};
use crate::yaml::{Diagnostic, TextFile};
use indexmap::IndexMap;
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A description that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DescribeError {
    /// The file cannot be read or parsed.
    #[error(transparent)]
    File(#[from] Diagnostic),
    /// A value in it is wrong.
    #[error("{0}")]
    Value(String),
}

/// The form of the file. Keys that are not known are named in a notice, since an older program may read a newer file.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Description {
    /// Only in what `nodeproof snapshot` writes.
    snapshot: Option<SnapshotDescription>,
    /// What the reader of a report should know about how the machine was seen.
    #[serde(default)]
    notices: Vec<String>,
    /// Why the processes could not be seen.
    processes_error: Option<String>,
    #[serde(default)]
    files: Vec<FileDescription>,
    #[serde(default)]
    dirs: Vec<FileDescription>,
    #[serde(default)]
    processes: Vec<ProcessDescription>,
    /// What stands in the system's journal: of each unit the messages, oldest first.
    #[serde(default)]
    journal: IndexMap<String, Vec<String>>,
    #[serde(default)]
    accounts: AccountsDescription,
    /// Why there may be accounts that are missing here.
    accounts_unknown: Option<String>,
    #[serde(default, rename = "node")]
    #[cfg_attr(test, schemars(with = "serde_json::Value"))]
    _node: IgnoredAny,
    #[serde(default, rename = "kube_bench_verdicts")]
    #[cfg_attr(test, schemars(with = "serde_json::Value"))]
    _recorded: IgnoredAny,
    #[serde(flatten)]
    #[cfg_attr(test, schemars(with = "BTreeMap<String, serde_json::Value>"))]
    unknown: BTreeMap<String, IgnoredAny>,
}

/// How a snapshot was taken.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct SnapshotDescription {
    /// What was read, in the probes' words; nothing else can be judged.
    readings: BTreeSet<String>,
    /// The program that took it.
    #[serde(rename = "program")]
    #[cfg_attr(test, schemars(with = "serde_json::Value"))]
    _program: IgnoredAny,
    #[serde(flatten)]
    #[cfg_attr(test, schemars(with = "BTreeMap<String, serde_json::Value>"))]
    unknown: BTreeMap<String, IgnoredAny>,
}

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct FileDescription {
    path: PathBuf,
    mode: Option<Mode>,
    owner: Option<Name>,
    group: Option<Name>,
    content: Option<String>,
    /// `file`, `directory`, `fifo`, `socket`, `device` or `other`.
    kind: Option<String>,
    /// A symlink's target.
    target: Option<PathBuf>,
    /// Why its content cannot be seen: `denied`, `io`, `changed`, `too-large`, `malformed`, each perhaps with `: reason`.
    /// Or why nothing of it can: `hidden` (its folder may not be entered), `not-mounted`, `unseen: ` and one of these words.
    error: Option<String>,
    /// What a walk from above says of it in place of mode and owner, such as that it is a link to a folder.
    in_walk: Option<String>,
    /// Why a walk from above does not go into this folder.
    not_entered: Option<String>,
    #[serde(flatten)]
    #[cfg_attr(test, schemars(with = "BTreeMap<String, serde_json::Value>"))]
    unknown: BTreeMap<String, IgnoredAny>,
}

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct ProcessDescription {
    argv: Vec<String>,
    pid: Option<u32>,
    exe: Option<String>,
    /// Whether its executable is a set-user-id one.
    #[serde(default)]
    setuid: bool,
    /// Whether it has the rights of the machine's administrator; in a pod only a privileged container's process has.
    #[serde(default = "yes")]
    privileged: bool,
    /// Whether `argv` is only the first word of a command line that was too long to keep.
    #[serde(default)]
    truncated: bool,
    #[serde(alias = "owner")]
    user: Option<Name>,
    /// The user whose rights it has, where a set-user-id program runs.
    effective_user: Option<Name>,
    #[serde(default)]
    env: BTreeMap<String, String>,
    /// Why its environment cannot be read, such as `denied`.
    env_error: Option<String>,
    #[serde(default)]
    cgroup: String,
    cwd: Option<PathBuf>,
    /// What Go's linker noted in its executable.
    build: Option<String>,
    /// Why that cannot be read.
    build_error: Option<String>,
    /// The folder among the described files that is this process's root; `/` by default.
    root: Option<PathBuf>,
    #[serde(flatten)]
    #[cfg_attr(test, schemars(with = "BTreeMap<String, serde_json::Value>"))]
    unknown: BTreeMap<String, IgnoredAny>,
}

const fn yes() -> bool {
    true
}

/// `{name: number}` for users and groups alike, or the two apart.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged, expecting = "expected `{name: id}`, or `users` and `groups`, each with ids from 0 to 4294967295")]
enum AccountsDescription {
    Apart {
        users: IndexMap<String, u32>,
        groups: IndexMap<String, u32>,
    },
    Alike(IndexMap<String, u32>),
    #[default]
    None,
}

/// A name or a number.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged, expecting = "expected a name, or an id from 0 to 4294967295")]
enum Name {
    Number(u32),
    Text(String),
}

/// Octal digits, written as text or as a number (`644` means 0644).
#[derive(Debug, Deserialize)]
#[serde(transparent)]
struct Mode(serde_json::Value);

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

/// The JSON Schema of a described machine.
#[cfg(test)]
pub(crate) fn schema() -> schemars::Schema {
    schemars::schema_for!(Description)
}

impl Mode {
    fn bits(&self) -> Option<u32> {
        let digits = match &self.0 {
            serde_json::Value::String(text) => text.trim_start_matches("0o").to_owned(),
            other => other.as_f64()?.to_string(),
        };
        u32::from_str_radix(&digits, 8).ok().filter(|bits| *bits <= 0o7777)
    }
}

impl RecordedSource {
    /// Reads a description from a file of the user's.
    pub fn open(file: &Path) -> Result<Self, DescribeError> {
        Self::parse_file(&TextFile::read(file)?)
    }

    /// Reads a description: JSON, or YAML if it is no JSON.
    pub fn parse(text: &str) -> Result<Self, DescribeError> {
        Self::parse_file(&TextFile::new("described host", text.to_owned()))
    }

    fn parse_file(file: &TextFile) -> Result<Self, DescribeError> {
        Self::build(file.parse_data()?)
    }

    fn build(description: Description) -> Result<Self, DescribeError> {
        // A snapshot has every account that matters.
        let accounts = accounts_of(&description.accounts, description.snapshot.is_none());
        let accounts = accounts.with_unknown(description.accounts_unknown);
        let mut unknown: Vec<String> = description.unknown.into_keys().collect();
        let readings = description.snapshot.map(|snapshot| {
            unknown.extend(snapshot.unknown.into_keys());
            snapshot.readings
        });
        let mut files = BTreeMap::new();
        for (is_folder, file) in
            description.dirs.into_iter().map(|d| (true, d)).chain(description.files.into_iter().map(|f| (false, f)))
        {
            unknown.extend(file.unknown.keys().cloned());
            let (path, entry) = file.entry(is_folder, &accounts)?;
            files.insert(path, entry);
        }
        let mut processes = Vec::new();
        for (index, process) in description.processes.into_iter().enumerate() {
            unknown.extend(process.unknown.keys().cloned());
            processes.push(process.build(index, &accounts)?);
        }
        let processes = match &description.processes_error {
            None => Ok(processes),
            Some(error) => Err(trouble_of(error, "processes_error", Capability::SysPtrace)?),
        };
        let journal =
            description.journal.into_iter().map(|(unit, lines)| journal_of(&unit, lines)).collect::<Result<_, _>>()?;
        unknown.sort();
        unknown.dedup();
        let mut notices = description.notices;
        notices
            .extend(unknown.iter().map(|key| format!("the described host has a key that means nothing here: {key}")));
        Ok(Self { files, processes, accounts, notices, journal, readings })
    }
}

impl FileDescription {
    fn entry(self, is_folder: bool, accounts: &Accounts) -> Result<(PathBuf, Entry), DescribeError> {
        let shown = self.path.display().to_string();
        let wrong = |what: String| DescribeError::Value(format!("{shown}: {what}"));
        if !self.path.is_absolute() {
            return Err(wrong("a path of a described host starts with /".to_owned()));
        }
        let names = names(&self.path);
        if names.iter().any(|name| name == "..") {
            return Err(wrong("a path of a described host leads straight down, without `..`".to_owned()));
        }
        let path = PathBuf::from("/").join(names.iter().rev().collect::<PathBuf>());
        if let Some(target) = self.target {
            return Ok((path, Entry::Link(target)));
        }
        let kind = match self.kind.as_deref() {
            Some("file") => Kind::File,
            Some("directory") => Kind::Directory,
            Some("fifo" | "socket" | "device" | "other") => Kind::Special,
            Some(other) => {
                return Err(wrong(format!("kind `{other}` is none of file, directory, fifo, socket, device, other")));
            }
            None if is_folder => Kind::Directory,
            None => Kind::File,
        };
        let mode = self.mode.as_ref().map_or(Some(if kind == Kind::Directory { 0o755 } else { 0o644 }), Mode::bits);
        let mode = mode.ok_or_else(|| wrong("a mode has three or four octal digits".to_owned()))?;
        let id = |name: Option<Name>, of: fn(&Accounts, &str) -> Option<u32>| match name {
            None => Ok(0),
            Some(Name::Number(n)) => Ok(n),
            Some(Name::Text(text)) => of(accounts, &text)
                .ok_or_else(|| wrong(format!("`{text}` is not under accounts; add it with its number"))),
        };
        let stat = Stat { kind, mode, uid: id(self.owner, Accounts::user)?, gid: id(self.group, Accounts::group)? };
        let content = match kind {
            Kind::File => Ok(self.content.unwrap_or_default().into_bytes()),
            Kind::Directory => Err(SourceError::NotRegular("a directory")),
            Kind::Special => Err(SourceError::NotRegular(match self.kind.as_deref() {
                Some("fifo") => "a FIFO",
                Some("socket") => "a socket",
                Some("other") => "something else",
                _ => "a device",
            })),
        };
        let written = |text: &str| trouble_of(text, &shown, Capability::DacReadSearch);
        let optional = |text: Option<String>| text.as_deref().map(written).transpose();
        let content = match self.error.as_deref() {
            None => content,
            Some("hidden") => {
                return Ok((path, Entry::SourceError(SourceError::PermissionDenied(Capability::DacReadSearch))));
            }
            Some(error) => match error.strip_prefix("unseen: ") {
                Some(why) => return Ok((path, Entry::SourceError(written(why)?))),
                None => match written(error)? {
                    trouble @ SourceError::NotMounted(_) => return Ok((path, Entry::SourceError(trouble))),
                    trouble => Err(trouble),
                },
            },
        };
        let (in_walk, not_entered) = (optional(self.in_walk)?, optional(self.not_entered)?);
        Ok((path, Entry::Thing(Thing { stat, content, in_walk, not_entered })))
    }
}

/// A trouble as a description has it, or what is wrong with that.
fn trouble_of(text: &str, subject: &str, lifts: Capability) -> Result<SourceError, DescribeError> {
    SourceError::from_written(text, subject, lifts).ok_or_else(|| {
        DescribeError::Value(format!(
            "{subject}: error `{text}` is none of hidden, unseen: WORD, {}",
            SourceError::WORDS
        ))
    })
}

impl ProcessDescription {
    fn build(self, index: usize, accounts: &Accounts) -> Result<DescribedProcess, DescribeError> {
        let user = |name: Option<Name>, default: u32| match name {
            None => Ok(default),
            Some(Name::Number(n)) => Ok(n),
            Some(Name::Text(text)) => accounts.user(&text).ok_or_else(|| {
                DescribeError::Value(format!(
                    "process {}: user `{text}` is not under accounts; add it with its number",
                    index + 1
                ))
            }),
        };
        let real_uid = user(self.user, 0)?;
        let process = Process {
            pid: self.pid.unwrap_or_else(|| u32::try_from(index).map_or(u32::MAX, |i| 1000 + i)),
            argv: self.argv,
            truncated: self.truncated,
            exe: self.exe,
            setuid: self.setuid,
            privileged: self.privileged,
            real_uid,
            effective_uid: user(self.effective_user, real_uid)?,
            cgroup: self.cgroup,
            cwd: self.cwd,
        };
        let written = |text: &str| trouble_of(text, &format!("process {}", index + 1), Capability::SysPtrace);
        let environment = match &self.env_error {
            None => Ok(self.env),
            Some(error) => Err(written(error)?),
        };
        let build = match (self.build, &self.build_error) {
            (Some(text), None) => Ok(text),
            (_, Some(error)) => Err(written(error)?),
            (None, None) => Err(SourceError::NotFound),
        };
        Ok(DescribedProcess { process, environment, build, root: self.root.unwrap_or_else(|| "/".into()) })
    }
}

/// A unit's entries: as it wrote them itself on a machine named `node`, at the beginning of 1970.
fn journal_of(unit: &str, lines: Vec<String>) -> Result<(String, Vec<JournalEntry>), DescribeError> {
    let full =
        unit_name(unit).ok_or_else(|| DescribeError::Value(format!("journal: `{unit}` is no name of a unit")))?;
    let identifier = full.rsplit_once('.').map_or(full.as_str(), |(stem, _)| stem).to_owned();
    let entry = |line: String| JournalEntry {
        hostname: Some("node".to_owned()),
        identifier: identifier.clone(),
        message: Some(line.into_bytes()),
        ..JournalEntry::default()
    };
    let entries = lines.into_iter().map(entry).collect();
    Ok((full, entries))
}

/// The described accounts, if so wished on top of those that every Linux machine has.
fn accounts_of(description: &AccountsDescription, with_usual: bool) -> Accounts {
    let mut accounts = Accounts::default();
    let mut add = |users: &IndexMap<String, u32>, groups: &IndexMap<String, u32>| {
        users.iter().for_each(|(name, id)| accounts.add_user(name, *id));
        groups.iter().for_each(|(name, id)| accounts.add_group(name, *id));
    };
    match description {
        AccountsDescription::Apart { users, groups } => add(users, groups),
        AccountsDescription::Alike(both) => add(both, both),
        AccountsDescription::None => {}
    }
    if with_usual {
        accounts.add_user("nobody", 65534);
        accounts.add_group("nogroup", 65534);
    }
    accounts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::node::{HostPath, NodeSource as _};

    #[test]
    fn no_description_is_walked_in_a_circle_or_without_end() {
        let upward = RecordedSource::parse("files: [{ path: /a/../b }]").expect_err("a path upward");
        assert!(upward.to_string().starts_with("/a/../b: "), "{upward}");
        let deep = format!("files: [{{ path: {} }}]", "/a".repeat(50_000));
        let host = RecordedSource::parse(&deep).expect("a machine");
        let mut seen = Vec::new();
        host.walk(&HostPath::host("/"), &mut |_, stat| seen.push(stat)).expect("a walk");
        assert!(matches!(seen.last(), Some(Err(SourceError::Io(_)))) && seen.len() < 100, "{}", seen.len());
    }
}
