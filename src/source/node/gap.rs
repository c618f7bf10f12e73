//! What keeps a whole audit from being complete, as the reasons of single checks show it.

/// A cause for which many checks cannot be evaluated at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gap {
    /// Files or processes may not be read.
    Permission,
    /// The processes of the node cannot be seen.
    Processes,
    /// Directories of the node are not mounted into this container.
    Mounts,
    /// The deadline passed, or a read did not end.
    Time,
}

/// A part of the message of each error that is a gap.
const TEXTS: [(Gap, &str); 5] = [
    (Gap::Processes, "shows no processes of the node"),
    (Gap::Permission, "permission denied; run as root"),
    (Gap::Mounts, "is not mounted into this container"),
    (Gap::Time, "before the deadline of"),
    (Gap::Time, "timed out after"),
];

impl Gap {
    /// What to do about it where the message of the error does not say so.
    pub const fn step(self) -> Option<&'static str> {
        match self {
            Self::Processes => Some("start the container with --pid=host (hostPID: true in a pod)"),
            Self::Permission | Self::Mounts | Self::Time => None,
        }
    }

    /// The gap that a reason of a check names.
    pub fn of_reason(reason: &str) -> Option<Self> {
        TEXTS.into_iter().find(|(_, text)| reason.contains(text)).map(|(gap, _)| gap)
    }
}

#[cfg(test)]
mod tests {
    use super::super::error::{Capability, NonRegularFile, SourceError};
    use super::*;
    use std::time::Duration;

    fn gap_of(error: &SourceError) -> Option<Gap> {
        match error {
            SourceError::PermissionDenied(_) => Some(Gap::Permission),
            SourceError::ProcessesHidden => Some(Gap::Processes),
            SourceError::NotMounted(_) => Some(Gap::Mounts),
            SourceError::TimedOut(_) | SourceError::DeadlineExceeded(_) => Some(Gap::Time),
            SourceError::NotFound
            | SourceError::NotRegular(_)
            | SourceError::NotDirectory
            | SourceError::LinkToDirectory
            | SourceError::TooLarge(_)
            | SourceError::Changed
            | SourceError::Malformed(_)
            | SourceError::Io(_) => None,
        }
    }

    #[test]
    fn the_message_of_an_error_shows_its_gap() {
        let second = Duration::from_secs(1);
        for error in [
            SourceError::NotFound,
            SourceError::NotMounted("/etc".to_owned()),
            SourceError::PermissionDenied(Capability::DacReadSearch),
            SourceError::PermissionDenied(Capability::SysPtrace),
            SourceError::ProcessesHidden,
            SourceError::NotRegular(NonRegularFile::Fifo),
            SourceError::NotDirectory,
            SourceError::LinkToDirectory,
            SourceError::TooLarge(1),
            SourceError::Changed,
            SourceError::TimedOut(second),
            SourceError::DeadlineExceeded(second),
            SourceError::Malformed("x".to_owned()),
            SourceError::Io("x".to_owned()),
        ] {
            assert_eq!(Gap::of_reason(&format!("/etc/x {error}")), gap_of(&error), "{error}");
        }
    }
}
