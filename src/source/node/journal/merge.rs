//! The entries of several files in one order, as journalctl has it: an entry that stands in two files comes once.

use super::JournalEntry;
use std::cmp::Ordering;

/// An entry, and where it stands among others.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) position: Position,
    pub(super) entry: JournalEntry,
}

impl Found {
    /// The bytes that it takes.
    pub(super) fn weight(&self) -> usize {
        size_of::<Self>() + self.entry.message.as_ref().map_or(0, Vec::len) + self.entry.identifier.len()
    }
}

/// Where an entry stands among others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Position {
    /// Who numbered it.
    pub(super) series: [u8; 16],
    pub(super) number: u64,
    pub(super) realtime: u64,
    pub(super) boot: [u8; 16],
    pub(super) monotonic: u64,
    /// A sum over its fields.
    pub(super) contents: u64,
}

impl Position {
    /// By number where the same journal gave both, else by the clock since the same start, else by time.
    fn compare(&self, other: &Self) -> Ordering {
        let same = |is_same: bool, order: Ordering| if is_same { order } else { Ordering::Equal };
        same(self.series == other.series, self.number.cmp(&other.number))
            .then(same(self.boot == other.boot, self.monotonic.cmp(&other.monotonic)))
            .then(self.realtime.cmp(&other.realtime))
            .then(self.contents.cmp(&other.contents))
    }
}

/// One list of several, each of which is in the order of its file.
pub(super) fn merge(lists: Vec<Vec<Found>>) -> Vec<JournalEntry> {
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
        // What does not come behind is the same, or was put where it does not belong.
        for list in &mut heads {
            while list.next_if(|found| found.position.compare(&position).is_le()).is_some() {}
        }
    }
}
