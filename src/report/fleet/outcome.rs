//! What a check came to on a node, in words that are the same on every node where it is the same.

use super::node_set::NodeSet;
use super::view::{CheckView, WaiverView};
use crate::model::{EvidenceEntry, Status};
use crate::report::Waiver;
use crate::report::cut::cut;
use crate::report::stable::{stable, stable_subject};
use foldhash::fast::RandomState;
use memchr::memmem::Finder;
use sha2::{Digest as _, Sha256};
use std::hash::{BuildHasher as _, Hasher};

/// The most entries of evidence that are kept of an outcome, and the most bytes of one text.
const MOST_ENTRIES: usize = 20;
const MOST_TEXT: usize = 1000;

/// Longer texts are taken as they are: a report of this program has none.
const LONG: usize = 16 << 10;

/// What stands for the name of the node.
const NODE: &str = "{node}";

/// What identifies an outcome: SHA-256 of its words.
pub(super) type OutcomeId = [u8; 32];

/// An outcome, and the nodes that have it.
#[derive(Debug)]
pub(super) struct Outcome {
    /// The status.
    pub(super) status: Status,
    /// The reason.
    pub(super) reason: Option<String>,
    /// The waiver.
    pub(super) waiver: Option<Waiver>,
    /// What was read.
    pub(super) evidence: Vec<EvidenceEntry>,
    /// What to do; of several texts the first in their order.
    pub(super) remediation: String,
    /// The nodes.
    pub(super) nodes: NodeSet,
}

impl Outcome {
    /// The outcome of a check, without a node.
    pub(super) fn of(check: &CheckView<'_>, node: &NodeName<'_>) -> Self {
        let shown = |text: &str| node.shown(text);
        let several = check.findings.len() > 1;
        let entries =
            check.findings.iter().flat_map(|finding| finding.evidence.iter().map(move |entry| (finding, entry)));
        let entry = |(finding, entry): (&super::view::FindingView<'_>, &super::view::EvidenceView<'_>)| {
            let attribute = shown(&entry.attribute);
            let attribute = if several {
                format!("{}: {attribute}", cut(&node.normal_subject(&finding.subject), MOST_TEXT))
            } else {
                attribute
            };
            EvidenceEntry { attribute, value: shown(&entry.value), source: shown(&entry.source) }
        };
        Self {
            status: check.status,
            reason: check.reason.as_ref().map(|reason| shown(reason)),
            waiver: check.waiver.as_ref().map(waiver),
            evidence: entries.take(MOST_ENTRIES).map(entry).collect(),
            remediation: if has_remediation(check.status) { check.remediation.to_string() } else { String::new() },
            nodes: NodeSet::default(),
        }
    }
}

/// Whether something is to be done.
pub(super) const fn has_remediation(status: Status) -> bool {
    matches!(status, Status::Fail | Status::Undetermined | Status::Manual | Status::Waived)
}

fn waiver(view: &WaiverView<'_>) -> Waiver {
    let WaiverView { id, reason, owner, expires, former_status } = view;
    let text = |text: &str| cut(text, MOST_TEXT).into_owned();
    Waiver {
        id: text(id),
        reason: text(reason),
        owner: text(owner),
        expires: text(expires),
        former_status: *former_status,
    }
}

/// The id of the outcome of a check on this node.
pub(super) fn outcome_id(check: &CheckView<'_>, node: &NodeName<'_>) -> OutcomeId {
    let mut hash = Sha256::new();
    each_text(check, |text, is_subject| {
        let text = if is_subject { node.normal_subject(text) } else { node.normal(text) };
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text.as_bytes());
    });
    hash.finalize().into()
}

/// A number that is the same for two nodes only if their outcomes are. It differs from run to run, and more often than the ids do.
pub(super) fn quick_number(check: &CheckView<'_>, node: &NodeName<'_>, state: &RandomState) -> u64 {
    let mut hasher = state.build_hasher();
    each_text(check, |text, _| {
        node.parts(text, |part| hasher.write(part));
        hasher.write_u8(0xff);
    });
    hasher.finish()
}

/// Every text that an outcome is made of, and whether it is a subject.
fn each_text(check: &CheckView<'_>, mut visit: impl FnMut(&str, bool)) {
    visit(check.status.id(), false);
    visit(check.reason.as_deref().unwrap_or_default(), false);
    if let Some(WaiverView { id, reason, owner, expires, former_status }) = &check.waiver {
        [id, reason, owner, expires].into_iter().for_each(|text| visit(text, false));
        visit(former_status.id(), false);
    }
    for finding in &check.findings {
        visit("finding", false);
        visit(&finding.subject, true);
        visit(finding.status.id(), false);
        visit(if finding.count == 1 { "one" } else { "several" }, false);
        for entry in &finding.evidence {
            [&entry.attribute, &entry.value, &entry.source].into_iter().for_each(|text| visit(text, false));
        }
    }
}

