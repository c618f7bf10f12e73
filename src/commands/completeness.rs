//! How much of an audit could be evaluated, and why the rest could not.

use crate::commands::Failure;
use crate::model::{Component, Outcome, Status};
use crate::node::{Node, Supervisor};
use crate::report::Report;
use crate::source::node::Gap;
use std::collections::BTreeMap;

/// Why a check could not be evaluated, in the order of a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Cause {
    Gap(Gap),
    Embedded,
    Other,
}

/// What the reader must know first: how many checks could not be evaluated, and why. Nothing if no cause concerns the audit as a
/// whole; a check that is undetermined by itself says why. `is_root`: whether the program runs as root, if it reads this machine.
pub(super) fn notice(outcomes: &[Outcome], node: &Node, is_root: Option<bool>) -> Option<String> {
    let undetermined = outcomes.iter().filter(|outcome| outcome.verdict.status() == Status::Undetermined);
    let mut causes: BTreeMap<Cause, usize> = BTreeMap::new();
    for outcome in undetermined {
        *causes.entry(cause(outcome.verdict.reason().unwrap_or_default(), node)).or_default() += 1;
    }
    if causes.keys().all(|cause| *cause == Cause::Other) {
        return None;
    }
    let count: usize = causes.values().sum();
    let only = causes.len() == 1;
    let texts = causes.iter().map(|(cause, count)| {
        let text = text(*cause, node, is_root);
        if only { text } else { format!("{text} ({count})") }
    });
    let texts: Vec<String> = texts.collect();
    Some(format!("{count} of {} checks could not be evaluated: {}", outcomes.len(), texts.join("; ")))
}

/// Refuses a report in which a check is undetermined.
pub(super) fn require(report: &Report) -> Result<(), Failure> {
    let undetermined = report.checks.iter().filter(|check| check.status == Status::Undetermined).count();
    if undetermined == 0 {
        return Ok(());
    }
    let all = report.checks.len();
    Err(Failure::Incomplete(format!(
        "the audit is incomplete: {undetermined} of {all} checks could not be evaluated (--require-complete)"
    )))
}

fn cause(reason: &str, node: &Node) -> Cause {
    match Gap::of_reason(reason) {
        Some(gap) => Cause::Gap(gap),
        None if unclear(node).iter().any(|(subject, _)| reason.contains(subject)) => Cause::Embedded,
        None => Cause::Other,
    }
}

fn text(cause: Cause, node: &Node, is_root: Option<bool>) -> String {
    match cause {
        Cause::Gap(Gap::Permission) if is_root == Some(false) => "not running as root".to_owned(),
        Cause::Gap(Gap::Permission) => {
            "permission denied; run as root with the capabilities that the reasons name".to_owned()
        }
        Cause::Gap(gap @ Gap::Processes) => {
            format!("no processes of the node can be seen; {}", gap.step().unwrap_or_default())
        }
        Cause::Gap(Gap::Mounts) => {
            "directories of the node are not mounted into this container; the reasons name them".to_owned()
        }
        Cause::Gap(Gap::Time) => "the node was not read in time; see --timeout".to_owned(),
        Cause::Embedded => embedded(node),
        Cause::Other => "each of the others says why".to_owned(),
    }
}

fn embedded(node: &Node) -> String {
    unclear(node).into_iter().map(|(_, text)| text).collect::<Vec<_>>().join("; ")
}

/// The programs that contain or start components of which nothing can be told, each with a sentence on them.
fn unclear(node: &Node) -> Vec<(String, String)> {
    let sentence = |supervisor: &Supervisor| {
        let subject = supervisor.subject();
        let verb = if supervisor.embeds() { "contains" } else { "starts" };
        let unknown = unknown_settings(node, &subject);
        if let Some((_, reason)) = unknown.first() {
            let programs: Vec<&str> = unknown.iter().map(|(program, _)| *program).collect();
            let text = format!("{subject} {verb} {}: {reason}", programs.join(", "));
            return Some((subject, text));
        }
        let hidden = Component::ALL.into_iter().filter(|component| {
            node.supervisor_of(*component).is_some_and(|other| other.process.pid == supervisor.process.pid)
        });
        let programs: Vec<&str> = hidden.map(Component::program).collect();
        let text = format!("{subject} {verb} {}, whose settings cannot be read yet", programs.join(", "));
        (!programs.is_empty()).then_some((subject, text))
    };
    node.supervisors().iter().filter_map(sentence).collect()
}

/// The components inside a process whose settings cannot be told, each with the reason.
fn unknown_settings<'n>(node: &'n Node, subject: &str) -> Vec<(&'static str, &'n str)> {
    let instances = Component::ALL.into_iter().flat_map(|component| &node.processes(component).instances);
    let inside = instances.filter(|instance| instance.container.as_deref() == Some(subject));
    inside.filter_map(|instance| Some((instance.component.program(), instance.unknown_settings.as_deref()?))).collect()
}
