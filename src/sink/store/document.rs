//! What the store keeps of a report, as the JSON document that its statements read. Texts are bounded and have no NUL, which
//! PostgreSQL refuses.

use crate::model::{Finding, Status};
use crate::report::{CheckResult, Report, SubjectKind, stable, stable_subject};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use uuid::Uuid;

/// Bytes of a name: an index takes no long ones.
const NAME: usize = 300;
/// Bytes of a sentence.
const TEXT: usize = 2_000;
/// Bytes of the evidence of one check.
const EVIDENCE: usize = 32 << 10;
/// Labels of a node.
const LABELS: usize = 100;

/// A report.
#[derive(Debug, Serialize)]
pub(super) struct Document {
    /// What two reports on the same node have in common: they are stored one after the other.
    lock: String,
    report_id: String,
    time: String,
    cluster: String,
    kind: &'static str,
    node: String,
    benchmark: String,
    series: String,
    labels: BTreeMap<String, String>,
    roles: Vec<String>,
    platform: Option<String>,
    kubernetes: Option<String>,
    tool: String,
    #[serde(flatten)]
    counts: Counts,
    checks: Vec<Check>,
}

#[derive(Debug, Default, Serialize)]
struct Counts {
    passed: u32,
    failed: u32,
    undetermined: u32,
    manual: u32,
    waived: u32,
    not_applicable: u32,
    skipped: u32,
}

#[derive(Debug, Serialize)]
struct Check {
    target: String,
    check_id: String,
    rule: String,
    title: String,
    severity: &'static str,
    scored: bool,
    status: &'static str,
    waived_status: Option<&'static str>,
    waiver: Option<String>,
    waiver_expires: Option<String>,
    digest: String,
    reason: String,
    evidence: Vec<Observed>,
}

#[derive(Debug, Serialize)]
struct Observed {
    subject: String,
    status: &'static str,
    evidence: Vec<Entry>,
}

#[derive(Debug, Serialize)]
struct Entry {
    attribute: String,
    value: String,
    source: String,
}

impl Document {
    /// The report on a node, a cluster or containers. `cluster`: that of a report that names none.
    pub(super) fn of(report: &Report, cluster: Option<&str>) -> Result<Self, String> {
        let subject = &report.subject;
        if matches!(subject.kind, SubjectKind::Manifests | SubjectKind::Fleet) {
            return Err(format!("it is about {}; the store keeps nodes and clusters", subject.kind.id()));
        }
        let node = subject.name.as_deref().map(name).filter(|name| !name.is_empty());
        let node = node.ok_or("the report has no name of a node or cluster")?;
        let time = report.time.end.clone();
        if humantime::parse_rfc3339(&time).is_err() {
            return Err("the time of the report is none".to_owned());
        }
        let cluster = subject.cluster.as_deref().or(cluster).map(name).unwrap_or_default();
        let benchmark = name(&report.benchmark.id);
        let series = series(&benchmark);
        let checks = checks_once(&report.checks);
        let mut counts = Counts::default();
        checks.iter().for_each(|check| counts.add(check.status));
        let labels = subject.labels.iter().take(LABELS).map(|(key, value)| (name(key), name(value)));
        Ok(Self {
            lock: format!("{}\n{}\n{node}", subject.kind.id(), cluster),
            report_id: report_id(&report.report_id),
            time,
            cluster,
            kind: subject.kind.id(),
            node,
            benchmark,
            series,
            labels: labels.collect(),
            roles: subject.roles.iter().map(|role| name(role)).collect(),
            platform: subject.platform.as_deref().map(name),
            kubernetes: subject.kubernetes.as_ref().map(|kubernetes| name(&kubernetes.version)),
            tool: name(&format!("{} {}", report.tool.name, report.tool.version)),
            counts,
            checks: checks.into_iter().map(Check::of).collect(),
        })
    }
}

impl Counts {
    const fn add(&mut self, status: Status) {
        *match status {
            Status::Pass => &mut self.passed,
            Status::Fail => &mut self.failed,
            Status::Undetermined => &mut self.undetermined,
            Status::Manual => &mut self.manual,
            Status::Waived => &mut self.waived,
            Status::NotApplicable => &mut self.not_applicable,
            Status::Skipped => &mut self.skipped,
        } += 1;
    }
}

impl Check {
    fn of(check: &CheckResult) -> Self {
        let waiver = check.waiver.as_ref().filter(|_| check.status == Status::Waived);
        let missing = (check.status == Status::Waived).then(String::new);
        let expires = waiver.map(|waiver| waiver.expires.clone()).filter(|expires| expires != "permanent");
        Self {
            target: name(&check.target),
            check_id: name(&check.id),
            rule: name(check.rule_id.as_deref().unwrap_or_default()),
            title: text(&check.title),
            severity: check.severity.map_or("", |severity| severity.id()),
            scored: check.scored,
            status: check.status.id(),
            waived_status: waiver.map(|waiver| waiver.former_status.id()),
            waiver: waiver.map(|waiver| name(&waiver.id)).or(missing),
            waiver_expires: expires.map(|expires| name(&expires)),
            digest: digest(check),
            reason: text(check.reason.as_deref().unwrap_or_default()),
            evidence: observed(&check.findings),
        }
    }
}

