//! The format `report`: the document itself as JSON, written and read back.

use super::{Format, Report, ReportV1, SCHEMA_VERSION};
use crate::text::{quote, sanitize};
use serde::Deserialize;
use serde_json::Value as Json;
use std::io::{self, Write};

/// The format `report`.
#[derive(Debug, Clone, Copy)]
pub struct ReportFormat;

impl Format for ReportFormat {
    fn render(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        serde_json::to_writer(&mut *out, &**report)?;
        writeln!(out)
    }
}

/// Why a text is not a report.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReportError {
    /// It is not JSON, or not of the document's shape.
    #[error("{line}:{column}: {message}; expected a report written by `--format report`")]
    Malformed {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
        /// What is wrong.
        message: String,
    },
    /// It has a version that this program cannot read.
    #[error(" the report has schema version {0}; this program reads version {SCHEMA_VERSION}")]
    Version(u64),
    /// It has characters that this program never writes, and that a terminal would obey.
    #[error(" the report has control characters in {0}, which no report of this program has")]
    ControlCharacters(String),
    /// Its parts contradict each other.
    #[error(" the report contradicts itself: {0}")]
    Inconsistent(String),
}

/// The one field that every version has.
#[derive(Deserialize)]
struct AnyVersion {
    schema_version: u64,
}

impl Report {
    /// Reads a report that [`ReportFormat`] wrote.
    pub fn from_json(text: &[u8]) -> Result<Self, ReportError> {
        let version = serde_json::from_slice::<AnyVersion>(text).map_err(|e| malformed(&e))?.schema_version;
        if version != u64::from(SCHEMA_VERSION) {
            return Err(ReportError::Version(version));
        }
        verify_texts(&serde_json::from_slice(text).map_err(|e| malformed(&e))?)?;
        let document: ReportV1 = serde_json::from_slice(text).map_err(|e| malformed(&e))?;
        Self::try_from(document)
    }
}

impl TryFrom<ReportV1> for Report {
    type Error = ReportError;

    /// Seals a document whose parts agree with each other.
    fn try_from(document: ReportV1) -> Result<Self, ReportError> {
        verify(&document)?;
        Ok(Self::new(document))
    }
}

/// A report is collected from a node, and printed on the terminal of someone else.
fn verify_texts(value: &Json) -> Result<(), ReportError> {
    let verify = |text: &String| {
        if sanitize::output(text) == *text { Ok(()) } else { Err(ReportError::ControlCharacters(quote(text))) }
    };
    match value {
        Json::String(text) => verify(text),
        Json::Array(items) => items.iter().try_for_each(verify_texts),
        Json::Object(map) => map.iter().try_for_each(|(key, value)| verify(key).and_then(|()| verify_texts(value))),
        Json::Null | Json::Bool(_) | Json::Number(_) => Ok(()),
    }
}

/// Each check must be in the group where the outline counts it.
fn verify(document: &ReportV1) -> Result<(), ReportError> {
    let sections = document.benchmark.sections.iter();
    let mut outline = sections.flat_map(|section| {
        section.groups.iter().flat_map(move |group| std::iter::repeat_n((&section.target, &group.id), group.checks))
    });
    for check in &document.checks {
        match outline.next() {
            Some((target, group)) if *target == check.target && *group == check.section => {}
            _ => {
                let message = format!("check {} is not where `benchmark.sections` counts it", check.id);
                return Err(ReportError::Inconsistent(message));
            }
        }
    }
    match outline.next() {
        Some((_, group)) => {
            Err(ReportError::Inconsistent(format!("group {group} counts checks that the report does not have")))
        }
        None => Ok(()),
    }
}

/// The error of a text of another version of the document; `None` if it is none.
pub(super) fn not_of_this_version(text: &[u8]) -> Option<ReportError> {
    let version = serde_json::from_slice::<AnyVersion>(text).ok()?.schema_version;
    (version != u64::from(SCHEMA_VERSION)).then_some(ReportError::Version(version))
}

/// The error of a text that is not of the document's shape.
pub(super) fn malformed(error: &serde_json::Error) -> ReportError {
    let message = match error.classify() {
        serde_json::error::Category::Eof => "the file ends too early".to_owned(),
        serde_json::error::Category::Syntax | serde_json::error::Category::Io => "invalid JSON".to_owned(),
        serde_json::error::Category::Data => shape(&error.to_string()),
    };
    ReportError::Malformed { line: error.line(), column: error.column(), message }
}

/// The library's words without its own place and with the field first.
fn shape(text: &str) -> String {
    let text = text.rsplit_once(" at line ").map_or(text, |(front, _)| front);
    if let Some(field) = text.strip_prefix("missing field ") {
        format!("the field {field} is missing")
    } else if let Some(rest) = text.strip_prefix("unknown field ") {
        format!("there is no field {}", rest.split(',').next().unwrap_or(rest))
    } else if text.starts_with("unknown variant ") {
        format!("`{}` is not a known value", text.split('`').nth(1).unwrap_or_default())
    } else {
        "a value has the wrong type".to_owned()
    }
}
