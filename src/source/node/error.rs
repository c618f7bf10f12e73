//! Why something on a node could not be read. None of these reasons is ever a pass.

use std::fmt;
use std::time::Duration;

/// Why a source has no answer. The message follows the subject: `/etc/x does not exist`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// There is nothing at this path, or no such process.
    #[error("does not exist")]
    NotFound,
    /// The path is outside of what is mounted into this container. Holds the directory to mount.
    #[error("is not mounted into this container; add {}", mount_option(.0))]
    NotMounted(String),
    /// It exists, and this process may not read it.
    #[error("cannot be read: permission denied; run as root; in a container, also add {0}")]
    PermissionDenied(Capability),
    /// It shows the processes of this container alone. [`Gap::step`](super::Gap::step) says what to do.
    #[error("shows no processes of the node")]
    ProcessesHidden,
    /// It is not a regular file.
    #[error("is {0}, not a regular file")]
    NotRegular(NonRegularFile),
    /// It is not a directory.
    #[error("is not a directory")]
    NotDirectory,
    /// It is a symlink to a directory, which a walk of the tree above does not enter.
    #[error("is a symlink to a directory, which is not walked")]
    LinkToDirectory,
    /// It has more than this many bytes.
    #[error("is larger than the limit of {0} bytes")]
    TooLarge(u64),
    /// It changed while it was read.
    #[error("changed while it was read; run the audit again")]
    Changed,
    /// There was no answer within this time.
    #[error("timed out after {}; check for an unreachable network mount", shown(.0))]
    TimedOut(Duration),
    /// The run's deadline passed before it was read.
    #[error("was not read before the deadline of {}; raise it with --timeout", shown(.0))]
    DeadlineExceeded(Duration),
    /// The content has the wrong form.
    #[error("is malformed: {0}")]
    Malformed(String),
    /// Any other error of the system, in our words.
    #[error("cannot be read: {0}")]
    Io(String),
}

/// A time in a message.
fn shown(time: &Duration) -> humantime::FormattedDuration {
    humantime::format_duration(*time)
}

/// What to add to the command that starts the container. `/` cannot be mounted over the container's own root.
fn mount_option(directory: &str) -> String {
    if directory == "/" {
        "`-v /:/host:ro` and `--root /host`".to_owned()
    } else {
        format!("`-v {directory}:{directory}:ro`")
    }
}

/// The capability that a read needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Capability {
    /// Reads any file.
    DacReadSearch,
    /// Reads other users' processes.
    SysPtrace,
}

impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DacReadSearch => "--cap-add DAC_READ_SEARCH",
            Self::SysPtrace => "--cap-add SYS_PTRACE, and where AppArmor is on --security-opt apparmor=unconfined",
        })
    }
}

/// The type of a file that is not regular.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NonRegularFile {
    /// A directory.
    Directory,
    /// A FIFO.
    Fifo,
    /// A Unix socket.
    Socket,
    /// A character or block device.
    Device,
    /// Anything else.
    Other,
}

impl NonRegularFile {
    /// All of them.
    pub(crate) const ALL: [Self; 5] = [Self::Directory, Self::Fifo, Self::Socket, Self::Device, Self::Other];
}

impl fmt::Display for NonRegularFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Directory => "a directory",
            Self::Fifo => "a FIFO",
            Self::Socket => "a socket",
            Self::Device => "a device",
            Self::Other => "something else",
        })
    }
}
