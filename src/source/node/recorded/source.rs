//! A node as a file describes it. Nothing is guessed; the directories above a described file exist and belong to root, and
//! their mode is not known.

use crate::source::node::accounts::{AccountSource, Accounts};
use crate::source::node::error::{NonRegularFile, SourceError};
use crate::source::node::files::FileSource;
use crate::source::node::journal::{
    Journal, JournalEntry, JournalQuery, JournalSource, LogEntry, ProcessLog, ProcessLogQuery,
};
use crate::source::node::limits::MAX_TREE_DEPTH;
use crate::source::node::node_source::NodeSource;
use crate::source::node::path::{HostPath, MAX_LINKS, PathRoot, base_name, components};
use crate::source::node::process::{Process, ProcessSource};
use crate::source::node::process_table::{ProcessRow, ProcessTable};
use crate::source::node::stat::{FileKind, Lstat, Stat, Walked};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// Bytes that the kernel keeps of a program's name.
const MAX_NAME: usize = 15;

/// A node as a file describes it.
#[derive(Debug)]
pub struct RecordedSource {
    pub(super) name: Option<String>,
    /// By path, which is text without a trailing slash: the root is empty.
    pub(super) files: BTreeMap<String, RecordedEntry>,
    pub(super) processes: Result<Vec<RecordedProcess>, SourceError>,
    pub(super) accounts: Accounts,
    pub(super) notices: Vec<String>,
    /// The entries of each unit, by its full name.
    pub(super) journal: Vec<(String, Vec<JournalEntry>)>,
    /// The entries with the fields that journald sets, or why there are none.
    pub(super) log: Result<Vec<LogEntry>, SourceError>,
    /// From when on entries may be missing there.
    pub(super) log_cut_from: Option<i64>,
    /// The probes that a snapshot can answer; `None` if the file is no snapshot.
    pub(super) recorded_probes: Option<BTreeSet<String>>,
}

/// What is at a path.
#[derive(Debug)]
pub(super) enum RecordedEntry {
    File(RecordedFile),
    Symlink { target: PathBuf, owner: u32 },
    Error(SourceError),
}

/// A file or directory.
#[derive(Debug)]
pub(super) struct RecordedFile {
    pub(super) stat: Stat,
    pub(super) modified: Option<u64>,
    pub(super) content: Result<Vec<u8>, SourceError>,
    /// What a walk from above says of it instead of `stat`.
    pub(super) in_walk: Option<SourceError>,
    /// Why a walk from above does not enter it.
    pub(super) not_entered: Option<SourceError>,
}

/// A process with everything that is asked of it.
#[derive(Debug)]
pub(super) struct RecordedProcess {
    pub(super) process: Process,
    pub(super) environment: Result<BTreeMap<String, String>, SourceError>,
    pub(super) build: Result<String, SourceError>,
    /// A path as in [`RecordedSource::files`].
    pub(super) root: String,
}

impl RecordedSource {
    fn process(&self, pid: u32) -> Result<&RecordedProcess, SourceError> {
        self.processes
            .as_ref()
            .map_err(Clone::clone)?
            .iter()
            .find(|p| p.process.pid == pid)
            .ok_or(SourceError::NotFound)
    }

    /// The described path that `path` resolves to. `follow_last` says whether a symlink at its end is followed.
    fn resolve(&self, path: &HostPath, follow_last: bool) -> Result<String, SourceError> {
        let root = match path.root {
            PathRoot::Node => "",
            PathRoot::Process(pid) => self.process(pid)?.root.as_str(),
        };
        let mut pending: Vec<&OsStr> = components(&path.path).collect();
        let mut resolved = root.to_owned();
        let mut links = 0;
        let mut not_mounted = None;
        while let Some(name) = pending.pop() {
            if name == ".." {
                resolved.truncate(parent(&resolved).len().max(root.len()));
                continue;
            }
            resolved.push('/');
            resolved.push_str(&name.to_string_lossy());
            match self.files.get(&resolved) {
                Some(RecordedEntry::Symlink { .. }) if !follow_last && pending.is_empty() => {}
                Some(RecordedEntry::Symlink { target, .. }) => {
                    links += 1;
                    if links > MAX_LINKS {
                        return Err(SourceError::Io("too many levels of symbolic links".to_owned()));
                    }
                    resolved.truncate(if target.is_absolute() { root.len() } else { parent(&resolved).len() });
                    pending.extend(components(target));
                }
                // A directory below one that is not mounted may be.
                Some(RecordedEntry::Error(error @ SourceError::NotMounted(_))) if !pending.is_empty() => {
                    not_mounted = Some(error);
                }
                Some(RecordedEntry::Error(error)) => return Err(error.clone()),
                Some(RecordedEntry::File(file)) if file.stat.kind != FileKind::Directory && !pending.is_empty() => {
                    return Err(SourceError::NotDirectory);
                }
                Some(RecordedEntry::File(_)) | None => {}
            }
        }
        match not_mounted {
            Some(error) if !self.files.contains_key(&resolved) && !self.has_files_below(&resolved) => {
                Err(error.clone())
            }
            Some(_) | None => Ok(resolved),
        }
    }

