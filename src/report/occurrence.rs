//! What reports of single results list: each place where a check is not followed, with an identity that lasts.

use super::cut::cut;
use super::stable::{stable, stable_subject};
use super::uri::{relative_uri, segments};
use super::{CheckResult, Report, SubjectKind};
use crate::model::{EvidenceEntry, Finding, Severity, Status};
use std::borrow::Cow;
use std::collections::HashMap;
use uuid::Uuid;

/// The name space of identities. Its value is arbitrary and must never change.
const IDENTITIES: Uuid = Uuid::from_u128(0x6e6f_6465_7072_4f6f_a611_6964_656e_7469);

/// The most bytes of evidence in a message.
const MOST_EVIDENCE: usize = 600;

/// One finding of a check, or the check as a whole.
pub(super) struct Occurrence<'r> {
    /// The check.
    pub(super) check: &'r CheckResult,
    /// The finding, unless it is about the check as a whole.
    pub(super) finding: Option<&'r Finding>,
    /// Its status.
    pub(super) status: Status,
    /// The subject, without what changes from run to run. Files that are scanned have it as they are written.
    pub(super) subject: String,
    /// What was found, likewise: `--profiling: not set; default true`.
    said: String,
    /// Where it is: a relative path, never empty.
    pub(super) path: String,
    /// The same as a URI.
    pub(super) uri: String,
    /// Identifies it in every report: by cluster, node, rule and subject, and in a scan by file.
    pub(super) identity: String,
}

impl<'r> Occurrence<'r> {
    /// All occurrences of the statuses that `is_wanted` accepts, in the order of the report. On a node and in a cluster those that
    /// are the same but for what changes from run to run are one.
    pub(super) fn all(report: &'r Report, is_wanted: impl Fn(Status) -> bool) -> Vec<Self> {
        let mut all = Vec::new();
        let mut known: HashMap<(String, String, String), usize> = HashMap::new();
        let is_scan = report.subject.kind == SubjectKind::Manifests;
        for check in &report.checks {
            for (finding, status) in findings(check, &is_wanted) {
                let (subject, said) = (finding.map_or("", |finding| &finding.subject), said(check, finding));
                let (subject, said) =
                    if is_scan { (subject.to_owned(), said) } else { (stable_subject(subject), stable(&said)) };
                let place = place(report, check, finding, &subject);
                let (path, uri) = (place.join("/"), relative_uri(&place));
                let rule = rule_id(report, check).into_owned();
                let file = if is_scan { path.clone() } else { String::new() };
                let seen = known.entry((rule.clone(), subject.clone(), file.clone())).or_default();
                *seen += 1;
                if *seen > 1 && !is_scan {
                    continue;
                }
                let identity = subject_identity(&scope(report), &file, &rule, &subject, *seen);
                all.push(Self { check, finding, status, subject, said, path, uri, identity });
            }
        }
        all
    }

    /// The recommendation, the subject and what was found, on one line.
    pub(super) fn message(&self) -> String {
        let parts = [self.subject.as_str(), self.said.as_str()].into_iter().filter(|part| !part.is_empty());
        let parts: Vec<&str> = std::iter::once(self.check.title.as_ref()).chain(parts).collect();
        let is_in_a_file = self.finding.is_some_and(|finding| finding.location.is_some());
        let unknown = if is_in_a_file && self.position().0.is_none() { " (the line is not known)" } else { "" };
        format!("{}{unknown}", parts.join(": "))
    }

    /// The line and column, if they are known.
    pub(super) fn position(&self) -> (Option<usize>, Option<usize>) {
        let location = self.finding.and_then(|finding| finding.location.as_ref());
        location.map_or((None, None), |location| (location.line, location.column))
    }
}

/// The findings of a check, each with its status; one for the whole check if none has its status.
fn findings<'r>(check: &'r CheckResult, is_wanted: &impl Fn(Status) -> bool) -> Vec<(Option<&'r Finding>, Status)> {
    let former = check.waiver.as_ref().map(|waiver| waiver.former_status);
    let shown = |finding: &'r Finding| match finding.status {
        status if check.status == Status::Waived => {
            (Some(status) == former || status == Status::Waived).then_some((Some(finding), Status::Waived))
        }
        status @ (Status::Fail | Status::Undetermined | Status::Manual) => {
            is_wanted(status).then_some((Some(finding), status))
        }
        Status::Pass | Status::NotApplicable | Status::Skipped | Status::Waived => None,
    };
    let mut shown: Vec<_> = match check.status {
        Status::Fail | Status::Undetermined | Status::Manual | Status::Waived => {
            check.findings.iter().filter_map(shown).collect()
        }
        Status::Pass | Status::NotApplicable | Status::Skipped => Vec::new(),
    };
    if !shown.iter().any(|(_, status)| *status == check.status) {
        shown.insert(0, (None, check.status));
    }
    shown.retain(|(_, status)| is_wanted(*status));
    shown
}

/// What was found, on one line.
fn said(check: &CheckResult, finding: Option<&Finding>) -> String {
    let Some(finding) = finding else {
        return cut(check.reason.as_deref().unwrap_or_default(), MOST_EVIDENCE).into_owned();
    };
    // The others are counts, and what the check looked at.
    let is_told = |entry: &&EvidenceEntry| {
        !entry.value.is_empty() && !["pods", "rules", "examined", "note"].contains(&entry.attribute.as_str())
    };
    let entries = finding.evidence.iter().filter(is_told).take(3);
    let entries: Vec<String> = entries.map(|entry| entry_in_words(entry, finding)).collect();
    cut(&entries.join("; "), MOST_EVIDENCE).into_owned()
}

