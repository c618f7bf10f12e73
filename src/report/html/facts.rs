//! What was audited, against what, when and by what; and what the reader must know about it.

use super::shown::Shown;
use crate::report::{KubernetesVersion, Report, SubjectKind, TargetLeftOut};
use maud::{Markup, html};

/// The title of the page: `worker, cis-1.12`.
pub(super) fn title(report: &Report) -> String {
    format!("{}, {}", name(report), report.benchmark.id)
}

/// The name of what was audited, or its kind.
fn name(report: &Report) -> &str {
    let known = report.subject.name.as_deref().filter(|name| !name.is_empty());
    known.unwrap_or_else(|| kind(report.subject.kind))
}

const fn kind(kind: SubjectKind) -> &'static str {
    match kind {
        SubjectKind::Node => "Node",
        SubjectKind::Cluster => "Cluster",
        SubjectKind::Manifests => "Manifests",
        SubjectKind::Fleet => "Fleet",
    }
}

/// The head of the page.
pub(super) fn facts(report: &Report) -> Markup {
    let subject = &report.subject;
    let labels: Vec<String> = subject.labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
    html! {
        header {
            h1 { (kind(subject.kind)) @if let Some(name) = &subject.name { " " (Shown(name)) } }
            dl.details {
                (row("Benchmark", &format!("{} ({})", report.benchmark.title, report.benchmark.id)))
                (row("Chosen by", &report.benchmark.chosen_by))
                @if let Some(KubernetesVersion { version, source }) = &subject.kubernetes {
                    (row("Kubernetes", &format!("{version} (from {source})")))
                }
                (row("Platform", subject.platform.as_deref().unwrap_or_default()))
                (row("Roles", &subject.roles.join(", ")))
                (row("Cluster", subject.cluster.as_deref().unwrap_or_default()))
                (row("UID", subject.uid.as_deref().unwrap_or_default()))
                (row("Labels", &labels.join(", ")))
                (row("Audited", &report.time.end))
                @if let Some(inputs) = report.inputs {
                    (row("Input", &format!(
                        "{} evaluated, {} skipped, {} unreadable", inputs.evaluated, inputs.skipped, inputs.unreadable
                    )))
                }
                (row("Made by", &format!("{} {}", report.tool.name, report.tool.version)))
                (row("Report", &report.report_id))
                (row("Waiver file", &report.waivers_sha256.as_ref().map_or_else(String::new, |hash| {
                    format!("SHA-256 {hash}")
                })))
            }
        }
    }
}

/// The notices, and the targets that were not audited.
pub(super) fn notices(report: &Report) -> Markup {
    /// The most of each.
    const MOST: usize = 1000;
    html! {
        @if !report.notices.is_empty() {
            section aria-labelledby="notices" {
                h2 #notices { "Notices" }
                ul { @for notice in report.notices.iter().take(MOST) { li { (Shown(notice)) } } }
            }
        }
        @if !report.targets_left_out.is_empty() {
            section aria-labelledby="left-out" {
                h2 #left-out { "Not audited" }
                dl.details {
                    @for TargetLeftOut { target, reason } in report.targets_left_out.iter().take(MOST) {
                        div { dt { (Shown(target)) } dd { (Shown(reason)) } }
                    }
                }
            }
        }
    }
}

fn row(name: &str, text: &str) -> Markup {
    html! {
        @if !text.is_empty() { div { dt { (name) } dd { (Shown(text)) } } }
    }
}
