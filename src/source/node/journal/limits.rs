//! How much of the journal one query reads at most.

/// Bytes read of all files.
pub(super) const MAX_READ_BYTES: u64 = 1 << 30;
/// Bytes kept of all messages.
pub(super) const MAX_KEPT_BYTES: usize = 16 << 20;
/// Entries of one file that may match.
pub(super) const MAX_ENTRIES: usize = 4_000_000;
/// Files.
pub(super) const MAX_FILES: usize = 2_000;
