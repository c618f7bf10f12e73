//! What a script's commands read: files, the process table and the journal of one node, within the script's budget.

use super::budget::ScriptBudget;
use super::error::{ScriptError, errno_text, unsupported};
use crate::source::node::{HostPath, Journal, JournalQuery, NodeSource, ProcessTable, SourceError};
use crate::text::quote;
use std::cell::{OnceCell, RefCell};
use std::path::PathBuf;
use std::rc::Rc;

/// Journal results that are kept.
const MAX_KEPT_JOURNALS: usize = 16;
/// Entries of a journal result that is kept beyond the next query.
const MAX_KEPT_ENTRIES: usize = 1000;

type JournalResult = Rc<Result<Journal, SourceError>>;

/// One node as scripts see it. What it has read of processes and the journal serves all scripts.
pub(super) struct ShellContext<'s> {
    pub(super) source: &'s dyn NodeSource,
    pub(super) budget: ScriptBudget,
    directory: PathBuf,
    process_table: OnceCell<Result<ProcessTable, SourceError>>,
    journals: RefCell<Vec<(JournalQuery, JournalResult)>>,
}

impl<'s> ShellContext<'s> {
    pub(super) fn new(source: &'s dyn NodeSource) -> Self {
        Self {
            source,
            budget: ScriptBudget::default(),
            directory: "/".into(),
            process_table: OnceCell::new(),
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

    /// The process table, read once.
    pub(super) fn processes(&self) -> Result<&ProcessTable, ScriptError> {
        let table = self.process_table.get_or_init(|| self.source.process_table());
        table.as_ref().map_err(|error| ScriptError::Failed(format!("the process table {error}")))
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
