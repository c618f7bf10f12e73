//! Why a script was not run, and the errors that programs print for files that they cannot read.

use crate::source::node::{NonRegularFile, SourceError};
use crate::text::quote;

/// Why the interpreter did not run a script to its end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScriptError {
    /// The script uses something that the interpreter does not support; the text names it. A shell may be able to run it.
    #[error("not supported: {0}")]
    Unsupported(String),
    /// The script calls this helper script, which the interpreter does not know. A shell may be able to run it.
    #[error("not supported: the helper script {}", quote(.0))]
    HelperScript(String),
    /// The script is supported but could not be completed, for this reason.
    #[error("{0}")]
    Failed(String),
}

/// A script that uses `what`, which is a noun phrase.
pub(super) fn unsupported(what: impl Into<String>) -> ScriptError {
    ScriptError::Unsupported(what.into())
}

/// A file or directory that cannot be read, for a reason that is no answer of the file system.
pub(super) fn unreadable(path: &str, error: &SourceError) -> ScriptError {
    ScriptError::Failed(format!("{} {error}", quote(path)))
}

/// The C library's text for an error, which programs print after the path.
pub(super) fn errno_text(path: &str, error: &SourceError) -> Result<&'static str, ScriptError> {
    match error {
        // A script that ran inside this container would not see the file either.
        SourceError::NotFound | SourceError::NotMounted(_) => Ok("No such file or directory"),
        SourceError::PermissionDenied(_) => Ok("Permission denied"),
        SourceError::NotDirectory => Ok("Not a directory"),
        SourceError::NotRegular(NonRegularFile::Directory) => Ok("Is a directory"),
        SourceError::NotRegular(kind) => Err(unsupported(format!("reading {}, which is {kind}", quote(path)))),
        SourceError::ProcessesHidden
        | SourceError::TooLarge(_)
        | SourceError::Changed
        | SourceError::Malformed(_)
        | SourceError::TimedOut(_)
        | SourceError::DeadlineExceeded(_)
        | SourceError::LinkToDirectory
        | SourceError::Io(_) => Err(unreadable(path, error)),
    }
}

/// Accepts the errors that a shell and `test` take for an absent file; any other ends the script.
pub(super) fn ignore_absent(path: &str, error: &SourceError) -> Result<(), ScriptError> {
    match error {
        SourceError::NotFound
        | SourceError::NotMounted(_)
        | SourceError::PermissionDenied(_)
        | SourceError::NotDirectory => Ok(()),
        SourceError::NotRegular(_)
        | SourceError::TooLarge(_)
        | SourceError::ProcessesHidden
        | SourceError::Changed
        | SourceError::Malformed(_)
        | SourceError::TimedOut(_)
        | SourceError::DeadlineExceeded(_)
        | SourceError::LinkToDirectory
        | SourceError::Io(_) => Err(unreadable(path, error)),
    }
}
