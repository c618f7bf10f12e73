//! Finds YAML files in folders that the user names.

use crate::text::system_error;
use crate::yaml::{Diagnostic, TextFile};
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// Levels and entries below a folder that is searched.
const MAX_DEPTH: usize = 32;
const MAX_ENTRIES: usize = 100_000;

/// Every YAML file directly in a folder, in the order of their names. None where there is no such folder.
pub(super) fn read_folder(folder: &Path) -> Result<Vec<TextFile>, Diagnostic> {
    if !TextFile::is_present(folder) {
        return Ok(Vec::new());
    }
    let mut files = Vec::new();
    for entry in WalkDir::new(folder).min_depth(1).max_depth(1).sort_by_file_name().into_iter().take(MAX_ENTRIES) {
        let path = entry.map_err(|error| unreadable(folder, &error))?.into_path();
        if is_yaml(&path) {
            files.push(TextFile::read_regular(&path)?);
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
            let message = format!("holds more than {MAX_ENTRIES} files and folders; name a folder below it");
            return Err(Diagnostic::of_path(folder, message));
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

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
}

fn unreadable(folder: &Path, error: &walkdir::Error) -> Diagnostic {
    let reason = match error.io_error() {
        Some(error) => system_error(error),
        None => "a symbolic link leads back to a folder above it".into(),
    };
    Diagnostic::of_path(error.path().unwrap_or(folder), format!("cannot read this folder: {reason}"))
}
