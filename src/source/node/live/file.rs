//! Open files and what is read from them.

use super::errno::file_error;
use crate::source::node::error::{NonRegularFile, SourceError};
use crate::source::node::limits::MAX_FILE_BYTES;
use crate::source::node::stat::{FileKind, Stat};
use crate::text::system_error;
use rustix::fs::{FileType, Mode, OFlags};
use rustix::io::Errno;
use std::fs::File;
use std::io::{self, Read as _};
use std::os::fd::{AsRawFd as _, BorrowedFd, OwnedFd};

/// Opens a path without access to its content: this has no effect on what it names.
pub(super) const PATH_ONLY: OFlags = OFlags::PATH;
/// Opens a file for reading without waiting for the writer of a FIFO or becoming the owner of a terminal.
pub(super) const READ: OFlags = OFlags::RDONLY.union(OFlags::NONBLOCK).union(OFlags::NOCTTY);
/// Opens a directory for listing.
pub(super) const DIRECTORY: OFlags =
    OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NONBLOCK).union(OFlags::CLOEXEC);

/// Opens for reading what is already open with [`PATH_ONLY`]: the same file, whatever has its name by now.
pub(super) fn reopen(path_only: &OwnedFd) -> Result<OwnedFd, Errno> {
    let own = format!("/proc/self/fd/{}", path_only.as_raw_fd());
    rustix::fs::open(own, READ | OFlags::CLOEXEC, Mode::empty())
}

/// The content of a regular file, if nothing wrote to it meanwhile.
pub(super) fn read_unchanged(mut file: File) -> Result<Vec<u8>, SourceError> {
    let stat = |file: &File| rustix::fs::fstat(file).map_err(file_error);
    let before = stat(&file)?;
    let size = u64::try_from(before.st_size).unwrap_or_default();
    if size > MAX_FILE_BYTES {
        return Err(SourceError::TooLarge(MAX_FILE_BYTES));
    }
    // A buffer that grows takes up to twice the memory.
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default() + 1);
    (&mut file).take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(|e| SourceError::Io(system_error(&e)))?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(SourceError::TooLarge(MAX_FILE_BYTES));
    }
    let after = stat(&file)?;
    let times = |s: &rustix::fs::Stat| (s.st_size, s.st_mtime, s.st_mtime_nsec, s.st_ctime, s.st_ctime_nsec);
    // Files of the kernel, as below /proc, have size 0 and any content.
    let is_whole = size == 0 || bytes.len() as u64 == size;
    if times(&before) == times(&after) && is_whole { Ok(bytes) } else { Err(SourceError::Changed) }
}

/// The first bytes of a file whose size is not known before, as below /proc.
pub(super) fn read_at_most(file: File, limit: u64) -> io::Result<Vec<u8>> {
    // Most are smaller. The kernel makes the whole content for every read call, so few calls are made.
    const EXPECTED: usize = 4096;
    let mut bytes = Vec::with_capacity(EXPECTED);
    file.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// [`read_at_most`] of a file in an open directory.
pub(super) fn read_in(directory: BorrowedFd<'_>, name: &str, limit: u64) -> Result<Vec<u8>, Errno> {
    let file = rustix::fs::openat(directory, name, READ | OFlags::CLOEXEC, Mode::empty())?;
    read_at_most(File::from(file), limit).map_err(|e| Errno::from_io_error(&e).unwrap_or(Errno::IO))
}

/// Refuses everything but a regular file.
pub(super) fn require_regular(stat: &rustix::fs::Stat) -> Result<(), SourceError> {
    Err(SourceError::NotRegular(match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => return Ok(()),
        FileType::Directory => NonRegularFile::Directory,
        FileType::Fifo => NonRegularFile::Fifo,
        FileType::Socket => NonRegularFile::Socket,
        FileType::CharacterDevice | FileType::BlockDevice => NonRegularFile::Device,
        FileType::Symlink | FileType::Unknown => NonRegularFile::Other,
    }))
}

/// Type, mode and owner.
pub(super) fn to_stat(stat: &rustix::fs::Stat) -> Stat {
    Stat {
        kind: match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => FileKind::File,
            FileType::Directory => FileKind::Directory,
            FileType::Fifo
            | FileType::Socket
            | FileType::CharacterDevice
            | FileType::BlockDevice
            | FileType::Symlink
            | FileType::Unknown => FileKind::Special,
        },
        mode: Some(stat.st_mode & 0o7777),
        uid: Some(stat.st_uid),
        gid: Some(stat.st_gid),
    }
}
