//! What was observed, subject by subject.

use super::code::code;
use super::prose::prose;
use super::shown::Shown;
use crate::model::{EvidenceEntry, Finding, Location, Status};
use crate::report::CheckResult;
use maud::{Markup, html};

/// The most findings of a check, and entries of evidence of a finding.
const MOST_FINDINGS: usize = 100;
const MOST_ENTRIES: usize = 50;

/// The findings of a check, the worst first.
pub(super) fn findings(check: &CheckResult) -> Markup {
    let mut findings: Vec<&Finding> = check.findings.iter().collect();
    findings.sort_by_key(|finding| Status::WORST_FIRST.iter().position(|status| *status == finding.status));
    let left_out = findings.len().saturating_sub(MOST_FINDINGS);
    html! {
        ul.findings {
            @for finding in findings.into_iter().take(MOST_FINDINGS) { (one(finding, check.status)) }
            @if left_out > 0 {
                li { (left_out) " more are left out here. The format " code { "report" } " has all of them." }
            }
        }
    }
}

fn one(finding: &Finding, of_check: Status) -> Markup {
    let entries = finding.evidence.iter().take(MOST_ENTRIES);
    let left_out = finding.evidence.len().saturating_sub(MOST_ENTRIES);
    html! {
        li {
            p {
                (code(&finding.subject))
                @if let Some(location) = &finding.location { " in " (place(location)) }
                @if finding.count > 1 { " (" (finding.count) ")" }
                @if finding.status != of_check { " " span.other { (finding.status.id()) } }
            }
            @if !finding.evidence.is_empty() {
                dl { @for entry in entries { (evidence(entry)) } }
            }
            @if left_out > 0 { p { (left_out) " more values are left out here." } }
            @if let Some(remediation) = &finding.remediation { (prose(remediation)) }
        }
    }
}

/// `FILE:LINE:COLUMN`.
fn place(location: &Location) -> Markup {
    let Location { file, relative: _, line, column } = location;
    let numbers = [line, column].into_iter().flatten();
    html! {
        code { (Shown(file)) @for number in numbers { ":" (number) } }
    }
}

fn evidence(entry: &EvidenceEntry) -> Markup {
    let EvidenceEntry { attribute, value, source } = entry;
    html! {
        div {
            dt { (Shown(attribute)) }
            dd {
                (code(value))
                @if !source.is_empty() { " " span.source { "from " (Shown(source)) } }
            }
        }
    }
}
