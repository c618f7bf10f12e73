//! What a script's commands read: files, the process table and the journal of one node, within the script's budget.

use super::budget::ScriptBudget;
use super::error::{ScriptError, errno_text, unsupported};
use crate::source::node::{HostPath, Journal, JournalQuery, NodeSource, ProcessLine, ProcessTable, SourceError};
use crate::text::quote;
use std::cell::{Cell, OnceCell, RefCell};
use std::path::PathBuf;
use std::rc::Rc;

/// Journal results that are kept.
const MAX_KEPT_JOURNALS: usize = 16;
/// Entries of a journal result that is kept beyond the next query.
const MAX_KEPT_ENTRIES: usize = 1000;

/// Rows of the process table, and the processes that were selected; `None` are all.
type SelectedRows = (Option<Vec<u32>>, Rc<ProcessTable>);
type JournalResult = Rc<Result<Journal, SourceError>>;

/// One node as scripts see it. What it has read of processes and the journal serves all scripts.
pub(super) struct ShellContext<'s> {
    pub(super) source: &'s dyn NodeSource,
    pub(super) budget: ScriptBudget,
    /// Whether the interpreter stands in for helper scripts.
    pub(super) helper_scripts: Cell<bool>,
    directory: PathBuf,
    processes: OnceCell<Result<Vec<ProcessLine>, SourceError>>,
    process_tables: RefCell<Vec<SelectedRows>>,
    journals: RefCell<Vec<(JournalQuery, JournalResult)>>,
}

impl<'s> ShellContext<'s> {
    pub(super) fn new(source: &'s dyn NodeSource) -> Self {
        Self {
            source,
            budget: ScriptBudget::default(),
            helper_scripts: Cell::new(false),
            directory: "/".into(),
            processes: OnceCell::new(),
            process_tables: RefCell::default(),
            journals: RefCell::default(),
        }
    }

    /// Resolves relative paths from this directory.
    pub(super) fn in_directory(self, directory: PathBuf) -> Self {
        Self { directory, ..self }
    }

    /// The path that a script names.
    pub(super) fn path(&self, path: &str) -> HostPath {
        HostPath::host(self.directory.join(path))
    }

    /// The processes and their command lines, read once.
    pub(super) fn processes(&self) -> Result<&[ProcessLine], ScriptError> {
        let lines = self.processes.get_or_init(|| self.source.scan(&[])?.lines);
        lines.as_deref().map_err(process_table_error)
    }

    /// The process table, or its rows for some processes: to read a row costs more than to read a command line.
    pub(super) fn process_table(&self, pids: Option<Vec<u32>>) -> Result<Rc<ProcessTable>, ScriptError> {
        let mut tables = self.process_tables.borrow_mut();
        if let Some((_, table)) = tables.iter().find(|(known, _)| *known == pids) {
            return Ok(Rc::clone(table));
        }
        let table = Rc::new(self.source.process_table(pids.as_deref()).map_err(|error| process_table_error(&error))?);
        tables.push((pids, Rc::clone(&table)));
        Ok(table)
    }

    /// The result of a journal query. The audits of a benchmark repeat queries, so results are kept: small ones, and the last.
    pub(super) fn journal(&self, query: &JournalQuery) -> JournalResult {
        let mut journals = self.journals.borrow_mut();
        if let Some((_, result)) = journals.iter().find(|(known, _)| known == query) {
            return result.clone();
        }
        let is_small =
            |result: &JournalResult| result.as_ref().as_ref().map_or(true, |j| j.entries.len() <= MAX_KEPT_ENTRIES);
        journals.retain(|(_, result)| is_small(result));
        if journals.len() >= MAX_KEPT_JOURNALS {
            journals.remove(0);
        }
        let result = Rc::new(self.source.journal(query));
        journals.push((query.clone(), result.clone()));
        result
    }

    /// A file's text, or the error that a program prints for it.
    pub(super) fn read_text(&self, path: &str) -> Result<Result<String, &'static str>, ScriptError> {
        match self.source.read(&self.path(path)) {
            Ok(bytes) => match String::from_utf8(bytes) {
                Ok(text) if !text.contains('\0') => self.budget.add_input(text.len()).map(|()| Ok(text)),
                Ok(_) | Err(_) => Err(unsupported(format!("reading {}, which is not UTF-8 text", quote(path)))),
            },
            Err(error) => errno_text(path, &error).map(Err),
        }
    }
}

fn process_table_error(error: &SourceError) -> ScriptError {
    ScriptError::Failed(format!("the process table {error}"))
}
