//! Files of the systemd journal.

use crate::source::node::{JournalEntry, JournalQuery, entries_in_bytes};

/// A journal file, read for all entries, those of units, the newest, those with a word: no control characters are printed, the
/// newest entries are the last of all, and the entries with a word are those that print it.
pub fn journal(data: &[u8]) {
    let read = |query: JournalQuery| entries_in_bytes(data, &query);
    let units = ["k3s.service", "k.slice"].map(str::to_owned).into();
    let of_units = read(JournalQuery { units, ..JournalQuery::default() });
    of_units.iter().flatten().for_each(prints_text);
    let Ok(all) = read(JournalQuery::default()) else { return };
    all.iter().for_each(prints_text);
    if let Ok(newest) = read(JournalQuery { last: Some(1), ..JournalQuery::default() }) {
        assert!(newest.len() <= 2 && all.ends_with(&newest), "{newest:?} of {all:?}");
    }
    if let Ok(holding) = read(JournalQuery { containing: Some("a".to_owned()), ..JournalQuery::default() }) {
        let hold = |entry: &&JournalEntry| entry.short().is_some_and(|line| line.contains('a'));
        assert_eq!(holding.iter().collect::<Vec<_>>(), all.iter().filter(hold).collect::<Vec<_>>());
    }
}

fn prints_text(entry: &JournalEntry) {
    let line = entry.short().unwrap_or_default();
    assert!(!line.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\n')), "{line:?}");
}
