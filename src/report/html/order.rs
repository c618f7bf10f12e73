//! The order in which checks are read: what fails first, the most severe first.

use crate::model::{Severity, Status};
use crate::report::{CheckResult, Report};
use std::cmp::Reverse;
use std::collections::HashSet;

/// A check with its place in the page.
pub(super) struct Placed<'r> {
    /// The check.
    pub(super) check: &'r CheckResult,
    /// Its id in the page.
    pub(super) anchor: String,
    /// The number of its group, from 0.
    pub(super) group: usize,
    /// The title of its group, with its id.
    pub(super) group_title: &'r str,
}

/// Statuses in the order of the page.
pub(super) const STATUSES: [Status; 7] = [
    Status::Fail,
    Status::Undetermined,
    Status::Manual,
    Status::Waived,
    Status::Pass,
    Status::Skipped,
    Status::NotApplicable,
];

/// Severities in the order of the page; none is that of the user's own checks.
pub(super) const SEVERITIES: [Option<Severity>; 5] =
    [Some(Severity::Critical), Some(Severity::High), Some(Severity::Medium), Some(Severity::Low), None];

/// The heading of the checks with a status.
pub(super) const fn heading(status: Status) -> &'static str {
    match status {
        Status::Fail => "Failed",
        Status::Undetermined => "Undetermined",
        Status::Manual => "Manual review",
        Status::Waived => "Waived",
        Status::Pass => "Passed",
        Status::Skipped => "Skipped",
        Status::NotApplicable => "Not applicable",
    }
}

/// A severity in words.
pub(super) const fn severity_name(severity: Option<Severity>) -> &'static str {
    match severity {
        Some(severity) => severity.id(),
        None => "none",
    }
}

/// The checks, the most severe first; those of a benchmark stay in its order.
pub(super) fn placed(report: &Report) -> Vec<Placed<'_>> {
    let mut known = HashSet::new();
    let mut all = Vec::with_capacity(report.checks.len());
    let groups = report.sections().flat_map(|section| section.groups);
    for (group, view) in groups.enumerate() {
        all.extend(view.checks.iter().map(|check| Placed {
            check,
            anchor: anchor(&check.id, &mut known),
            group,
            group_title: &view.group.title,
        }));
    }
    all.sort_by_key(|placed| Reverse(placed.check.severity));
    all
}

/// `check-4.2.1`; where that is no id, or not the only one, with a number.
fn anchor(id: &str, known: &mut HashSet<String>) -> String {
    const MOST: usize = 40;
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_');
    let plain: String = id.chars().filter(|letter| is_plain(*letter)).take(MOST).collect();
    let mut anchor = format!("check-{plain}");
    if !known.insert(anchor.clone()) {
        anchor = format!("check-{plain}--{}", known.len());
        known.insert(anchor.clone());
    }
    anchor
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_are_unique() {
        let mut known = HashSet::new();
        let anchors = ["1.2.3", "1.2.3", "", "<a b>", "ab", ""].map(|id| anchor(id, &mut known));
        let expected = ["check-1.2.3", "check-1.2.3--1", "check-", "check-ab", "check-ab--4", "check---5"];
        assert_eq!(anchors, expected);
    }
}
