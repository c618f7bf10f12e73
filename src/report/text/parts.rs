//! What is shown of a report, and how wide.

use crate::model::Status;

/// The parts that are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "each is one flag of the command line")]
pub struct TextParts {
    /// A line for each check.
    pub results: bool,
    /// What to do for each check that is FAIL or WARN.
    pub remediations: bool,
    /// Counts for each target.
    pub summary: bool,
    /// Counts for all targets together.
    pub totals: bool,
    /// The evidence below each check.
    pub evidence: bool,
}

impl TextParts {
    /// Whether anything beside the last line is shown.
    pub(super) const fn any(self) -> bool {
        self.results || self.remediations || self.summary || self.totals
    }
}

/// How the text is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextShape {
    /// The parts that are shown.
    pub parts: TextParts,
    /// The checks that are shown: those with one of these statuses; all if there is none.
    pub only: Vec<Status>,
    /// Columns of a line.
    pub width: usize,
}

impl TextShape {
    /// Whether checks of this status are shown.
    pub(super) fn shows(&self, status: Status) -> bool {
        self.only.is_empty() || self.only.contains(&status)
    }
}
