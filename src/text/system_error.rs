//! Errors of the operating system, in words for a user: the texts of the standard library end in `(os error 2)`.

use rustix::io::Errno;
use std::io::{Error, ErrorKind};

/// Why a system call failed, without the path.
pub(crate) fn system_error(error: &Error) -> String {
    let reason = match error.kind() {
        ErrorKind::NotFound => "no such file or directory",
        ErrorKind::PermissionDenied => "permission denied",
        ErrorKind::IsADirectory => "is a directory",
        ErrorKind::NotADirectory => "a part of the path is not a directory",
        ErrorKind::InvalidData => "the data is not valid",
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
        ErrorKind::InvalidInput => "invalid argument",
        ErrorKind::UnexpectedEof => "the data ends too early",
        ErrorKind::ConnectionRefused => "connection refused",
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted => "the other side closed the connection",
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable | ErrorKind::NetworkDown => {
            "the host cannot be reached"
        }
        ErrorKind::Unsupported => "not supported by the file system",
        // The standard library may know more kinds than this version of it names.
        _ => return other_reason(error),
    };
    reason.to_owned()
}

/// Kinds that the standard library has no stable name for.
fn other_reason(error: &Error) -> String {
    match error.raw_os_error().map(Errno::from_raw_os_error) {
        Some(Errno::LOOP) => "too many symbolic links".to_owned(),
        Some(Errno::MFILE | Errno::NFILE) => "the limit of open files is reached; raise it (ulimit -n)".to_owned(),
        Some(Errno::AGAIN) => "a limit of processes or memory is reached".to_owned(),
        Some(Errno::NODEV | Errno::NXIO) => "no such device".to_owned(),
        Some(Errno::IO) => "input/output error".to_owned(),
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
            (11, "a limit of processes or memory is reached"),
            (13, "permission denied"),
            (20, "a part of the path is not a directory"),
            (21, "is a directory"),
            (22, "invalid argument"),
            (24, "the limit of open files is reached; raise it (ulimit -n)"),
            (28, "no space left on the device"),
            (36, "the file name is too long or has a character that is not allowed"),
            (40, "too many symbolic links"),
            (61, "error number 61"),
            (111, "connection refused"),
            (113, "the host cannot be reached"),
        ];
        for (number, expected) in cases {
            assert_eq!(system_error(&Error::from_raw_os_error(number)), expected, "{number}");
        }
        assert_eq!(system_error(&Error::new(ErrorKind::InvalidData, "stream")), "the data is not valid");
        assert_eq!(system_error(&Error::other("library text")), "input/output error");
    }
}
