//! Puts a report together from a plan and the outcomes of its checks.

use super::model::{
    BenchmarkInfo, CheckResult, Group, InputCounts, Report, ReportV1, SCHEMA_VERSION, Section, Subject, SubjectKind,
    TargetLeftOut, TimeRange, Tool,
};
use crate::model::Outcome;
use crate::plan::{Plan, PlannedCheck, PlannedGroup, PlannedSection};
use std::collections::BTreeMap;
use std::time::SystemTime;

/// The platform of a node that kubeadm set up.
pub const KUBEADM: &str = "kubeadm";

/// What precedes the platform in how a benchmark was chosen.
pub const PLATFORM: &str = "; platform ";

/// What a report says beside its checks.
#[derive(Debug)]
pub struct ReportHeader {
    /// When the audit began.
    pub start: SystemTime,
    /// When it ended.
    pub end: SystemTime,
    /// What was audited.
    pub subject: Subject,
    /// How the benchmark was chosen.
    pub chosen_by: String,
    /// What the reader must know about how the audit went.
    pub notices: Vec<String>,
    /// Targets that were not audited.
    pub targets_left_out: Vec<TargetLeftOut>,
    /// Of a scan: how much of the input was evaluated.
    pub inputs: Option<InputCounts>,
}

#[cfg(any(test, feature = "internals"))]
impl ReportHeader {
    /// The header of a report about a node of which only the notices are known.
    pub fn of_node(notices: Vec<String>) -> Self {
        let now = SystemTime::now();
        Self {
            start: now,
            end: now,
            subject: Subject {
                kind: SubjectKind::Node,
                name: None,
                uid: None,
                cluster: None,
                labels: BTreeMap::new(),
                roles: Vec::new(),
                platform: None,
                kubernetes: None,
            },
            chosen_by: String::new(),
            notices,
            targets_left_out: Vec::new(),
            inputs: None,
        }
    }
}

impl Report {
    /// The report of an audit: `outcomes` are those of the plan's checks, in the plan's order.
    pub fn build(header: ReportHeader, plan: &Plan<'_>, outcomes: Vec<Outcome>) -> Self {
        let mut checks = Vec::with_capacity(outcomes.len());
        checks.extend(plan.checks().zip(outcomes).map(|(planned, outcome)| check(planned, outcome)));
        Self::new(ReportV1 {
            schema_version: SCHEMA_VERSION,
            report_id: uuid::Uuid::new_v4().to_string(),
            tool: Tool { name: "nodeproof".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
            time: TimeRange { start: rfc3339(header.start), end: rfc3339(header.end) },
            subject: header.subject,
            benchmark: BenchmarkInfo {
                id: plan.benchmark.id.clone(),
                title: plan.benchmark.title.clone(),
                chosen_by: header.chosen_by,
                sections: plan.sections.iter().map(section).collect(),
            },
            notices: header.notices,
            targets_left_out: header.targets_left_out,
            inputs: header.inputs,
            nodes: Vec::new(),
            waivers_sha256: None,
            checks,
        })
    }
}

fn section(planned: &PlannedSection<'_>) -> Section {
    Section {
        id: planned.section.id.clone(),
        title: planned.section.title.clone(),
        target: planned.section.target.id().to_owned(),
        groups: planned.groups.iter().map(group).collect(),
    }
}

fn group(planned: &PlannedGroup<'_>) -> Group {
    Group { id: planned.group.id.to_string(), title: planned.group.title.clone(), checks: planned.checks.len() }
}

fn check(planned: PlannedCheck<'_>, outcome: Outcome) -> CheckResult {
    let PlannedCheck { section, group, check, .. } = planned;
    let rule = &check.rule;
    CheckResult {
        id: check.id.to_string(),
        rule_id: (!rule.assertion.is_external()).then(|| rule.id.clone()),
        target: section.target.id().into(),
        section: group.id.to_string(),
        title: rule.title.clone(),
        severity: rule.severity,
        published_severity: group.published_severity.clone(),
        scored: check.scored,
        manual: outcome.manual,
        status: outcome.verdict.status(),
        reason: outcome.verdict.reason().map(str::to_owned),
        reads: outcome.reads,
        expected: outcome.expected,
        actual: outcome.actual,
        rationale: rule.rationale.clone(),
        impact: rule.impact.clone().filter(|_| !outcome.changes_nothing),
        remediation: outcome.remediation,
        references: rule.references.clone(),
        waiver: None,
        findings: outcome.findings,
        extensions: outcome.extensions,
    }
}

fn rfc3339(time: SystemTime) -> String {
    humantime::format_rfc3339_millis(time).to_string()
}
