//! The format `gitlab`: GitLab's Code Quality report, a list of what fails.

use super::cut::cut;
use super::json::write_pretty_json;
use super::occurrence::{Occurrence, rule_id, severity};
use super::{Format, Report};
use crate::model::{Severity, Status};
use serde::Serialize;
use std::io::{self, Write};

/// The most bytes of a description.
const MOST_DESCRIPTION: usize = 1000;

/// The format `gitlab`.
#[derive(Debug, Clone, Copy)]
pub struct GitlabFormat;

impl Format for GitlabFormat {
    fn render(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        let failures = Occurrence::all(report, |status| status == Status::Fail);
        let issues: Vec<Issue> = failures.into_iter().map(|failure| Issue::of(report, failure)).collect();
        write_pretty_json(&issues, out)
    }
}

#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: String,
    fingerprint: String,
    severity: &'static str,
    location: Place,
}

#[derive(Serialize)]
struct Place {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
}

impl Issue {
    fn of(report: &Report, failure: Occurrence<'_>) -> Self {
        let begin = failure.position().0.unwrap_or(1).max(1);
        Self {
            description: cut(&failure.message(), MOST_DESCRIPTION).into_owned(),
            check_name: rule_id(report, failure.check).into_owned(),
            fingerprint: failure.identity,
            severity: level(severity(failure.check), failure.check.scored),
            location: Place { path: failure.path, lines: Lines { begin } },
        }
    }
}

/// GitLab's word; what the benchmark does not count is information.
const fn level(severity: Severity, scored: bool) -> &'static str {
    match severity {
        _ if !scored => "info",
        Severity::Critical => "blocker",
        Severity::High => "critical",
        Severity::Medium => "major",
        Severity::Low => "minor",
    }
}
