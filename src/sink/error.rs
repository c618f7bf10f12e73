//! Why a report did not reach its destination.

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
