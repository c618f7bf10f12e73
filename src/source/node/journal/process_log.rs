//! What one process wrote to the journal around its start, and what others wrote that looks the same.

use super::limits::MAX_KEPT_BYTES;
use crate::source::node::error::SourceError;

/// Which entries are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProcessLogQuery {
    /// The process.
    pub pid: u32,
    /// Its unit. What journald says of suppressed messages of the unit is found as well.
    pub unit: String,
    /// The name under which it logs. What others write under this name is found as well.
    pub identifier: String,
    /// Texts of which a message has one.
    pub texts: Vec<String>,
}

/// What was found of the start of a process.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProcessLog {
    /// Whether there are journal files of this machine.
    pub exists: bool,
    /// What could not be read, and why.
    pub unreadable: Vec<String>,
    /// The entries with one of the texts, oldest first: those of the process, as far as `cut_from` says, and some that others wrote
    /// under its name. What stands there can be written by anybody: the fields say who did.
    pub entries: Vec<LogEntry>,
    /// From when on entries of the process may be missing, in microseconds from its start. `None` if all were looked at.
    pub cut_from: Option<i64>,
    /// What journald says of messages of the unit that it suppressed after the start of the process.
    pub suppressed: Vec<LogEntry>,
    /// When the oldest entry of this boot was written, in microseconds from the start of the process.
    pub oldest: Option<i64>,
    /// When the last entry of the process that was read was written, in microseconds from its start.
    pub last: Option<i64>,
}

/// An entry, with the fields that journald sets and nobody else can.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogEntry {
    /// The unit of the process that wrote it.
    pub unit: Option<String>,
    /// The process.
    pub pid: Option<u32>,
    /// The user of the process.
    pub uid: Option<u32>,
    /// Whether it is of the boot that runs. `None` if it does not say its boot.
    pub this_boot: Option<bool>,
    /// When it was written, in microseconds from the start of the process that was asked for.
    pub since_start: i64,
    /// The message. Bytes that are not UTF-8 are replaced.
    pub message: String,
}

/// The start of a process, in the terms of journald.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ProcessStart {
    /// The boot that runs.
    pub(crate) boot: [u8; 16],
    /// Microseconds since that boot. The process was started then or later.
    pub(crate) monotonic: u64,
}

impl ProcessStart {
    pub(super) fn until(self, monotonic: u64) -> i64 {
        i64::try_from(monotonic).unwrap_or(i64::MAX).saturating_sub(i64::try_from(self.monotonic).unwrap_or(i64::MAX))
    }
}

/// The unit of journald.
const JOURNALD: &str = "systemd-journald.service";

impl LogEntry {
    /// Whether journald says here that it suppressed messages of a unit.
    pub(crate) fn is_suppression_of(&self, unit: &str) -> bool {
        self.uid == Some(0)
            && self.unit.as_deref().is_none_or(|writer| writer == JOURNALD)
            && self.message.starts_with("Suppressed ")
            && self.message.strip_suffix(unit).is_some_and(|before| before.ends_with(" messages from "))
    }
}

/// What is still looked at and kept, over all files.
#[derive(Debug)]
pub(super) struct LogLimits {
    /// Entries of the process that are looked at. On a busy server they are those of half an hour or more.
    pub(super) own: usize,
    /// Entries of the process with one of the texts that are kept.
    pub(super) own_kept: usize,
    /// Bytes of those.
    pub(super) own_kept_bytes: usize,
    /// Entries under the same name before the start of the process that are looked at.
    pub(super) others_before: u64,
    /// Those after it.
    pub(super) others_after: u64,
    /// Those with one of the texts that are kept.
    pub(super) others_kept: usize,
    /// Messages of journald on what it suppressed.
    pub(super) suppressed: usize,
}

impl Default for LogLimits {
    fn default() -> Self {
        Self {
            own: 10_000,
            own_kept: 512,
            own_kept_bytes: MAX_KEPT_BYTES,
            others_before: 256,
            others_after: 4096,
            others_kept: 64,
            suppressed: 4096,
        }
    }
}

/// The result if the process or the boot is not known.
pub(crate) fn unknown_start() -> SourceError {
    SourceError::Io("the start of the process and the boot are not known".to_owned())
}
