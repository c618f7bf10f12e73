//! The node under audit: its files, processes, accounts and journal. Reads facts and never judges.
//!
//! [`LiveSource`] reads a running machine and [`RecordedSource`] a file that describes one. [`TimeoutSource`] and
//! [`RecordingSource`] wrap another source; a [`SourceDecorator`] does so by the methods that it
//! changes.

mod accounts;
mod configz;
mod decorator;
mod error;
mod files;
mod gap;
mod heartbeat;
mod journal;
mod limits;
mod live;
mod node_source;
mod path;
mod process;
mod process_table;
mod recorded;
mod recording;
mod stat;
mod timeout;

pub use accounts::{AccountSource, Accounts};
pub use configz::{ConfigzSource, KubeletConfiguration};
pub use decorator::SourceDecorator;
pub use error::{Capability, NonRegularFile, SourceError};
pub use files::{FileSource, directories_to};
pub use gap::Gap;
pub use heartbeat::{HasHeartbeat, Heartbeat};
#[cfg(any(test, feature = "internals"))]
pub(crate) use journal::entries_in_bytes;
pub use journal::{
    Journal, JournalEntry, JournalQuery, JournalSource, LogEntry, ProcessLog, ProcessLogQuery, unit_name,
};
pub use limits::{MAX_ARGV_BYTES, MAX_DIR_ENTRIES, MAX_FILE_BYTES, MAX_TREE_DEPTH, MAX_TREE_ENTRIES};
pub use live::{LiveSource, OpenNodeError, is_root};
#[cfg(any(test, feature = "internals"))]
pub(crate) use live::{build_information, mount_table, proc_files, proc_stat};
pub use node_source::NodeSource;
pub use path::{HostPath, PathRoot, base_name};
pub use process::{Process, ProcessScan, ProcessSource};
pub use process_table::{ProcessLine, ProcessRow, ProcessTable};
pub use recorded::RecordedSource;
pub(crate) use recorded::format;
#[cfg(test)]
pub(crate) use recorded::json_schema as recorded_node_schema;
pub(crate) use recorded::lint_recorded_node;
pub use recording::{RecordedPath, Recording, RecordingSource};
pub use stat::{FileKind, Lstat, Metadata, Stat, Walked};
pub use timeout::{Deadline, StuckCalls, TimeoutSource};
