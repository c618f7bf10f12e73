//! Which object a pod belongs to in the end: the Deployment of its ReplicaSet, the CronJob of its Job.

use crate::source::cluster::object::{Meta, OwnerReference, Workload};
use crate::source::cluster::{ObjectKind, ObjectLists};
use foldhash::{HashMap, HashMapExt as _};

/// References that are followed. Kubernetes itself has chains of two.
const MAX_REFERENCES: usize = 16;

/// The object at the end of a chain of owners.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Owner {
    /// The kind, with its group where that is not one of Kubernetes: `Workflow.argoproj.io`.
    pub kind: String,
    /// The namespace.
    pub namespace: String,
    /// The name.
    pub name: String,
}

impl std::fmt::Display for Owner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}/{}", self.kind, self.namespace, self.name)
    }
}

/// Finds owners among the workloads of a cluster.
pub(super) struct Owners<'a> {
    workloads: HashMap<(ObjectKind, &'a str, &'a str), &'a Workload>,
}

impl<'a> Owners<'a> {
    pub(super) fn new(lists: &'a ObjectLists) -> Self {
        let mut workloads = HashMap::new();
        for (kind, list) in &lists.workloads {
            for workload in list {
                let namespace = workload.metadata.namespace.as_deref().unwrap_or_default();
                workloads.insert((*kind, namespace, workload.metadata.name.as_str()), workload);
            }
        }
        Self { workloads }
    }

    /// The owner of an object of this kind. An object without a controller, of a node or in a cycle is its own.
    pub(super) fn top(&self, kind: ObjectKind, meta: &'a Meta) -> Owner {
        let namespace = meta.namespace.as_deref().unwrap_or_default();
        let owner = |kind: &str, name: &str| Owner {
            kind: kind.to_owned(),
            namespace: namespace.to_owned(),
            name: name.to_owned(),
        };
        let itself = owner(kind.id(), &meta.name);
        let mut kind = kind;
        let mut meta = meta;
        for _ in 0..MAX_REFERENCES {
            let Some(reference) = meta.owner_references.iter().find(|reference| reference.controller) else {
                return owner(kind.id(), &meta.name);
            };
            if reference.kind == "Node" && reference.api_version == "v1" {
                return owner(kind.id(), &meta.name);
            }
            let Some((next_kind, next)) = self.follow(reference, namespace) else {
                return owner(&kind_of(reference), &reference.name);
            };
            (kind, meta) = (next_kind, &next.metadata);
        }
        itself
    }

    /// The object that a reference means, if it is there.
    fn follow(&self, reference: &OwnerReference, namespace: &str) -> Option<(ObjectKind, &'a Workload)> {
        let group = group_of(reference);
        let kind = ObjectKind::by_id(&reference.kind).filter(|kind| kind.group() == group)?;
        let workload = self.workloads.get(&(kind, namespace, reference.name.as_str()))?;
        match (&reference.uid, &workload.metadata.uid) {
            (Some(referenced), Some(uid)) if referenced != uid => None,
            _ => Some((kind, workload)),
        }
    }
}

fn group_of(reference: &OwnerReference) -> &str {
    reference.api_version.split_once('/').map_or("", |(group, _)| group)
}

/// The kind of a reference that is not followed, with its group where that is not one of Kubernetes.
fn kind_of(reference: &OwnerReference) -> String {
    match group_of(reference) {
        group if !group.contains('.') || group.ends_with(".k8s.io") => reference.kind.clone(),
        group => format!("{}.{group}", reference.kind),
    }
}
