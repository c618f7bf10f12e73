//! A machine written down in YAML or JSON: a fixture, or what another machine's audit took along. Nothing is guessed;
//! folders above a described file exist and belong to root.

use super::{
    Accounts, Capability, Entry as Looked, Host, Kind, MAX_FILE_BYTES, Place, Process, ProcessRow, ProcessTable, Root,
    Stat, Trouble, base_name, behind_link,
};
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

const MAX_LINKS: usize = 40;

/// A machine as a file describes it.
#[derive(Debug)]
pub struct DescribedHost {
    files: BTreeMap<PathBuf, Entry>,
    processes: Vec<DescribedProcess>,
    accounts: Accounts,
    notices: Vec<String>,
}

/// A description that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct DescribeError(String);

#[derive(Debug)]
enum Entry {
    Thing { stat: Stat, content: Result<Vec<u8>, Trouble> },
    Link(PathBuf),
    Trouble(Trouble),
}

#[derive(Debug)]
struct DescribedProcess {
    process: Process,
    environment: Result<BTreeMap<String, String>, Trouble>,
    build: Option<String>,
    root: PathBuf,
}

/// The form of the file. Keys that are not known are named in a notice, since an older program may read a newer file.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Description {
    #[serde(default)]
    files: Vec<FileDescription>,
    #[serde(default)]
    dirs: Vec<FileDescription>,
    #[serde(default)]
    processes: Vec<ProcessDescription>,
    #[serde(default)]
    accounts: AccountsDescription,
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

#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct FileDescription {
    path: PathBuf,
    mode: Option<Mode>,
    owner: Option<Name>,
    group: Option<Name>,
    content: Option<String>,
    /// `file`, `directory`, `fifo`, `socket` or `device`.
    kind: Option<String>,
    /// A symlink's target.
    target: Option<PathBuf>,
    /// Why it cannot be seen: `denied` (may not be read), `hidden` (its folder may not be entered), `not-mounted`,
    /// `io`, `changed`, `too-large`.
    error: Option<String>,
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
    #[serde(alias = "owner")]
    user: Option<Name>,
    /// The user whose rights it has, where a set-user-id program runs.
    effective_user: Option<Name>,
    #[serde(default)]
    env: BTreeMap<String, String>,
    /// Why its environment cannot be read; only `denied`.
    env_error: Option<String>,
    #[serde(default)]
    cgroup: String,
    cwd: Option<PathBuf>,
    /// What Go's linker noted in its executable.
    build: Option<String>,
    /// The folder among the described files that is this process's root; `/` by default.
    root: Option<PathBuf>,
    #[serde(flatten)]
    #[cfg_attr(test, schemars(with = "BTreeMap<String, serde_json::Value>"))]
    unknown: BTreeMap<String, IgnoredAny>,
}

/// `{name: number}` for users and groups alike, or the two apart.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged)]
enum AccountsDescription {
    Apart {
        users: BTreeMap<String, u32>,
        groups: BTreeMap<String, u32>,
    },
    Alike(BTreeMap<String, u32>),
    #[default]
    None,
}

/// A name or a number.
#[derive(Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged)]
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

impl DescribedHost {
    /// Reads a description from a file of the user's.
    #[expect(clippy::disallowed_methods, reason = "this file stands for the machine under audit")]
    pub fn open(file: &Path) -> Result<Self, DescribeError> {
        Self::parse(&std::fs::read_to_string(file).map_err(|e| DescribeError(e.to_string()))?)
    }

    /// Reads a description: JSON, or YAML if it is no JSON.
    pub fn parse(text: &str) -> Result<Self, DescribeError> {
        let description: Description = if text.trim_start().starts_with('{') {
            serde_json::from_str(text).map_err(|e| DescribeError(e.to_string()))?
        } else {
            serde_saphyr::from_str(text).map_err(|e| DescribeError(e.to_string()))?
        };
        Self::build(description)
    }

    fn build(description: Description) -> Result<Self, DescribeError> {
        let accounts = accounts_of(&description.accounts);
        let mut unknown: Vec<String> = description.unknown.into_keys().collect();
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
        unknown.sort();
        unknown.dedup();
        let notices = unknown.iter().map(|key| format!("the described host has a key that means nothing here: {key}"));
        Ok(Self { files, processes, accounts, notices: notices.collect() })
    }

    fn process(&self, pid: u32) -> Result<&DescribedProcess, Trouble> {
        self.processes.iter().find(|p| p.process.pid == pid).ok_or(Trouble::Absent)
    }

    /// The described path that a place means: its root put before it, links followed inside that root.
    fn locate(&self, place: &Place) -> Result<PathBuf, Trouble> {
        self.resolve(place, true)
    }

