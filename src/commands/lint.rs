//! `nodeproof lint`: what is wrong in definition files, one line each or as JSON.

use super::definitions::Definitions;
use super::json;
use crate::benchmark::{LintError, files_at, lint as check};
use crate::commands::Failure;
use crate::report::{is_waiver_file, read_waivers};
use crate::yaml::{Diagnostic, Level, TextFile};
use anstyle::{AnsiColor, Style};
use serde::Serialize;
use std::path::PathBuf;

#[derive(Serialize)]
struct LintView<'a> {
    files: usize,
    errors: usize,
    warnings: usize,
    diagnostics: Vec<DiagnosticView<'a>>,
}

#[derive(Serialize)]
struct DiagnosticView<'a> {
    file: &'a str,
    line: usize,
    column: usize,
    level: &'static str,
    message: &'a str,
}

/// Checks files and folders. Returns what to print, and whether there is no error.
pub(crate) fn lint(definitions: Definitions, paths: &[PathBuf], as_json: bool) -> Result<(Vec<u8>, bool), Failure> {
    let files = files_at(paths).map_err(|error| match error {
        LintError::Unreadable(error) => error.into(),
        other @ (LintError::NotFound(_) | LintError::Empty(_)) => Failure::Usage(other.to_string()),
    })?;
    let count = files.len();
    let (of_waivers, files): (Vec<TextFile>, Vec<TextFile>) = files.into_iter().partition(is_waiver_file);
    let wrong = read_waivers(&of_waivers, &definitions).err().unwrap_or_default();
    let foreign = definitions.foreign();
    let mut diagnostics = check(definitions.library.clone(), files, foreign);
    diagnostics.extend(wrong);
    diagnostics.sort();
    let view = view(count, &diagnostics);
    let clean = view.errors == 0;
    Ok((if as_json { json(&view)? } else { text(&view).into_bytes() }, clean))
}

fn view(files: usize, diagnostics: &[Diagnostic]) -> LintView<'_> {
    let count = |level| diagnostics.iter().filter(|p| p.level == level).count();
    LintView {
        files,
        errors: count(Level::Error),
        warnings: count(Level::Warning),
        diagnostics: diagnostics.iter().map(diagnostic_view).collect(),
    }
}

fn diagnostic_view(diagnostic: &Diagnostic) -> DiagnosticView<'_> {
    let Diagnostic { file, line, column, level, message, unreadable: _ } = diagnostic;
    DiagnosticView { file, line: *line, column: *column, level: level.id(), message }
}

fn text(view: &LintView<'_>) -> String {
    let mut text = String::new();
    for DiagnosticView { file, line, column, level, message } in &view.diagnostics {
        let colour = if *level == Level::Error.id() { AnsiColor::Red } else { AnsiColor::Yellow };
        let style = Style::new().fg_color(Some(colour.into()));
        text.push_str(&format!("{file}:{line}:{column}: {style}{level}{style:#}: {message}\n"));
    }
    let number = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    text.push_str(&format!(
        "{}, {} in {}\n",
        number(view.errors, "error"),
        number(view.warnings, "warning"),
        number(view.files, "file")
    ));
    text
}
