//! A source that records what another one answers: metadata of files, variables, processes. File contents are not kept.

use super::accounts::{AccountSource, Accounts};
use super::error::SourceError;
use super::files::FileSource;
use super::journal::{Journal, JournalQuery, JournalSource};
use super::node_source::NodeSource;
use super::path::HostPath;
use super::process::{Process, ProcessSource};
use super::process_table::ProcessTable;
use super::stat::{Lstat, Stat};
use std::cell::{Ref, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Records the answers of another source.
pub struct RecordingSource<'a> {
    inner: &'a dyn NodeSource,
    recording: RefCell<Recording>,
}

/// The answers of a source.
#[derive(Debug, Default)]
pub struct Recording {
    /// What was read of each path.
    pub paths: BTreeMap<HostPath, RecordedPath>,
    /// Environment variables, by process and name.
    pub variables: BTreeMap<(u32, String), Result<Option<String>, SourceError>>,
    /// Build information, by process.
    pub builds: BTreeMap<u32, Result<String, SourceError>>,
    /// The processes that may be components.
    pub processes: Option<Result<Vec<Process>, SourceError>>,
}

/// What was read of one path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecordedPath {
    /// Type, mode and owner.
    pub stat: Option<Result<Stat, SourceError>>,
    /// The names in it.
    pub list: Option<Result<Vec<String>, SourceError>>,
    /// Whether everything below it was walked.
    pub walked: bool,
    /// What a walk from above said of it instead of a [`Stat`].
    pub in_walk: Option<SourceError>,
    /// Why a walk from above did not enter it.
    pub not_entered: Option<SourceError>,
}

impl<'a> RecordingSource<'a> {
    /// Records what `inner` answers.
    pub fn new(inner: &'a dyn NodeSource) -> Self {
        Self { inner, recording: RefCell::default() }
    }

    /// The recorded source, for reads that are not to be recorded.
    pub fn inner(&self) -> &'a dyn NodeSource {
        self.inner
    }

    /// The answers so far.
    pub fn recording(&self) -> Ref<'_, Recording> {
        self.recording.borrow()
    }

    fn record(&self, path: &HostPath, update: impl FnOnce(&mut RecordedPath)) {
        update(self.recording.borrow_mut().paths.entry(path.clone()).or_default());
    }
}

impl FileSource for RecordingSource<'_> {
    fn lstat(&self, path: &HostPath) -> Result<Lstat, SourceError> {
        self.inner.lstat(path)
    }

    fn stat(&self, path: &HostPath) -> Result<Stat, SourceError> {
        let stat = self.inner.stat(path);
        self.record(path, |recorded| recorded.stat = Some(stat.clone()));
        stat
    }

    fn stat_all(&self, paths: &[HostPath]) -> Vec<Result<Stat, SourceError>> {
        let stats = self.inner.stat_all(paths);
        for (path, stat) in paths.iter().zip(&stats) {
            self.record(path, |recorded| recorded.stat = Some(stat.clone()));
        }
        stats
    }

    fn read(&self, path: &HostPath) -> Result<Vec<u8>, SourceError> {
        self.inner.read(path)
    }

    fn list(&self, path: &HostPath) -> Result<Vec<String>, SourceError> {
        let names = self.inner.list(path);
        self.record(path, |recorded| recorded.list = Some(names.clone()));
        names
    }

    fn walk(&self, top: &HostPath, visit: &mut dyn FnMut(&Path, Result<Stat, SourceError>)) -> Result<(), SourceError> {
        let mut seen: BTreeMap<HostPath, RecordedPath> = BTreeMap::new();
        let walked = self.inner.walk(top, &mut |path, stat| {
            let recorded = seen.entry(top.with_path(path)).or_default();
            match &stat {
                Ok(_) => recorded.stat = Some(stat.clone()),
                Err(error) if recorded.stat.is_some() => recorded.not_entered = Some(error.clone()),
                Err(error) => recorded.in_walk = Some(error.clone()),
            }
            visit(path, stat);
        });
        for (path, recorded) in seen {
            self.record(&path, |known| {
                known.stat = recorded.stat.or(known.stat.take());
                if path == *top {
                    known.walked = true;
                    // What stops a walk at its top stops a listing of it as well.
                    if let Some(error) = recorded.not_entered {
                        known.list = Some(Err(error));
                    }
                } else {
                    known.in_walk = recorded.in_walk;
                    known.not_entered = recorded.not_entered;
                }
            });
        }
        if let Err(error) = &walked {
            self.record(top, |known| match &known.stat {
                Some(Ok(_)) => known.list = Some(Err(error.clone())),
                Some(Err(_)) | None => known.stat = Some(Err(error.clone())),
            });
        }
        walked
    }
}

impl ProcessSource for RecordingSource<'_> {
    fn processes(&self, names: &[&str]) -> Result<Vec<Process>, SourceError> {
        let processes = self.inner.processes(names);
        self.recording.borrow_mut().processes = Some(processes.clone());
        processes
    }

    fn variables(&self, pid: u32, names: &[&str]) -> Result<Vec<Option<String>>, SourceError> {
        let values = self.inner.variables(pid, names);
        let each = (0..names.len())
            .map(|at| values.as_ref().map(|values| values.get(at).cloned().flatten()).map_err(Clone::clone));
        let keys = names.iter().map(|name| (pid, (*name).to_owned()));
        self.recording.borrow_mut().variables.extend(keys.zip(each));
        values
    }

    fn build_information(&self, pid: u32) -> Result<String, SourceError> {
        let text = self.inner.build_information(pid);
        self.recording.borrow_mut().builds.insert(pid, text.clone());
        text
    }

    fn process_table(&self) -> Result<ProcessTable, SourceError> {
        self.inner.process_table()
    }
}

impl AccountSource for RecordingSource<'_> {
    fn accounts(&self) -> &Accounts {
        self.inner.accounts()
    }
}

impl JournalSource for RecordingSource<'_> {
    fn journal(&self, query: &JournalQuery) -> Result<Journal, SourceError> {
        self.inner.journal(query)
    }
}

impl NodeSource for RecordingSource<'_> {
    fn name(&self) -> Option<String> {
        self.inner.name()
    }

    fn notices(&self) -> Vec<String> {
        self.inner.notices()
    }

    fn recorded_probes(&self) -> Option<&BTreeSet<String>> {
        self.inner.recorded_probes()
    }
}
