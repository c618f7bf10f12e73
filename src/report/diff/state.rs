//! The state of each subject of a check, by a key that lasts.

use crate::model::{EvidenceEntry, Finding, Status};
use crate::report::cut::cut;
use crate::report::fleet::nodes_of_findings;
use crate::report::stable::{stable, stable_subject};
use crate::report::{CheckResult, Report, SubjectKind};
use std::collections::BTreeMap;

/// The most bytes of one line of evidence.
const MOST_LINE: usize = 600;

/// The most lines of evidence of one subject.
const MOST_LINES: usize = 20;

/// What identifies a subject of a check. The check as a whole has no subject.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    /// The subject, without what changes from run to run; absent for the check as a whole.
    pub(super) subject: Option<String>,
    /// Its file, in a scan.
    pub(super) file: Option<String>,
}

/// The state of a subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct State {
    /// Its status; that of the check if a waiver accepts it.
    pub(super) status: Status,
    /// The evidence as it is shown.
    pub(super) shown: Vec<String>,
    /// The evidence as it is compared.
    compared: Vec<String>,
    /// The line in the file.
    pub(super) line: Option<usize>,
}

impl State {
    /// Whether both say the same. A line that moved is no difference.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.order() == other.order()
    }

    /// The worst first.
    pub(super) fn order(&self) -> (usize, &[String]) {
        (rank(self.status), &self.compared)
    }

    /// Takes in another subject that differs only by what changes from run to run.
    fn merge(&mut self, other: Self) {
        if rank(other.status) < rank(self.status) {
            let better = std::mem::replace(self, other);
            self.compared.extend(better.compared);
        } else {
            if other.status == self.status {
                self.shown.extend(other.shown);
            }
            self.compared.extend(other.compared);
        }
    }

    fn finish(&mut self) {
        let mut known = std::collections::BTreeSet::new();
        self.shown.retain(|line| known.insert(line.clone()));
        self.shown.truncate(MOST_LINES);
        self.compared.sort();
        self.compared.dedup();
    }
}

fn rank(status: Status) -> usize {
    Status::WORST_FIRST.iter().position(|other| *other == status).unwrap_or(Status::WORST_FIRST.len())
}

/// The states of a check's subjects, the worst first for each key. On a node and in a cluster a key has one; in a scan, the same
/// subject can have several.
pub(super) fn states(report: &Report, check: &CheckResult) -> BTreeMap<Key, Vec<State>> {
    let is_scan = report.subject.kind == SubjectKind::Manifests;
    let mut states: BTreeMap<Key, Vec<State>> = BTreeMap::new();
    if let Some(nodes) = nodes_of_findings(report, check) {
        for (finding, nodes) in check.findings.iter().zip(nodes) {
            let mut state = state_of(check, finding, status_of(check, finding), is_scan);
            state.finish();
            let key = |node| Key { subject: Some(node), file: None };
            states.extend(nodes.into_iter().map(|node| (key(node), vec![state.clone()])));
        }
        return states;
    }
    let mut is_covered = false;
    for finding in &check.findings {
        let status = status_of(check, finding);
        is_covered |= status == check.status;
        let state = state_of(check, finding, status, is_scan);
        let known = states.entry(key_of(finding, is_scan)).or_default();
        match known.first_mut().filter(|_| !is_scan) {
            Some(first) => first.merge(state),
            None => known.push(state),
        }
    }
    if !is_covered {
        states.insert(Key { subject: None, file: None }, vec![whole(check)]);
    }
    for known in states.values_mut() {
        known.iter_mut().for_each(State::finish);
        known.sort_by(|a, b| a.order().cmp(&b.order()));
    }
    states
}

/// The state of a check as a whole.
pub(super) fn whole(check: &CheckResult) -> State {
    let said = check.reason.as_ref().unwrap_or(&check.actual);
    let mut state = State { status: check.status, shown: Vec::new(), compared: Vec::new(), line: None };
    if !said.is_empty() {
        state.shown.push(cut(said, MOST_LINE).into_owned());
        state.compared.push(stable(said));
    }
    add_waiver(&mut state, check);
    state
}

