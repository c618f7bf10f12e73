//! The words of kube-bench in a report.

use crate::model::Status;
use crate::report::CheckResult;

const MANUAL: &str = "Test marked as a manual test";
const SKIPPED: &str = "Test marked as skip";

/// Why a check has its state; nothing for a PASS.
pub(super) fn reason(check: &CheckResult) -> Option<&str> {
    match (check.status, check.reason.as_deref()) {
        (Status::Pass, _) => None,
        (Status::Manual, _) if check.manual => Some(MANUAL),
        (Status::Skipped, None) => Some(SKIPPED),
        (_, reason) => reason,
    }
}

/// What to do, and what it may break.
pub(super) fn remediation(check: &CheckResult) -> String {
    match &check.impact {
        Some(impact) => format!("{}\nImpact: {}\n", check.remediation.trim_end(), impact.trim_end()),
        None => check.remediation.clone(),
    }
}
