//! A source that wraps another one, and passes on every read that it does not change.

use super::accounts::{AccountSource, Accounts};
use super::error::SourceError;
use super::files::FileSource;
use super::journal::{Journal, JournalQuery, JournalSource, ProcessLog, ProcessLogQuery};
use super::node_source::NodeSource;
use super::path::HostPath;
use super::process::{Process, ProcessScan, ProcessSource};
use super::process_table::ProcessTable;
use super::stat::{Lstat, Metadata, Stat, Walked};
use std::collections::BTreeSet;
use std::path::Path;

/// Has the methods of [`NodeSource`]; each passes the read on unless it is overridden.
#[allow(missing_docs, reason = "the methods are those of the traits that make up a `NodeSource`")]
pub trait SourceDecorator {
    /// The wrapped source.
    fn inner(&self) -> &dyn NodeSource;

    fn lstat(&self, path: &HostPath) -> Result<Lstat, SourceError> {
        self.inner().lstat(path)
    }

    fn stat(&self, path: &HostPath) -> Result<Stat, SourceError> {
        self.inner().stat(path)
    }

    fn answers_together(&self) -> bool {
        self.inner().answers_together()
    }

    fn metadata_all(&self, paths: &[HostPath]) -> Vec<Result<Metadata, SourceError>> {
        self.inner().metadata_all(paths)
    }

    fn read(&self, path: &HostPath) -> Result<Vec<u8>, SourceError> {
        self.inner().read(path)
    }

    fn modified(&self, path: &HostPath) -> Option<u64> {
        self.inner().modified(path)
    }

    fn list(&self, path: &HostPath) -> Result<Vec<String>, SourceError> {
        self.inner().list(path)
    }

    fn walk(&self, top: &HostPath, visit: &mut dyn FnMut(&Path, Walked)) -> Result<(), SourceError> {
        self.inner().walk(top, visit)
    }

    fn processes(&self, names: &[&str]) -> Result<Vec<Process>, SourceError> {
        self.inner().processes(names)
    }

    fn variables(&self, pid: u32, names: &[&str]) -> Result<Vec<Option<String>>, SourceError> {
        self.inner().variables(pid, names)
    }

    fn build_information(&self, pid: u32) -> Result<String, SourceError> {
        self.inner().build_information(pid)
    }

    fn process_table(&self, pids: Option<&[u32]>) -> Result<ProcessTable, SourceError> {
        self.inner().process_table(pids)
    }

    /// Made of the methods above, so that what they change holds here as well.
    fn scan(&self, names: &[&str]) -> Result<ProcessScan, SourceError> {
        let lines = SourceDecorator::process_table(self, None).map(|table| table.lines());
        Ok(ProcessScan { processes: SourceDecorator::processes(self, names)?, lines })
    }

    fn accounts(&self) -> &Accounts {
        self.inner().accounts()
    }

    fn journal(&self, query: &JournalQuery) -> Result<Journal, SourceError> {
        self.inner().journal(query)
    }

    fn process_log(&self, query: &ProcessLogQuery) -> Result<ProcessLog, SourceError> {
        self.inner().process_log(query)
    }

    fn name(&self) -> Option<String> {
        self.inner().name()
    }

    fn notices(&self) -> Vec<String> {
        self.inner().notices()
    }

    fn recorded_probes(&self) -> Option<&BTreeSet<String>> {
        self.inner().recorded_probes()
    }
}

impl<D: SourceDecorator> FileSource for D {
    fn lstat(&self, path: &HostPath) -> Result<Lstat, SourceError> {
        SourceDecorator::lstat(self, path)
    }

    fn stat(&self, path: &HostPath) -> Result<Stat, SourceError> {
        SourceDecorator::stat(self, path)
    }

    fn answers_together(&self) -> bool {
        SourceDecorator::answers_together(self)
    }

    fn metadata_all(&self, paths: &[HostPath]) -> Vec<Result<Metadata, SourceError>> {
        SourceDecorator::metadata_all(self, paths)
    }

    fn read(&self, path: &HostPath) -> Result<Vec<u8>, SourceError> {
        SourceDecorator::read(self, path)
    }

    fn modified(&self, path: &HostPath) -> Option<u64> {
        SourceDecorator::modified(self, path)
    }

    fn list(&self, path: &HostPath) -> Result<Vec<String>, SourceError> {
        SourceDecorator::list(self, path)
    }

    fn walk(&self, top: &HostPath, visit: &mut dyn FnMut(&Path, Walked)) -> Result<(), SourceError> {
        SourceDecorator::walk(self, top, visit)
    }
}

impl<D: SourceDecorator> ProcessSource for D {
    fn processes(&self, names: &[&str]) -> Result<Vec<Process>, SourceError> {
        SourceDecorator::processes(self, names)
    }

    fn variables(&self, pid: u32, names: &[&str]) -> Result<Vec<Option<String>>, SourceError> {
        SourceDecorator::variables(self, pid, names)
    }

    fn build_information(&self, pid: u32) -> Result<String, SourceError> {
        SourceDecorator::build_information(self, pid)
    }

    fn process_table(&self, pids: Option<&[u32]>) -> Result<ProcessTable, SourceError> {
        SourceDecorator::process_table(self, pids)
    }

    fn scan(&self, names: &[&str]) -> Result<ProcessScan, SourceError> {
        SourceDecorator::scan(self, names)
    }
}

impl<D: SourceDecorator> AccountSource for D {
    fn accounts(&self) -> &Accounts {
        SourceDecorator::accounts(self)
    }
}

impl<D: SourceDecorator> JournalSource for D {
    fn journal(&self, query: &JournalQuery) -> Result<Journal, SourceError> {
        SourceDecorator::journal(self, query)
    }

    fn process_log(&self, query: &ProcessLogQuery) -> Result<ProcessLog, SourceError> {
        SourceDecorator::process_log(self, query)
    }
}

impl<D: SourceDecorator> NodeSource for D {
    fn name(&self) -> Option<String> {
        SourceDecorator::name(self)
    }

    fn notices(&self) -> Vec<String> {
        SourceDecorator::notices(self)
    }

    fn recorded_probes(&self) -> Option<&BTreeSet<String>> {
        SourceDecorator::recorded_probes(self)
    }
}
