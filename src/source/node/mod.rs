//! The only door to the machine under audit: its files, processes, accounts and journal. Reads facts. Never judges.

mod accounts;
pub(crate) mod build_information;
mod container;
mod description;
mod error_text;
mod heartbeat;
mod journal;
pub(crate) mod live;
pub(crate) mod process_table;
mod recorded;
mod recording;
mod resolve;
pub(crate) mod table;
mod timeout;

use std::fmt;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

pub use accounts::Accounts;
pub use description::DescribeError;
#[cfg(test)]
pub(crate) use description::schema as described_schema;
pub use heartbeat::Heartbeat;
#[cfg(any(test, feature = "internals"))]
pub(crate) use journal::of_bytes as journal_of_bytes;
pub use journal::{Journal, JournalEntry, JournalQuery, unit_name};
pub use live::{LiveSource, OpenHostError};
pub use process_table::{ProcessRow, ProcessTable};
pub use recorded::RecordedSource;
pub use recording::{Recording, RecordingSource, Sighting};
pub use timeout::{Deadline, Machine, StuckCalls, TimeoutSource};

/// Bytes of one file that are read at most: no configuration of a component comes near.
pub const MAX_FILE_BYTES: u64 = 4 << 20;
/// Bytes of one command line or environment that are read at most; Linux itself allows 2 MiB by default.
pub const MAX_ARGV_BYTES: u64 = 2 << 20;
/// Entries of one folder that are listed.
pub const MAX_FOLDER_ENTRIES: usize = 50_000;
/// Entries of one tree that are looked at.
pub const MAX_TREE_ENTRIES: usize = 1_000_000;
/// Depth of one tree below its top.
pub const MAX_TREE_DEPTH: usize = 64;

/// A machine under audit.
pub trait NodeSource {
    /// The processes that may be one of `wanted`: those whose `argv[0]` or executable has one of these file names.
    /// A process that ends meanwhile is left out.
    fn processes(&self, wanted: &[&str]) -> Result<Vec<Process>, SourceError>;
    /// These variables of a process's environment, in this order. The rest of the environment never leaves the host.
    fn variables(&self, pid: u32, names: &[&str]) -> Result<Vec<Option<String>>, SourceError>;
    /// The text that Go's linker noted in the executable of a process: modules, and how it was built.
    fn build_information(&self, pid: u32) -> Result<String, SourceError>;
    /// Every process, as a listing shows it.
    fn process_table(&self) -> Result<ProcessTable, SourceError>;
    /// The entries of the journal that a query asks for.
    fn journal(&self, query: &JournalQuery) -> Result<Journal, SourceError>;
    /// What stands at a path itself: a symlink at its end is not followed.
    fn look(&self, place: &HostPath) -> Result<Entry, SourceError>;
    /// What stands at a path, symlinks followed inside the place's root.
    fn stat(&self, place: &HostPath) -> Result<Stat, SourceError>;
    /// The content of a regular file of at most [`MAX_FILE_BYTES`].
    fn read(&self, place: &HostPath) -> Result<Vec<u8>, SourceError>;
    /// Names in a directory, sorted.
    fn list(&self, place: &HostPath) -> Result<Vec<String>, SourceError>;
    /// Calls `visit` for everything below a directory, itself included, on the same file system; symlinks are followed
    /// for what they point to, never walked into.
    fn walk(
        &self,
        place: &HostPath,
        visit: &mut dyn FnMut(&Path, Result<Stat, SourceError>),
    ) -> Result<(), SourceError>;
    /// The machine's own accounts.
    fn accounts(&self) -> &Accounts;
    /// What a reader of the report should know about how this machine is seen, such as a missing `--pid=host`.
    fn notices(&self) -> Vec<String>;
    /// Whether what a probe reads, in the probe's own words, can be seen here. On a machine everything can; a snapshot
    /// holds what was read when it was taken.
    fn can_answer(&self, _reading: &dyn Fn() -> String) -> bool {
        true
    }
    /// These places will be asked for. A host for which a question costs more than a look may look at all of them now.
    fn foresee(&self, _places: Vec<HostPath>) {}
}

/// One process, as far as a component's settings need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    /// Its number on the audited machine.
    pub pid: u32,
    /// The command line; bytes that are no UTF-8 are replaced.
    pub argv: Vec<String>,
    /// Whether only the first word of the command line was kept, for there was no room for more.
    pub truncated: bool,
    /// The executable's path, where it can be seen.
    pub exe: Option<String>,
    /// Whether its executable lends its owner's rights to whoever starts it (set-user-id), under a name of his choice.
    pub setuid: bool,
    /// Whether it has the rights of the machine's administrator, as a privileged container's processes have them
    /// (`CAP_SYS_ADMIN` is effective).
    pub privileged: bool,
    /// The user who started it (real user id).
    pub real_uid: u32,
    /// The user whose rights it has (effective user id).
    pub effective_uid: u32,
    /// Its control group, empty if unknown.
    pub cgroup: String,
    /// Its working directory, where it can be seen.
    pub cwd: Option<PathBuf>,
}

