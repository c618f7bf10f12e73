//! The text of a definition file, and the places in it. Definition files are the user's own: they are read from the disk
//! here, and nowhere else.

use crate::yaml::shape;
use crate::yaml::tree::{self, YamlDiagnostic};
use serde::de::DeserializeOwned;
use std::borrow::Cow;
use std::path::{Path, PathBuf};

/// A definition that is refused: where, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {message}")]
pub struct DefinitionError {
    /// The file.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
    /// What is wrong, and what would be right.
    pub message: String,
}

impl DefinitionError {
    pub(super) fn of_file(file: &str, message: String) -> Self {
        Self { file: file.to_owned(), line: 1, column: 1, message }
    }
}

/// A file's name and text, for naming the place of a fault.
#[derive(Debug, Clone)]
pub struct Source {
    /// Its name.
    pub file: String,
    /// What it holds.
    pub text: Cow<'static, str>,
}

impl Source {
    /// A file of this name with this text.
    pub fn new(file: impl Into<String>, text: impl Into<Cow<'static, str>>) -> Self {
        Self { file: file.into(), text: text.into() }
    }

    /// A fault at the first place where `word` stands as a word of its own.
    pub(crate) fn fault(&self, word: &str, message: String) -> DefinitionError {
        self.fault_at(places(&self.text, word).next(), message)
    }

    pub(super) fn fault_at_last(&self, word: &str, message: String) -> DefinitionError {
        self.fault_at(places(&self.text, word).last(), message)
    }

    fn fault_at(&self, at: Option<usize>, message: String) -> DefinitionError {
        let before = &self.text[..at.unwrap_or_default()];
        DefinitionError {
            file: self.file.clone(),
            line: before.matches('\n').count() + 1,
            column: before.rsplit('\n').next().unwrap_or_default().chars().count() + 1,
            message,
        }
    }
}

/// Where a word stands that is not a part of a longer one.
fn places<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let part = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
    text.match_indices(word)
        .map(|(at, _)| at)
        .filter(move |at| !text[..*at].ends_with(part) && !text[at + word.len()..].starts_with(part))
}

/// Reads a definition: JSON as it is compiled in, or YAML. JSON is YAML too: what is wrong in it is told as of any other.
pub(crate) fn parse<T: DeserializeOwned>(source: &Source) -> Result<T, DefinitionError> {
    let error = |line, column, message| DefinitionError { file: source.file.clone(), line, column, message };
    if source.text.starts_with(['{', '['])
        && let Ok(value) = serde_json::from_str(&source.text)
    {
        return Ok(value);
    }
    let mut faults = Vec::new();
    let refused = |fault: YamlDiagnostic| error(fault.mark.line, fault.mark.column, fault.message);
    let root = tree::read(&source.text, &mut faults).map_err(refused)?;
    let shaped = shape::read(&root);
    faults.extend(shaped.faults);
    // Where several are wrong, the first of the file is told.
    match (faults.into_iter().min_by_key(|fault| fault.mark), shaped.value) {
        (Some(fault), _) => Err(refused(fault)),
        (None, Some(value)) => Ok(value),
        (None, None) => Err(error(1, 1, "nothing can be read here".to_owned())),
    }
}

#[expect(clippy::disallowed_methods, reason = "definition files are the user's own")]
pub(super) fn read(path: &Path) -> Result<Source, DefinitionError> {
    let file = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|e| DefinitionError {
        file: file.clone(),
        line: 1,
        column: 1,
        message: format!("cannot be read: {e}"),
    })?;
    Ok(Source::new(file, text))
}

/// Reads a file that was found in a folder. A pipe can be meant where it is named; here it would only be waited for.
#[expect(clippy::disallowed_methods, reason = "definition files are the user's own")]
pub(crate) fn read_found(path: &Path) -> Result<Source, DefinitionError> {
    match std::fs::metadata(path) {
        Ok(found) if !found.is_file() => {
            let message = "is no regular file; take it out of the folder".to_owned();
            Err(DefinitionError::of_file(&path.display().to_string(), message))
        }
        Ok(_) | Err(_) => read(path),
    }
}

/// Every definition file of a folder, in the order of their names.
pub(super) fn read_all(folder: &Path) -> Result<Vec<Source>, DefinitionError> {
    yaml_files(folder)?.iter().map(|path| read_found(path)).collect()
}

/// The YAML files of a folder, sorted; none where there is no such folder.
#[expect(clippy::disallowed_methods, reason = "definition files are the user's own")]
fn yaml_files(folder: &Path) -> Result<Vec<PathBuf>, DefinitionError> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Ok(Vec::new());
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry
            .map_err(|e| DefinitionError {
                file: folder.display().to_string(),
                line: 1,
                column: 1,
                message: format!("cannot be read: {e}"),
            })?
            .path();
        if path.extension().is_some_and(|e| e == "yaml" || e == "yml") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Adds every YAML file at any depth. Links to folders are not followed: they may lead in a circle.
#[expect(clippy::disallowed_methods, reason = "definition files are the user's own")]
pub(super) fn yaml_files_below(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            yaml_files_below(&path, files)?;
        } else if path.extension().is_some_and(|e| e == "yaml" || e == "yml") {
            files.push(path);
        }
    }
    Ok(())
}
