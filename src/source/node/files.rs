//! Access to a node's files.

use super::error::SourceError;
use super::path::HostPath;
use super::stat::{FileKind, Lstat, Stat};
use std::path::Path;

/// The files of a node.
pub trait FileSource {
    /// Type, mode, owner and size. A symlink at the end of the path is not followed.
    fn lstat(&self, path: &HostPath) -> Result<Lstat, SourceError>;

    /// Type, mode and owner. Symlinks are followed inside the path's root.
    fn stat(&self, path: &HostPath) -> Result<Stat, SourceError>;

    /// [`stat`](Self::stat) of many paths, in their order, for a source where one call costs less than many. A source
    /// that stops answering returns fewer results: those up to the path where it stopped. One that gains nothing returns
    /// none.
    fn stat_all(&self, _paths: &[HostPath]) -> Vec<Result<Stat, SourceError>> {
        Vec::new()
    }

    /// The content of a regular file of at most [`MAX_FILE_BYTES`](super::MAX_FILE_BYTES).
    fn read(&self, path: &HostPath) -> Result<Vec<u8>, SourceError>;

    /// The names in a directory, sorted.
    fn list(&self, path: &HostPath) -> Result<Vec<String>, SourceError>;

    /// Calls `visit` for a directory and everything below it on the same file system. Symlinks are followed to say what
    /// they point to; a directory behind one is not walked.
    fn walk(&self, path: &HostPath, visit: &mut dyn FnMut(&Path, Result<Stat, SourceError>))
    -> Result<(), SourceError>;
}

/// What a walk says of a symlink, given the [`Stat`] of its target. What is below a directory behind it is unknown.
pub(super) fn walked_symlink(target: Result<Stat, SourceError>) -> Result<Stat, SourceError> {
    match target {
        Ok(Stat { kind: FileKind::Directory, .. }) => {
            Err(SourceError::Io("it is a symlink to a directory, which is not walked".to_owned()))
        }
        other => other,
    }
}
