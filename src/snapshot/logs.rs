//! What a snapshot holds of the journal: the lines that say what a program starts, and when the journal begins and ends.

use super::redaction::without_secrets;
use crate::model::Component;
use crate::source::node::format::{JournalEntryEntry, NameOrId};
use crate::source::node::{LogEntry, ProcessLog, Recording};

const THIS_BOOT: &str = "this boot";

/// The entries of the journal that were read, and why others could not be.
pub(super) fn journal(recording: &Recording) -> (Vec<JournalEntryEntry>, Option<String>) {
    let (mut entries, mut error) = (Vec::new(), None);
    for (pid, log) in &recording.logs {
        match log {
            Ok(log) => {
                entries.extend(log.entries.iter().chain(&log.suppressed).map(entry));
                entries.extend(marks(*pid, log));
                error = error.or_else(|| log.unreadable.first().map(|reason| format!("io: {reason}")));
            }
            Err(reason) => error = error.or_else(|| Some(reason.to_code())),
        }
    }
    (entries, error)
}

fn entry(entry: &LogEntry) -> JournalEntryEntry {
    JournalEntryEntry {
        seconds: seconds(entry.since_start),
        unit: entry.unit.clone(),
        pid: entry.pid.map(NameOrId::Id),
        uid: entry.uid.map(NameOrId::Id),
        boot: entry.this_boot.map(|this| if this { THIS_BOOT } else { "another boot" }.to_owned()),
        message: redacted(&entry.message),
    }
}

/// Entries without text for the beginning of the journal, and for the last entry of the process.
fn marks(pid: u32, log: &ProcessLog) -> impl Iterator<Item = JournalEntryEntry> {
    let mark = |time: i64, pid: Option<u32>| JournalEntryEntry {
        seconds: seconds(time),
        pid: pid.map(NameOrId::Id),
        boot: Some(THIS_BOOT.to_owned()),
        ..JournalEntryEntry::default()
    };
    let oldest = log.oldest.map(|time| mark(time, None));
    let last = log.last.map(|time| mark(time, Some(pid)));
    oldest.into_iter().chain(last)
}

/// From when on entries of a process are missing.
pub(super) fn cut_from(recording: &Recording) -> Option<f64> {
    recording.logs.values().filter_map(|log| log.as_ref().ok()?.cut_from).min().map(seconds)
}

#[expect(clippy::cast_precision_loss, reason = "microseconds of years are exact")]
fn seconds(microseconds: i64) -> f64 {
    microseconds as f64 / 1e6
}

/// A message without the secrets of a command line. Every component's flags are looked for, since it may be the line of any.
fn redacted(message: &str) -> String {
    let words: Vec<String> = message.split(' ').map(str::to_owned).collect();
    Component::ALL.into_iter().fold(words, |words, component| without_secrets(component, &words)).join(" ")
}
