//! Type, mode and owner of files.

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

/// Type, mode and owner of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Stat {
    /// The type.
    pub kind: FileKind,
    /// Permission bits with setuid, setgid and sticky (`07777`).
    pub mode: u32,
    /// Numeric owner.
    pub uid: u32,
    /// Numeric group.
    pub gid: u32,
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
