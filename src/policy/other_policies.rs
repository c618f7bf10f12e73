//! What network policies that are not Kubernetes's own kind do to an answer about network policies.

use super::examination::Examination;
use super::facts::ClusterFacts;
use crate::model::Status;
use crate::source::cluster::{ListState, ObjectKind, OptIn};
use std::collections::{BTreeMap, BTreeSet};

/// Objects that a reason names.
const MAX_NAMED: usize = 3;

/// Policies that are not understood, each with what it may protect.
#[derive(Debug, Default)]
pub(super) struct Unclear(BTreeMap<String, BTreeSet<String>>);

impl Unclear {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// Notes that a policy may protect an object.
    pub(super) fn add(&mut self, policy: String, object: String) {
        self.0.entry(policy).or_default().insert(object);
    }

    fn in_words(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|(policy, objects)| {
            let named: Vec<&str> = objects.iter().take(MAX_NAMED).map(String::as_str).collect();
            let more = objects.len().saturating_sub(MAX_NAMED);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            format!("{policy} may protect {}{more}, and what it selects or does is not understood", named.join(", "))
        })
    }
}

/// A finding holds only if no policy of another kind may protect the object; without one, nothing may depend on a policy that is
/// not understood.
pub(super) fn weigh(examination: Examination, facts: &ClusterFacts<'_>, unclear: &Unclear) -> Examination {
    let examination = match examination.status {
        Status::Fail => unless_protected(examination, facts),
        Status::Pass if !unclear.0.is_empty() => {
            let reason = unclear.in_words().take(MAX_NAMED).collect::<Vec<_>>().join("; ");
            Examination { status: Status::Undetermined, reason: Some(reason), ..examination }
        }
        Status::Pass
        | Status::Undetermined
        | Status::Manual
        | Status::NotApplicable
        | Status::Skipped
        | Status::Waived => examination,
    };
    examination.with_notes(unclear.in_words())
}

/// The same, or undetermined if there are policies that are not read.
fn unless_protected(examination: Examination, facts: &ClusterFacts<'_>) -> Examination {
    let groups = facts.lists.other_policy_groups.join(", ");
    if !groups.is_empty() {
        let flag = OptIn::OtherPolicies.flag();
        let reason = format!(
            "the server has network policies of {groups}, not all of which are read, and they may protect what has no \
             NetworkPolicy; {flag} lists those that are known"
        );
        return Examination { status: Status::Undetermined, reason: Some(reason), ..examination };
    }
    let is_missing = |kind: &ObjectKind| match facts.lists.state(*kind) {
        ListState::Refused(_) | ListState::Broken(_) => true,
        // The server does not have it, or nobody asked for it.
        ListState::Complete | ListState::Unknown(_) | ListState::NotAtHand => false,
    };
    let missing: Vec<ObjectKind> = ObjectKind::OTHER_POLICIES.into_iter().filter(is_missing).collect();
    if missing.is_empty() {
        return examination;
    }
    let lacking = [examination.lacking, missing].concat();
    Examination { status: Status::Undetermined, lacking, ..examination }
}
