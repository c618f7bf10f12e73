//! Reads a file that the user names, within a limit. Such files are read from the disk here and nowhere else.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::Path;

/// Why a file of the user's is not read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum UserFileError {
    /// The system refuses.
    #[error("{}", crate::text::system_error(.0))]
    Io(#[from] io::Error),
    /// Its end may never come, or reading it may change something.
    #[error("it is {0}, not a regular file; save what is to be read to a file")]
    NotRegular(&'static str),
    /// It has more than this many bytes.
    #[error("the file is larger than {} MiB", .0 >> 20)]
    TooLarge(u64),
}

/// The content of a regular file, or of a pipe that the shell made (`<(COMMAND)`, `/dev/stdin`): at most `max_bytes`. A pipe is
/// read until its writer ends.
pub(crate) fn read_user_file(path: &Path, max_bytes: u64) -> Result<Vec<u8>, UserFileError> {
    read_at_most(open_user_file(path)?, max_bytes)
}

/// The content of standard input.
pub(crate) fn read_stdin(max_bytes: u64) -> Result<Vec<u8>, UserFileError> {
    read_at_most(io::stdin(), max_bytes)
}

/// Whether a path is a regular file, or cannot be examined.
#[expect(clippy::disallowed_methods, reason = "files that the user names are not part of the node")]
pub(super) fn may_be_regular(path: &Path) -> bool {
    std::fs::metadata(path).map_or(true, |found| found.is_file())
}

/// Opens a file without waiting for a writer. What it is, is asked before as well: opening a device can have an effect.
#[expect(clippy::disallowed_methods, reason = "files that the user names are not part of the node")]
pub(crate) fn open_user_file(path: &Path) -> Result<File, UserFileError> {
    require_readable(path, &std::fs::metadata(path)?)?;
    let nonblocking = rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOCTTY;
    let flags = i32::try_from(nonblocking.bits()).map_err(io::Error::other)?;
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    require_readable(path, &file.metadata()?)?;
    // The writer of a pipe may take its time.
    rustix::fs::fcntl_setfl(&file, rustix::fs::OFlags::empty()).map_err(io::Error::from)?;
    Ok(file)
}

fn require_readable(path: &Path, found: &std::fs::Metadata) -> Result<(), UserFileError> {
    let kind = found.file_type();
    let what = match () {
        () if kind.is_file() => return Ok(()),
        () if kind.is_dir() => return Err(io::Error::from(io::ErrorKind::IsADirectory).into()),
        () if kind.is_fifo() && is_made_by_the_shell(path) => return Ok(()),
        () if kind.is_fifo() => "a FIFO",
        () if kind.is_socket() => "a socket",
        () if kind.is_char_device() || kind.is_block_device() => "a device",
        () => "something else",
    };
    Err(UserFileError::NotRegular(what))
}

/// Whether a path is a file descriptor of this process.
fn is_made_by_the_shell(path: &Path) -> bool {
    path == Path::new("/dev/stdin") || path.starts_with("/dev/fd") || path.starts_with("/proc/self/fd")
}

/// The whole of an input: at most `max_bytes`.
pub(crate) fn read_at_most(input: impl Read, max_bytes: u64) -> Result<Vec<u8>, UserFileError> {
    let mut bytes = Vec::new();
    input.take(max_bytes.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > max_bytes {
        return Err(UserFileError::TooLarge(max_bytes));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::fs::{CWD, FileType, mknodat};

    #[test]
    fn regular_files_within_the_limit_are_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("a");
        std::fs::write(&file, "12345").expect("a file");
        assert_eq!(read_user_file(&file, 5).expect("the content"), b"12345");
        assert!(matches!(read_user_file(&file, 4), Err(UserFileError::TooLarge(4))));
        let error = read_user_file(&folder.path().join("b"), 5).expect_err("no file");
        assert_eq!(error.to_string(), "no such file or directory");
    }

    #[test]
    fn what_has_no_end_is_refused_at_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let fifo = folder.path().join("fifo");
        mknodat(CWD, &fifo, FileType::Fifo, 0o600.into(), 0).expect("a FIFO");
        let cases = [(fifo.as_path(), "a FIFO"), (Path::new("/dev/zero"), "a device")];
        for (path, what) in cases {
            let error = read_user_file(path, 1 << 40).expect_err(what).to_string();
            assert_eq!(error, format!("it is {what}, not a regular file; save what is to be read to a file"));
        }
        assert_eq!(read_user_file(folder.path(), 1).expect_err("a folder").to_string(), "is a directory");
    }

    #[test]
    fn a_pipe_of_the_shell_is_read_to_its_end() {
        use std::io::Write as _;
        use std::os::fd::AsRawFd as _;
        let (reader, mut writer) = io::pipe().expect("a pipe");
        let writing = std::thread::spawn(move || {
            std::thread::sleep(std::time::Duration::from_millis(20));
            writer.write_all(b"name: a").expect("a written text");
        });
        let path = format!("/proc/self/fd/{}", reader.as_raw_fd());
        assert_eq!(read_user_file(Path::new(&path), 100).expect("the content"), b"name: a");
        writing.join().expect("the writer");
    }
}
