//! Merges the entries of several files in journalctl's order. An entry that is in two files is kept once.

use super::entry::JournalEntry;
use std::cmp::Ordering;

/// An entry with its position.
#[derive(Debug, Clone)]
pub(super) struct PositionedEntry {
    pub(super) position: Position,
    pub(super) entry: JournalEntry,
}

impl PositionedEntry {
    /// Its bytes in memory.
    pub(super) fn size(&self) -> usize {
        size_of::<Self>() + self.entry.message.as_ref().map_or(0, Vec::len) + self.entry.identifier.len()
    }
}

/// What orders an entry among others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Position {
    /// The series of files in which the sequence number is unique.
    pub(super) series: [u8; 16],
    pub(super) number: u64,
    pub(super) realtime: u64,
    pub(super) boot: [u8; 16],
    pub(super) monotonic: u64,
    /// A hash over its fields.
    pub(super) fields_hash: u64,
}

impl Position {
    /// By sequence number within a series, else by the time since the same boot, else by the time of day.
    fn compare(&self, other: &Self) -> Ordering {
        let same = |is_same: bool, order: Ordering| if is_same { order } else { Ordering::Equal };
        same(self.series == other.series, self.number.cmp(&other.number))
            .then(same(self.boot == other.boot, self.monotonic.cmp(&other.monotonic)))
            .then(self.realtime.cmp(&other.realtime))
            .then(self.fields_hash.cmp(&other.fields_hash))
    }
}

/// Merges lists that are each in the order of a file.
pub(super) fn merge(lists: Vec<Vec<PositionedEntry>>) -> Vec<JournalEntry> {
    let mut heads: Vec<_> = lists.into_iter().map(|list| list.into_iter().peekable()).collect();
    let mut merged = Vec::new();
    loop {
        let mut best: Option<(usize, Position)> = None;
        for (index, list) in heads.iter_mut().enumerate() {
            if let Some(found) = list.peek()
                && best.is_none_or(|(_, position)| found.position.compare(&position).is_lt())
            {
                best = Some((index, found.position));
            }
        }
        let Some((index, position)) = best else {
            return merged;
        };
        merged.extend(heads[index].next().map(|found| found.entry));
        // What does not come later is the same entry, or is out of order in its file.
        for list in &mut heads {
            while list.next_if(|found| found.position.compare(&position).is_le()).is_some() {}
        }
    }
}
