//! Walks a tree of a live machine: everything below a folder, on one file system, within bounds. Follows no link.

use super::{FOLDER, LiveSource, stat_of, trouble};
use crate::source::node::{
    Capability, HostPath, MAX_TREE_DEPTH, MAX_TREE_ENTRIES, Machine as _, NodeSource as _, SourceError, Stat,
    behind_link,
};
use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags};
use std::ffi::{CString, OsStr};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

/// Folders that wait to be walked; a folder of more folders is not gone through to its end.
const MAX_WAITING: usize = 1 << 16;

/// What a walk carries along.
pub(super) struct Walk<'v> {
    host: &'v LiveSource,
    device: u64,
    left: usize,
    waiting: usize,
    visit: &'v mut dyn FnMut(&Path, Result<Stat, SourceError>),
}

/// A folder that waits to be walked: its name, and what it was when it was seen.
type Waiting = (CString, rustix::fs::Stat);

impl<'v> Walk<'v> {
    /// A walk on this device, which calls `visit` for all that it sees.
    pub(super) fn new(
        host: &'v LiveSource,
        device: u64,
        visit: &'v mut dyn FnMut(&Path, Result<Stat, SourceError>),
    ) -> Self {
        Self { host, device, left: MAX_TREE_ENTRIES, waiting: 0, visit }
    }

    /// Everything below an open folder. Files are looked at by name in it: nothing on the way can be swapped.
    pub(super) fn below(&mut self, place: &HostPath, folder: &OwnedFd) {
        self.folder(place, folder, MAX_TREE_DEPTH);
    }

    fn folder(&mut self, place: &HostPath, folder: &OwnedFd, depth: usize) {
        let mut folders = Vec::new();
        if let Err(trouble) = self.entries(place, folder, &mut folders) {
            (self.visit)(&place.path, Err(trouble));
        }
        self.waiting += folders.len();
        for (name, stat) in folders {
            self.waiting -= 1;
            let path = place.path.join(OsStr::from_bytes(name.to_bytes()));
            (self.visit)(&path, Ok(stat_of(&stat)));
            let problem = if stat.st_dev != self.device {
                "another file system is mounted there; it is not walked".to_owned()
            } else if depth == 0 {
                format!("the tree is deeper than {MAX_TREE_DEPTH} folders")
            } else {
                match rustix::fs::openat(folder, &name, FOLDER | OFlags::NOFOLLOW, Mode::empty()) {
                    Ok(fd) => self.folder(&place.with_path(path), &fd, depth - 1),
                    Err(e) => (self.visit)(&path, Err(changed(e))),
                }
                continue;
            };
            (self.visit)(&path, Err(SourceError::Io(problem)));
        }
    }

    /// The things in a folder, but for the folders in it, which are told apart.
    fn entries(&mut self, place: &HostPath, folder: &OwnedFd, folders: &mut Vec<Waiting>) -> Result<(), SourceError> {
        let denied = |e| trouble(e, Capability::DacReadSearch);
        for entry in Dir::read_from(folder).map_err(denied)? {
            let entry = entry.map_err(denied)?;
            let name = entry.file_name();
            if matches!(name.to_bytes(), b"." | b"..") {
                continue;
            }
            self.host.pulse().beat();
            if self.left == 0 {
                return Err(SourceError::Io(format!("the tree has more than {MAX_TREE_ENTRIES} entries")));
            }
            self.left -= 1;
            let path = place.path.join(OsStr::from_bytes(name.to_bytes()));
            match rustix::fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW) {
                Err(e) => (self.visit)(&path, Err(changed(e))),
                Ok(stat) => match FileType::from_raw_mode(stat.st_mode) {
                    FileType::Directory if self.waiting + folders.len() < MAX_WAITING => {
                        folders.push((name.to_owned(), stat));
                    }
                    FileType::Directory => {
                        return Err(SourceError::Io(format!(
                            "the tree has more than {MAX_WAITING} folders beside each other"
                        )));
                    }
                    FileType::Symlink => {
                        (self.visit)(&path, behind_link(self.host.stat(&place.with_path(&path))));
                    }
                    _ => (self.visit)(&path, Ok(stat_of(&stat))),
                },
            }
        }
        Ok(())
    }
}

/// What was just seen in its folder, and is not there any more, was taken away meanwhile.
fn changed(error: rustix::io::Errno) -> SourceError {
    match trouble(error, Capability::DacReadSearch) {
        SourceError::NotFound | SourceError::NotDirectory => SourceError::Changed,
        other => other,
    }
}
