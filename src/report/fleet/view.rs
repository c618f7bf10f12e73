//! What is read of a report, borrowed from its text: ten thousand of them are read in a few seconds.

use crate::model::{Severity, Status};
use crate::report::read::{ReportError, malformed, not_of_this_version};
use crate::report::{SCHEMA_VERSION, SubjectKind};
use serde::Deserialize;
use std::borrow::Cow;
use std::ops::Deref;

/// A text of the report, copied only where it has escapes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct TextView<'t>(#[serde(borrow)] Cow<'t, str>);

impl Deref for TextView<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

/// A report. What is not listed is not read.
#[derive(Debug, Deserialize)]
pub(super) struct NodeReport<'t> {
    pub(super) schema_version: u64,
    #[serde(borrow)]
    pub(super) report_id: TextView<'t>,
    #[serde(borrow)]
    pub(super) tool: ToolView<'t>,
    #[serde(borrow)]
    pub(super) time: TimeView<'t>,
    #[serde(borrow)]
    pub(super) subject: SubjectView<'t>,
    #[serde(borrow)]
    pub(super) benchmark: BenchmarkView<'t>,
    #[serde(borrow)]
    pub(super) notices: Vec<TextView<'t>>,
    #[serde(borrow)]
    pub(super) targets_left_out: Vec<LeftOutView<'t>>,
    #[serde(borrow)]
    pub(super) checks: Vec<CheckView<'t>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct ToolView<'t> {
    #[serde(borrow)]
    pub(super) version: TextView<'t>,
}

#[derive(Debug, Deserialize)]
pub(super) struct TimeView<'t> {
    #[serde(borrow)]
    pub(super) start: TextView<'t>,
    #[serde(borrow)]
    pub(super) end: TextView<'t>,
}

#[derive(Debug, Deserialize)]
pub(super) struct SubjectView<'t> {
    pub(super) kind: SubjectKind,
    #[serde(borrow, default)]
    pub(super) name: Option<TextView<'t>>,
    #[serde(borrow, default)]
    pub(super) cluster: Option<TextView<'t>>,
    #[serde(borrow)]
    pub(super) roles: Vec<TextView<'t>>,
    #[serde(borrow, default)]
    pub(super) platform: Option<TextView<'t>>,
    #[serde(borrow, default)]
    pub(super) kubernetes: Option<KubernetesView<'t>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct KubernetesView<'t> {
    #[serde(borrow)]
    pub(super) version: TextView<'t>,
}

#[derive(Debug, Deserialize)]
pub(super) struct BenchmarkView<'t> {
    #[serde(borrow)]
    pub(super) id: TextView<'t>,
    #[serde(borrow)]
    pub(super) title: TextView<'t>,
    #[serde(borrow)]
    pub(super) sections: Vec<SectionView<'t>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct SectionView<'t> {
    #[serde(borrow)]
    pub(super) id: TextView<'t>,
    #[serde(borrow)]
    pub(super) title: TextView<'t>,
    #[serde(borrow)]
    pub(super) target: TextView<'t>,
    #[serde(borrow)]
    pub(super) groups: Vec<GroupView<'t>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct GroupView<'t> {
    #[serde(borrow)]
    pub(super) id: TextView<'t>,
    #[serde(borrow)]
    pub(super) title: TextView<'t>,
    pub(super) checks: usize,
}

#[derive(Debug, Deserialize)]
pub(super) struct LeftOutView<'t> {
    #[serde(borrow)]
    pub(super) target: TextView<'t>,
    #[serde(borrow)]
    pub(super) reason: TextView<'t>,
}

