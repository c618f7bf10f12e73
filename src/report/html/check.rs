//! One check: what it came to on its first line, and everything else behind it.

use super::code::code;
use super::finding::findings;
use super::order::{Placed, severity_name};
use super::prose::prose;
use super::shown::Shown;
use crate::model::Status;
use crate::report::{CheckResult, Waiver};
use maud::{Markup, html};

/// A check.
pub(super) fn check(placed: &Placed<'_>, is_unfolded: bool) -> Markup {
    let Placed { check, anchor, group, group_title } = placed;
    let (status, severity) = (check.status.id(), severity_name(check.severity));
    html! {
        details.check id=(anchor) data-status=(status) data-severity=(severity) data-group=(group) open[is_unfolded] {
            summary {
                span class={ "status " (status) } { (status) } " "
                span.id { (Shown(&check.id)) } " "
                span.title { (Shown(&check.title)) } " "
                @if check.severity.is_some() { span class={ "severity " (severity) } { (severity) } " " }
                @if is_unscored_failure(check) { span.note { "not scored" } " " }
                @if let Some(waiver) = &check.waiver { span.reason { (Shown(&waiver.in_words())) } }
                @else if let Some(reason) = &check.reason { span.reason { (Shown(reason)) } }
            }
            div.body {
                @if let Some(waiver) = &check.waiver { (accepted(waiver)) }
                @if !check.findings.is_empty() { h4 { "Evidence" } (findings(check)) }
                @if is_open(check.status) && !check.remediation.trim().is_empty() { h4 { "What to do" } (prose(&check.remediation)) }
                @if let Some(impact) = check.impact.as_ref().filter(|_| is_open(check.status)) { h4 { "What may break" } (prose(impact)) }
                @if !check.rationale.trim().is_empty() { h4 { "Why it matters" } (prose(&check.rationale)) }
                h4 { "Details" }
                (details(check, group_title))
            }
        }
        "\n"
    }
}

/// Whether something is to be done.
const fn is_open(status: Status) -> bool {
    match status {
        Status::Fail | Status::Undetermined | Status::Manual | Status::Waived => true,
        Status::Pass | Status::NotApplicable | Status::Skipped => false,
    }
}

/// Whether it is a failure that the benchmark does not count.
const fn is_unscored_failure(check: &CheckResult) -> bool {
    !check.scored && matches!(check.status, Status::Fail | Status::Undetermined)
}

fn accepted(waiver: &Waiver) -> Markup {
    let Waiver { id, reason, owner, expires, former_status } = waiver;
    html! {
        h4 { "Waiver" }
        dl.details {
            (row("Waiver", id))
            (row("Reason", reason))
            (row("Owner", owner))
            (row("Expires", expires))
            (row("Without the waiver", former_status.id()))
        }
    }
}

fn details(check: &CheckResult, group_title: &str) -> Markup {
    html! {
        dl.details {
            (row("Expected", &check.expected))
            (row("Observed", &check.actual))
            (row("Read", &check.reads))
            (row("Target", &check.target))
            div { dt { "Section" } dd { (Shown(&check.section)) " " (Shown(group_title)) } }
            @if let Some(rule) = &check.rule_id { div { dt { "Rule" } dd { (code(rule)) } } }
            @if let Some(severity) = &check.published_severity { (row("Publisher's severity", severity)) }
            (row("Scored", if check.scored { "yes" } else { "no" }))
            @for reference in &check.references { (row("See also", reference)) }
        }
    }
}

fn row(name: &str, text: &str) -> Markup {
    html! {
        @if !text.is_empty() { div { dt { (name) } dd { (Shown(text)) } } }
    }
}
