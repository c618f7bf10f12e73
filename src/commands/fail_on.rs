//! `--fail-on`: ends with exit code 6 where a check of some severity failed.

use super::baseline::Counted;
use crate::commands::Failure;
use crate::model::{Severity, Status};
use crate::report::Report;

/// Refuses a report in which a check of this severity or a higher one failed. What is undetermined counts where the check is scored.
/// `counted`: the checks that count.
pub(super) fn require(report: &Report, severity: Option<Severity>, counted: &Counted) -> Result<(), Failure> {
    let Some(least) = severity else { return Ok(()) };
    let counts = |status: Status, scored: bool| status == Status::Fail || (status == Status::Undetermined && scored);
    let failed = report.checks.iter().filter(|check| counts(check.status, check.scored) && counted.has(check));
    let failed: Vec<&str> =
        failed.filter(|check| check.severity >= Some(least)).map(|check| check.id.as_str()).collect();
    if failed.is_empty() {
        return Ok(());
    }
    let checks = if failed.len() == 1 { "check" } else { "checks" };
    Err(Failure::Findings(format!(
        "{} {checks} of severity {} or higher failed or could not be evaluated (--fail-on): {}",
        failed.len(),
        least.id(),
        failed.join(", ")
    )))
}
