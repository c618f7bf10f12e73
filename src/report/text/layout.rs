//! Lines with a tag in front, and headings.

use super::wrap::wrap;
use crate::report::State;
use crate::report::tag::tag;
use anstyle::Style;
use std::io::{self, Write};

/// The width of a tag, which the lines below are indented by.
pub(super) const INDENT: usize = 7;

/// Writes `[FAIL] text`, with the further lines below the text.
pub(super) fn tagged(state: State, text: &str, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let mut lines = wrap(text, width.saturating_sub(INDENT)).into_iter();
    writeln!(out, "{} {}", tag(state), lines.next().unwrap_or_default())?;
    lines.try_for_each(|line| writeln!(out, "{:INDENT$}{line}", ""))
}

/// Writes a text with every line indented.
pub(super) fn indented(text: &str, indent: usize, width: usize, out: &mut dyn Write) -> io::Result<()> {
    wrap(text, width.saturating_sub(indent)).into_iter().try_for_each(|line| writeln!(out, "{:indent$}{line}", ""))
}

/// Writes a text in bold.
pub(super) fn heading(text: &str, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let style = Style::new().bold();
    wrap(text, width).into_iter().try_for_each(|line| writeln!(out, "{style}{line}{style:#}"))
}
