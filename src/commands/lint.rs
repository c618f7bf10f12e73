//! What is wrong in definition files, one line a problem, and as JSON.

use super::definitions::Definitions;
use super::json;
use crate::benchmark::{Diagnostic, Level, LintError, lint as problems_of, sources};
use crate::commands::Failure;
use anstyle::{AnsiColor, Style};
use serde::Serialize;
use std::path::PathBuf;

#[derive(Serialize)]
struct View<'a> {
    files: usize,
    errors: usize,
    warnings: usize,
    problems: Vec<ProblemView<'a>>,
}

#[derive(Serialize)]
struct ProblemView<'a> {
    file: &'a str,
    line: usize,
    column: usize,
    severity: &'static str,
    message: &'a str,
}

/// Looks through files and folders; what to print, and whether there is no error.
pub(crate) fn lint(definitions: Definitions, paths: &[PathBuf], as_json: bool) -> Result<(Vec<u8>, bool), Failure> {
    let sources = sources(paths).map_err(|error| match error {
        LintError::Unreadable(error) => Failure::Definition(error),
        other @ (LintError::Absent(_) | LintError::Empty(_)) => Failure::Usage(other.to_string()),
    })?;
    let files = sources.len();
    let foreign = definitions.foreign();
    let problems = problems_of(definitions.library.clone(), sources, foreign);
    let view = view(files, &problems);
    let clean = view.errors == 0;
    Ok((if as_json { json(&view)? } else { text(&view).into_bytes() }, clean))
}

fn view(files: usize, problems: &[Diagnostic]) -> View<'_> {
    let count = |level| problems.iter().filter(|p| p.level == level).count();
    View {
        files,
        errors: count(Level::Error),
        warnings: count(Level::Warning),
        problems: problems.iter().map(problem_view).collect(),
    }
}

fn problem_view(problem: &Diagnostic) -> ProblemView<'_> {
    let Diagnostic { file, line, column, level, message } = problem;
    ProblemView { file, line: *line, column: *column, severity: level.id(), message }
}

fn text(view: &View<'_>) -> String {
    let mut text = String::new();
    for ProblemView { file, line, column, severity, message } in &view.problems {
        let colour = if *severity == Level::Error.id() { AnsiColor::Red } else { AnsiColor::Yellow };
        let style = Style::new().fg_color(Some(colour.into()));
        text.push_str(&format!("{file}:{line}:{column}: {style}{severity}{style:#}: {message}\n"));
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
