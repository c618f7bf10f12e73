//! Type, mode and owner of files.

use super::error::SourceError;
use std::path::PathBuf;

/// A file's type, as far as checks distinguish it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FileKind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A FIFO, socket, device or symlink.
    Special,
}

/// Type, mode and owner of a file. A file that exists has all of them; a described host need not say them, and `None` is what it
/// does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Stat {
    /// The type.
    pub kind: FileKind,
    /// Permission bits with setuid, setgid and sticky (`07777`).
    pub mode: Option<u32>,
    /// Numeric owner.
    pub uid: Option<u32>,
    /// Numeric group.
    pub gid: Option<u32>,
}

/// What `lstat(2)` says of a path: a symlink at its end is not followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lstat {
    /// Type, mode and owner. A symlink is [`FileKind::Special`].
    pub stat: Stat,
    /// Bytes of content.
    pub size: u64,
    /// The target, if it is a symlink.
    pub target: Option<PathBuf>,
}

/// What is at a path: a symlink at its end both as itself and followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    /// The path itself.
    pub own: Lstat,
    /// What it leads to, if it is a symlink; else the path itself.
    pub followed: Result<Stat, SourceError>,
}

/// What a walk finds at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Walked {
    /// Type, mode and owner; of a symlink those of its target, or that it leads to a directory.
    pub stat: Result<Stat, SourceError>,
    /// Whether the path is a symlink.
    pub is_link: bool,
}

impl Walked {
    /// A symlink, given the [`Stat`] of its target. What is below a directory behind it is unknown.
    pub(super) fn link(target: Result<Stat, SourceError>) -> Self {
        let stat = match target {
            Ok(Stat { kind: FileKind::Directory, .. }) => Err(SourceError::LinkToDirectory),
            other => other,
        };
        Self { stat, is_link: true }
    }
}

impl From<Result<Stat, SourceError>> for Walked {
    /// What is not a symlink.
    fn from(stat: Result<Stat, SourceError>) -> Self {
        Self { stat, is_link: false }
    }
}