/// A path, and the root in which it is meant.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct HostPath {
    /// Whose root.
    pub root: PathRoot,
    /// The path in it, absolute.
    pub path: PathBuf,
}

/// The root in which a path is resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PathRoot {
    /// The machine's.
    Node,
    /// A process's, which in a pod is the container's.
    Process(u32),
}

impl HostPath {
    /// A path on the machine.
    pub fn host(path: impl Into<PathBuf>) -> Self {
        Self { root: PathRoot::Node, path: path.into() }
    }

    /// A path as a process sees it.
    pub fn of_process(pid: u32, path: impl Into<PathBuf>) -> Self {
        Self { root: PathRoot::Process(pid), path: path.into() }
    }

    /// The same root, another path.
    #[must_use]
    pub fn with_path(&self, path: impl Into<PathBuf>) -> Self {
        Self { root: self.root, path: path.into() }
    }
}

/// What kind of thing stands at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A FIFO, socket or device.
    Special,
}

/// Mode and owner of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Stat {
    /// What it is.
    pub kind: Kind,
    /// Permission bits with set-id and sticky bits (`07777`).
    pub mode: u32,
    /// Numeric owner.
    pub uid: u32,
    /// Numeric group.
    pub gid: u32,
}

/// What stands at a path itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Mode and owner; a symlink counts as something special.
    pub stat: Stat,
    /// Bytes of its content.
    pub size: u64,
    /// Where it points, if it is a symlink.
    pub link: Option<PathBuf>,
}

/// Why something on the machine could not be seen. Each kind is told apart, and none of them is ever a pass.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// Nothing stands there.
    #[error("does not exist")]
    NotFound,
    /// It lies outside of what is mounted into this container; the folder that is to be mounted.
    #[error("is not mounted into this container; add {}", mount_option(.0))]
    NotMounted(String),
    /// It is there, and may not be read.
    #[error("cannot be read: permission denied; run as root, in a container with {0}")]
    PermissionDenied(Capability),
    /// It is no regular file.
    #[error("is {0}, not a regular file")]
    NotRegular(&'static str),
    /// It is no directory.
    #[error("is not a directory")]
    NotDirectory,
    /// It is longer than what is read.
    #[error("is larger than the {0} bytes that are read")]
    TooLarge(u64),
    /// It changed while it was read.
    #[error("changed while it was read; run the audit again")]
    Changed,
    /// No answer came in this time.
    #[error("does not answer: nothing came within {0:?}; a network mount behind it may be dead")]
    TimedOut(Duration),
    /// The run's time was over before it was asked for.
    #[error("was not reached within the {0:?} that this run has; give it more time with --timeout")]
    DeadlineExceeded(Duration),
    /// Its content is not what it should be.
    #[error("is malformed: {0}")]
    Malformed(String),
    /// Anything else that the system said.
    #[error("cannot be read: {0}")]
    Io(String),
}

/// What to add to the command that starts the container. The root itself cannot be mounted over the container's own.
fn mount_option(folder: &str) -> String {
    if folder == "/" { "`-v /:/host:ro` and `--root /host`".to_owned() } else { format!("`-v {folder}:{folder}:ro`") }
}

/// The capability that would lift a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Capability {
    /// Reads any file.
    DacReadSearch,
    /// Looks into other users' processes.
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

/// The first bytes of a file of the kernel's, which has no size that could be known before: in few pieces, for each costs
/// the kernel as much as the whole.
fn read_at_most(file: File, limit: u64) -> io::Result<Vec<u8>> {
    const MOST_ARE_SMALLER: usize = 4096;
    let mut bytes = Vec::with_capacity(MOST_ARE_SMALLER);
    file.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// What a link in a tree leads to. A folder behind a link is not walked, so what lies in it is not known.
fn behind_link(stat: Result<Stat, SourceError>) -> Result<Stat, SourceError> {
    match stat {
        Ok(Stat { kind: Kind::Directory, .. }) => {
            Err(SourceError::Io("it is a link to a directory, which is not walked".to_owned()))
        }
        other => other,
    }
}

/// The last component of a path, for comparing names of executables.
pub fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
