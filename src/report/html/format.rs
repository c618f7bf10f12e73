//! The format `html`.

use super::page::page;
use crate::report::{Format, Report};
use std::io::{self, Write};

/// The format `html`.
#[derive(Debug, Clone, Copy)]
pub struct HtmlFormat;

impl Format for HtmlFormat {
    fn render(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(page(report).into_string().as_bytes())
    }
}
