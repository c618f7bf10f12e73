//! Everything that can be read of a node.

use super::accounts::AccountSource;
use super::files::FileSource;
use super::journal::JournalSource;
use super::process::ProcessSource;
use std::collections::BTreeSet;

/// A node under audit.
pub trait NodeSource: FileSource + ProcessSource + AccountSource + JournalSource {
    /// The name that the node gives itself, not sanitised; `None` if unknown.
    fn name(&self) -> Option<String>;

    /// What a reader of the report should know about how this node is seen, such as a missing `--pid=host`.
    fn notices(&self) -> Vec<String>;

    /// The keys of the probes that can be answered, if not all can: a snapshot holds only what was read when it was
    /// taken.
    fn recorded_probes(&self) -> Option<&BTreeSet<String>> {
        None
    }
}
