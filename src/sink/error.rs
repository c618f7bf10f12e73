//! Why a report did not reach its destination.

use std::io;
use std::path::PathBuf;

/// Why bytes did not reach their destination.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SinkError {
    /// A file that cannot be written.
    #[error("{} cannot be written: {reason}", .path.display())]
    File {
        /// The file, as the user named it.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// Standard output that cannot be written.
    #[error("standard output cannot be written: {0}")]
    Stdout(String),
}

/// An error of the system in our words.
pub(super) fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "it does not exist".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::ReadOnlyFilesystem => "the file system is mounted read-only".to_owned(),
        io::ErrorKind::StorageFull => "no space is left on the device".to_owned(),
        io::ErrorKind::QuotaExceeded => "the disk quota is used up".to_owned(),
        io::ErrorKind::NotADirectory => "a part of its path is not a directory".to_owned(),
        io::ErrorKind::InvalidFilename => "its name is too long".to_owned(),
        io::ErrorKind::BrokenPipe => "the reader has closed it".to_owned(),
        _ => crate::text::system_error(error),
    }
}
