//! The systemd journal of the node. Reads its files directly: no program is started and no library of systemd is needed.

mod blocks;
mod entry;
mod fields;
mod file;
#[cfg(any(test, feature = "internals"))]
mod in_memory;
mod limits;
mod merge;
mod open_regular;
mod payload;
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
pub use query::{Journal, JournalQuery, JournalSource};
pub(super) use read::read;
pub use unit_name::unit_name;
