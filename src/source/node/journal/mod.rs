//! The systemd journal of the node. Reads its files directly: no program is started and no library of systemd is needed.

mod blocks;
mod entry;
mod fields;
mod file;
#[cfg(any(test, feature = "internals"))]
mod in_memory;
mod indexed;
mod limits;
mod merge;
mod open_regular;
mod payload;
mod process_log;
mod process_log_file;
mod process_log_read;
#[cfg(test)]
mod process_log_tests;
mod query;
mod read;
mod short;
#[cfg(test)]
mod tests;
mod unit_name;

pub use entry::JournalEntry;
#[cfg(any(test, feature = "internals"))]
pub(crate) use in_memory::entries_in_bytes;
pub(super) use open_regular::OpenRegular;
pub use process_log::{LogEntry, ProcessLog, ProcessLogQuery};
pub(super) use process_log::{ProcessStart, unknown_start};
pub(super) use process_log_read::read_process_log;
pub use query::{Journal, JournalQuery, JournalSource};
pub(super) use read::read;
pub use unit_name::unit_name;