    /// The same; `follow` tells whether a link at the path's end is followed too.
    fn resolve(&self, place: &Place, follow: bool) -> Result<PathBuf, Trouble> {
        let root = match place.root {
            Root::Host => Path::new("/"),
            Root::Process(pid) => &self.process(pid)?.root,
        };
        let mut todo = names(&place.path);
        let mut inside = PathBuf::new();
        let mut links = 0;
        while let Some(name) = todo.pop() {
            if name == ".." {
                inside.pop();
                continue;
            }
            let next = inside.join(&name);
            match self.files.get(&root.join(&next)) {
                Some(Entry::Link(_)) if !follow && todo.is_empty() => inside = next,
                Some(Entry::Link(target)) => {
                    links += 1;
                    if links > MAX_LINKS {
                        return Err(Trouble::Io("too many levels of symbolic links".to_owned()));
                    }
                    if target.is_absolute() {
                        inside = PathBuf::new();
                    }
                    todo.extend(names(target));
                }
                Some(Entry::Trouble(trouble)) => return Err(trouble.clone()),
                Some(Entry::Thing { stat, .. }) if stat.kind != Kind::Directory && !todo.is_empty() => {
                    return Err(Trouble::NotDirectory);
                }
                Some(Entry::Thing { .. }) | None => inside = next,
            }
        }
        Ok(root.join(inside))
    }

    fn below<'a>(&'a self, folder: &'a Path) -> impl Iterator<Item = (&'a PathBuf, &'a Entry)> {
        self.files
            .range(folder.to_path_buf()..)
            .take_while(move |(p, _)| p.starts_with(folder))
            .filter(move |(p, _)| *p != folder)
    }

    fn stat_at(&self, path: &Path) -> Result<Stat, Trouble> {
        match self.files.get(path) {
            Some(Entry::Thing { stat, .. }) => Ok(*stat),
            Some(Entry::Trouble(trouble)) => Err(trouble.clone()),
            Some(Entry::Link(_)) => self.stat(&Place::host(path)),
            None if path == Path::new("/") || self.below(path).next().is_some() => {
                Ok(Stat { kind: Kind::Directory, mode: 0o755, uid: 0, gid: 0 })
            }
            None => Err(Trouble::Absent),
        }
    }
}

impl Host for DescribedHost {
    fn processes(&self, wanted: &[&str]) -> Result<Vec<Process>, Trouble> {
        let named = |path: &str| wanted.contains(&base_name(path));
        let is_wanted = |p: &Process| p.argv.first().is_some_and(|a| named(a)) || p.exe.as_deref().is_some_and(named);
        Ok(self.processes.iter().map(|p| &p.process).filter(|p| is_wanted(p)).cloned().collect())
    }

    fn variable(&self, pid: u32, name: &str) -> Result<Option<String>, Trouble> {
        self.process(pid)?.environment.as_ref().map(|env| env.get(name).cloned()).map_err(Clone::clone)
    }

    fn build_information(&self, pid: u32) -> Result<String, Trouble> {
        self.process(pid)?.build.clone().ok_or(Trouble::Absent)
    }

    fn process_table(&self) -> Result<ProcessTable, Trouble> {
        let rows = self.processes.iter().map(|p| ProcessRow::described(&p.process)).collect();
        Ok(ProcessTable::new(rows, 0, None))
    }

    fn look(&self, place: &Place) -> Result<Looked, Trouble> {
        let path = self.resolve(place, false)?;
        if let Some(Entry::Link(target)) = self.files.get(&path) {
            let stat = Stat { kind: Kind::Special, mode: 0o777, uid: 0, gid: 0 };
            return Ok(Looked { stat, size: target.as_os_str().len() as u64, link: Some(target.clone()) });
        }
        let size = match self.files.get(&path) {
            Some(Entry::Thing { content: Ok(bytes), .. }) => bytes.len() as u64,
            Some(Entry::Thing { .. } | Entry::Link(_) | Entry::Trouble(_)) | None => 0,
        };
        Ok(Looked { stat: self.stat_at(&path)?, size, link: None })
    }

    fn stat(&self, place: &Place) -> Result<Stat, Trouble> {
        self.stat_at(&self.locate(place)?)
    }

    fn read(&self, place: &Place) -> Result<Vec<u8>, Trouble> {
        let path = self.locate(place)?;
        match self.files.get(&path) {
            Some(Entry::Thing { content, .. }) => content.clone(),
            Some(Entry::Trouble(trouble)) => Err(trouble.clone()),
            Some(Entry::Link(_)) | None => {
                self.stat_at(&path)?;
                Err(Trouble::NotRegular("a directory"))
            }
        }
    }

    fn list(&self, place: &Place) -> Result<Vec<String>, Trouble> {
        let path = self.locate(place)?;
        if self.stat_at(&path)?.kind != Kind::Directory {
            return Err(Trouble::NotDirectory);
        }
        if let Some(Entry::Thing { content: Err(trouble @ Trouble::Denied(_)), .. }) = self.files.get(&path) {
            return Err(trouble.clone());
        }
        let mut found: Vec<String> = self
            .below(&path)
            .filter_map(|(p, _)| p.strip_prefix(&path).ok()?.components().next())
            .map(|c| c.as_os_str().to_string_lossy().into_owned())
            .collect();
        found.dedup();
        Ok(found)
    }

