//! The formats `openreports` and `policyreport`: an object for the API of a cluster, a `ClusterReport` of OpenReports or a
//! `ClusterPolicyReport` of the Policy Working Group.

use super::cut::cut;
use super::json::write_pretty_json;
use super::moment::milliseconds;
use super::{CheckResult, Format, GroupView, Report, SubjectKind};
use crate::model::{Severity, Status};
use serde_json::{Map, Value, json};
use std::cmp::Reverse;
use std::io::{self, Write};
use uuid::Uuid;

/// The most bytes of an object: etcd takes 1.5 MiB in one request, and the API server adds fields of its own.
const MOST_BYTES: usize = 1 << 20;

/// Room for what surrounds the results.
const AROUND: usize = 16 << 10;

/// The most bytes of one text.
const MOST_TEXT: usize = 2000;

/// The most objects that one result names.
const MOST_RESOURCES: usize = 50;

/// The longest name of an object.
const MOST_NAME: usize = 253;

/// The kind of the object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportApi {
    /// `openreports.io/v1alpha1`.
    OpenReports,
    /// `wgpolicyk8s.io/v1alpha2`.
    PolicyReport,
}

/// The format `openreports` or `policyreport`.
#[derive(Debug, Clone, Copy)]
pub struct OpenReportsFormat {
    /// The kind of the object.
    pub api: ReportApi,
    /// Whether passes are listed too.
    pub all: bool,
}

impl Format for OpenReportsFormat {
    fn render(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        write_pretty_json(&object(report, *self)?, out)
    }
}

fn object(report: &Report, format: OpenReportsFormat) -> io::Result<Value> {
    let (results, left_out) = results(report, format.all)?;
    let (version, kind) = match format.api {
        ReportApi::OpenReports => ("openreports.io/v1alpha1", "ClusterReport"),
        ReportApi::PolicyReport => ("wgpolicyk8s.io/v1alpha2", "ClusterPolicyReport"),
    };
    let mut object = json!({ "apiVersion": version, "kind": kind, "metadata": metadata(report, left_out) });
    if format.api == ReportApi::OpenReports {
        let shown: &[&str] =
            if format.all { &["pass", "fail", "warn", "error", "skip"] } else { &["fail", "warn", "error"] };
        object["source"] = json!("nodeproof");
        object["configuration"] = json!({ "limits": { "statusFilter": shown } });
    }
    if report.subject.kind == SubjectKind::Node && report.subject.name.is_some() {
        object["scope"] = node(report, None);
    }
    object["summary"] = summary(report);
    object["results"] = Value::Array(results);
    Ok(object)
}

fn metadata(report: &Report, left_out: usize) -> Value {
    let mut annotations = Map::from_iter([
        ("nodeproof/report-id".to_owned(), json!(cut(&report.report_id, MOST_TEXT))),
        ("nodeproof/version".to_owned(), json!(cut(&report.tool.version, MOST_TEXT))),
    ]);
    if left_out > 0 {
        annotations.insert("nodeproof/results-left-out".to_owned(), json!(left_out.to_string()));
    }
    if let Some(notice) = report.notices.first() {
        annotations.insert("nodeproof/notice".to_owned(), json!(cut(notice, MOST_TEXT)));
    }
    let mut metadata = json!({
        "name": object_name(report),
        "labels": { "app.kubernetes.io/managed-by": "nodeproof" },
        "annotations": annotations,
    });
    // The report goes with its node. Without the uid the API server refuses an owner.
    if let (SubjectKind::Node, Some(_), Some(uid)) = (report.subject.kind, &report.subject.name, &report.subject.uid) {
        metadata["ownerReferences"] = json!([node(report, Some(uid))]);
    }
    metadata
}

/// A reference to the node.
fn node(report: &Report, uid: Option<&str>) -> Value {
    let name = report.subject.name.as_deref().unwrap_or_default();
    let mut node = json!({ "apiVersion": "v1", "kind": "Node", "name": cut(name, MOST_NAME) });
    if let Some(uid) = uid.or(report.subject.uid.as_deref()) {
        node["uid"] = json!(cut(uid, MOST_NAME));
    }
    node
}

/// The same for every report about this node and benchmark, so that a report replaces the one before it.
fn object_name(report: &Report) -> String {
    let subject = &report.subject;
    let what = subject.name.as_deref().unwrap_or_else(|| subject.kind.id());
    let whole = format!("nodeproof-{}-{what}", report.benchmark.id);
    let is_plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
    let name: String = whole
        .chars()
        .take(MOST_NAME)
        .map(|letter| if is_plain(letter) || letter == '.' { letter } else { '-' })
        .collect();
    // Each part between dots begins and ends with a letter or digit.
    let parts = name.split('.').map(|part| part.trim_matches('-')).filter(|part| !part.is_empty());
    let name = parts.collect::<Vec<_>>().join(".");
    if name == whole {
        return name;
    }
    // What was changed must not make two names one.
    let hash = Uuid::new_v5(&Uuid::NAMESPACE_OID, whole.as_bytes()).simple().to_string();
    let front: String = name.chars().take(200).collect();
    format!("{}-{}", front.trim_end_matches(['.', '-']), &hash[..10])
}

