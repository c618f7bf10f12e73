//! What one journal file has of the log of a process.

use super::blocks::{ReadAt, ReadError, ReadLimit};
use super::file::JournalFile;
use super::indexed::{TextSearch, time_of};
use super::merge::PositionedEntry;
use super::process_log::{LogEntry, LogLimits, ProcessLogQuery, ProcessStart};

/// `MESSAGE_ID` of journald's entries on messages that it suppressed.
const SUPPRESSED: &str = "a596d6fe7bfa4994828e72309e95d61e";

/// What is in one file.
#[derive(Debug, Default)]
pub(super) struct FileLog {
    pub(super) entries: Vec<PositionedEntry>,
    pub(super) suppressed: Vec<PositionedEntry>,
    pub(super) cut_from: Option<i64>,
    pub(super) oldest: Option<i64>,
    pub(super) last: Option<i64>,
}

/// What is in a file; nothing if it has no entry of this boot.
pub(super) fn log_of_content(
    content: &dyn ReadAt,
    size: u64,
    query: &ProcessLogQuery,
    start: ProcessStart,
    limit: &ReadLimit<'_>,
    limits: &mut LogLimits,
) -> Result<Option<FileLog>, ReadError> {
    let mut file = JournalFile::open(content, size, limit)?.map_err(|_| ReadError::Damaged)?;
    if file.tail_boot != start.boot {
        return Ok(None);
    }
    let oldest = file.oldest_of_boot(start.boot)?.map(|monotonic| start.until(monotonic));
    let mut log = FileLog { oldest, ..FileLog::default() };
    // Of a file that ends before the start, only this counts.
    if oldest.is_some() && file.tail_monotonic >= start.monotonic {
        file.add_own(query, start, limits, &mut log)?;
        file.add_others(query, start, limits, &mut log)?;
        file.add_suppressed(query, start, limits, &mut log)?;
    }
    Ok(Some(log))
}

/// An entry, as seen from the start of a process.
pub(super) fn log_entry(found: &PositionedEntry, start: ProcessStart) -> LogEntry {
    let (boot, monotonic) = time_of(&found.position);
    let entry = &found.entry;
    LogEntry {
        unit: entry.unit.clone(),
        pid: entry.trusted_pid,
        uid: entry.uid,
        this_boot: Some(boot == start.boot),
        since_start: start.until(monotonic),
        message: String::from_utf8_lossy(entry.message.as_deref().unwrap_or_default()).into_owned(),
    }
}

impl JournalFile<'_> {
    /// The entries of the process from its start on. None is left out for those of others.
    fn add_own(
        &mut self,
        query: &ProcessLogQuery,
        start: ProcessStart,
        limits: &mut LogLimits,
        log: &mut FileLog,
    ) -> Result<(), ReadError> {
        let Some(list) = self.list("_PID", &query.pid.to_string())? else { return Ok(()) };
        let mut search = TextSearch::new(&query.texts);
        for number in self.first_after(&list, start)?..list.count {
            let entry = self.indexed(&list, number)?;
            let time = start.until(entry.monotonic);
            let Some(left) = limits.own.checked_sub(1) else {
                log.cut_from = Some(time);
                return Ok(());
            };
            limits.own = left;
            if self.message_has(&entry, &mut search)? {
                let found = self.positioned(&list, number)?;
                let left = limits.own_kept.checked_sub(1).zip(limits.own_kept_bytes.checked_sub(found.size()));
                let Some(left) = left else {
                    log.cut_from = Some(time);
                    return Ok(());
                };
                (limits.own_kept, limits.own_kept_bytes) = left;
                log.entries.push(found);
            }
            log.last = Some(time);
        }
        Ok(())
    }

    /// Entries that others wrote under the name of the process.
    fn add_others(
        &mut self,
        query: &ProcessLogQuery,
        start: ProcessStart,
        limits: &mut LogLimits,
        log: &mut FileLog,
    ) -> Result<(), ReadError> {
        if limits.others_kept == 0 || limits.others_after == 0 {
            return Ok(());
        }
        let Some(list) = self.list("SYSLOG_IDENTIFIER", &query.identifier)? else { return Ok(()) };
        let own = self.list("_PID", &query.pid.to_string())?;
        let first = self.first_after(&list, start)?;
        let begin = first.saturating_sub(limits.others_before);
        let end = list.count.min(first.saturating_add(limits.others_after));
        limits.others_before -= first - begin;
        limits.others_after -= end - first;
        let mut search = TextSearch::new(&query.texts);
        for number in begin..end {
            let entry = self.indexed(&list, number)?;
            // Those of the process itself are known, unless they are older than it.
            let is_known = number >= first && own.as_ref().is_some_and(|own| entry.has(own.data));
            if !is_known && limits.others_kept > 0 && self.message_has(&entry, &mut search)? {
                log.entries.push(self.positioned(&list, number)?);
                limits.others_kept -= 1;
            }
        }
        Ok(())
    }

    /// What journald says of messages of the unit that it suppressed since the start of the process.
    fn add_suppressed(
        &mut self,
        query: &ProcessLogQuery,
        start: ProcessStart,
        limits: &mut LogLimits,
        log: &mut FileLog,
    ) -> Result<(), ReadError> {
        let Some(list) = self.list("MESSAGE_ID", SUPPRESSED)? else { return Ok(()) };
        for number in self.first_after(&list, start)?..list.count {
            let Some(left) = limits.suppressed.checked_sub(1) else {
                // One of the others may be about the unit.
                log.cut_from = Some(0);
                return Ok(());
            };
            limits.suppressed = left;
            let found = self.positioned(&list, number)?;
            if log_entry(&found, start).is_suppression_of(&query.unit) {
                log.suppressed.push(found);
                return Ok(());
            }
        }
        Ok(())
    }
}
