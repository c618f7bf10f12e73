//! Reads a journal file that is in memory, for tests and fuzzing.

use super::blocks::{ReadError, ReadLimit};
use super::entry::JournalEntry;
use super::file::JournalFile;
use super::query::JournalQuery;
use crate::source::node::error::SourceError;
use crate::source::node::heartbeat::Heartbeat;

/// The matching entries of one file. A file that journalctl ignores has none.
pub(crate) fn entries_in_bytes(bytes: &[u8], query: &JournalQuery) -> Result<Vec<JournalEntry>, SourceError> {
    let heartbeat = Heartbeat::default();
    let limit = ReadLimit::new(&heartbeat);
    match JournalFile::open(&bytes, bytes.len() as u64, &limit) {
        Ok(Ok(mut file)) => Ok(file.entries(query, &mut 0)?.into_iter().map(|found| found.entry).collect()),
        Ok(Err(_)) | Err(ReadError::Damaged) => Ok(Vec::new()),
        Err(ReadError::Source(error)) => Err(error),
    }
}
