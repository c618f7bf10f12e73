//! Queries of the journal and their results.

use super::entry::JournalEntry;
use super::process_log::{ProcessLog, ProcessLogQuery};
use crate::source::node::error::SourceError;
use std::path::PathBuf;

/// The journal of a node.
pub trait JournalSource {
    /// The entries that match a query.
    fn journal(&self, query: &JournalQuery) -> Result<Journal, SourceError>;

    /// What a process wrote around its start, and what others wrote under its name.
    fn process_log(&self, query: &ProcessLogQuery) -> Result<ProcessLog, SourceError>;
}

/// Which entries are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JournalQuery {
    /// The directory with the journal's files; `None` for the system's own.
    pub folder: Option<PathBuf>,
    /// Whether to include the entries of other machines beside this one's.
    pub merge: bool,
    /// Full names of units; empty for all entries.
    pub units: Vec<String>,
    /// Only entries whose printed lines contain this text.
    pub containing: Option<String>,
    /// Only so many, the newest.
    pub last: Option<usize>,
}

impl JournalQuery {
    /// Whether an entry of a wanted unit matches.
    pub(crate) fn matches(&self, entry: &JournalEntry) -> bool {
        self.containing.as_ref().is_none_or(|text| entry.short().is_some_and(|line| line.contains(text)))
    }

    /// Drops all but the newest entries, if only those are wanted.
    pub(crate) fn keep_last(&self, entries: &mut Vec<JournalEntry>) {
        if let Some(last) = self.last {
            entries.drain(..entries.len().saturating_sub(last));
        }
    }
}

/// The result of a query.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Journal {
    /// Whether there are any journal files.
    pub exists: bool,
    /// What journalctl prints of files that it ignores.
    pub ignored: Vec<String>,
    /// The entries, oldest first.
    pub entries: Vec<JournalEntry>,
}
