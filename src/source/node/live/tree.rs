//! Walks the tree below a directory of a live machine: one file system, bounded, never through a symlink.

use super::errno::file_error;
use super::file::{DIRECTORY, to_stat};
use crate::source::node::error::SourceError;
use crate::source::node::heartbeat::Heartbeat;
use crate::source::node::limits::{MAX_TREE_DEPTH, MAX_TREE_ENTRIES};
use crate::source::node::path::HostPath;
use crate::source::node::stat::{Stat, Walked};
use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags};
use std::ffi::{CString, OsStr};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

/// Directories seen and not yet walked, over all levels.
const MAX_PENDING: usize = 1 << 16;

/// The state of a walk.
pub(super) struct Walk<'w> {
    device: u64,
    heartbeat: &'w Heartbeat,
    entries_left: usize,
    pending: usize,
    stat_symlink: &'w mut dyn FnMut(&HostPath) -> Result<Stat, SourceError>,
    visit: &'w mut dyn FnMut(&Path, Walked),
}

/// A directory to walk: its name, and its stat when it was seen.
type Pending = (CString, rustix::fs::Stat);

impl<'w> Walk<'w> {
    /// A walk on one device that calls `visit` for each entry, and `stat_symlink` for what a symlink points to.
    pub(super) fn new(
        device: u64,
        heartbeat: &'w Heartbeat,
        stat_symlink: &'w mut dyn FnMut(&HostPath) -> Result<Stat, SourceError>,
        visit: &'w mut dyn FnMut(&Path, Walked),
    ) -> Self {
        Self { device, heartbeat, entries_left: MAX_TREE_ENTRIES, pending: 0, stat_symlink, visit }
    }

    /// Walks everything below an open directory. Entries are opened relative to it, so that no directory on the way can
    /// be replaced meanwhile.
    pub(super) fn walk_below(&mut self, path: &HostPath, directory: &OwnedFd) {
        self.walk_directory(path, directory, MAX_TREE_DEPTH);
    }

    fn walk_directory(&mut self, path: &HostPath, directory: &OwnedFd, depth_left: usize) {
        let mut directories = Vec::new();
        if let Err(error) = self.visit_entries(path, directory, &mut directories) {
            (self.visit)(&path.path, Err(error).into());
        }
        self.pending += directories.len();
        for (name, stat) in directories {
            self.pending -= 1;
            let below = path.path.join(OsStr::from_bytes(name.to_bytes()));
            (self.visit)(&below, Ok(to_stat(&stat)).into());
            let problem = if stat.st_dev != self.device {
                "another file system is mounted there, which is not walked".to_owned()
            } else if depth_left == 0 {
                format!("the tree is deeper than {MAX_TREE_DEPTH} directories")
            } else {
                match rustix::fs::openat(directory, &name, DIRECTORY | OFlags::NOFOLLOW, Mode::empty()) {
                    Ok(fd) => self.walk_directory(&path.with_path(below), &fd, depth_left - 1),
                    Err(e) => (self.visit)(&below, Err(seen_before(e)).into()),
                }
                continue;
            };
            (self.visit)(&below, Err(SourceError::Io(problem)).into());
        }
    }

    /// Visits the entries of a directory that are not directories, and collects those that are.
    fn visit_entries(
        &mut self,
        path: &HostPath,
        directory: &OwnedFd,
        directories: &mut Vec<Pending>,
    ) -> Result<(), SourceError> {
        for entry in Dir::read_from(directory).map_err(file_error)? {
            let entry = entry.map_err(file_error)?;
            let name = entry.file_name();
            if matches!(name.to_bytes(), b"." | b"..") {
                continue;
            }
            self.heartbeat.beat();
            if self.entries_left == 0 {
                return Err(SourceError::Io(format!("the tree has more than {MAX_TREE_ENTRIES} entries")));
            }
            self.entries_left -= 1;
            let below = path.path.join(OsStr::from_bytes(name.to_bytes()));
            match rustix::fs::statat(directory, name, AtFlags::SYMLINK_NOFOLLOW) {
                Err(e) => (self.visit)(&below, Err(seen_before(e)).into()),
                Ok(stat) => match FileType::from_raw_mode(stat.st_mode) {
                    FileType::Directory if self.pending + directories.len() < MAX_PENDING => {
                        directories.push((name.to_owned(), stat));
                    }
                    FileType::Directory => {
                        return Err(SourceError::Io(format!(
                            "the tree has more than {MAX_PENDING} directories side by side"
                        )));
                    }
                    FileType::Symlink => {
                        let target = (self.stat_symlink)(&path.with_path(&below));
                        (self.visit)(&below, Walked::link(target));
                    }
                    FileType::RegularFile
                    | FileType::Fifo
                    | FileType::Socket
                    | FileType::CharacterDevice
                    | FileType::BlockDevice
                    | FileType::Unknown => (self.visit)(&below, Ok(to_stat(&stat)).into()),
                },
            }
        }
        Ok(())
    }
}

/// The error for an entry that its directory named a moment before: if it is gone now, the tree changed.
fn seen_before(error: rustix::io::Errno) -> SourceError {
    match file_error(error) {
        SourceError::NotFound | SourceError::NotDirectory => SourceError::Changed,
        other => other,
    }
}
