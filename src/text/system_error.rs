//! Errors of the operating system, in words for a user: the texts of the standard library end in `(os error 2)`.

use std::io::{Error, ErrorKind};

/// Why a system call failed, without the path.
pub(crate) fn system_error(error: &Error) -> String {
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
    reason.to_owned()
}

/// Kinds that the standard library has no stable name for.
fn other_reason(error: &Error) -> String {
    match error.raw_os_error().map(rustix::io::Errno::from_raw_os_error) {
        Some(rustix::io::Errno::LOOP) => "too many symbolic links".to_owned(),
        Some(rustix::io::Errno::IO) => "input/output error".to_owned(),
        Some(other) => format!("error number {}", other.raw_os_error()),
        None => "input/output error".to_owned(),
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
            assert_eq!(system_error(&Error::from_raw_os_error(number)), expected, "{number}");
        }
        assert_eq!(system_error(&Error::new(ErrorKind::InvalidData, "stream")), "is not UTF-8 text");
        assert_eq!(system_error(&Error::other("library text")), "input/output error");
    }
}
