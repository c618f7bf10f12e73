//! Errors of system calls as [`SourceError`]s.

use crate::source::node::error::{Capability, SourceError};
use crate::text::system_error;
use rustix::io::Errno;

/// `needs` is the capability that would allow a call that was refused.
pub(super) fn source_error(error: Errno, needs: Capability) -> SourceError {
    match error {
        Errno::NOENT | Errno::SRCH => SourceError::NotFound,
        Errno::NOTDIR => SourceError::NotDirectory,
        Errno::ACCESS | Errno::PERM => SourceError::PermissionDenied(needs),
        other => SourceError::Io(system_error(&other.into())),
    }
}

/// The error of a call on a file of the node.
pub(super) fn file_error(error: Errno) -> SourceError {
    source_error(error, Capability::DacReadSearch)
}

/// The error of a call on a process of the node.
pub(super) fn process_error(error: Errno) -> SourceError {
    source_error(error, Capability::SysPtrace)
}
