//! Reads the journal of a node: the files in the directories that journalctl reads, merged.

use super::blocks::{ReadError, ReadLimit};
use super::file::{Flaw, JournalFile};
use super::limits::MAX_FILES;
use super::merge::merge;
use super::open_regular::OpenRegular;
use super::query::{Journal, JournalQuery};
use crate::source::node::error::SourceError;
use crate::source::node::path::HostPath;
use crate::text::system_error;
use std::path::{Path, PathBuf};

/// The volatile and the persistent directory.
pub(super) const SYSTEM_DIRECTORIES: [&str; 2] = ["/run/log/journal", "/var/log/journal"];

/// The entries that match a query. An error is that of the directory or of a file in it.
pub(crate) fn read(source: &dyn OpenRegular, query: &JournalQuery) -> Result<Journal, SourceError> {
    let files = match &query.folder {
        Some(directory) => files_in(source, directory, |_| true)?,
        None => system_files(source, query.merge)?,
    };
    let (limit, mut kept) = (ReadLimit::new(source.heartbeat()), 0);
    let (mut journal, mut lists) = (Journal::default(), Vec::new());
    journal.exists = !files.is_empty();
    for path in files {
        let file = match source.open_regular(&HostPath::host(&path)) {
            Ok(file) => file,
            // It was removed meanwhile, or is not a file.
            Err(SourceError::NotFound | SourceError::NotRegular(_)) => continue,
            Err(error) => return Err(with_path(&path, &error)),
        };
        let size = file.metadata().map_err(|e| SourceError::Io(system_error(&e)))?.len();
        let flaw = match JournalFile::open(&file, size, &limit) {
            Ok(Ok(mut opened)) => {
                let entries = opened.entries(query, &mut kept).map_err(|error| with_path(&path, &error))?;
                lists.extend(Some(entries).filter(|entries| !entries.is_empty()));
                continue;
            }
            Ok(Err(flaw)) => flaw,
            Err(ReadError::Damaged) => Flaw::Corrupted,
            Err(ReadError::Source(error)) => return Err(with_path(&path, &error)),
        };
        let flaw = match flaw {
            Flaw::Truncated => "is truncated",
            Flaw::Corrupted => "corrupted",
        };
        journal.ignored.push(format!("Journal file {} {flaw}, ignoring file.\n", path.display()));
    }
    journal.entries = merge(lists);
    query.keep_last(&mut journal.entries);
    Ok(journal)
}

/// The files of the system's own directories. One of them may not be mounted into this container if the other one has
/// files.
fn system_files(source: &dyn OpenRegular, merge: bool) -> Result<Vec<PathBuf>, SourceError> {
    let own = if merge { None } else { Some(machine_id(source)?) };
    let (mut files, mut not_mounted) = (Vec::new(), None);
    for directory in SYSTEM_DIRECTORIES {
        let is_wanted =
            |name: &str| own.as_ref().is_none_or(|own| directory.starts_with("/run") || parse_id(name) == *own);
        match files_in(source, Path::new(directory), is_wanted) {
            Ok(found) => files.extend(found),
            Err(SourceError::NotFound | SourceError::NotDirectory) => {}
            Err(error @ SourceError::NotMounted(_)) => not_mounted = Some(with_path(Path::new(directory), &error)),
            Err(error) => return Err(with_path(Path::new(directory), &error)),
        }
    }
    match not_mounted {
        Some(error) if files.is_empty() => Err(error),
        Some(_) | None => Ok(files),
    }
}

/// The machine id, if there is one.
pub(super) fn machine_id(source: &dyn OpenRegular) -> Result<Option<String>, SourceError> {
    match source.read(&HostPath::host("/etc/machine-id")) {
        Ok(bytes) => Ok(parse_id(String::from_utf8_lossy(&bytes).trim())),
        Err(SourceError::NotFound) => Ok(None),
        Err(error) => Err(with_path(Path::new("/etc/machine-id"), &error)),
    }
}

/// The journal files of a directory and of the directories in it that are named by a machine id.
pub(super) fn files_in(
    source: &dyn OpenRegular,
    directory: &Path,
    is_wanted: impl Fn(&str) -> bool,
) -> Result<Vec<PathBuf>, SourceError> {
    let mut files = Vec::new();
    let mut add = |directory: &Path, names: &[String]| {
        let named = names.iter().filter(|n| n.ends_with(".journal") || n.ends_with(".journal~"));
        files.extend(named.map(|name| directory.join(name)));
        if files.len() > MAX_FILES {
            return Err(SourceError::Io(format!("the journal has more than {MAX_FILES} files")));
        }
        Ok(())
    };
    let names = source.list(&HostPath::host(directory))?;
    add(directory, &names)?;
    for name in names.iter().filter(|name| parse_id(name).is_some() && is_wanted(name)) {
        let below = directory.join(name);
        match source.list(&HostPath::host(&below)) {
            Ok(names) => add(&below, &names)?,
            Err(SourceError::NotFound | SourceError::NotDirectory) => {}
            Err(error) => return Err(with_path(&below, &error)),
        }
    }
    Ok(files)
}

/// A machine id without dashes and in lower case, if the text is one.
pub(super) fn parse_id(text: &str) -> Option<String> {
    let id = if text.len() == 36 { text.replace('-', "") } else { text.to_owned() };
    (id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit())).then(|| id.to_ascii_lowercase())
}

/// The error with the path that it is about.
pub(super) fn with_path(path: &Path, error: &SourceError) -> SourceError {
    match error {
        // The message says what to do and names the directory.
        SourceError::NotMounted(_) | SourceError::PermissionDenied(_) => error.clone(),
        SourceError::Io(reason) => SourceError::Io(format!("{}: {reason}", path.display())),
        SourceError::NotFound
        | SourceError::NotRegular(_)
        | SourceError::NotDirectory
        | SourceError::LinkToDirectory
        | SourceError::TooLarge(_)
        | SourceError::ProcessesHidden
        | SourceError::Changed
        | SourceError::TimedOut(_)
        | SourceError::DeadlineExceeded(_)
        | SourceError::Malformed(_) => SourceError::Io(format!("{} {error}", path.display())),
    }
}
