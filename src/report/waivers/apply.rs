//! Applies waivers to a report. A check is waived as a whole or not at all, so that no finding is hidden behind another.

use super::definition::{Definition, Waivers};
use super::subject::FindingSubject;
use crate::model::{Finding, Status};
use crate::report::moment::end_of_day;
use crate::report::{CheckResult, Report, Waiver};
use std::collections::BTreeSet;

/// Days before its end from which on a waiver is named in a notice.
const SOON: u64 = 30;

/// A report with its waivers.
#[derive(Debug, Clone, PartialEq)]
pub struct Applied {
    /// The report.
    pub report: Report,
    /// Ids of waivers that have expired.
    pub expired: Vec<String>,
    /// Ids of waivers that accept nothing in this report.
    pub unused: Vec<String>,
}

/// Applies waivers on a day, `YYYY-MM-DD`: a check is waived if each of its open findings is covered. Waivers that have expired are
/// not applied. What the reader must know about them is added to the notices, before all others.
pub fn apply(report: Report, waivers: &Waivers, today: &str) -> Applied {
    let is_expired = |waiver: &&Definition| waiver.expires.as_deref().is_some_and(|end| end < today);
    let (expired, valid): (Vec<&Definition>, Vec<&Definition>) = waivers.all.iter().partition(is_expired);
    let here: Vec<&Definition> =
        valid.iter().copied().filter(|waiver| waiver.nodes.holds_for(&report.subject)).collect();
    let mut used = BTreeSet::new();
    let mut unneeded = BTreeSet::new();
    let mut partial = Vec::new();
    let mut waived = Vec::new();
    for (index, check) in report.checks.iter().enumerate() {
        let about: Vec<&Definition> = here.iter().copied().filter(|waiver| waiver.is_about(&report, check)).collect();
        if about.is_empty() {
            continue;
        }
        if !is_open(check.status) {
            unneeded.extend(about.iter().filter(|_| check.status == Status::Pass).map(|waiver| waiver.id.as_str()));
            continue;
        }
        let (covering, covered, open) = coverage(check, &about);
        used.extend(covering.iter().map(|waiver| waiver.id.as_str()));
        if covered == open {
            waived.extend(covering.iter().min_by_key(|waiver| waiver.end()).map(|waiver| (index, *waiver)));
        } else if covered > 0 {
            partial
                .push(format!("waivers cover {covered} of {open} findings of check {}, which is not waived", check.id));
        }
    }
    unneeded.retain(|id| !used.contains(id));
    let unused: Vec<&Definition> = valid.iter().copied().filter(|waiver| !used.contains(waiver.id.as_str())).collect();
    let notices = notices(&expired, &unused, &unneeded, &used, &valid, &report, today);
    let ids = |waivers: &[&Definition]| waivers.iter().map(|waiver| waiver.id.clone()).collect();
    let (expired, unused) = (ids(&expired), ids(&unused));
    let waived: Vec<(usize, Waiver)> =
        waived.into_iter().map(|(index, waiver)| (index, in_report(waiver, report.checks[index].status))).collect();
    let mut document = report.into_document();
    for (index, waiver) in waived {
        let check = &mut document.checks[index];
        check.status = Status::Waived;
        check.waiver = Some(waiver);
    }
    document.notices.splice(0..0, notices.into_iter().chain(partial));
    document.waivers_sha256 = Some(waivers.sha256.clone());
    Applied { report: Report::new(document), expired, unused }
}

const fn is_open(status: Status) -> bool {
    match status {
        Status::Fail | Status::Undetermined | Status::Manual => true,
        Status::Pass | Status::NotApplicable | Status::Skipped | Status::Waived => false,
    }
}

/// The waivers that cover something of an open check, how many of its findings they cover, and how many there are. A check that
/// has its status from none of its findings counts as one more, which only a waiver for the whole check covers.
fn coverage<'w>(check: &CheckResult, about: &[&'w Definition]) -> (Vec<&'w Definition>, usize, usize) {
    let open: Vec<&Finding> = check.findings.iter().filter(|finding| is_open(finding.status)).collect();
    let has_own = !open.iter().any(|finding| finding.status == check.status);
    let whole: Vec<&Definition> = about.iter().copied().filter(|waiver| waiver.findings.is_whole()).collect();
    let all = open.len() + usize::from(has_own);
    if !whole.is_empty() {
        return (whole, all, all);
    }
    let mut covering: Vec<&Definition> = Vec::new();
    let mut covered = 0;
    for subject in open.iter().map(|finding| FindingSubject::of(finding)) {
        let holding: Vec<&Definition> =
            about.iter().copied().filter(|waiver| waiver.findings.holds_for(&subject)).collect();
        covered += usize::from(!holding.is_empty());
        for waiver in holding {
            if !covering.iter().any(|known| known.id == waiver.id) {
                covering.push(waiver);
            }
        }
    }
    (covering, covered, all)
}

fn in_report(waiver: &Definition, former_status: Status) -> Waiver {
    Waiver {
        id: waiver.id.clone(),
        reason: waiver.reason.clone(),
        owner: waiver.owner.clone(),
        expires: waiver.end().to_owned(),
        former_status,
    }
}

fn notices(
    expired: &[&Definition],
    unused: &[&Definition],
    unneeded: &BTreeSet<&str>,
    used: &BTreeSet<&str>,
    valid: &[&Definition],
    report: &Report,
    today: &str,
) -> Vec<String> {
    let mut notices = Vec::new();
    let names = |waivers: Vec<String>| {
        format!("{}: {}", if waivers.len() == 1 { "waiver" } else { "waivers" }, waivers.join(", "))
    };
    let mut add = |text: &str, waivers: Vec<String>| {
        if !waivers.is_empty() {
            notices.push(format!("{text} {}", names(waivers)));
        }
    };
    let with_end = |waiver: &&Definition| format!("{} ({})", waiver.id, waiver.end());
    add("expired and not applied,", expired.iter().map(with_end).collect());
    let ends_soon = |waiver: &&&Definition| {
        let end = waiver.expires.as_deref().and_then(end_of_day);
        let limit = end_of_day(today).map(|today| today + SOON * 24 * 60 * 60);
        used.contains(waiver.id.as_str()) && end.is_some_and(|end| limit.is_some_and(|limit| end <= limit))
    };
    add("ends within 30 days,", valid.iter().filter(ends_soon).map(with_end).collect());
    add("not needed, because the check passes,", unneeded.iter().map(|id| (*id).to_owned()).collect());
    let (by_label, others): (Vec<&Definition>, Vec<&Definition>) = unused
        .iter()
        .copied()
        .filter(|waiver| !unneeded.contains(waiver.id.as_str()))
        .partition(|waiver| waiver.nodes.labels.is_some() && report.subject.labels.is_empty());
    let ids = |waivers: Vec<&Definition>| waivers.into_iter().map(|waiver| waiver.id.clone()).collect();
    add("not applied, because the labels of the node are not known,", ids(by_label));
    add("without effect on this report,", ids(others));
    notices
}

#[cfg(test)]
mod tests;