    fn walk(&self, place: &Place, visit: &mut dyn FnMut(&Path, Result<Stat, Trouble>)) -> Result<(), Trouble> {
        let top = self.locate(place)?;
        let stat = self.stat_at(&top)?;
        visit(&place.path, Ok(stat));
        if stat.kind != Kind::Directory {
            return Ok(());
        }
        let names = self.list(place)?;
        for name in names {
            let below = place.with_path(place.path.join(&name));
            match self.files.get(&top.join(&name)) {
                Some(Entry::Link(_)) => visit(&below.path, behind_link(self.stat(&below))),
                _ => {
                    if let Err(trouble) = self.walk(&below, visit) {
                        visit(&below.path, Err(trouble));
                    }
                }
            }
        }
        Ok(())
    }

    fn accounts(&self) -> &Accounts {
        &self.accounts
    }

    fn notices(&self) -> Vec<String> {
        self.notices.clone()
    }
}

impl FileDescription {
    fn entry(self, is_folder: bool, accounts: &Accounts) -> Result<(PathBuf, Entry), DescribeError> {
        let shown = self.path.display().to_string();
        let wrong = |what: String| DescribeError(format!("{shown}: {what}"));
        if !self.path.is_absolute() {
            return Err(wrong("a path of a described host starts with /".to_owned()));
        }
        let path = PathBuf::from("/").join(names(&self.path).iter().rev().collect::<PathBuf>());
        if let Some(target) = self.target {
            return Ok((path, Entry::Link(target)));
        }
        let kind = match self.kind.as_deref() {
            Some("file") => Kind::File,
            Some("directory") => Kind::Directory,
            Some("fifo" | "socket" | "device") => Kind::Special,
            Some(other) => {
                return Err(wrong(format!("kind `{other}` is none of file, directory, fifo, socket, device")));
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
            Kind::Directory => Err(Trouble::NotRegular("a directory")),
            Kind::Special => Err(Trouble::NotRegular(match self.kind.as_deref() {
                Some("fifo") => "a FIFO",
                Some("socket") => "a socket",
                _ => "a device",
            })),
        };
        let content = match self.error.as_deref() {
            None => content,
            Some("denied") => Err(Trouble::Denied(Capability::DacReadSearch)),
            Some("io") => Err(Trouble::Io("input/output error".to_owned())),
            Some("changed") => Err(Trouble::Changed),
            Some("too-large") => Err(Trouble::TooLarge(MAX_FILE_BYTES)),
            Some("hidden") => return Ok((path, Entry::Trouble(Trouble::Denied(Capability::DacReadSearch)))),
            Some("not-mounted") => return Ok((path, Entry::Trouble(Trouble::NotMounted(shown)))),
            Some(other) => {
                return Err(wrong(format!(
                    "error `{other}` is none of denied, hidden, not-mounted, io, changed, too-large"
                )));
            }
        };
        Ok((path, Entry::Thing { stat, content }))
    }
}

impl ProcessDescription {
    fn build(self, index: usize, accounts: &Accounts) -> Result<DescribedProcess, DescribeError> {
        let user = |name: Option<Name>, default: u32| match name {
            None => Ok(default),
            Some(Name::Number(n)) => Ok(n),
            Some(Name::Text(text)) => accounts.user(&text).ok_or_else(|| {
                DescribeError(format!(
                    "process {}: user `{text}` is not under accounts; add it with its number",
                    index + 1
                ))
            }),
        };
        let real_uid = user(self.user, 0)?;
        let process = Process {
            pid: self.pid.unwrap_or_else(|| u32::try_from(index).map_or(u32::MAX, |i| 1000 + i)),
            argv: self.argv,
            exe: self.exe,
            real_uid,
            effective_uid: user(self.effective_user, real_uid)?,
            cgroup: self.cgroup,
            cwd: self.cwd,
        };
        let environment = match self.env_error {
            None => Ok(self.env),
            Some(_) => Err(Trouble::Denied(Capability::SysPtrace)),
        };
        Ok(DescribedProcess { process, environment, build: self.build, root: self.root.unwrap_or_else(|| "/".into()) })
    }
}

/// The described accounts, on top of those that every Linux machine has.
fn accounts_of(description: &AccountsDescription) -> Accounts {
    let mut accounts = Accounts::default();
    let mut add = |users: &BTreeMap<String, u32>, groups: &BTreeMap<String, u32>| {
        users.iter().for_each(|(name, id)| accounts.add_user(name, *id));
        groups.iter().for_each(|(name, id)| accounts.add_group(name, *id));
    };
    match description {
        AccountsDescription::Apart { users, groups } => add(users, groups),
        AccountsDescription::Alike(both) => add(both, both),
        AccountsDescription::None => {}
    }
    accounts.add_user("nobody", 65534);
    accounts.add_group("nogroup", 65534);
    accounts
}

/// A path's names, last first.
fn names(path: &Path) -> Vec<String> {
    let mut names: Vec<String> = path
        .components()
        .filter_map(|c| match c {
            Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
            Component::ParentDir => Some("..".to_owned()),
            Component::RootDir | Component::CurDir | Component::Prefix(_) => None,
        })
        .collect();
    names.reverse();
    names
}
