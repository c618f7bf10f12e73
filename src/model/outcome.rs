//! What evaluating one check gives: a verdict with its evidence, in words fit for a report.

use super::{Status, Verdict};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A text of a definition or a report. One that is compiled in is not copied.
pub type Text = Cow<'static, str>;

/// Data of another tool's format that a report carries along, by the name of the format.
pub type Extensions = BTreeMap<String, serde_json::Value>;

/// The result of evaluating a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The verdict.
    pub verdict: Verdict,
    /// Whether only a person can assess it.
    pub manual: bool,
    /// What was read, in words.
    pub reads: String,
    /// What must hold, in words.
    pub expected: String,
    /// What was observed, in words.
    pub actual: String,
    /// What to do on this node.
    pub remediation: Text,
    /// Whether the remediation changes nothing, so that nothing can break.
    pub changes_nothing: bool,
    /// What was observed, subject by subject.
    pub findings: Vec<Finding>,
    /// Data for other tools' formats.
    pub extensions: Extensions,
}

/// What was observed of one subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// A path, a process with its number, an object of the API.
    pub subject: String,
    /// How many files or objects the subject stands for.
    pub count: usize,
    /// The status of the finding. The status of a check is the worst of its findings.
    pub status: Status,
    /// What was read of the subject.
    pub evidence: Vec<EvidenceEntry>,
    /// Where in a file, if the subject is a file that people edit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// What to do about this subject, where that differs from the check's remediation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remediation: Option<String>,
}

/// One attribute of a subject as it was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct EvidenceEntry {
    /// A flag, a path in a document, `permissions and owner`.
    pub attribute: String,
    /// Its value, or why there is none.
    pub value: String,
    /// Where the value comes from; of several sources the one that takes effect.
    pub source: String,
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Location {
    /// The file, as the user named it.
    pub file: String,
    /// The file relative to the directory that the user chose, with slashes; absent if `file` is that already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relative: Option<String>,
    /// Line, from 1; absent if it is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// Column, from 1; absent if it is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
}
