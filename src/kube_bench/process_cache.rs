//! Reads the processes of a node once for everything that asks for them: the detection of components, the variables of every
//! file, the environments of audits, and `ps`.

use crate::source::node::{NodeSource, Process, ProcessScan, SourceDecorator, SourceError};
use std::cell::RefCell;
use std::collections::BTreeSet;

/// A node whose processes are read once.
pub struct ProcessCache<'s> {
    inner: Box<dyn NodeSource + 's>,
    known: RefCell<KnownProcesses>,
}

/// The processes with these names, and all command lines; none before the first read.
struct KnownProcesses {
    names: BTreeSet<String>,
    scan: Option<Result<ProcessScan, SourceError>>,
}

impl<'s> ProcessCache<'s> {
    /// Reads the processes with these names together. A further name causes another read.
    pub fn new(inner: Box<dyn NodeSource + 's>, names: BTreeSet<String>) -> Self {
        Self { inner, known: RefCell::new(KnownProcesses { names, scan: None }) }
    }

    /// Calls `read` with what is known of all processes, among them those with these names.
    fn with_scan<T>(&self, names: &[&str], read: impl FnOnce(&ProcessScan) -> T) -> Result<T, SourceError> {
        let KnownProcesses { names: known_names, scan } = &mut *self.known.borrow_mut();
        if !names.iter().all(|name| known_names.contains(*name)) {
            known_names.extend(names.iter().map(|name| (*name).to_owned()));
            *scan = None;
        }
        let known = || self.inner.scan(&known_names.iter().map(String::as_str).collect::<Vec<_>>());
        scan.get_or_insert_with(known).as_ref().map(read).map_err(Clone::clone)
    }
}

fn named(scan: &ProcessScan, names: &[&str]) -> Vec<Process> {
    scan.processes.iter().filter(|process| process.has_name(names)).cloned().collect()
}

impl SourceDecorator for ProcessCache<'_> {
    fn inner(&self) -> &dyn NodeSource {
        self.inner.as_ref()
    }

    fn processes(&self, names: &[&str]) -> Result<Vec<Process>, SourceError> {
        self.with_scan(names, |scan| named(scan, names))
    }

    fn scan(&self, names: &[&str]) -> Result<ProcessScan, SourceError> {
        self.with_scan(names, |scan| ProcessScan { processes: named(scan, names), lines: scan.lines.clone() })
    }
}
