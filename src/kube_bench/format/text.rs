//! The words of kube-bench in a report.

use crate::model::Status;
use crate::report::CheckResult;
use serde::{Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;

const MANUAL: &str = "Test marked as a manual test";
const SKIPPED: &str = "Test marked as skip";

/// Why a check has its state; nothing for a PASS.
pub(super) fn reason(check: &CheckResult) -> Option<Cow<'_, str>> {
    match (check.status, &check.waiver, check.reason.as_deref()) {
        (Status::Pass, ..) => None,
        (Status::Waived, Some(waiver), _) => Some(waiver.in_words().into()),
        (Status::Manual, ..) if check.manual => Some(MANUAL.into()),
        (Status::Skipped, _, None) => Some(SKIPPED.into()),
        (_, _, reason) => reason.map(Cow::Borrowed),
    }
}

/// What to do, and what it may break.
#[derive(Clone, Copy)]
pub(super) struct Remediation<'a> {
    text: &'a str,
    impact: Option<&'a str>,
}

impl<'a> Remediation<'a> {
    /// That of a check.
    pub(super) fn of(check: &'a CheckResult) -> Self {
        Self { text: &check.remediation, impact: check.impact.as_deref() }
    }
}

impl fmt::Display for Remediation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.impact {
            Some(impact) => write!(f, "{}\nImpact: {}\n", self.text.trim_end(), impact.trim_end()),
            None => f.write_str(self.text),
        }
    }
}

impl Serialize for Remediation<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