    /// The paths below a directory, relative to it.
    fn below<'a>(&'a self, directory: &str) -> impl Iterator<Item = &'a str> + use<'a> {
        let prefix = format!("{directory}/");
        self.files.range(prefix.clone()..).map_while(move |(path, _)| path.strip_prefix(&prefix))
    }

    fn has_files_below(&self, directory: &str) -> bool {
        self.below(directory).next().is_some()
    }

    /// The stat of a resolved path.
    fn stat_resolved(&self, path: &str) -> Result<Stat, SourceError> {
        match self.files.get(path) {
            Some(RecordedEntry::File(file)) => Ok(file.stat),
            Some(RecordedEntry::Error(error)) => Err(error.clone()),
            Some(RecordedEntry::Symlink { .. }) => self.stat(&HostPath::host(path)),
            None if path.is_empty() || self.has_files_below(path) => {
                Ok(Stat { kind: FileKind::Directory, mode: None, uid: Some(0), gid: Some(0) })
            }
            None => Err(SourceError::NotFound),
        }
    }

    /// Visits everything at and below a path, at most `depth` levels of directories.
    fn walk_levels(
        &self,
        path: &HostPath,
        depth: usize,
        visit: &mut dyn FnMut(&Path, Walked),
    ) -> Result<(), SourceError> {
        let top = self.resolve(path, true)?;
        let stat = self.stat_resolved(&top)?;
        visit(&path.path, Ok(stat).into());
        if stat.kind != FileKind::Directory {
            return Ok(());
        }
        let Some(depth) = depth.checked_sub(1) else {
            return Err(SourceError::Io(format!("the tree is deeper than {MAX_TREE_DEPTH} directories")));
        };
        for name in self.list(path)? {
            let below = path.with_path(path.path.join(&name));
            match self.files.get(&format!("{top}/{name}")) {
                Some(RecordedEntry::File(RecordedFile { in_walk: Some(error), .. })) => {
                    visit(&below.path, Err(error.clone()).into());
                }
                Some(RecordedEntry::File(RecordedFile { not_entered: Some(error), stat, .. })) => {
                    visit(&below.path, Ok(*stat).into());
                    visit(&below.path, Err(error.clone()).into());
                }
                Some(RecordedEntry::Symlink { .. }) => visit(&below.path, Walked::link(self.stat(&below))),
                Some(RecordedEntry::File(_) | RecordedEntry::Error(_)) | None => {
                    if let Err(error) = self.walk_levels(&below, depth, visit) {
                        visit(&below.path, Err(error).into());
                    }
                }
            }
        }
        Ok(())
    }
}

impl FileSource for RecordedSource {
    fn lstat(&self, path: &HostPath) -> Result<Lstat, SourceError> {
        let path = self.resolve(path, false)?;
        if let Some(RecordedEntry::Symlink { target, owner }) = self.files.get(&path) {
            let stat = Stat { kind: FileKind::Special, mode: Some(0o777), uid: Some(*owner), gid: Some(0) };
            return Ok(Lstat { stat, size: target.as_os_str().len() as u64, target: Some(target.clone()) });
        }
        let size = match self.files.get(&path) {
            Some(RecordedEntry::File(RecordedFile { content: Ok(bytes), .. })) => bytes.len() as u64,
            Some(RecordedEntry::File(_) | RecordedEntry::Symlink { .. } | RecordedEntry::Error(_)) | None => 0,
        };
        Ok(Lstat { stat: self.stat_resolved(&path)?, size, target: None })
    }

    fn stat(&self, path: &HostPath) -> Result<Stat, SourceError> {
        self.stat_resolved(&self.resolve(path, true)?)
    }

    fn modified(&self, path: &HostPath) -> Option<u64> {
        match self.files.get(&self.resolve(path, true).ok()?)? {
            RecordedEntry::File(file) => file.modified,
            RecordedEntry::Symlink { .. } | RecordedEntry::Error(_) => None,
        }
    }

    fn read(&self, path: &HostPath) -> Result<Vec<u8>, SourceError> {
        let path = self.resolve(path, true)?;
        match self.files.get(&path) {
            Some(RecordedEntry::File(file)) => file.content.clone(),
            Some(RecordedEntry::Error(error)) => Err(error.clone()),
            Some(RecordedEntry::Symlink { .. }) | None => {
                self.stat_resolved(&path)?;
                Err(SourceError::NotRegular(NonRegularFile::Directory))
            }
        }
    }

