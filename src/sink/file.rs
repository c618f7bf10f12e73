//! A file as a destination. A regular file is replaced in one step once the report is complete; anything else is written in
//! place.

use super::error::SinkError;
use crate::text::system_error;
use rustix::fs::{Access, access};
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _, fchown};
use std::path::{Path, PathBuf};

/// Links to follow from the name that the user gave.
const MAX_LINKS: usize = 40;

/// The mode of a new file, before the process's mask.
const NEW_FILE_MODE: u32 = 0o666;
/// The mode of a file that only its owner may read.
const PRIVATE_MODE: u32 = 0o600;

/// A file that can be written.
#[derive(Debug)]
pub(crate) struct FileSink {
    /// As the user named it.
    name: PathBuf,
    /// With the links at its end followed.
    path: PathBuf,
    replace: bool,
    /// Whether only its owner may read it, whatever the mode of a file that was there.
    private: bool,
}

impl FileSink {
    /// Checks that the file can be written, and changes nothing.
    pub(crate) fn open(name: &Path) -> Result<Self, SinkError> {
        let failed = |reason: String| SinkError::File { path: name.to_owned(), reason };
        let path = absolute(&follow(name).map_err(&failed)?);
        let folder = parent(&path);
        let can_replace = || access(folder, Access::WRITE_OK | Access::EXEC_OK);
        let sink = |replace| Self { name: name.to_owned(), path: path.clone(), replace, private: false };
        match metadata(&path) {
            Ok(found) if found.is_dir() => Err(failed("it is a directory; name a file in it".to_owned())),
            Ok(found) if found.file_type().is_socket() => Err(failed("it is a socket".to_owned())),
            Ok(found) => {
                access(&path, Access::WRITE_OK).map_err(|e| failed(system_error(&e.into())))?;
                Ok(sink(found.is_file() && can_replace().is_ok()))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                can_replace()
                    .map_err(|e| failed(format!("the directory {}: {}", folder.display(), system_error(&e.into()))))?;
                Ok(sink(true))
            }
            Err(error) => Err(failed(system_error(&error))),
        }
    }

    /// The same file, which only its owner may read.
    pub(crate) fn private(self) -> Self {
        Self { private: true, ..self }
    }

    /// The file, as the user named it.
    pub(crate) fn name(&self) -> &Path {
        &self.name
    }

    /// Whether two names are one file.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.path == other.path
    }

    /// Replaces the content.
    pub(crate) fn write(&self, bytes: &[u8]) -> Result<(), SinkError> {
        let written = if self.replace { self.replace(bytes) } else { self.write_in_place(bytes) };
        written.map_err(|e| self.error(&e))
    }

    /// Why the file does not get its content.
    pub(super) fn error(&self, error: &io::Error) -> SinkError {
        SinkError::File { path: self.name.clone(), reason: system_error(error) }
    }

    fn replace(&self, bytes: &[u8]) -> io::Result<()> {
        let before = metadata(&self.path).ok();
        let mut new = tempfile::Builder::new()
            .prefix(".nodeproof-")
            .permissions(fs::Permissions::from_mode(if self.private { PRIVATE_MODE } else { NEW_FILE_MODE }))
            .tempfile_in(parent(&self.path))?;
        new.write_all(bytes)?;
        if let Some(before) = &before {
            keep_owner(new.as_file(), before)?;
            if !self.private {
                new.as_file().set_permissions(fs::Permissions::from_mode(before.mode() & 0o7777))?;
            }
        }
        new.as_file().sync_all()?;
        match new.persist(&self.path) {
            Ok(_) => Ok(()),
            // A file that is mounted into a container by itself cannot be replaced.
            Err(refused) if refused.error.kind() == io::ErrorKind::ResourceBusy => self.write_in_place(bytes),
            Err(refused) => Err(refused.error),
        }
    }

    fn write_in_place(&self, bytes: &[u8]) -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).truncate(true).open(&self.path)?;
        // A device or pipe is none of ours.
        if self.private && file.metadata()?.is_file() {
            file.set_permissions(fs::Permissions::from_mode(PRIVATE_MODE))?;
        }
        match file.write_all(bytes) {
            // The reader of a pipe may stop early.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => other,
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a sink looks at files of the user")]
fn metadata(path: &Path) -> io::Result<Metadata> {
    fs::metadata(path)
}

/// The name with the links at its end followed, for a link is not replaced by the file it points to.
fn follow(name: &Path) -> Result<PathBuf, String> {
    let mut path = name.to_owned();
    for _ in 0..MAX_LINKS {
        match fs::read_link(&path) {
            Ok(target) => path = parent(&path).join(target),
            Err(_) => return Ok(path),
        }
    }
    Err("there are too many levels of symbolic links".to_owned())
}

/// The path under the one name that its folder has, so that two spellings of one file are the same. One whose folder is not
/// there stays as it is.
fn absolute(path: &Path) -> PathBuf {
    match (fs::canonicalize(parent(path)), path.file_name()) {
        (Ok(folder), Some(name)) => folder.join(name),
        (Ok(_) | Err(_), _) => path.to_owned(),
    }
}

fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        Some(_) | None => Path::new("."),
    }
}

fn keep_owner(file: &File, before: &Metadata) -> io::Result<()> {
    let now = file.metadata()?;
    if (now.uid(), now.gid()) != (before.uid(), before.gid()) {
        fchown(file, Some(before.uid()), Some(before.gid()))?;
    }
    Ok(())
}
