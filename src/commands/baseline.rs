//! `--baseline`: a report is compared with an earlier one, and only what is worse counts.

use super::flags::OutputFlags;
use super::report_files::read;
use crate::commands::Failure;
use crate::model::Status;
use crate::report::{CheckResult, Report, worse_checks};
use std::collections::BTreeSet;

/// The most checks that a notice names.
const MOST_NAMED: usize = 20;

/// The checks that count for `--fail-on` and `--exit-code`.
pub(super) struct Counted(Option<BTreeSet<(String, String)>>);

impl Counted {
    /// Every check counts.
    pub(super) const fn all() -> Self {
        Self(None)
    }

    /// Whether a check counts.
    pub(super) fn has(&self, check: &CheckResult) -> bool {
        self.0.as_ref().is_none_or(|worse| worse.contains(&(check.target.to_string(), check.id.clone())))
    }
}

/// Reads the report of `--baseline`.
pub(super) fn open(flags: &OutputFlags) -> Result<Option<Report>, Failure> {
    let path = flags.baseline.as_ref().filter(|path| !path.as_os_str().is_empty());
    path.map(|path| read(path).map_err(|error| error.failure(path))).transpose()
}

/// The report with a notice about the comparison, and the checks that count.
pub(super) fn compared(baseline: Option<&Report>, report: Report) -> Result<(Report, Counted), Failure> {
    let Some(baseline) = baseline else { return Ok((report, Counted::all())) };
    let worse = worse_checks(baseline, &report).map_err(|error| Failure::File(format!("--baseline: {error}")))?;
    let counted = Counted(Some(worse));
    let is_open = |check: &&CheckResult| match check.status {
        Status::Fail => true,
        Status::Undetermined => check.scored,
        Status::Pass | Status::Manual | Status::NotApplicable | Status::Skipped | Status::Waived => false,
    };
    let (counting, others): (Vec<&CheckResult>, Vec<&CheckResult>) =
        report.checks.iter().filter(is_open).partition(|check| counted.has(check));
    let mut ids: Vec<&str> = counting.iter().take(MOST_NAMED).map(|check| check.id.as_str()).collect();
    if counting.len() > MOST_NAMED {
        ids.push("…");
    }
    let worse = if ids.is_empty() { "nothing is worse".to_owned() } else { format!("worse: {}", ids.join(", ")) };
    let rest = if others.len() == 1 { "1 other check".to_owned() } else { format!("{} other checks", others.len()) };
    let notice = format!(
        "compared with the baseline of {} ({}, {}), {worse}; {rest} that fail or could not be evaluated do not count, because they are \
         no worse than there, or not in it",
        baseline.subject_name(),
        baseline.benchmark.id,
        baseline.time.end,
    );
    let notices = std::iter::once(notice).chain(report.notices.iter().cloned()).collect();
    Ok((report.with_notices(notices), counted))
}