    fn list(&self, path: &HostPath) -> Result<Vec<String>, SourceError> {
        let path = self.resolve(path, true)?;
        if self.stat_resolved(&path)?.kind != FileKind::Directory {
            return Err(SourceError::NotDirectory);
        }
        if let Some(RecordedEntry::File(RecordedFile { content: Err(error), .. })) = self.files.get(&path)
            && !matches!(error, SourceError::NotRegular(_))
        {
            return Err(error.clone());
        }
        let mut names: Vec<&str> = self.below(&path).filter_map(|path| path.split('/').next()).collect();
        names.sort_unstable();
        names.dedup();
        Ok(names.into_iter().map(str::to_owned).collect())
    }

    fn walk(&self, path: &HostPath, visit: &mut dyn FnMut(&Path, Walked)) -> Result<(), SourceError> {
        self.walk_levels(path, MAX_TREE_DEPTH, visit)
    }
}

impl ProcessSource for RecordedSource {
    fn processes(&self, names: &[&str]) -> Result<Vec<Process>, SourceError> {
        let all = self.processes.as_ref().map_err(Clone::clone)?;
        Ok(all.iter().map(|p| &p.process).filter(|p| p.has_name(names)).cloned().collect())
    }

    fn variables(&self, pid: u32, names: &[&str]) -> Result<Vec<Option<String>>, SourceError> {
        let environment = self.process(pid)?.environment.as_ref().map_err(Clone::clone)?;
        Ok(names.iter().map(|name| environment.get(*name).cloned()).collect())
    }

    fn build_information(&self, pid: u32) -> Result<String, SourceError> {
        self.process(pid)?.build.clone()
    }

    fn process_table(&self, pids: Option<&[u32]>) -> Result<ProcessTable, SourceError> {
        let all = self.processes.as_ref().map_err(Clone::clone)?;
        let listed = all.iter().map(|p| &p.process).filter(|p| pids.is_none_or(|pids| pids.contains(&p.pid)));
        Ok(ProcessTable::new(listed.map(row).collect(), 0, None))
    }
}

impl AccountSource for RecordedSource {
    fn accounts(&self) -> &Accounts {
        &self.accounts
    }
}

impl JournalSource for RecordedSource {
    /// There is one journal, whatever directory is asked for. Its entries are ordered by unit.
    fn journal(&self, query: &JournalQuery) -> Result<Journal, SourceError> {
        let is_wanted = |unit: &String| query.units.is_empty() || query.units.contains(unit);
        let entries = self.journal.iter().filter(|(unit, _)| is_wanted(unit)).flat_map(|(_, entries)| entries);
        let mut entries: Vec<JournalEntry> = entries.filter(|entry| query.matches(entry)).cloned().collect();
        query.keep_last(&mut entries);
        Ok(Journal { exists: !self.journal.is_empty(), ignored: Vec::new(), entries })
    }

    /// Whatever name the entries have.
    fn process_log(&self, query: &ProcessLogQuery) -> Result<ProcessLog, SourceError> {
        let all = match &self.log {
            Ok(all) => all,
            Err(error) => {
                return Ok(ProcessLog {
                    exists: true,
                    unreadable: vec![format!("the journal {error}")],
                    ..ProcessLog::default()
                });
            }
        };
        let of_boot = || all.iter().filter(|entry| entry.this_boot == Some(true));
        let own = of_boot().filter(|entry| entry.pid == Some(query.pid));
        let has_text = |entry: &&LogEntry| query.texts.iter().any(|text| entry.message.contains(text.as_str()));
        let mut entries: Vec<LogEntry> = all.iter().filter(has_text).cloned().collect();
        entries.sort_by_key(|entry| entry.since_start);
        Ok(ProcessLog {
            exists: !all.is_empty() || !self.journal.is_empty(),
            unreadable: Vec::new(),
            entries,
            cut_from: self.log_cut_from,
            suppressed: of_boot()
                .filter(|entry| entry.since_start >= 0 && entry.is_suppression_of(&query.unit))
                .cloned()
                .collect(),
            oldest: of_boot().map(|entry| entry.since_start).min(),
            last: own.map(|entry| entry.since_start).max(),
        })
    }
}

impl NodeSource for RecordedSource {
    fn name(&self) -> Option<String> {
        self.name.clone()
    }

    fn notices(&self) -> Vec<String> {
        self.notices.clone()
    }

    fn recorded_probes(&self) -> Option<&BTreeSet<String>> {
        self.recorded_probes.as_ref()
    }
}

fn row(process: &Process) -> ProcessRow {
    let program = process.argv.first().or(process.exe.as_ref()).map_or("", String::as_str);
    ProcessRow {
        pid: process.pid,
        parent: 1,
        uid: process.effective_uid,
        name: base_name(program).chars().take(MAX_NAME).collect(),
        argv: process.argv.clone(),
        defunct: false,
        terminal: 0,
        cpu: 0,
        started: 0,
    }
}

/// A path without its last component.
fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}
