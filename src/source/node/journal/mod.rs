//! The journal of the machine under audit: which entries a unit has, and how journalctl prints them. Reads systemd's files
//! itself, starts no program, and needs no library of systemd's. Never judges.

mod blocks;
mod file;
mod folders;
mod line;
mod merge;
mod payload;

use std::path::PathBuf;

pub(super) use folders::read;

/// Bytes of journal files that one query reads at most.
const MAX_READ_BYTES: u64 = 1 << 30;
/// Bytes of messages that one query keeps at most.
const MAX_KEPT_BYTES: usize = 16 << 20;
/// Entries of one file that may belong to a query.
const MAX_ENTRIES: usize = 4_000_000;
/// Files that one query looks into.
const MAX_FILES: usize = 2_000;

/// What is asked of the journal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JournalQuery {
    /// The folder with the journal's files; the system's own where none is named.
    pub folder: Option<PathBuf>,
    /// Whether the entries of other machines count that are kept beside this one's.
    pub merge: bool,
    /// The units whose entries are wanted, by their full names; every entry if there are none.
    pub units: Vec<String>,
    /// Only entries whose printed lines hold this text.
    pub holding: Option<String>,
    /// Only so many, the newest.
    pub last: Option<usize>,
}

impl JournalQuery {
    /// Whether an entry of a wanted unit is wanted.
    pub(super) fn holds(&self, entry: &JournalEntry) -> bool {
        self.holding.as_ref().is_none_or(|text| entry.short().is_some_and(|line| line.contains(text)))
    }

    /// Leaves the newest of the entries, if not all are wanted.
    pub(super) fn cut(&self, entries: &mut Vec<JournalEntry>) {
        if let Some(last) = self.last {
            entries.drain(..entries.len().saturating_sub(last));
        }
    }
}

/// What the journal answers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Journal {
    /// Whether there is a journal at all.
    pub found: bool,
    /// What journalctl says of files that it leaves out.
    pub ignored: Vec<String>,
    /// The entries, oldest first.
    pub entries: Vec<JournalEntry>,
}

/// One entry, as far as it is printed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JournalEntry {
    /// When it was written, in microseconds since 1970.
    pub realtime: u64,
    /// The machine's start before it.
    pub boot: [u8; 16],
    /// The machine's name, if it can be printed.
    pub hostname: Option<String>,
    /// Who wrote it.
    pub identifier: String,
    /// The process that wrote it.
    pub pid: Option<String>,
    /// What was written.
    pub message: Option<Vec<u8>>,
}

/// The kinds of units.
const KINDS: [&str; 11] = [
    ".service",
    ".socket",
    ".target",
    ".device",
    ".mount",
    ".automount",
    ".swap",
    ".timer",
    ".path",
    ".slice",
    ".scope",
];

/// A unit's full name: `k3s` is `k3s.service`. None for what is no plain name of a unit, such as a path or a pattern.
pub fn unit_name(text: &str) -> Option<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || ":-_.@\\".contains(c);
    let stem = |kind: &str| text.strip_suffix(kind).is_some_and(|stem| !stem.is_empty());
    let full = if KINDS.iter().any(|kind| stem(kind)) { text.to_owned() } else { format!("{text}.service") };
    (!text.is_empty() && text.chars().all(plain) && !text.starts_with(['.', '@']) && full.len() < 256).then_some(full)
}

/// What one file holds, given by its bytes. A file that is left out holds nothing.
#[cfg(any(test, feature = "internals"))]
pub(crate) fn of_bytes(bytes: &[u8], query: &JournalQuery) -> Result<Vec<JournalEntry>, super::SourceError> {
    let pulse = super::Heartbeat::default();
    let spent = blocks::Spent::none(&pulse);
    match file::JournalFile::open(&bytes, bytes.len() as u64, &spent) {
        Ok(Ok(mut file)) => Ok(file.entries(query, &mut 0)?.into_iter().map(|found| found.entry).collect()),
        Ok(Err(_)) | Err(blocks::ReadError::Damaged) => Ok(Vec::new()),
        Err(blocks::ReadError::SourceError(trouble)) => Err(trouble),
    }
}

#[cfg(test)]
mod tests;
