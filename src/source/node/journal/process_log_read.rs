//! Reads what a process wrote around its start: the files of this machine, each by its index.

use super::blocks::{ReadError, ReadLimit};
use super::merge::PositionedEntry;
use super::open_regular::OpenRegular;
use super::process_log::{LogEntry, LogLimits, ProcessLog, ProcessLogQuery, ProcessStart};
use super::process_log_file::{FileLog, log_entry, log_of_content};
use super::read::{SYSTEM_DIRECTORIES, files_in, machine_id, parse_id, with_path};
use crate::source::node::error::SourceError;
use crate::source::node::path::HostPath;
use crate::text::system_error;
use std::path::{Path, PathBuf};

/// What a process wrote around its start.
pub(crate) fn read_process_log(
    source: &dyn OpenRegular,
    query: &ProcessLogQuery,
    start: ProcessStart,
) -> Result<ProcessLog, SourceError> {
    let mut log = ProcessLog::default();
    let own = machine_id(source)?;
    let limit = ReadLimit::new(source.heartbeat());
    let (mut entries, mut suppressed, mut not_mounted) = (Vec::new(), Vec::new(), Vec::new());
    let mut limits = LogLimits::default();
    for directory in SYSTEM_DIRECTORIES {
        let files = match files_in(source, Path::new(directory), |name| own.is_some() && parse_id(name) == own) {
            Ok(files) => files,
            Err(SourceError::NotFound | SourceError::NotDirectory) => continue,
            Err(error @ SourceError::NotMounted(_)) => {
                not_mounted.push(format!("{directory} {error}"));
                continue;
            }
            Err(error) => {
                log.unreadable.push(format!("{directory} {error}"));
                continue;
            }
        };
        let mut files: Vec<PathBuf> = files.into_iter().filter(|path| is_of_system(path)).collect();
        // The start of the process is in the older files.
        files.sort_by_cached_key(|path| time_in_name(path));
        for path in files {
            log.exists = true;
            match read_file(source, &path, query, start, &limit, &mut limits) {
                Ok(Some(found)) => {
                    log.oldest = log.oldest.into_iter().chain(found.oldest).min();
                    log.last = log.last.max(found.last);
                    log.cut_from = log.cut_from.into_iter().chain(found.cut_from).min();
                    entries.extend(found.entries);
                    suppressed.extend(found.suppressed);
                }
                Ok(None) => {}
                Err(error) => log.unreadable.push(match with_path(&path, &error) {
                    SourceError::Io(text) => text,
                    other => format!("{} {other}", path.display()),
                }),
            }
        }
    }
    // journald keeps all entries of a boot in one of the two directories.
    if log.oldest.is_none_or(|oldest| oldest > 0) {
        log.unreadable.extend(not_mounted);
    }
    log.entries = in_order(entries, start);
    log.suppressed = in_order(suppressed, start);
    Ok(log)
}

/// The entries of all files, oldest first, each once.
fn in_order(mut entries: Vec<PositionedEntry>, start: ProcessStart) -> Vec<LogEntry> {
    entries.sort_by_key(|found| (found.position.boot == start.boot, found.position.monotonic, found.position.number));
    entries.dedup_by_key(|found| found.position);
    entries.iter().map(|found| log_entry(found, start)).collect()
}

/// Whether a file is one of the system's. What services write is in no other.
fn is_of_system(path: &Path) -> bool {
    path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with("system"))
}

/// The time in the name of a file that journald closed: of its first entry, in `system@SERIES-NUMBER-TIME.journal`, or of when it
/// was set aside, in `system@TIME-RANDOM.journal~`. The largest number for the file that is written to.
fn time_in_name(path: &Path) -> u64 {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let stem = name.split_once('.').map_or(name, |(stem, _)| stem);
    let parts: Vec<&str> = stem.split_once('@').map_or("", |(_, rest)| rest).split('-').collect();
    let time = match parts[..] {
        [_, _, time] | [time, _] => time,
        _ => return u64::MAX,
    };
    u64::from_str_radix(time, 16).unwrap_or(u64::MAX)
}

/// What is in one file; nothing if it has no entry of this boot.
fn read_file(
    source: &dyn OpenRegular,
    path: &PathBuf,
    query: &ProcessLogQuery,
    start: ProcessStart,
    limit: &ReadLimit<'_>,
    limits: &mut LogLimits,
) -> Result<Option<FileLog>, SourceError> {
    let file = match source.open_regular(&HostPath::host(path)) {
        Ok(file) => file,
        // It was removed meanwhile.
        Err(SourceError::NotFound) => return Ok(None),
        Err(error) => return Err(error),
    };
    let size = file.metadata().map_err(|e| SourceError::Io(system_error(&e)))?.len();
    log_of_content(&file, size, query, start, limit, limits).map_err(|error| match error {
        ReadError::Damaged => SourceError::Malformed("the journal file is damaged".to_owned()),
        ReadError::Source(error) => error,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_read_in_the_order_of_their_first_entries() {
        let mut names = [
            "system.journal",
            "system@0006-x.journal~",
            "system@ffff-0000000000000001-0000000000000005.journal",
            "system@aaaa-0000000000000900-0000000000000007.journal",
            "system@aaaa-0000000000000800-0000000000000004.journal",
        ];
        names.sort_by_cached_key(|name| time_in_name(Path::new(name)));
        assert_eq!(
            names,
            [
                "system@aaaa-0000000000000800-0000000000000004.journal",
                "system@ffff-0000000000000001-0000000000000005.journal",
                "system@0006-x.journal~",
                "system@aaaa-0000000000000900-0000000000000007.journal",
                "system.journal",
            ]
        );
    }
}