/// The name of a node, which is replaced in texts, so that what only differs by it is the same.
pub(super) struct NodeName<'n> {
    name: Option<Finder<'n>>,
    pid: Finder<'static>,
}

impl<'n> NodeName<'n> {
    /// Short names and plain words are not replaced: `kubelet` or `node` would be something else in most texts.
    pub(super) fn new(name: &'n str) -> Self {
        let is_distinct = name.len() >= 4 && name.bytes().any(|byte| !byte.is_ascii_alphabetic());
        Self { name: is_distinct.then(|| Finder::new(name)), pid: Finder::new("(pid ") }
    }

    /// The text as it is on every node, cut.
    pub(super) fn shown(&self, text: &str) -> String {
        cut(&self.normal(text), MOST_TEXT).into_owned()
    }

    /// The text as it is on every node: without this node's name, and without what changes from run to run.
    fn normal(&self, text: &str) -> String {
        if text.len() > LONG { text.to_owned() } else { stable(&self.without(text)) }
    }

    /// The same of a subject.
    fn normal_subject(&self, subject: &str) -> String {
        if subject.len() > LONG { subject.to_owned() } else { stable_subject(&self.without(subject)) }
    }

    /// The text with the name replaced where it is a word of its own.
    fn without(&self, text: &str) -> String {
        let Some(finder) = &self.name else { return text.to_owned() };
        let name = finder.needle().len();
        let mut out = String::with_capacity(text.len());
        let mut rest = 0;
        for at in finder.find_iter(text.as_bytes()) {
            if is_word(text.as_bytes(), at, name) {
                out.push_str(&text[rest..at]);
                out.push_str(NODE);
                rest = at + name;
            }
        }
        out.push_str(&text[rest..]);
        out
    }

    /// The bytes of a text without numbers of processes and with the name replaced.
    fn parts(&self, text: &str, mut visit: impl FnMut(&[u8])) {
        let bytes = text.as_bytes();
        if bytes.len() > LONG {
            return visit(bytes);
        }
        let name = self.name.as_ref().filter(|finder| finder.find(bytes).is_some());
        let has_pid = self.pid.find(bytes).is_some();
        if name.is_none() && !has_pid {
            return visit(bytes);
        }
        let replaced;
        let bytes = if name.is_some() {
            replaced = self.without(text);
            replaced.as_bytes()
        } else {
            bytes
        };
        let mut rest = bytes;
        while let Some(at) = self.pid.find(rest) {
            let start = at + self.pid.needle().len();
            visit(&rest[..start]);
            let digits = &rest[start..];
            let end = digits.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(digits.len());
            if end > 0 {
                visit(b"N");
            }
            rest = &digits[end..];
        }
        visit(rest);
    }
}

fn is_word(text: &[u8], at: usize, length: usize) -> bool {
    let is_part = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte >= 0x80);
    !is_part(at.checked_sub(1).and_then(|before| text.get(before))) && !is_part(text.get(at + length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_the_node_is_replaced_as_a_word() {
        let cases = [
            ("worker-7", "name worker-7 of worker-7.example.org", "name {node} of {node}.example.org"),
            ("worker-7", "worker-70 and worker-7", "worker-70 and {node}"),
            ("worker-7", "xworker-7", "xworker-7"),
            ("kubelet", "kubelet runs", "kubelet runs"),
            ("n1", "n1 runs", "n1 runs"),
        ];
        for (name, text, expected) in cases {
            assert_eq!(NodeName::new(name).without(text), expected, "{name} {text}");
        }
    }

    #[test]
    fn numbers_of_processes_do_not_count() {
        let bytes = |name: &str, text: &str| {
            let mut out = Vec::new();
            NodeName::new(name).parts(text, |part| out.extend_from_slice(part));
            out
        };
        assert_eq!(
            bytes("worker-7", "kubelet (pid 7) of worker-7"),
            bytes("worker-8", "kubelet (pid 1234) of worker-8")
        );
        assert_ne!(bytes("worker-7", "kubelet (pid 7)"), bytes("worker-7", "etcd (pid 7)"));
    }
}
