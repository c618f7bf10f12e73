//! A source that records what another one answers: metadata of files, variables, processes. File contents are not kept.

use super::decorator::SourceDecorator;
use super::error::SourceError;
use super::journal::{ProcessLog, ProcessLogQuery};
use super::node_source::NodeSource;
use super::path::HostPath;
use super::process::Process;
use super::stat::{Lstat, Metadata, Stat, Walked};
use std::cell::{Ref, RefCell};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

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
    /// What was read of the logs of processes.
    pub logs: BTreeMap<u32, Result<ProcessLog, SourceError>>,
    /// The processes that may be components.
    pub processes: Option<Result<Vec<Process>, SourceError>>,
}

/// What was read of one path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RecordedPath {
    /// The target, if it is a symlink that was looked at itself.
    pub link: Option<PathBuf>,
    /// The owner of that symlink.
    pub link_owner: Option<u32>,
    /// Type, mode and owner.
    pub stat: Option<Result<Stat, SourceError>>,
    /// When its content was last changed, in seconds since 1970.
    pub modified: Option<u64>,
    /// The names in it.
    pub list: Option<Result<Vec<String>, SourceError>>,
    /// Whether everything below it was walked.
    pub walked: bool,
    /// What a walk from above said of it instead of a [`Stat`].
    pub in_walk: Option<SourceError>,
    /// Why a walk from above did not enter it.
    pub not_entered: Option<SourceError>,
}

impl RecordedPath {
    /// Sets what the path itself is, a symlink not followed.
    fn set_own(&mut self, found: &Result<Lstat, SourceError>) {
        match found {
            Ok(Lstat { target: Some(target), stat, .. }) => {
                self.link = Some(target.clone());
                self.link_owner = stat.uid;
            }
            Ok(Lstat { stat, .. }) => self.stat = Some(Ok(*stat)),
            Err(error) => self.stat = Some(Err(error.clone())),
        }
    }
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

impl SourceDecorator for RecordingSource<'_> {
    fn inner(&self) -> &dyn NodeSource {
        self.inner
    }

    fn lstat(&self, path: &HostPath) -> Result<Lstat, SourceError> {
        let found = self.inner.lstat(path);
        self.record(path, |recorded| recorded.set_own(&found));
        found
    }

    fn stat(&self, path: &HostPath) -> Result<Stat, SourceError> {
        let stat = self.inner.stat(path);
        self.record(path, |recorded| recorded.stat = Some(stat.clone()));
        stat
    }

    fn modified(&self, path: &HostPath) -> Option<u64> {
        let modified = self.inner.modified(path);
        self.record(path, |recorded| recorded.modified = modified);
        modified
    }

    fn metadata_all(&self, paths: &[HostPath]) -> Vec<Result<Metadata, SourceError>> {
        let all = self.inner.metadata_all(paths);
        for (path, metadata) in paths.iter().zip(&all) {
            self.record(path, |recorded| match metadata {
                Ok(Metadata { own, followed }) => {
                    recorded.set_own(&Ok(own.clone()));
                    recorded.stat = Some(followed.clone());
                }
                Err(error) => recorded.stat = Some(Err(error.clone())),
            });
        }
        all
    }

    fn list(&self, path: &HostPath) -> Result<Vec<String>, SourceError> {
        let names = self.inner.list(path);
        self.record(path, |recorded| recorded.list = Some(names.clone()));
        names
    }

    fn walk(&self, top: &HostPath, visit: &mut dyn FnMut(&Path, Walked)) -> Result<(), SourceError> {
        let mut seen: BTreeMap<HostPath, RecordedPath> = BTreeMap::new();
        let walked = self.inner.walk(top, &mut |path, found| {
            let recorded = seen.entry(top.with_path(path)).or_default();
            match &found.stat {
                Ok(_) => recorded.stat = Some(found.stat.clone()),
                Err(error) if recorded.stat.is_some() => recorded.not_entered = Some(error.clone()),
                Err(error) => recorded.in_walk = Some(error.clone()),
            }
            visit(path, found);
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

    fn process_log(&self, query: &ProcessLogQuery) -> Result<ProcessLog, SourceError> {
        let log = self.inner.process_log(query);
        self.recording.borrow_mut().logs.insert(query.pid, log.clone());
        log
    }

    fn build_information(&self, pid: u32) -> Result<String, SourceError> {
        let text = self.inner.build_information(pid);
        self.recording.borrow_mut().builds.insert(pid, text.clone());
        text
    }
}
