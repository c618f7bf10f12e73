//! How much of a node is read at most. Whatever exceeds a limit is an error with a reason, never half an answer.

/// Bytes of one file. Configuration files of components are far smaller.
pub const MAX_FILE_BYTES: u64 = 4 << 20;
/// Bytes of one command line or environment. Linux allows 2 MiB by default.
pub const MAX_ARGV_BYTES: u64 = 2 << 20;
/// Entries of one directory.
pub const MAX_DIR_ENTRIES: usize = 50_000;
/// Entries of one tree.
pub const MAX_TREE_ENTRIES: usize = 1_000_000;
/// Directory levels below the top of a tree.
pub const MAX_TREE_DEPTH: usize = 64;
