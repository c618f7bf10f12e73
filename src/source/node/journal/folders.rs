//! Where the journal's files are: the folders that journalctl looks into, through the machine's root.

use super::blocks::{ReadError, Spent};
use super::file::{Flaw, JournalFile};
use super::merge::merge;
use super::{Journal, JournalQuery, MAX_FILES};
use crate::source::node::{HostPath, LiveSource, Machine, NodeSource, SourceError};
use std::path::{Path, PathBuf};

/// What is lost at the next start, and what is kept.
const SYSTEM: [&str; 2] = ["/run/log/journal", "/var/log/journal"];

/// What a live machine's journal answers. The trouble is that of the folder or of what stands below it.
pub(in crate::source::node) fn read(host: &LiveSource, query: &JournalQuery) -> Result<Journal, SourceError> {
    let files = match &query.folder {
        Some(folder) => in_folder(host, folder, |_| true)?,
        None => of_system(host, query.merge)?,
    };
    let (spent, mut kept) = (Spent::none(host.pulse()), 0);
    let (mut journal, mut lists) = (Journal::default(), Vec::new());
    journal.found = !files.is_empty();
    for path in files {
        let file = match host.open_regular(&HostPath::host(&path)) {
            Ok(file) => file,
            // It was removed meanwhile, or is none.
            Err(SourceError::NotFound | SourceError::NotRegular(_)) => continue,
            Err(trouble) => return Err(of(&path, &trouble)),
        };
        let size = file.metadata().map_err(|e| SourceError::Io(e.to_string()))?.len();
        let flaw = match JournalFile::open(&file, size, &spent) {
            Ok(Ok(mut opened)) => {
                let entries = opened.entries(query, &mut kept).map_err(|trouble| of(&path, &trouble))?;
                lists.extend(Some(entries).filter(|entries| !entries.is_empty()));
                continue;
            }
            Ok(Err(flaw)) => flaw,
            Err(ReadError::Damaged) => Flaw::Corrupted,
            Err(ReadError::SourceError(trouble)) => return Err(of(&path, &trouble)),
        };
        let flaw = match flaw {
            Flaw::Truncated => "is truncated",
            Flaw::Corrupted => "corrupted",
        };
        journal.ignored.push(format!("Journal file {} {flaw}, ignoring file.\n", path.display()));
    }
    journal.entries = merge(lists);
    query.cut(&mut journal.entries);
    Ok(journal)
}

/// The files of the system's own folders. What is only kept until the next start may lack in a container, where the rest is
/// there.
fn of_system(host: &LiveSource, merge: bool) -> Result<Vec<PathBuf>, SourceError> {
    let own = if merge { None } else { Some(machine_id(host)?) };
    let (mut files, mut hidden) = (Vec::new(), None);
    for folder in SYSTEM {
        let is_wanted = |name: &str| own.as_ref().is_none_or(|own| folder.starts_with("/run") || id(name) == *own);
        match in_folder(host, Path::new(folder), is_wanted) {
            Ok(found) => files.extend(found),
            Err(SourceError::NotFound | SourceError::NotDirectory) => {}
            Err(trouble @ SourceError::NotMounted(_)) => hidden = Some(of(Path::new(folder), &trouble)),
            Err(trouble) => return Err(of(Path::new(folder), &trouble)),
        }
    }
    match hidden {
        Some(trouble) if files.is_empty() => Err(trouble),
        Some(_) | None => Ok(files),
    }
}

/// The machine's own number, if it has one.
fn machine_id(host: &LiveSource) -> Result<Option<String>, SourceError> {
    match host.read(&HostPath::host("/etc/machine-id")) {
        Ok(bytes) => Ok(id(String::from_utf8_lossy(&bytes).trim())),
        Err(SourceError::NotFound) => Ok(None),
        Err(trouble) => Err(of(Path::new("/etc/machine-id"), &trouble)),
    }
}

/// The journal files of a folder, and of those below it that bear a machine's number.
fn in_folder(host: &LiveSource, folder: &Path, is_wanted: impl Fn(&str) -> bool) -> Result<Vec<PathBuf>, SourceError> {
    let mut files = Vec::new();
    let mut add = |folder: &Path, names: &[String]| {
        let named = names.iter().filter(|n| n.ends_with(".journal") || n.ends_with(".journal~"));
        files.extend(named.map(|name| folder.join(name)));
        if files.len() > MAX_FILES {
            return Err(SourceError::Io(format!(
                "the journal has more than the {MAX_FILES} files that are looked into"
            )));
        }
        Ok(())
    };
    let names = host.list(&HostPath::host(folder))?;
    add(folder, &names)?;
    for name in names.iter().filter(|name| id(name).is_some() && is_wanted(name)) {
        let below = folder.join(name);
        match host.list(&HostPath::host(&below)) {
            Ok(names) => add(&below, &names)?,
            Err(SourceError::NotFound | SourceError::NotDirectory) => {}
            Err(trouble) => return Err(of(&below, &trouble)),
        }
    }
    Ok(files)
}

/// A machine's number in its plain form, if a text is one.
fn id(text: &str) -> Option<String> {
    let plain = if text.len() == 36 { text.replace('-', "") } else { text.to_owned() };
    (plain.len() == 32 && plain.bytes().all(|b| b.is_ascii_hexdigit())).then(|| plain.to_ascii_lowercase())
}

/// A trouble that names what has it.
fn of(path: &Path, trouble: &SourceError) -> SourceError {
    match trouble {
        // These say what to do, and the folder is named in the reason anyway.
        SourceError::NotMounted(_) | SourceError::PermissionDenied(_) => trouble.clone(),
        SourceError::Io(reason) => SourceError::Io(format!("{}: {reason}", path.display())),
        other => SourceError::Io(format!("{} {other}", path.display())),
    }
}
