//! A benchmark's checks as they stand after everything that it extends: number, rule, assessment, parameters.

use super::definitions::Definitions;
use super::{choose, json};
use crate::benchmark::{Assessment, Benchmark, Check};
use crate::commands::Failure;
use indexmap::IndexMap;
use serde::Serialize;
use std::fmt::Write as _;

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

/// The checks of a benchmark.
pub(crate) fn list(definitions: &Definitions, name: &str, as_json: bool) -> Result<Vec<u8>, Failure> {
    let benchmark = definitions.benchmark(&choose::known(definitions, name)?, None)?.benchmark;
    let view = view(definitions, &benchmark)?;
    if as_json { json(&view) } else { Ok(text(&view).into_bytes()) }
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

/// `automated` or `manual`.
pub(super) const fn assessment_id(check: &Check) -> &'static str {
    match check.assessment {
        Assessment::Automated => "automated",
        Assessment::Manual => "manual",
    }
}

/// Columns of a fixed width, so that one long name moves no other line.
fn text(view: &ProfileView<'_>) -> String {
    let mut text = format!("{}: {}\n", view.id, view.title);
    for line in &view.checks {
        let scored = if line.scored { "scored" } else { "not scored" };
        let mut written =
            format!("{:<8}{:<14}{:<10}{:<11}{}", line.id, line.target, line.assessment, scored, line.rule);
        for (name, value) in &line.parameters {
            // Writing to a String cannot fail.
            let _ = write!(written, " {name}={}", shown(value));
        }
        text.push_str(&written);
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
