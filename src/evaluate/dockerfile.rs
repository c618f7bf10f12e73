//! Evaluates rules by Dockerfiles.

use super::judged_outcome::judged_outcome;
use crate::benchmark::Check;
use crate::dockerfile::{Dockerfile, DockerfileError};
use crate::model::{EvidenceEntry, Finding, Location, Outcome, Status, Verdict};
use crate::plan::Plan;
use crate::policy::{BuildFinding, BuildTest};
use crate::text::sanitize;
use crate::yaml::Position;

/// Findings that a reason names; the report has all of them.
const MAX_NAMED: usize = 3;

/// A Dockerfile that is examined.
pub(crate) struct ExaminedDockerfile<'a> {
    /// The file as the user named it.
    pub(crate) name: &'a str,
    /// What it builds, or why it cannot be read.
    pub(crate) content: &'a Result<Dockerfile, DockerfileError>,
}

/// Evaluates the checks of a plan that are about Dockerfiles.
pub(crate) fn fill_dockerfiles(plan: &Plan<'_>, outcomes: &mut [Outcome], files: &[ExaminedDockerfile<'_>]) {
    for (planned, into) in plan.checks().zip(outcomes) {
        if let Some(test) = planned.check.rule.assertion.dockerfile() {
            *into = outcome(planned.check, test, planned.skipped, files);
        }
    }
}

fn outcome(check: &Check, test: BuildTest, skipped: bool, files: &[ExaminedDockerfile<'_>]) -> Outcome {
    let examined = files.iter().filter(|_| !skipped);
    let findings: Vec<(&str, BuildFinding)> =
        examined.flat_map(|file| examine(test, file).into_iter().map(|finding| (file.name, finding))).collect();
    let verdict = if skipped { Verdict::Skipped } else { verdict(&findings) };
    let passes = findings.iter().filter(|(_, finding)| finding.status == Status::Pass).count();
    let findings = findings.into_iter().map(|(file, of)| finding(file, of)).collect();
    judged_outcome(check, verdict, (test.reads(), test.expected()), passes, findings)
}

/// What a test says of a file. Of one that cannot be read nothing is known.
fn examine(test: BuildTest, file: &ExaminedDockerfile<'_>) -> Vec<BuildFinding> {
    match file.content {
        Ok(content) => test.examine(content),
        Err(error) => vec![BuildFinding {
            status: Status::Undetermined,
            subject: "the file".to_owned(),
            reason: format!("it cannot be read as a Dockerfile: {}", error.message),
            evidence: Vec::new(),
            position: Some(error.position),
        }],
    }
}

fn verdict(findings: &[(&str, BuildFinding)]) -> Verdict {
    let Some(worst) = Status::worst(findings.iter().map(|(_, finding)| finding.status)) else {
        return Verdict::NotApplicable("no Dockerfile is in the input".to_owned());
    };
    let reason = || {
        let of_worst: Vec<_> = findings.iter().filter(|(_, finding)| finding.status == worst).collect();
        let named: Vec<String> =
            of_worst.iter().take(MAX_NAMED).map(|(file, finding)| in_words(file, finding)).collect();
        match of_worst.len().saturating_sub(MAX_NAMED) {
            0 => named.join("; "),
            more => format!("{}; and {more} more", named.join("; ")),
        }
    };
    match worst {
        Status::Pass => Verdict::Pass,
        Status::Fail => Verdict::Fail(reason()),
        Status::Manual => Verdict::Manual(reason()),
        Status::Undetermined => Verdict::Undetermined(reason()),
        Status::NotApplicable | Status::Skipped | Status::Waived => Verdict::NotApplicable(reason()),
    }
}

fn in_words(file: &str, finding: &BuildFinding) -> String {
    format!("{}: {}: {}", place(file, finding.position), finding.subject, finding.reason)
}

fn place(file: &str, position: Option<Position>) -> String {
    position.map_or_else(|| file.to_owned(), |at| format!("{file}:{}:{}", at.line, at.column))
}

fn finding(file: &str, finding: BuildFinding) -> Finding {
    let source = sanitize::into_line(place(file, finding.position));
    let reason = EvidenceEntry { attribute: "reason".to_owned(), value: finding.reason, source: source.clone() };
    let evidence = finding.evidence.into_iter();
    let evidence = evidence.map(|(attribute, value)| EvidenceEntry { attribute, value, source: source.clone() });
    Finding {
        subject: finding.subject,
        count: 1,
        status: finding.status,
        evidence: std::iter::once(reason).chain(evidence).collect(),
        location: Some(Location {
            file: sanitize::into_line(file.to_owned()),
            relative: None,
            line: finding.position.map(|at| at.line),
            column: finding.position.map(|at| at.column),
        }),
        remediation: None,
    }
}