/// Whether something about the check is not known: what it does not list may still be there.
pub(super) fn has_unknown(check: &CheckResult) -> bool {
    let is_unknown = |status| matches!(status, Status::Undetermined | Status::Manual);
    is_unknown(check.status) || check.findings.iter().any(|finding| is_unknown(finding.status))
}

fn status_of(check: &CheckResult, finding: &Finding) -> Status {
    match &check.waiver {
        Some(waiver) if check.status == Status::Waived && finding.status == waiver.former_status => Status::Waived,
        Some(_) | None => finding.status,
    }
}

fn key_of(finding: &Finding, is_scan: bool) -> Key {
    if !is_scan {
        return Key { subject: Some(stable_subject(&finding.subject)), file: None };
    }
    let file = finding.location.as_ref().map(|place| place.relative.as_ref().unwrap_or(&place.file).clone());
    Key { subject: Some(finding.subject.clone()), file }
}

fn state_of(check: &CheckResult, finding: &Finding, status: Status, is_scan: bool) -> State {
    // The others are counts, and what the check looked at.
    let is_told = |entry: &&EvidenceEntry| !["pods", "examined", "note"].contains(&entry.attribute.as_str());
    let entries = || finding.evidence.iter().filter(is_told);
    let mut state = State {
        status,
        shown: entries().filter(|entry| !entry.value.is_empty()).take(MOST_LINES).map(shown).collect(),
        compared: entries().map(|entry| compared(entry, is_scan)).collect(),
        line: finding.location.as_ref().and_then(|place| place.line),
    };
    if status == Status::Waived {
        add_waiver(&mut state, check);
    }
    state
}

fn add_waiver(state: &mut State, check: &CheckResult) {
    if let Some(waiver) = check.waiver.as_ref().filter(|_| check.status == Status::Waived) {
        let said = format!("waiver {} ({}, until {}): {}", waiver.id, waiver.owner, waiver.expires, waiver.reason);
        state.compared.push(format!("{said}; was {}", waiver.former_status));
        state.shown.push(cut(&said, MOST_LINE).into_owned());
    }
}

fn shown(entry: &EvidenceEntry) -> String {
    let EvidenceEntry { attribute, value, source } = entry;
    let source = if source.is_empty() { String::new() } else { format!(" [{source}]") };
    cut(&format!("{attribute} = {value}{source}"), MOST_LINE).into_owned()
}

fn compared(entry: &EvidenceEntry, is_scan: bool) -> String {
    let EvidenceEntry { attribute, value, source } = entry;
    let (value, source) = (stable(value), stable(source));
    if is_scan {
        return [&without_indices(attribute), &value, without_position(&source)].join("\0");
    }
    [attribute.as_str(), &value, &source].join("\0")
}

/// A path without the numbers of its items: `containers[1].image` is `containers[].image`.
fn without_indices(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    let mut is_index = false;
    for letter in path.chars() {
        match letter {
            '[' => is_index = true,
            other if !is_index || !other.is_ascii_digit() => is_index = false,
            _ => continue,
        }
        out.push(letter);
    }
    out
}

/// A place without its line and column: `pod.yaml:3:5` is `pod.yaml`.
fn without_position(place: &str) -> &str {
    let without = |text: &'_ str| -> Option<usize> {
        let (front, number) = text.rsplit_once(':')?;
        (!number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())).then_some(front.len())
    };
    let mut end = place.len();
    for _ in 0..2 {
        end = without(&place[..end]).unwrap_or(end);
    }
    &place[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_lose_their_positions() {
        let cases =
            [("pod.yaml:3:5", "pod.yaml"), ("pod.yaml:3", "pod.yaml"), ("not set", "not set"), ("a:b:7", "a:b")];
        for (place, expected) in cases {
            assert_eq!(without_position(place), expected, "{place}");
        }
        assert_eq!(without_indices("spec.containers[12].ports[0].x1"), "spec.containers[].ports[].x1");
        assert_eq!(without_indices("a[b1]"), "a[b1]");
    }
}
