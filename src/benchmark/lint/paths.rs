//! The definition files at the paths that the user names.

use crate::benchmark::files::find_below;
use crate::yaml::{Diagnostic, TextFile};
use std::path::PathBuf;

/// Why the files at a path cannot be checked.
#[derive(Debug, thiserror::Error)]
pub enum LintError {
    /// A path does not exist.
    #[error("{0} does not exist")]
    NotFound(String),
    /// A folder has no definition files.
    #[error("{0} has no .yaml or .yml file")]
    Empty(String),
    /// A file or folder cannot be read.
    #[error(transparent)]
    Unreadable(#[from] Diagnostic),
}

/// Reads the files at `paths`; below a folder every YAML file.
pub fn files_at(paths: &[PathBuf]) -> Result<Vec<TextFile>, LintError> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            let found = find_below(path)?;
            if found.is_empty() {
                return Err(LintError::Empty(path.display().to_string()));
            }
            files.extend(found);
        } else if matches!(path.try_exists(), Ok(false)) {
            return Err(LintError::NotFound(path.display().to_string()));
        } else {
            files.push(path.clone());
        }
    }
    files.sort();
    files.dedup();
    let read = |path: &PathBuf| if paths.contains(path) { TextFile::read(path) } else { TextFile::read_regular(path) };
    Ok(files.iter().map(read).collect::<Result<_, _>>()?)
}