/// The checks, each number of a target once. Where a user's folder has one twice, the worse one counts.
fn checks_once(checks: &[CheckResult]) -> Vec<&CheckResult> {
    let mut once: Vec<&CheckResult> = Vec::with_capacity(checks.len());
    let mut places: BTreeMap<(String, String), usize> = BTreeMap::new();
    for check in checks {
        match places.entry((name(&check.target), name(&check.id))) {
            std::collections::btree_map::Entry::Vacant(place) => {
                place.insert(once.len());
                once.push(check);
            }
            std::collections::btree_map::Entry::Occupied(place) => {
                let known = &mut once[*place.get()];
                if known.status != check.status && Status::worst([known.status, check.status]) == Some(check.status) {
                    *known = check;
                }
            }
        }
    }
    once
}

/// What was observed, up to a limit that is named in the last entry.
fn observed(findings: &[Finding]) -> Vec<Observed> {
    let (mut all, mut bytes) = (Vec::new(), 0);
    for (number, finding) in findings.iter().enumerate() {
        let entry = Observed {
            subject: text(&finding.subject),
            status: finding.status.id(),
            evidence: finding
                .evidence
                .iter()
                .map(|e| Entry { attribute: name(&e.attribute), value: text(&e.value), source: text(&e.source) })
                .take(20)
                .collect(),
        };
        let size = |e: &Entry| e.attribute.len() + e.value.len() + e.source.len();
        bytes += entry.subject.len() + entry.evidence.iter().map(size).sum::<usize>();
        if bytes > EVIDENCE && number > 0 {
            let subject = format!("{} more are left out here", findings.len() - number);
            all.push(Observed { subject, status: finding.status.id(), evidence: Vec::new() });
            break;
        }
        all.push(entry);
    }
    all
}

/// The same for two outcomes that differ only in what changes from run to run: numbers of processes, times, counts.
fn digest(check: &CheckResult) -> String {
    let mut hash = Sha256::new();
    let mut add = |part: &str| {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    };
    add(&stable(check.reason.as_deref().unwrap_or_default()));
    for finding in &check.findings {
        add(&stable_subject(&finding.subject));
        add(finding.status.id());
        for entry in &finding.evidence {
            add(&entry.attribute);
            add(&stable(&entry.value));
            add(&stable(&entry.source));
        }
    }
    let mut hex = String::with_capacity(64);
    for byte in hash.finalize() {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

/// A benchmark without its version: a node that moves from `cis-1.11` to `cis-1.12` counts once.
fn series(benchmark: &str) -> String {
    let is_version = |part: &str| {
        let digits = part.strip_prefix('v').unwrap_or(part);
        digits.starts_with(|c: char| c.is_ascii_digit())
            && digits.chars().all(|c| c.is_ascii_digit() || c == '.' || c == 'r')
    };
    let parts: Vec<&str> = benchmark.split('-').filter(|part| !is_version(part)).collect();
    if parts.is_empty() { benchmark.to_owned() } else { parts.join("-") }
}

/// The id of a report of ours is a UUID; that of another one becomes one.
fn report_id(id: &str) -> String {
    Uuid::parse_str(id).unwrap_or_else(|_| Uuid::new_v5(&Uuid::NAMESPACE_OID, id.as_bytes())).to_string()
}

fn name(value: &str) -> String {
    cut(value, NAME)
}

fn text(value: &str) -> String {
    cut(value, TEXT)
}

/// At most so many bytes, without NUL.
fn cut(value: &str, most: usize) -> String {
    let end = (0..=most.min(value.len())).rev().find(|end| value.is_char_boundary(*end)).unwrap_or_default();
    value[..end].replace('\0', "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_series_is_a_benchmark_without_its_version() {
        let cases = [
            ("cis-1.12", "cis"),
            ("k3s-cis-1.24", "k3s-cis"),
            ("cis-1.6-k3s", "cis-k3s"),
            ("tkgi-1.2.53", "tkgi"),
            ("eks-stig-kubernetes-v1r6", "eks-stig-kubernetes"),
            ("workload", "workload"),
            ("1.8", "1.8"),
            ("my-rules", "my-rules"),
        ];
        for (benchmark, expected) in cases {
            assert_eq!(series(benchmark), expected, "{benchmark}");
        }
    }

    #[test]
    fn texts_are_cut_at_a_letter_and_have_no_nul() {
        assert_eq!(cut("a\0b", 10), "a\u{fffd}b");
        assert_eq!(cut("ééé", 3), "é");
        assert_eq!(name(&"x".repeat(1 << 20)).len(), NAME);
    }

    #[test]
    fn an_id_that_is_no_uuid_becomes_the_same_one_each_time() {
        assert_eq!(report_id("b"), report_id("b"));
        assert_ne!(report_id("b"), report_id("c"));
        let id = "6f0c7a52-7f0e-4a8e-9d54-0a1b2c3d4e5f";
        assert_eq!(report_id(id), id);
    }
}
