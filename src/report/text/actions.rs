//! The closing list: what failed and what needs attention, with what to do.

use super::layout::{INDENT, heading, indented, tagged};
use super::parts::TextShape;
use super::prose;
use super::results::{explanation, title};
use super::summary::Counts;
use crate::model::{Severity, Status};
use crate::report::{CheckResult, KUBEADM, Report, State};
use std::cmp::Reverse;
use std::io::{self, Write};

/// What an upgrade does to changes of the files that kubeadm writes.
const OF_KUBEADM: &str = "kubeadm writes its manifests, kubeadm-flags.env and the kubelet's configuration anew at an upgrade: make \
                          the same change in the ConfigMaps kubeadm-config and kubelet-config in kube-system, or it is lost.";

/// Places in files that are shown again beside what to do.
const MAX_LOCATED: usize = 3;

/// Failures first, the most severe first; then what needs attention. Nothing if there is neither.
pub(super) fn actions(report: &Report, shape: &TextShape, out: &mut dyn Write) -> io::Result<()> {
    let is_open = |check: &&CheckResult| matches!(check.state(), State::Fail | State::Warn);
    let all = report.checks.iter().filter(is_open);
    let mut open: Vec<&CheckResult> = all.clone().filter(|check| shape.shows(check.status)).collect();
    if open.is_empty() {
        return Ok(());
    }
    open.sort_by_key(|check| rank(check));
    writeln!(out)?;
    let counts = match &shape.only[..] {
        [] => Counts::of(all).open(),
        only => {
            let only: Vec<&str> = only.iter().map(|status| status.id()).collect();
            format!("{} of {} shown (--only {})", open.len(), all.count(), only.join(","))
        }
    };
    heading(&format!("== {counts} =="), shape.width, out)?;
    if report.subject.platform.as_deref() == Some(KUBEADM) && open.iter().any(|check| changes_file_of_kubeadm(check)) {
        indented(OF_KUBEADM, 0, shape.width, out)?;
    }
    // How to review by hand is long and the same on every node: it is shown on request.
    let is_short = |check: &CheckResult| check.status == Status::Manual && check.manual && shape.only.is_empty();
    let (short, whole): (Vec<&CheckResult>, Vec<&CheckResult>) = open.into_iter().partition(|check| is_short(check));
    for group in groups(&whole) {
        for check in &group {
            tagged(check.state(), &title(check), shape.width, out)?;
        }
        explanation(group[0], MAX_LOCATED, shape.width, out)?;
        what_to_do(group[0], shape.width, out)?;
        writeln!(out)?;
    }
    if short.is_empty() {
        return Ok(());
    }
    heading(&format!("To be reviewed by hand ({}); --only manual shows how:", short.len()), shape.width, out)?;
    for check in short {
        tagged(check.state(), &title(check), shape.width, out)?;
    }
    writeln!(out)
}

fn changes_file_of_kubeadm(check: &CheckResult) -> bool {
    let files = ["/etc/kubernetes/manifests/", "/var/lib/kubelet/config.yaml", "/var/lib/kubelet/kubeadm-flags.env"];
    check.status == Status::Fail && files.iter().any(|file| check.remediation.contains(file))
}

/// Checks that one cause keeps from being evaluated stand together, each other check by itself.
fn groups<'r>(checks: &[&'r CheckResult]) -> Vec<Vec<&'r CheckResult>> {
    let mut groups: Vec<Vec<&'r CheckResult>> = Vec::new();
    for check in checks {
        match groups.iter_mut().find(|group| has_same_cause(group[0], check)) {
            Some(group) => group.push(check),
            None => groups.push(vec![check]),
        }
    }
    groups
}

fn has_same_cause(one: &CheckResult, other: &CheckResult) -> bool {
    let key = |check: &CheckResult| (check.status, check.state());
    one.status == Status::Undetermined
        && key(one) == key(other)
        && (&one.reason, &one.remediation) == (&other.reason, &other.remediation)
}

/// The order of the list. The sort is stable: checks that are alike stay in the order of the benchmark.
fn rank(check: &CheckResult) -> (bool, usize, Reverse<Option<Severity>>) {
    let status = Status::WORST_FIRST.iter().position(|status| *status == check.status);
    (check.state() != State::Fail, status.unwrap_or(usize::MAX), Reverse(check.severity))
}

fn what_to_do(check: &CheckResult, width: usize, out: &mut dyn Write) -> io::Result<()> {
    // What may break is no concern before it is known what to change.
    let impact = check.impact.iter().filter(|_| check.status != Status::Undetermined);
    let impact = impact.map(|impact| format!("Impact: {}", impact.trim_end()));
    let text: Vec<String> = std::iter::once(check.remediation.trim_end().to_owned()).chain(impact).collect();
    let lines = prose::set(text.join("\n").trim(), width.saturating_sub(INDENT + 2));
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(out, "{:INDENT$}What to do:", "")?;
    lines.iter().try_for_each(|line| writeln!(out, "{:1$}{line}", "", INDENT + 2))
}
