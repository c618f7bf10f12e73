//! Reads what a process wrote around its start: the files of this machine, each by its index.

use super::blocks::{ReadError, ReadLimit};
use super::merge::PositionedEntry;
use super::open_regular::OpenRegular;
use super::process_log::{LogEntry, OwnLimits, ProcessLog, ProcessLogQuery, ProcessStart};
use super::process_log_file::{FileLog, log_entry, log_of_content};
use super::read::{SYSTEM_DIRECTORIES, files_in, machine_id, parse_id, with_path};
use crate::source::node::error::SourceError;
use crate::source::node::path::HostPath;
use crate::text::system_error;
use std::ffi::OsStr;
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
    let mut own_limits = OwnLimits::default();
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
        files.sort_by_key(|path| path.file_name() == Some(OsStr::new("system.journal")));
        for path in files {
            log.exists = true;
            match read_file(source, &path, query, start, &limit, &mut own_limits) {
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

/// What is in one file; nothing if it has no entry of this boot.
fn read_file(
    source: &dyn OpenRegular,
    path: &PathBuf,
    query: &ProcessLogQuery,
    start: ProcessStart,
    limit: &ReadLimit<'_>,
    own: &mut OwnLimits,
) -> Result<Option<FileLog>, SourceError> {
    let file = match source.open_regular(&HostPath::host(path)) {
        Ok(file) => file,
        // It was removed meanwhile.
        Err(SourceError::NotFound) => return Ok(None),
        Err(error) => return Err(error),
    };
    let size = file.metadata().map_err(|e| SourceError::Io(system_error(&e)))?.len();
    log_of_content(&file, size, query, start, limit, own).map_err(|error| match error {
        ReadError::Damaged => SourceError::Malformed("the journal file is damaged".to_owned()),
        ReadError::Source(error) => error,
    })
}
