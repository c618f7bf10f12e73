//! Finds YAML files in folders that the user names.

use crate::text::system_error;
use crate::yaml::{Diagnostic, TextFile};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// Levels and entries below a folder that is searched.
const MAX_DEPTH: usize = 32;
const MAX_ENTRIES: usize = 100_000;

/// Refuses a folder of the user's that is not there or cannot be read, so that a misspelt name is not an empty folder.
#[expect(clippy::disallowed_methods, reason = "folders that the user names are not part of the node")]
pub(super) fn require_folder(folder: &Path) -> Result<(), Diagnostic> {
    std::fs::read_dir(folder).map(drop).map_err(|error| match error.kind() {
        ErrorKind::NotADirectory => {
            Diagnostic { unreadable: true, ..Diagnostic::of_path(folder, "is a file; name its directory") }
        }
        _ => Diagnostic::unreadable(folder, &system_error(&error)),
    })
}

/// Every YAML file in a folder or in a folder of it, in the order of their paths. None where there is no such folder.
pub(super) fn read_folder(folder: &Path) -> Result<Vec<TextFile>, Diagnostic> {
    if !TextFile::is_present(folder) {
        return Ok(Vec::new());
    }
    let mut files = Vec::new();
    let entries = WalkDir::new(folder).min_depth(1).max_depth(2).sort_by_file_name();
    for (count, entry) in entries.into_iter().enumerate() {
        let entry = entry.map_err(|error| unreadable(folder, &error))?;
        if count >= MAX_ENTRIES {
            return Err(too_many(folder));
        }
        // A folder with the name of a file is refused, not searched.
        if is_yaml(entry.path()) {
            files.push(TextFile::read_regular(entry.path())?);
        }
    }
    Ok(files)
}

/// Every YAML file below a folder, sorted. Symbolic links to folders are not followed.
pub(super) fn find_below(folder: &Path) -> Result<Vec<PathBuf>, Diagnostic> {
    let mut files = Vec::new();
    for (count, entry) in WalkDir::new(folder).sort_by_file_name().into_iter().enumerate() {
        let entry = entry.map_err(|error| unreadable(folder, &error))?;
        if count > MAX_ENTRIES {
            return Err(too_many(folder));
        }
        if entry.depth() > MAX_DEPTH {
            let message = format!("is more than {MAX_DEPTH} levels below {}", folder.display());
            return Err(Diagnostic::of_path(entry.path(), message));
        }
        if !entry.file_type().is_dir() && is_yaml(entry.path()) {
            files.push(entry.into_path());
        }
    }
    Ok(files)
}

fn too_many(folder: &Path) -> Diagnostic {
    Diagnostic::of_path(folder, format!("holds more than {MAX_ENTRIES} files and folders; name a folder below it"))
}

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
}

fn unreadable(folder: &Path, error: &walkdir::Error) -> Diagnostic {
    let reason = match error.io_error() {
        Some(error) => system_error(error),
        None => "a symbolic link leads back to a folder above it".into(),
    };
    Diagnostic::unreadable(error.path().unwrap_or(folder), &reason)
}
