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
pub(super) struct Answer {
    pub(super) standard: String,
    pub(super) pods: Vec<PodAnswer>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) namespaces: Vec<NamespaceAnswer>,
    pub(super) notices: Vec<String>,
}

/// The answer for one pod, or for what makes pods.
#[derive(Debug, Serialize)]
pub(super) struct PodAnswer {
    pub(super) subject: String,
    pub(super) allowed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) line: Option<usize>,
    pub(super) violations: Vec<ControlAnswer>,
}

/// The highest level that a namespace could enforce without a refusal.
#[derive(Debug, Serialize)]
pub(super) struct NamespaceAnswer {
    pub(super) namespace: String,
    pub(super) level: &'static str,
}

/// A control that refuses a pod.
#[derive(Debug, Serialize)]
pub(super) struct ControlAnswer {
    pub(super) control: &'static str,
    pub(super) fields: Vec<FieldAnswer>,
}

/// A field that is refused or missing.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct FieldAnswer {
    pub(super) path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) column: Option<usize>,
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
            file: Some(sanitize::into_line(object.origin.source.clone().unwrap_or_else(|| object.origin.file.clone()))),
            line: start.and_then(|location| location.line),
            violations,
        }
    });
    let notices = input.notices().into_iter().map(sanitize::into_line).collect();
    let answer = Answer { standard: standard.to_string(), pods: pods.collect(), namespaces: Vec::new(), notices };
    answer.write(output)?;
    problem_failure(input)?;
    Ok(answer.exit_code())
}

impl Answer {
    /// Writes the answer as text, or as JSON.
    pub(super) fn write(&self, output: &OutputFlags) -> Result<(), Failure> {
        match output.json_answer() {
            Some(file) => write_answer(&json(self)?, file.as_deref(), false),
            None => write_answer(text(self).as_bytes(), output.outputfile.as_deref(), false),
        }
    }

    /// 6 if a pod is refused.
    pub(super) fn exit_code(&self) -> u8 {
        if self.pods.iter().all(|pod| pod.allowed) { 0 } else { 6 }
    }
}

fn text(answer: &Answer) -> String {
    let mut text = String::new();
    for notice in &answer.notices {
        let _ = writeln!(text, "[WARN] {notice}");
    }
    for pod in &answer.pods {
        let word = if pod.allowed { "allowed" } else { "refused" };
        let line = pod.line.map(|line| format!(":{line}")).unwrap_or_default();
        let file = pod.file.as_ref().map(|file| format!("  ({file}{line})")).unwrap_or_default();
        let _ = writeln!(text, "{word}  {}{file}", pod.subject);
        for ControlAnswer { control, fields } in &pod.violations {
            for FieldAnswer { path, line, .. } in fields {
                let line = line.map(|line| format!(" (line {line})")).unwrap_or_default();
                let _ = writeln!(text, "         {control}: {path}{line}");
            }
        }
    }
    for NamespaceAnswer { namespace, level } in &answer.namespaces {
        let _ = writeln!(text, "namespace {namespace}: could enforce {level}");
    }
    let refused = answer.pods.iter().filter(|pod| !pod.allowed).count();
    let _ = writeln!(text, "{}: {} allowed, {refused} refused", answer.standard, answer.pods.len() - refused);
    text
}