#[derive(Debug, Deserialize)]
pub(super) struct CheckView<'t> {
    #[serde(borrow)]
    pub(super) id: TextView<'t>,
    #[serde(borrow, default)]
    pub(super) rule_id: Option<TextView<'t>>,
    #[serde(borrow)]
    pub(super) target: TextView<'t>,
    #[serde(borrow)]
    pub(super) section: TextView<'t>,
    #[serde(borrow)]
    pub(super) title: TextView<'t>,
    #[serde(default)]
    pub(super) severity: Option<Severity>,
    #[serde(borrow, default)]
    pub(super) published_severity: Option<TextView<'t>>,
    pub(super) scored: bool,
    pub(super) manual: bool,
    pub(super) status: Status,
    #[serde(borrow, default)]
    pub(super) reason: Option<TextView<'t>>,
    #[serde(borrow)]
    pub(super) reads: TextView<'t>,
    #[serde(borrow)]
    pub(super) expected: TextView<'t>,
    #[serde(borrow)]
    pub(super) rationale: TextView<'t>,
    #[serde(borrow, default)]
    pub(super) impact: Option<TextView<'t>>,
    #[serde(borrow)]
    pub(super) remediation: TextView<'t>,
    #[serde(borrow, default)]
    pub(super) references: Vec<TextView<'t>>,
    #[serde(borrow, default)]
    pub(super) waiver: Option<WaiverView<'t>>,
    #[serde(borrow)]
    pub(super) findings: Vec<FindingView<'t>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct WaiverView<'t> {
    #[serde(borrow)]
    pub(super) id: TextView<'t>,
    #[serde(borrow)]
    pub(super) reason: TextView<'t>,
    #[serde(borrow)]
    pub(super) owner: TextView<'t>,
    #[serde(borrow)]
    pub(super) expires: TextView<'t>,
    pub(super) former_status: Status,
}

#[derive(Debug, Deserialize)]
pub(super) struct FindingView<'t> {
    #[serde(borrow)]
    pub(super) subject: TextView<'t>,
    pub(super) count: usize,
    pub(super) status: Status,
    #[serde(borrow)]
    pub(super) evidence: Vec<EvidenceView<'t>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct EvidenceView<'t> {
    #[serde(borrow)]
    pub(super) attribute: TextView<'t>,
    #[serde(borrow)]
    pub(super) value: TextView<'t>,
    #[serde(borrow)]
    pub(super) source: TextView<'t>,
}

impl<'t> NodeReport<'t> {
    /// Reads a report.
    pub(super) fn read(text: &'t [u8]) -> Result<Self, ReportError> {
        // Text that is known to be UTF-8 is read faster. The error of other text says where it is wrong.
        let read = match std::str::from_utf8(text) {
            Ok(text) => serde_json::from_str::<Self>(text),
            Err(_) => serde_json::from_slice::<Self>(text),
        };
        match read {
            Ok(report) if report.schema_version != u64::from(SCHEMA_VERSION) => {
                Err(ReportError::Version(report.schema_version))
            }
            Ok(report) => report.verified(),
            // One of another version may have another shape.
            Err(error) => Err(not_of_this_version(text).unwrap_or_else(|| malformed(&error))),
        }
    }

    /// Each check must be in the group where the outline counts it.
    fn verified(self) -> Result<Self, ReportError> {
        let mut rest = self.checks.as_slice();
        for section in &self.benchmark.sections {
            for group in &section.groups {
                let Some((checks, behind)) = rest.split_at_checked(group.checks) else {
                    return Err(inconsistent(format!(
                        "group {} counts checks that the report does not have",
                        &*group.id
                    )));
                };
                rest = behind;
                let is_here = |check: &&CheckView<'_>| *check.target == *section.target && *check.section == *group.id;
                if let Some(check) = checks.iter().find(|check| !is_here(check)) {
                    return Err(misplaced(check));
                }
            }
        }
        match rest.first() {
            Some(check) => Err(misplaced(check)),
            None => Ok(self),
        }
    }
}

fn misplaced(check: &CheckView<'_>) -> ReportError {
    inconsistent(format!("check {} is not where `benchmark.sections` counts it", &*check.id))
}

fn inconsistent(message: String) -> ReportError {
    ReportError::Inconsistent(message)
}
