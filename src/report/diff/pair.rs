//! The result of a comparison.

use super::ChangeClass;
use crate::model::{Severity, Status};
use crate::report::{Report, SubjectKind};
use serde::Serialize;

/// Why two reports are not compared.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the reports are of different kinds: {}, now {}; compare reports of one kind", old.id(), new.id())]
pub struct Incomparable {
    /// What the old report is about.
    pub old: SubjectKind,
    /// What the new report is about.
    pub new: SubjectKind,
}

/// All pairs of reports that were compared.
#[derive(Debug, Default, Serialize)]
pub struct Diff {
    /// The version of the document.
    pub schema_version: u32,
    /// The pairs.
    pub pairs: Vec<PairDiff>,
    /// Subjects of which only the old folder has a report.
    pub only_old: Vec<String>,
    /// Subjects of which only the new folder has a report.
    pub only_new: Vec<String>,
    /// Files that could not be read, each with the reason.
    pub unreadable: Vec<String>,
    /// What the reader must know about all of it.
    pub notices: Vec<String>,
}

impl Diff {
    /// How many changes of a class all pairs have.
    pub fn count(&self, class: ChangeClass) -> usize {
        self.pairs.iter().flat_map(|pair| &pair.changes).filter(|change| change.class == class).count()
    }
}

/// What changed between two reports.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PairDiff {
    /// What the new report is about.
    pub subject: String,
    /// The kind of its subject.
    #[serde(skip)]
    pub kind: SubjectKind,
    /// The name of its subject that lasts, for identities.
    #[serde(skip)]
    pub(super) scope: String,
    /// The old report.
    pub old: ReportRef,
    /// The new report.
    pub new: ReportRef,
    /// What the reader must know about the comparison.
    pub notices: Vec<String>,
    /// The changes: by class, the highest severity first.
    pub changes: Vec<Change>,
}

/// One of the two reports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReportRef {
    /// Its id.
    pub report_id: String,
    /// When its audit ended.
    pub time: String,
    /// The id of its benchmark.
    pub benchmark: String,
    /// The version of the program that made it.
    pub tool_version: String,
}

impl ReportRef {
    pub(super) fn of(report: &Report) -> Self {
        Self {
            report_id: report.report_id.clone(),
            time: report.time.end.clone(),
            benchmark: report.benchmark.id.clone(),
            tool_version: report.tool.version.clone(),
        }
    }
}

/// One change.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// Its class.
    pub class: ChangeClass,
    /// The id of the rule.
    pub rule: String,
    /// The id of the check in the new report, or in the old one if only that has it.
    pub check: String,
    /// The recommendation.
    pub title: String,
    /// The target of the check.
    pub target: String,
    /// The severity, if it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// The subject; absent for the check as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The file, in a scan.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The line in the file of the new report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// What the old report says of it.
    pub old: Option<Side>,
    /// What the new report says of it.
    pub new: Option<Side>,
}

/// What one report says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Side {
    /// The status.
    pub status: Status,
    /// What was read.
    pub evidence: Vec<String>,
}
