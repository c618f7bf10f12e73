//! The reports of a file or a directory.

use crate::commands::Failure;
use crate::report::Report;
use crate::yaml::{UserFileError, read_stdin, read_user_file};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Bytes of a report that are read. One of a node has less than one megabyte.
const MAX_BYTES: u64 = 1 << 30;

/// Files of a directory that are read.
const MAX_FILES: usize = 100_000;

/// The newest report of each subject in a directory.
#[derive(Default)]
pub(super) struct ReportFiles {
    /// The files, by the name of the subject.
    pub(super) newest: BTreeMap<String, ReportFile>,
    /// Files that could not be read, each with the reason.
    pub(super) unreadable: Vec<String>,
    /// Files that are not the newest.
    pub(super) notices: Vec<String>,
}

/// A report that was found.
pub(super) struct ReportFile {
    /// Its file.
    pub(super) path: PathBuf,
    /// When its audit ended.
    time: String,
}

/// Why a report was not read.
pub(super) enum ReportFileError {
    /// The file.
    File(UserFileError),
    /// What is in it, with its place.
    Content(String),
}

/// Reads one report.
pub(super) fn read(path: &Path) -> Result<Report, ReportFileError> {
    let bytes = if path == Path::new("-") { read_stdin(MAX_BYTES) } else { read_user_file(path, MAX_BYTES) };
    let bytes = bytes.map_err(ReportFileError::File)?;
    Report::from_json(&bytes).map_err(|error| ReportFileError::Content(format!("{}:{error}", path.display())))
}

impl ReportFileError {
    /// The failure of a command that needs the file.
    pub(super) fn failure(self, path: &Path) -> Failure {
        match self {
            Self::File(_) => Failure::Other(anyhow::Error::msg(self.message(path))),
            Self::Content(message) => Failure::File(message),
        }
    }

    fn message(self, path: &Path) -> String {
        match self {
            Self::File(error) => format!("{} cannot be read: {error}", path.display()),
            Self::Content(message) => message,
        }
    }
}

impl ReportFiles {
    /// Reads the files `*.json` of a directory, or one file. The content is not kept: it can be large.
    pub(super) fn at(path: &Path) -> Result<Self, Failure> {
        let files = if path.is_dir() { files_in(path, &["json"], REPORTS)? } else { vec![path.to_owned()] };
        let mut found = Self::default();
        for file in files {
            match read(&file) {
                Ok(report) => found.add(file, &report),
                Err(error) if path.is_dir() => found.unreadable.push(error.message(&file)),
                Err(error) => return Err(error.failure(&file)),
            }
        }
        Ok(found)
    }

    fn add(&mut self, path: PathBuf, report: &Report) {
        let time = report.time.end.clone();
        let key = format!("{} {}", report.subject.kind.id(), report.subject_name());
        let file = ReportFile { path, time };
        let Some(known) = self.newest.remove(&key) else {
            self.newest.insert(key, file);
            return;
        };
        let (newest, other) = if file.time >= known.time { (file, known) } else { (known, file) };
        self.notices.push(format!(
            "{} and {} are about {key}; the newer one is compared, {}",
            other.path.display(),
            newest.path.display(),
            newest.path.display()
        ));
        self.newest.insert(key, newest);
    }
}

/// How to get files of reports.
pub(super) const REPORTS: &str = "save reports there with --format report=FILE";

/// The files of a directory that end in one of these extensions, sorted. `hint`: what to do where there are none.
#[expect(clippy::disallowed_methods, reason = "folders that the user names are not part of the node")]
pub(super) fn files_in(folder: &Path, extensions: &[&str], hint: &str) -> Result<Vec<PathBuf>, Failure> {
    let refused = |error: std::io::Error| {
        Failure::Other(anyhow::anyhow!("{} cannot be read: {}", folder.display(), crate::text::system_error(&error)))
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(refused)? {
        let path = entry.map_err(refused)?.path();
        let has_one = |name: &std::ffi::OsStr| extensions.iter().any(|extension| name == *extension);
        if !path.extension().is_some_and(has_one) || path.is_dir() {
            continue;
        }
        if files.len() == MAX_FILES {
            let message =
                format!("{} has more than {MAX_FILES} files; split it into smaller directories", folder.display());
            return Err(Failure::File(message));
        }
        files.push(path);
    }
    if files.is_empty() {
        let names = extensions.iter().map(|extension| format!("*.{extension}")).collect::<Vec<_>>().join(", ");
        let message = format!("{} has no files {names}; {hint}", folder.display());
        return Err(Failure::Usage(message));
    }
    files.sort();
    Ok(files)
}
