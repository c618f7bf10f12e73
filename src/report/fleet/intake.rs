//! What became of a report that was given to be merged.

use crate::report::SubjectKind;

/// What became of a report that was given to be merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intake {
    /// It counts, unless a newer one of the same node follows.
    Merged,
    /// A newer one of the same node counts, or it is the same.
    Superseded,
    /// It is about something else than a node, and is left out.
    Other(SubjectKind),
}
