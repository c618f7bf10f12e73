//! The report's formats. Each is a pure function of the same report, with view types of its own. Judges nothing.

mod asff;
mod json;
mod junit;
mod model;
mod text;

pub use asff::Origin;
#[cfg(test)]
pub(crate) use json::schema as json_schema;
pub use model::*;

use std::io::{self, Write};

/// A format of the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Text(TextOptions),
    /// For programs: one line.
    Json {
        /// Whether the totals of all targets stand at the end; without them the targets are a bare list.
        totals: bool,
    },
    /// For build servers.
    Junit,
    /// For AWS Security Hub.
    Asff(Origin),
}

/// What the text shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(clippy::struct_excessive_bools, reason = "each is one flag of the command line")]
pub struct TextOptions {
    /// A line for each check.
    pub results: bool,
    /// What to do for each check that failed or warns.
    pub remediations: bool,
    /// Counts for each target.
    pub summary: bool,
    /// Counts for all targets together.
    pub totals: bool,
    /// What was seen, below each check.
    pub evidence: bool,
}

impl Format {
    /// Writes a report.
    pub fn render(&self, report: &Report, out: &mut impl Write) -> io::Result<()> {
        match self {
            Self::Text(options) => text::render(report, *options, out),
            Self::Json { totals } => json::render(report, *totals, out),
            Self::Junit => junit::render(report, out),
            Self::Asff(origin) => asff::render(report, origin, out),
        }
    }
}

/// The report as rows of a database: the JSON of one target each.
pub fn rows(report: &Report) -> io::Result<Vec<String>> {
    json::rows(report)
}
