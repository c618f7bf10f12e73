//! Access to a node's files.

use super::error::SourceError;
use super::path::{HostPath, MAX_LINKS, components};
use super::stat::{Lstat, Metadata, Stat, Walked};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// The files of a node.
pub trait FileSource {
    /// Type, mode, owner and size. A symlink at the end of the path is not followed.
    fn lstat(&self, path: &HostPath) -> Result<Lstat, SourceError>;

    /// Type, mode and owner. Symlinks are followed inside the path's root.
    fn stat(&self, path: &HostPath) -> Result<Stat, SourceError>;

    /// [`lstat`](Self::lstat) and [`stat`](Self::stat) together.
    fn metadata(&self, path: &HostPath) -> Result<Metadata, SourceError> {
        let own = self.lstat(path)?;
        let followed = if own.target.is_some() { self.stat(path) } else { Ok(own.stat) };
        Ok(Metadata { own, followed })
    }

    /// Whether one call of [`metadata_all`](Self::metadata_all) costs less than many calls.
    fn answers_together(&self) -> bool {
        false
    }

    /// [`metadata`](Self::metadata) of many paths, in their order. A source that stops answering returns fewer results: those
    /// up to the path where it stopped. One that gains nothing returns none.
    fn metadata_all(&self, _paths: &[HostPath]) -> Vec<Result<Metadata, SourceError>> {
        Vec::new()
    }

    /// The content of a regular file of at most [`MAX_FILE_BYTES`](super::MAX_FILE_BYTES).
    fn read(&self, path: &HostPath) -> Result<Vec<u8>, SourceError>;

    /// When the content of a file was last changed, in seconds since 1970, if that is known.
    fn modified(&self, _path: &HostPath) -> Option<u64> {
        None
    }

    /// The names in a directory, sorted.
    fn list(&self, path: &HostPath) -> Result<Vec<String>, SourceError>;

    /// Calls `visit` for a directory and everything below it on the same file system. Symlinks are followed to say what
    /// they point to; a directory behind one is not walked.
    fn walk(&self, path: &HostPath, visit: &mut dyn FnMut(&Path, Walked)) -> Result<(), SourceError>;
}

/// The directories and symlinks that a path leads through, each once: whoever can write to one of them can put another file at
/// the path. A directory that is not mounted into the container of this program is the container's own there, says nothing of
/// the node and is left out.
pub fn directories_to(
    path: &HostPath,
    lstat: &dyn Fn(&HostPath) -> Result<Lstat, SourceError>,
) -> Result<Vec<(PathBuf, Stat)>, SourceError> {
    let top = PathBuf::from("/");
    let mut steps = Vec::new();
    match lstat(&path.with_path(&top)) {
        Ok(found) => steps.push((top.clone(), found.stat)),
        Err(SourceError::NotMounted(_)) => {}
        Err(error) => return Err(error),
    }
    let mut here = top.clone();
    let mut pending: Vec<OsString> = components(&path.path).map(OsStr::to_os_string).collect();
    let mut links = 0;
    while let Some(name) = pending.pop() {
        if name == ".." {
            here.pop();
            continue;
        }
        let next = here.join(&name);
        let found = match lstat(&path.with_path(&next)) {
            Err(SourceError::NotMounted(_)) if !pending.is_empty() => {
                here = next;
                continue;
            }
            found => found?,
        };
        let is_on_the_way = !pending.is_empty() || found.target.is_some();
        if is_on_the_way && !steps.iter().any(|(known, _)| *known == next) {
            steps.push((next.clone(), found.stat));
        }
        if let Some(target) = found.target {
            links += 1;
            if links > MAX_LINKS {
                return Err(SourceError::Io("too many links".to_owned()));
            }
            if target.is_absolute() {
                here.clone_from(&top);
            }
            pending.extend(components(&target).map(OsStr::to_os_string));
        } else {
            here = next;
        }
    }
    Ok(steps)
}
