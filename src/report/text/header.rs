//! The head of the text: what the reader must know first, and what was audited.

use super::layout::tagged;
use super::wrap::NO_BREAK;
use crate::report::{PLATFORM, Report, State, SubjectKind, TargetLeftOut};
use std::io::{self, Write};

/// The notices of a report.
pub(super) fn notices(report: &Report, width: usize, out: &mut dyn Write) -> io::Result<()> {
    report.notices.iter().try_for_each(|notice| tagged(State::Warn, notice, width, out))
}

/// Version, benchmark, node and time, and what was left out.
pub(super) fn header(report: &Report, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let benchmark = &report.benchmark;
    let chosen = match &report.subject.kubernetes {
        Some(kubernetes) => {
            let platform = benchmark.chosen_by.find(PLATFORM).map_or("", |at| &benchmark.chosen_by[at..]);
            format!("Kubernetes {} (from {}){platform}: {}", kubernetes.version, kubernetes.source, benchmark.id)
        }
        None => format!("Benchmark {} (from {})", benchmark.id, benchmark.chosen_by),
    };
    tagged(State::Info, &chosen, width, out)?;
    tagged(State::Info, &subject(report), width, out)?;
    match left_out(&report.targets_left_out) {
        Some(text) => tagged(State::Info, &text, width, out),
        None => Ok(()),
    }
}

/// `Node node-1 (worker), 2026-05-04 03:02:01 UTC, nodeproof 0.2.0`
fn subject(report: &Report) -> String {
    let subject = &report.subject;
    let kind = match subject.kind {
        SubjectKind::Node => "Node",
        SubjectKind::Cluster => "Cluster",
        SubjectKind::Manifests => "Manifests",
        SubjectKind::Fleet => "Fleet",
    };
    let name = subject.name.as_deref().map_or(String::new(), |name| format!(" {name}"));
    let roles = if subject.roles.is_empty() { String::new() } else { format!(" ({})", subject.roles.join(", ")) };
    let time = report.time.start.replace('T', " ");
    let time = time.split_once('.').map_or_else(|| time.trim_end_matches('Z'), |(seconds, _)| seconds);
    let cluster = subject.cluster.as_deref().map_or(String::new(), |cluster| format!(" of cluster {cluster}"));
    format!("{kind}{name}{roles}{cluster}, {time} UTC, {}{NO_BREAK}{}", report.tool.name, report.tool.version)
}

/// The targets that were left out, those with the same reason together.
fn left_out(targets: &[TargetLeftOut]) -> Option<String> {
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for TargetLeftOut { target, reason } in targets {
        match reasons.iter_mut().find(|(known, _)| known == reason) {
            Some((_, targets)) => targets.push(target),
            None => reasons.push((reason, vec![target])),
        }
    }
    let each = reasons.iter().map(|(reason, targets)| format!("{} ({reason})", targets.join(", ")));
    let each: Vec<String> = each.collect();
    (!each.is_empty()).then(|| format!("Not audited: {}", each.join("; ")))
}