fn summary(report: &Report) -> Value {
    let count = |word: &str| report.checks.iter().filter(|check| result_word(check) == word).count();
    let words = ["pass", "fail", "warn", "error", "skip"];
    words.into_iter().map(|word| (word.to_owned(), json!(count(word)))).collect::<Map<_, _>>().into()
}

/// The results that fit, the worst first, and the number of the others.
fn results(report: &Report, all: bool) -> io::Result<(Vec<Value>, usize)> {
    let mut wanted: Vec<(String, &CheckResult)> = Vec::new();
    for section in report.sections() {
        for group in &section.groups {
            let checks = group.checks.iter().filter(|check| all || !["pass", "skip"].contains(&result_word(check)));
            wanted.extend(checks.map(|check| (title(group), check)));
        }
    }
    wanted.sort_by_key(|(_, check)| rank(check));
    let count = wanted.len();
    let mut results = Vec::new();
    let mut used = AROUND;
    for (category, check) in wanted {
        let result = result(report, category, check);
        // Indentation is part of the text.
        used += serde_json::to_string_pretty(&result)?.lines().map(|line| line.len() + 5).sum::<usize>();
        if used > MOST_BYTES {
            break;
        }
        results.push(result);
    }
    let left_out = count - results.len();
    Ok((results, left_out))
}

fn title(group: &GroupView<'_>) -> String {
    cut(&format!("{} {}", group.group.id, group.group.title), MOST_TEXT).into_owned()
}

fn rank(check: &CheckResult) -> (usize, Reverse<Option<Severity>>) {
    let order = ["fail", "error", "warn", "pass", "skip"];
    let word = result_word(check);
    (order.iter().position(|other| *other == word).unwrap_or_default(), Reverse(check.severity))
}

fn result(report: &Report, category: String, check: &CheckResult) -> Value {
    let text = |text: &str| cut(text, MOST_TEXT).into_owned();
    let mut properties = Map::from_iter([("status".to_owned(), json!(check.status.id()))]);
    let waiver = check.waiver.as_ref();
    let entries = [
        ("rule-id", check.rule_id.as_deref()),
        ("target", Some(check.target.as_ref())),
        ("expected", Some(check.expected.as_str())),
        ("actual", Some(check.actual.as_str())),
        ("remediation", Some(check.remediation.as_ref())),
        ("waiver", waiver.map(|waiver| waiver.id.as_str())),
        ("waiver-expires", waiver.map(|waiver| waiver.expires.as_str())),
        ("waived-status", waiver.map(|waiver| waiver.former_status.id())),
    ];
    for (key, value) in entries {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            properties.insert(key.to_owned(), json!(text(value)));
        }
    }
    let message = match check.reason.as_deref() {
        Some(reason) => format!("{}: {reason}", check.title),
        None => check.title.clone().into_owned(),
    };
    let mut result = json!({
        "source": "nodeproof",
        "policy": text(&report.benchmark.id),
        "rule": text(&check.id),
        "category": category,
        "message": text(&message),
        "scored": check.scored,
        "result": result_word(check),
        "properties": properties,
    });
    let resources: Vec<Value> = resources(check).collect();
    if !resources.is_empty() {
        result["resources"] = Value::Array(resources);
    }
    if let Some(severity) = check.severity {
        result["severity"] = json!(severity.id());
    }
    if let Some(time) = milliseconds(&report.time.end) {
        result["timestamp"] = json!({ "seconds": time / 1000, "nanos": time % 1000 * 1_000_000 });
    }
    result
}

/// The objects of the API that the result is about.
fn resources(check: &CheckResult) -> impl Iterator<Item = Value> {
    let findings = check.findings.iter().filter(|finding| finding.status == check.status);
    findings.filter_map(|finding| resource(&finding.subject)).take(MOST_RESOURCES)
}

/// The object of a subject such as `Deployment/shop/web container app` or `Namespace/shop`.
fn resource(subject: &str) -> Option<Value> {
    let is_kind = |kind: &str| kind.starts_with(|first: char| first.is_ascii_uppercase()) && !kind.contains(':');
    let parts: Vec<&str> = subject.split(' ').next()?.split('/').collect();
    let name = |name: &str| cut(name, MOST_NAME).into_owned();
    match parts[..] {
        [kind, namespace, object] if is_kind(kind) => {
            Some(json!({ "kind": name(kind), "namespace": name(namespace), "name": name(object) }))
        }
        [kind, object] if is_kind(kind) => Some(json!({ "kind": name(kind), "name": name(object) })),
        _ => None,
    }
}

/// The word for a status; of what the benchmark does not count, a failure is a warning.
const fn result_word(check: &CheckResult) -> &'static str {
    match check.status {
        Status::Pass => "pass",
        Status::Fail if check.scored => "fail",
        Status::Fail | Status::Manual => "warn",
        Status::Undetermined => "error",
        Status::NotApplicable | Status::Skipped | Status::Waived => "skip",
    }
}
