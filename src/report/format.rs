//! What a report format is.

use super::Report;
use std::io::{self, Write};

/// A format of the report: a pure function from a report to bytes.
pub trait Format: Send + Sync {
    /// Writes the report.
    fn render(&self, report: &Report, out: &mut dyn Write) -> io::Result<()>;

    /// Whether it is for people: styled on a terminal, with the notices in it. If no requested format is, the
    /// notices are printed to stderr.
    fn is_for_people(&self) -> bool {
        false
    }
}
