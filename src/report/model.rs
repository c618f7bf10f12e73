//! Report v1: the one document from which every format is made. Immutable once built.

use crate::model::{Extensions, Finding, Severity, Status, Text};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::Deref;

/// The version of the document. A change that an older reader would misread gets a new number.
pub const SCHEMA_VERSION: u32 = 1;

/// A finished report. Its content can be read, not changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Report(ReportV1);

impl Report {
    /// Seals a document.
    pub(super) const fn new(document: ReportV1) -> Self {
        Self(document)
    }

    /// The same report with these notices in place of its own.
    pub(crate) fn with_notices(mut self, notices: Vec<String>) -> Self {
        self.0.notices = notices;
        self
    }

    /// The document, to make another report of it.
    pub(super) fn into_document(self) -> ReportV1 {
        self.0
    }
}

impl Deref for Report {
    type Target = ReportV1;

    fn deref(&self) -> &ReportV1 {
        &self.0
    }
}

/// The document of a report, version 1. Times are RFC 3339 in UTC.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ReportV1 {
    /// 1.
    pub schema_version: u32,
    /// Differs from every other report.
    pub report_id: String,
    /// What made the report.
    pub tool: Tool,
    /// When the audit ran.
    pub time: TimeRange,
    /// What was audited.
    pub subject: Subject,
    /// What it was audited against.
    pub benchmark: BenchmarkInfo,
    /// What the reader must know about how the audit went.
    pub notices: Vec<String>,
    /// Targets of the benchmark that were not audited.
    pub targets_left_out: Vec<TargetLeftOut>,
    /// Of a scan: how much of the input was evaluated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inputs: Option<InputCounts>,
    /// Of a fleet: its nodes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nodes: Vec<FleetNode>,
    /// SHA-256 of the waivers that were applied.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waivers_sha256: Option<String>,
    /// The checks, in the order of the benchmark's outline.
    pub checks: Vec<CheckResult>,
}

/// How much of the input of a scan was evaluated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct InputCounts {
    /// Objects and Dockerfiles that were evaluated.
    pub evaluated: usize,
    /// Objects of kinds that no check is about.
    pub skipped: usize,
    /// Documents that are wrong, and files that cannot be read.
    pub unreadable: usize,
}

/// A node of a fleet, with its newest report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FleetNode {
    /// Its name.
    pub name: String,
    /// Its cluster, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
    /// Its roles.
    pub roles: Vec<String>,
    /// Its Kubernetes version, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kubernetes: Option<String>,
    /// The benchmark.
    pub benchmark: String,
    /// The version of the program that made the report.
    pub tool_version: String,
    /// When its audit ended.
    pub time: String,
    /// The id of the report.
    pub report_id: String,
}

/// The program that made a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// A span of time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TimeRange {
    /// Its start.
    pub start: String,
    /// Its end.
    pub end: String,
}

/// What was audited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// What kind of thing.
    pub kind: SubjectKind,
    /// Its name, if it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its unique id, if it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid: Option<String>,
    /// The cluster that it belongs to, if it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cluster: Option<String>,
    /// Labels of the node.
    pub labels: BTreeMap<String, String>,
    /// Roles of the node: `control-plane`, `etcd`, `worker`.
    pub roles: Vec<String>,
    /// The Kubernetes distribution, if it is known: `kubeadm`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<String>,
    /// Its Kubernetes version, if it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kubernetes: Option<KubernetesVersion>,
}

/// Kinds of subjects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum SubjectKind {
    /// One machine.
    Node,
    /// The objects of one cluster.
    Cluster,
    /// Objects in files.
    Manifests,
    /// Several nodes.
    Fleet,
}

impl SubjectKind {
    /// Its name in reports.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Node => "node",
            Self::Cluster => "cluster",
            Self::Manifests => "manifests",
            Self::Fleet => "fleet",
        }
    }
}

/// A Kubernetes version, and where it was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct KubernetesVersion {
    /// The version.
    pub version: String,
    /// Where it was found.
    pub source: String,
}

/// The benchmark of a report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BenchmarkInfo {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// How it was chosen.
    pub chosen_by: String,
    /// Its sections that were audited.
    pub sections: Vec<Section>,
}

/// A section of the benchmark: the part about one target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its target.
    pub target: String,
    /// Its groups.
    pub groups: Vec<Group>,
}

/// A group of checks in a section.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// How many of the report's checks are in it: the checks follow each other group by group.
    pub checks: usize,
}

/// A target that was not audited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TargetLeftOut {
    /// The target.
    pub target: String,
    /// Why.
    pub reason: String,
}

/// The result of one check.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CheckResult {
    /// Its id in the benchmark.
    pub id: String,
    /// The rule that it evaluates; absent for a check of the user's own files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule_id: Option<String>,
    /// Its target.
    pub target: Text,
    /// The id of its group.
    pub section: String,
    /// The recommendation.
    pub title: Text,
    /// The severity of its rule; absent for a check of the user's own files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// The severity that the benchmark's publisher gives it, in the publisher's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published_severity: Option<String>,
    /// Whether the benchmark counts a failure.
    pub scored: bool,
    /// Whether only a person can assess it.
    pub manual: bool,
    /// What it came to: the worst status of its findings.
    pub status: Status,
    /// Why, if there is something to say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What was read, in words.
    pub reads: String,
    /// What must hold, in words.
    pub expected: String,
    /// What was observed, in words.
    pub actual: String,
    /// What an attacker gains where it is not followed.
    pub rationale: Text,
    /// What may break when it is followed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub impact: Option<Text>,
    /// What to do.
    pub remediation: Text,
    /// The same recommendation elsewhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<Text>,
    /// The waiver that accepts a failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiver: Option<Waiver>,
    /// What was observed, subject by subject.
    pub findings: Vec<Finding>,
    /// Data for other tools' formats.
    #[serde(default, skip_serializing_if = "Extensions::is_empty")]
    pub extensions: Extensions,
}

/// A decision to accept a failure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Waiver {
    /// Its id.
    pub id: String,
    /// Why the failure is accepted.
    pub reason: String,
    /// Who accepted it.
    pub owner: String,
    /// The last day on which it holds, as `YYYY-MM-DD`, or `permanent`.
    pub expires: String,
    /// The status without the waiver.
    pub former_status: Status,
}

impl Waiver {
    /// Until when, why and by which waiver a failure is accepted, on one line.
    pub fn in_words(&self) -> String {
        let Self { id, reason, owner: _, expires, former_status: _ } = self;
        if expires == "permanent" {
            format!("waived permanently: {reason} ({id})")
        } else {
            format!("waived until {expires}: {reason} ({id})")
        }
    }
}
