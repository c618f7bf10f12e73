//! Which nodes differ from the others of their role.

use super::merger::{Benchmark, Merger, Slot, status_place};
use super::node_set::NodeSet;
use super::outcome::OutcomeId;
use crate::model::Status;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// The nodes of a role at a check that applies to them.
#[derive(Debug)]
pub(super) struct RoleDrift<'s> {
    /// The roles; several if the usual outcome is the same.
    pub(super) roles: Vec<&'s str>,
    /// The most common outcome and its status; nothing if all outcomes differ.
    pub(super) usual: Option<(&'s OutcomeId, Status)>,
    /// How many nodes have it.
    pub(super) alike: usize,
    /// The others.
    pub(super) differing: NodeSet,
}

/// The role that decides what a node has to have.
pub(super) fn main_role(roles: &[String]) -> &'static str {
    let has = |role: &str| roles.iter().any(|other| other == role);
    ["control-plane", "etcd", "worker"].into_iter().find(|role| has(role)).unwrap_or("node")
}

/// The nodes of a benchmark by role.
pub(super) fn roles(merger: &Merger, benchmark: &Benchmark) -> BTreeMap<&'static str, NodeSet> {
    let mut roles: BTreeMap<&'static str, NodeSet> = BTreeMap::new();
    for (number, node) in merger.nodes.iter().enumerate() {
        if merger.benchmarks.get(node.benchmark).is_some_and(|other| std::ptr::eq(other, benchmark)) {
            roles.entry(main_role(&node.roles)).or_default().insert(number);
        }
    }
    roles
}

/// The nodes to which a check applies, by role. A node to which it does not apply differs from none.
pub(super) fn drift<'s>(slot: &'s Slot, roles: &'s BTreeMap<&'static str, NodeSet>) -> Vec<RoleDrift<'s>> {
    let mut drifts: Vec<RoleDrift<'_>> = Vec::new();
    for (role, nodes) in roles {
        let mut differing = applicable(slot);
        let mut others = differing.clone();
        others.subtract(nodes);
        differing.subtract(&others);
        if differing.is_empty() {
            continue;
        }
        let known = slot.outcomes.iter().filter(|(_, outcome)| applies(outcome.status));
        let counted = known.map(|(id, outcome)| (id, outcome, outcome.nodes.common(nodes)));
        // Of outcomes that are equally common the better one is the usual one.
        let usual = counted.max_by_key(|(id, outcome, count)| (*count, status_place(outcome.status), Reverse(*id)));
        let usual = usual.filter(|(_, _, count)| *count > 0);
        let alike = usual.map_or(0, |(_, _, count)| count);
        if let Some((_, outcome, _)) = usual {
            differing.subtract(&outcome.nodes);
        }
        let usual = usual.map(|(id, outcome, _)| (id, outcome.status));
        match drifts.iter_mut().find(|drift| drift.usual == usual) {
            Some(same) => {
                same.roles.push(role);
                same.alike += alike;
                same.differing.add(&differing);
            }
            None => drifts.push(RoleDrift { roles: vec![role], usual, alike, differing }),
        }
    }
    drifts
}

/// Whether a check with this status applies to a node.
pub(super) const fn applies(status: Status) -> bool {
    match status {
        Status::NotApplicable | Status::Skipped => false,
        Status::Pass | Status::Fail | Status::Manual | Status::Undetermined | Status::Waived => true,
    }
}

fn applicable(slot: &Slot) -> NodeSet {
    let mut nodes = NodeSet::default();
    for (status, of_status) in Status::WORST_FIRST.into_iter().zip(&slot.by_status) {
        if applies(status) {
            nodes.add(of_status);
        }
    }
    nodes
}
