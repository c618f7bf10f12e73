//! Why the operating system refused to read or write, in our words: the standard library's end in `(os error 2)`.

use std::borrow::Cow;
use std::io::{Error, ErrorKind};

/// The reason for a failed system call, without the path.
pub(crate) fn io_reason(error: &Error) -> Cow<'static, str> {
    let reason = match error.kind() {
        ErrorKind::NotFound => "no such file or directory",
        ErrorKind::PermissionDenied => "permission denied",
        ErrorKind::IsADirectory => "is a directory",
        ErrorKind::NotADirectory => "a part of the path is not a directory",
        ErrorKind::InvalidData => "is not UTF-8 text",
        ErrorKind::InvalidFilename => "the file name is too long or has a character that is not allowed",
        ErrorKind::ReadOnlyFilesystem => "the file system is read-only",
        ErrorKind::StorageFull => "no space left on the device",
        ErrorKind::QuotaExceeded => "disk quota exceeded",
        ErrorKind::FileTooLarge => "the file is too large",
        ErrorKind::ResourceBusy => "device or resource busy",
        ErrorKind::TimedOut => "timed out",
        ErrorKind::Interrupted => "interrupted",
        ErrorKind::OutOfMemory => "out of memory",
        ErrorKind::BrokenPipe => "the reader closed the pipe",
        ErrorKind::StaleNetworkFileHandle => "stale network file handle",
        ErrorKind::Unsupported => "not supported by the file system",
        // The standard library may know more kinds than this version of it names.
        _ => return other_reason(error),
    };
    Cow::Borrowed(reason)
}

/// Kinds that the standard library has no stable name for.
fn other_reason(error: &Error) -> Cow<'static, str> {
    match error.raw_os_error().map(rustix::io::Errno::from_raw_os_error) {
        Some(rustix::io::Errno::LOOP) => "too many symbolic links".into(),
        Some(rustix::io::Errno::IO) => "input/output error".into(),
        Some(other) => format!("error number {}", other.raw_os_error()).into(),
        None => "input/output error".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_do_not_quote_the_standard_library() {
        let cases = [
            (2, "no such file or directory"),
            (5, "input/output error"),
            (13, "permission denied"),
            (20, "a part of the path is not a directory"),
            (21, "is a directory"),
            (28, "no space left on the device"),
            (36, "the file name is too long or has a character that is not allowed"),
            (40, "too many symbolic links"),
            (61, "error number 61"),
        ];
        for (number, expected) in cases {
            assert_eq!(io_reason(&Error::from_raw_os_error(number)), expected, "{number}");
        }
        assert_eq!(io_reason(&Error::new(ErrorKind::InvalidData, "stream")), "is not UTF-8 text");
        assert_eq!(io_reason(&Error::other("library text")), "input/output error");
    }
}
