//! `--pod-security`: which pods Kubernetes would refuse by a Pod Security Standard.

use super::flags::OutputFlags;
use super::scan_input::{FilePlaces, ScanInput, problem_failure};
use super::{json, write_answer};
use crate::commands::Failure;
use crate::evaluate::FieldPlaces as _;
use crate::text::sanitize;
use crate::workload::{Place, PodSecurityStandard, violations};
use serde::Serialize;
use std::fmt::Write as _;

/// The answer for all pods.
#[derive(Debug, Serialize)]
struct Answer {
    standard: String,
    pods: Vec<PodAnswer>,
    notices: Vec<String>,
}

/// The answer for one pod, or for what makes pods.
#[derive(Debug, Serialize)]
struct PodAnswer {
    subject: String,
    allowed: bool,
    file: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    violations: Vec<ControlAnswer>,
}

/// A control that refuses a pod.
#[derive(Debug, Serialize)]
struct ControlAnswer {
    control: &'static str,
    fields: Vec<FieldAnswer>,
}

/// A field that is refused or missing.
#[derive(Debug, Serialize)]
struct FieldAnswer {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<usize>,
}

/// Answers for the pods in files, and returns the exit code.
pub(super) fn scan(input: &ScanInput, standard: PodSecurityStandard, output: &OutputFlags) -> Result<u8, Failure> {
    let pods = input.workloads().map(|(object, unit)| {
        let places = FilePlaces(object);
        let violations: Vec<ControlAnswer> = violations(unit.template, standard)
            .into_iter()
            .map(|violation| ControlAnswer {
                control: violation.control.id(),
                fields: violation
                    .fields
                    .into_iter()
                    .map(|path| {
                        let located = places.locate(&Place::Template(path));
                        let (line, column) = located.location.map_or((None, None), |of| (of.line, of.column));
                        FieldAnswer { path: sanitize::into_line(located.path), line, column }
                    })
                    .collect(),
            })
            .collect();
        let start = places.locate(&Place::Object(crate::workload::FieldPath::default())).location;
        PodAnswer {
            subject: sanitize::into_line(object.title()),
            allowed: violations.is_empty(),
            file: sanitize::into_line(object.origin.source.clone().unwrap_or_else(|| object.origin.file.clone())),
            line: start.and_then(|location| location.line),
            violations,
        }
    });
    let notices = input.notices().into_iter().map(sanitize::into_line).collect();
    let answer = Answer { standard: standard.to_string(), pods: pods.collect(), notices };
    match output.json_answer() {
        Some(file) => write_answer(&json(&answer)?, file.as_deref(), false)?,
        None => write_answer(text(&answer).as_bytes(), output.outputfile.as_deref(), false)?,
    }
    problem_failure(input)?;
    let refused = answer.pods.iter().filter(|pod| !pod.allowed).count();
    Ok(if refused == 0 { 0 } else { 6 })
}

fn text(answer: &Answer) -> String {
    let mut text = String::new();
    for notice in &answer.notices {
        let _ = writeln!(text, "[WARN] {notice}");
    }
    for pod in &answer.pods {
        let word = if pod.allowed { "allowed" } else { "refused" };
        let line = pod.line.map(|line| format!(":{line}")).unwrap_or_default();
        let _ = writeln!(text, "{word}  {}  ({}{line})", pod.subject, pod.file);
        for ControlAnswer { control, fields } in &pod.violations {
            for FieldAnswer { path, line, .. } in fields {
                let line = line.map(|line| format!(" (line {line})")).unwrap_or_default();
                let _ = writeln!(text, "         {control}: {path}{line}");
            }
        }
    }
    let refused = answer.pods.iter().filter(|pod| !pod.allowed).count();
    let _ = writeln!(text, "{}: {} allowed, {refused} refused", answer.standard, answer.pods.len() - refused);
    text
}
