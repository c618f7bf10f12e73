//! Waivers, read and valid.

use super::scope::{FindingScope, NodeScope};
use crate::report::{CheckResult, Report};
use std::time::SystemTime;

/// How a waiver without an end stands in reports.
pub(super) const PERMANENT: &str = "permanent";

/// The waivers of all files.
#[derive(Debug, Clone)]
pub struct Waivers {
    /// SHA-256 of the files, one after the other, as hexadecimal digits.
    pub(super) sha256: String,
    pub(super) all: Vec<Definition>,
}

/// A waiver.
#[derive(Debug, Clone)]
pub(super) struct Definition {
    pub(super) id: String,
    pub(super) target: WaiverTarget,
    pub(super) reason: String,
    pub(super) owner: String,
    /// The last day, as `YYYY-MM-DD`; `None` for ever.
    pub(super) expires: Option<String>,
    pub(super) nodes: NodeScope,
    pub(super) findings: FindingScope,
}

/// What a waiver is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum WaiverTarget {
    /// A rule, in every benchmark.
    Rule(String),
    /// A check of one benchmark.
    Check { benchmark: String, id: String },
}

impl Definition {
    /// Whether it is about this check of this report.
    pub(super) fn is_about(&self, report: &Report, check: &CheckResult) -> bool {
        match &self.target {
            WaiverTarget::Rule(rule) => check.rule_id.as_ref() == Some(rule),
            WaiverTarget::Check { benchmark, id } => *benchmark == report.benchmark.id && *id == check.id,
        }
    }

    /// The last day as reports show it.
    pub(super) fn end(&self) -> &str {
        self.expires.as_deref().unwrap_or(PERMANENT)
    }
}

/// The day of a point in time, in UTC, as `YYYY-MM-DD`.
pub fn day_of(time: SystemTime) -> String {
    let mut text = humantime::format_rfc3339_seconds(time).to_string();
    text.truncate(10);
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn days_change_at_midnight_utc() {
        // date -u -d @1806537599
        let last = SystemTime::UNIX_EPOCH + Duration::from_secs(1_806_537_599);
        assert_eq!(day_of(last), "2027-03-31");
        assert_eq!(day_of(last + Duration::from_secs(1)), "2027-04-01");
    }
}
