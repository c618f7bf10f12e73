//! A benchmark's checks as they stand after everything that it extends: number, rule, assessment, parameters.

use super::choose::{self, Choice};
use super::definitions::Definitions;
use super::flags::AuditFlags;
use super::json;
use crate::benchmark::{Assessment, Benchmark, Check};
use crate::commands::Failure;
use crate::text::sanitize;
use indexmap::IndexMap;
use serde::Serialize;
use std::io::Write as _;

#[derive(Serialize)]
struct ProfileView<'a> {
    id: &'a str,
    title: &'a str,
    checks: Vec<Line<'a>>,
}

#[derive(Serialize)]
struct Line<'a> {
    id: &'a str,
    target: &'static str,
    rule: &'a str,
    assessment: &'static str,
    scored: bool,
    /// Those that differ from the rule's own.
    parameters: IndexMap<String, serde_json::Value>,
}

/// The checks of a benchmark, which `name`, `--benchmark` or `--version` names.
pub(crate) fn list(flags: &AuditFlags, name: Option<&str>) -> Result<Vec<u8>, Failure> {
    let definitions = Definitions::from_flags(flags)?;
    let choice = choose::named(&definitions, &flags.benchmark)?;
    let id = match (name, choice) {
        (Some(_), Some(_)) => {
            let message = "the argument, --version and --benchmark all name a benchmark; give one of them";
            return Err(Failure::Usage(message.to_owned()));
        }
        (Some(version), None) if !definitions.has(version) && is_version(version) => {
            id_of(choose::by_version(&definitions, version, "argument", None)?)
        }
        (Some(id), None) => choose::known(&definitions, id)?,
        (None, Some(choice)) => id_of(choice),
        (None, None) => {
            let message =
                "no benchmark is named; give its id or a Kubernetes version (`nodeproof profile 1.33`); there are";
            return Err(Failure::Usage(format!("{message} {}", definitions.benchmarks().join(", "))));
        }
    };
    let benchmark = definitions.benchmark(&id, None)?.benchmark;
    let view = view(&definitions, &benchmark)?;
    if flags.output.json { json(&view) } else { Ok(text(&view).into_bytes()) }
}

/// The id of the benchmark. Writes to stderr what must be known about the choice.
fn id_of(choice: Choice) -> String {
    for notice in &choice.notices {
        // Ignore the error: stderr is closed.
        drop(writeln!(anstream::stderr(), "note: {}", sanitize::message(notice)));
    }
    choice.benchmark
}

/// Whether this is a Kubernetes version, such as 1.28, 1.28.3 or v1.28, and not the name of a benchmark.
fn is_version(text: &str) -> bool {
    text.strip_prefix('v').unwrap_or(text).starts_with(|c: char| c.is_ascii_digit())
}

fn view<'a>(definitions: &Definitions, benchmark: &'a Benchmark) -> Result<ProfileView<'a>, Failure> {
    let checks = benchmark
        .checks()
        .map(|(target, check)| {
            Ok(Line {
                id: check.id.as_str(),
                target: target.id(),
                rule: &check.rule.id,
                assessment: assessment_id(check),
                scored: check.scored,
                parameters: definitions.parameters(&benchmark.id, &check.id)?,
            })
        })
        .collect::<Result<_, Failure>>()?;
    Ok(ProfileView { id: &benchmark.id, title: &benchmark.title, checks })
}

/// The name of the assessment of what does not apply.
pub(super) const NOT_APPLICABLE: &str = "not-applicable";

/// `automated`, `manual` or `not-applicable`.
pub(super) const fn assessment_id(check: &Check) -> &'static str {
    match check.assessment {
        Assessment::Automated => "automated",
        Assessment::Manual => "manual",
        Assessment::NotApplicable => NOT_APPLICABLE,
    }
}

/// Columns that are as wide as their longest cell.
fn text(view: &ProfileView<'_>) -> String {
    let width = |cell: &dyn Fn(&Line<'_>) -> usize| view.checks.iter().map(cell).max().unwrap_or_default();
    let id = width(&|line| line.id.chars().count());
    let target = width(&|line| line.target.len());
    let rule = width(&|line| line.rule.chars().count());
    let mut text = format!("{}: {}\n", view.id, view.title);
    for line in &view.checks {
        let scored = if line.scored { "scored" } else { "not scored" };
        let parameters = line.parameters.iter().map(|(name, value)| format!("{name}={}", shown(value)));
        let parameters = parameters.collect::<Vec<_>>().join(" ");
        let written = format!(
            "{:<id$}  {:<target$}  {:<9}  {scored:<10}  {:<rule$}  {parameters}",
            line.id, line.target, line.assessment, line.rule
        );
        text.push_str(written.trim_end());
        text.push('\n');
    }
    text
}

/// A parameter for the reader: text without quotes, lists with commas.
pub(super) fn shown(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}
