//! The pods of a cluster, and the templates of pods to come, by the objects that they belong to.

use super::owner::{Owner, Owners};
use crate::source::cluster::object::{Annotations, ClaimTemplate, Labels, Meta, PodSpec};
use crate::source::cluster::{ObjectKind, ObjectLists};
use indexmap::IndexMap;

/// A pod, or a template of pods.
#[derive(Debug)]
pub struct PodUnit<'a> {
    /// What it runs.
    pub spec: &'a PodSpec,
    /// Its labels.
    pub labels: &'a Labels,
    /// Whether it is a pod, and not a template.
    pub is_pod: bool,
    /// Whether it has ended for good.
    pub is_finished: bool,
    /// Its annotations.
    pub annotations: &'a Annotations,
    /// Of the template of a StatefulSet: the volumes that it asks for.
    pub claims: &'a [ClaimTemplate],
    /// Whether it is what the API shows of a static pod.
    pub is_picture: bool,
    /// Whether it is a static pod of the control plane: in kube-system, with the mark of the kubelet and owned by its node.
    pub is_mirror: bool,
}

/// The pods and the template of one owner.
#[derive(Debug)]
pub struct OwnedPods<'a> {
    /// The owner.
    pub owner: Owner,
    /// Its pods, and its template.
    pub units: Vec<PodUnit<'a>>,
}

/// All pods and templates of a cluster.
#[derive(Debug)]
pub struct PodGroups<'a>(pub Vec<OwnedPods<'a>>);

impl<'a> PodGroups<'a> {
    /// Groups the pods of a cluster by their owners. A template counts if its object belongs to no other.
    pub fn new(lists: &'a ObjectLists) -> Self {
        let owners = Owners::new(lists);
        let mut groups: IndexMap<Owner, Vec<PodUnit<'a>>> = IndexMap::new();
        for pod in &lists.pods {
            let unit = PodUnit {
                spec: &pod.spec,
                labels: &pod.metadata.labels,
                is_pod: true,
                is_finished: pod.is_finished(),
                is_mirror: is_mirror(&pod.metadata, &pod.spec),
                annotations: &pod.metadata.annotations,
                claims: &[],
                is_picture: pod.metadata.annotations.config_mirror.is_some(),
            };
            groups.entry(owners.top(ObjectKind::Pod, &pod.metadata)).or_default().push(unit);
        }
        for (kind, workloads) in &lists.workloads {
            for workload in workloads {
                let owner = owners.top(*kind, &workload.metadata);
                let is_own = owner.kind == kind.id() && owner.name == workload.metadata.name;
                if let Some(template) = workload.template.as_ref().filter(|_| is_own) {
                    let unit = PodUnit {
                        spec: &template.spec,
                        labels: &template.metadata.labels,
                        is_pod: false,
                        is_finished: workload.finished,
                        is_mirror: false,
                        annotations: &template.metadata.annotations,
                        claims: &workload.claims,
                        is_picture: false,
                    };
                    groups.entry(owner).or_default().push(unit);
                }
            }
        }
        Self(groups.into_iter().map(|(owner, units)| OwnedPods { owner, units }).collect())
    }

    /// Whether there is nothing that runs or will run.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|group| group.units.iter().all(|unit| unit.is_finished))
    }
}

/// Whether the API shows a static pod of the control plane. Nothing is one by its name alone.
fn is_mirror(meta: &Meta, spec: &PodSpec) -> bool {
    let node = spec.node_name.as_deref();
    meta.namespace.as_deref() == Some("kube-system")
        && meta.annotations.config_mirror.is_some()
        && meta
            .owner_references
            .iter()
            .any(|owner| owner.kind == "Node" && owner.api_version == "v1" && Some(owner.name.as_str()) == node)
}