fn entry_in_words(entry: &EvidenceEntry, finding: &Finding) -> String {
    let EvidenceEntry { attribute, value, .. } = entry;
    // Behind the mode of several files are their paths.
    let value = if finding.count > 1 { value.split(": ").next().unwrap_or_default() } else { value };
    if ["reason", "why"].contains(&attribute.as_str()) { value.to_owned() } else { format!("{attribute}: {value}") }
}

/// The identity of the `number`-th finding about a subject. `scope`: that of the report. `file`: of a scan.
pub(super) fn subject_identity(scope: &str, file: &str, rule: &str, subject: &str, number: usize) -> String {
    let parts = [scope, file, rule, subject, &number.to_string()].join("\0");
    Uuid::new_v5(&IDENTITIES, parts.as_bytes()).to_string()
}

/// An identity for each check of a report, by what is audited and the rule: the same in every report and edition.
pub(super) fn identities(report: &Report) -> Vec<String> {
    let mut known: HashMap<Cow<'_, str>, usize> = HashMap::new();
    let mut identity = |check| {
        let rule = rule_id(report, check);
        let seen = known.entry(rule.clone()).or_default();
        *seen += 1;
        let parts = ["check", &scope(report), &rule, &seen.to_string()].join("\0");
        Uuid::new_v5(&IDENTITIES, parts.as_bytes()).to_string()
    };
    report.checks.iter().map(&mut identity).collect()
}

/// An identity that differs from report to report: of a part of this one.
pub(super) fn part_identity(report: &Report, kind: &str, key: &str) -> String {
    Uuid::new_v5(&IDENTITIES, ["part", &report.report_id, kind, key].join("\0").as_bytes()).to_string()
}

/// The id of a check's rule; of the user's own checks the benchmark and the number.
pub(super) fn rule_id<'r>(report: &Report, check: &'r CheckResult) -> Cow<'r, str> {
    match &check.rule_id {
        Some(id) => Cow::Borrowed(id),
        None => Cow::Owned(format!("{}/{}", report.benchmark.id, check.id)),
    }
}

/// The severity of a check; that of the user's own checks is not known and counts as medium.
pub(super) fn severity(check: &CheckResult) -> Severity {
    check.severity.unwrap_or(Severity::Medium)
}

/// What the report is about, as a name that lasts.
pub(super) fn scope(report: &Report) -> String {
    let subject = &report.subject;
    let name = match subject.kind {
        SubjectKind::Manifests => None,
        SubjectKind::Node | SubjectKind::Cluster | SubjectKind::Fleet => subject.name.as_deref(),
    };
    [subject.kind.id(), subject.cluster.as_deref().unwrap_or_default(), name.unwrap_or_default()].join("\0")
}

/// Where an occurrence is, never nowhere: the file of a scan; on a node `NODE/FILE` or `NODE/COMPONENT`; in a cluster
/// `CLUSTER/OBJECT`.
fn place<'t>(
    report: &'t Report,
    check: &'t CheckResult,
    finding: Option<&'t Finding>,
    subject: &'t str,
) -> Vec<&'t str> {
    let location = finding.and_then(|finding| finding.location.as_ref());
    let file = location.map(|location| location.relative.as_deref().unwrap_or(&location.file));
    let name = report.subject.name.as_deref().filter(|name| !name.is_empty());
    let (front, path) = match report.subject.kind {
        SubjectKind::Manifests => (None, file.or(name).unwrap_or_default()),
        SubjectKind::Node => (Some(name.unwrap_or("node")), file.or_else(|| path_in(finding?)).unwrap_or(subject)),
        SubjectKind::Cluster => (Some(name.unwrap_or("cluster")), file.unwrap_or(subject)),
        SubjectKind::Fleet => (Some(name.unwrap_or("fleet")), file.unwrap_or(subject)),
    };
    let mut place: Vec<&str> = front.into_iter().collect();
    place.extend(segments(path));
    if place.len() == usize::from(front.is_some()) {
        place.extend(segments(&check.target));
    }
    if place.is_empty() {
        place.push("stdin");
    }
    place
}

/// The path of a file that a finding on a node is about.
pub(super) fn path_in(finding: &Finding) -> Option<&str> {
    let entry = finding.evidence.first();
    in_words(&finding.subject).or_else(|| in_words(&entry?.source)).or_else(|| {
        // A file that does not exist is named by its value.
        entry
            .filter(|_| finding.subject == "file")
            .and_then(|entry| entry.value.split(' ').next())
            .filter(|path| path.starts_with('/'))
    })
}

/// The path in a text such as `4 files below /etc/kubernetes/pki`.
fn in_words(text: &str) -> Option<&str> {
    let start = if text.starts_with('/') { 0 } else { text.find(" /")? + 1 };
    let path = &text[start..];
    let end = [": ", " (", ", ", "; "].iter().filter_map(|end| path.find(end)).min();
    Some(&path[..end.unwrap_or(path.len())])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_found_in_words() {
        let cases = [
            ("/etc/kubernetes/admin.conf", Some("/etc/kubernetes/admin.conf")),
            ("4 files below /etc/kubernetes/pki", Some("/etc/kubernetes/pki")),
            (
                "drop-in /etc/kubernetes/kubelet.conf.d/50.conf: authentication",
                Some("/etc/kubernetes/kubelet.conf.d/50.conf"),
            ),
            ("kubelet (pid 7)", None),
            ("flag --profiling", None),
        ];
        for (text, expected) in cases {
            assert_eq!(in_words(text), expected, "{text}");
        }
    }
}
