//! The format: the notices and what was audited, a line for each check, what to do about those that need it, and counts. What
//! matters most comes last, where a terminal shows it.

use super::actions::actions;
use super::header::{header, notices};
use super::parts::TextShape;
use super::results::results;
use super::summary::{last_line, table};
use crate::report::{Format, Report};
use std::io::{self, Write};

/// The format `text`.
#[derive(Debug, Clone)]
pub struct TextFormat(pub TextShape);

impl Format for TextFormat {
    fn render(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        let Self(shape) = self;
        let parts = shape.parts;
        notices(report, shape.width, out)?;
        if parts.any() {
            header(report, shape.width, out)?;
        }
        if parts.results {
            report.sections().try_for_each(|section| results(&section, shape, out))?;
        }
        if parts.remediations {
            actions(report, shape, out)?;
        } else if parts.results {
            writeln!(out)?;
        }
        if parts.summary || parts.totals {
            table(report, parts, out)?;
        }
        writeln!(out, "{}", last_line(report))
    }

    fn is_for_people(&self) -> bool {
        true
    }
}
