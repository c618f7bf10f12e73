//! Keeps one copy of what many pods have in common: a thousand replicas have one spec, so that memory follows the workloads and
//! not the pods.

use super::object::{Labels, OwnerReference, Pod, PodSpec};
use foldhash::HashSet;
use std::hash::Hash;
use std::sync::Arc;

/// What pods have in common.
#[derive(Debug, Default)]
pub(super) struct Shared {
    specs: HashSet<Arc<PodSpec>>,
    labels: HashSet<Arc<Labels>>,
    owners: HashSet<Arc<Vec<OwnerReference>>>,
}

impl Shared {
    /// Replaces what another pod has too by the copy of that one.
    pub(super) fn share(&mut self, pod: &mut Pod) {
        // The node is read of static pods only; it is what the replicas of a workload do not have in common.
        if pod.metadata.annotations.config_mirror.is_none()
            && let Some(spec) = Arc::get_mut(&mut pod.spec)
        {
            spec.node_name = None;
        }
        share(&mut self.specs, &mut pod.spec);
        share(&mut self.labels, &mut pod.metadata.labels);
        share(&mut self.owners, &mut pod.metadata.owner_references);
        // Nothing refers to a pod by its uid.
        pod.metadata.uid = None;
    }
}

fn share<T: Eq + Hash>(known: &mut HashSet<Arc<T>>, value: &mut Arc<T>) {
    match known.get(value) {
        Some(copy) => *value = Arc::clone(copy),
        None => drop(known.insert(Arc::clone(value))),
    }
}
