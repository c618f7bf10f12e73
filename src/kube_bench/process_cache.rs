//! Reads the processes of a node once for everything that asks for them: the detection of components, the variables of every
//! file, the environments of audits, and `ps`.

use crate::source::node::{
    AccountSource, Accounts, FileSource, HostPath, Journal, JournalQuery, JournalSource, Lstat, NodeSource, Process,
    ProcessSource, ProcessTable, SourceError, Stat,
};
use std::cell::{OnceCell, RefCell};
use std::collections::BTreeSet;
use std::path::Path;

/// A node whose processes are read once.
pub struct ProcessCache<'s> {
    inner: Box<dyn NodeSource + 's>,
    named: RefCell<NamedProcesses>,
    table: OnceCell<Result<ProcessTable, SourceError>>,
}

/// The processes with these names; none before the first read.
struct NamedProcesses {
    names: BTreeSet<String>,
    processes: Option<Result<Vec<Process>, SourceError>>,
}

impl<'s> ProcessCache<'s> {
    /// Reads the processes with these names together. A further name causes another read.
    pub fn new(inner: Box<dyn NodeSource + 's>, names: BTreeSet<String>) -> Self {
        let named = RefCell::new(NamedProcesses { names, processes: None });
        Self { inner, named, table: OnceCell::new() }
    }
}

impl ProcessSource for ProcessCache<'_> {
    fn processes(&self, names: &[&str]) -> Result<Vec<Process>, SourceError> {
        let NamedProcesses { names: known_names, processes } = &mut *self.named.borrow_mut();
        if !names.iter().all(|name| known_names.contains(*name)) {
            known_names.extend(names.iter().map(|name| (*name).to_owned()));
            *processes = None;
        }
        let read = || self.inner.processes(&known_names.iter().map(String::as_str).collect::<Vec<_>>());
        let known = processes.get_or_insert_with(read).as_ref().map_err(|error| error.clone())?;
        Ok(known.iter().filter(|process| process.has_name(names)).cloned().collect())
    }

    fn variables(&self, pid: u32, names: &[&str]) -> Result<Vec<Option<String>>, SourceError> {
        self.inner.variables(pid, names)
    }

    fn build_information(&self, pid: u32) -> Result<String, SourceError> {
        self.inner.build_information(pid)
    }

    fn process_table(&self) -> Result<ProcessTable, SourceError> {
        self.table.get_or_init(|| self.inner.process_table()).clone()
    }
}

impl FileSource for ProcessCache<'_> {
    fn lstat(&self, path: &HostPath) -> Result<Lstat, SourceError> {
        self.inner.lstat(path)
    }

    fn stat(&self, path: &HostPath) -> Result<Stat, SourceError> {
        self.inner.stat(path)
    }

    fn stat_all(&self, paths: &[HostPath]) -> Vec<Result<Stat, SourceError>> {
        self.inner.stat_all(paths)
    }

    fn read(&self, path: &HostPath) -> Result<Vec<u8>, SourceError> {
        self.inner.read(path)
    }

    fn list(&self, path: &HostPath) -> Result<Vec<String>, SourceError> {
        self.inner.list(path)
    }

    fn walk(
        &self,
        path: &HostPath,
        visit: &mut dyn FnMut(&Path, Result<Stat, SourceError>),
    ) -> Result<(), SourceError> {
        self.inner.walk(path, visit)
    }
}

impl AccountSource for ProcessCache<'_> {
    fn accounts(&self) -> &Accounts {
        self.inner.accounts()
    }
}

impl JournalSource for ProcessCache<'_> {
    fn journal(&self, query: &JournalQuery) -> Result<Journal, SourceError> {
        self.inner.journal(query)
    }
}

impl NodeSource for ProcessCache<'_> {
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
