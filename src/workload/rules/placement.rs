//! The namespace of a workload, and the nodes that it may run on.

use super::judgement::{Judgement, UNSET, pass_if};
use super::unit::WorkloadUnit;
use crate::model::Status;
use crate::workload::FieldPath;

/// Namespaces of Kubernetes itself.
const SYSTEM: [&str; 3] = ["kube-node-lease", "kube-public", "kube-system"];

/// Labels and taints of the nodes of the control plane: of today, those before Kubernetes 1.20, and those of RKE.
const CONTROL_PLANE: [&str; 4] = [
    "node-role.kubernetes.io/control-plane",
    "node-role.kubernetes.io/master",
    "node-role.kubernetes.io/controlplane",
    "node-role.kubernetes.io/etcd",
];

const NAMESPACE: &str = "metadata.namespace";

pub(super) fn not_default(unit: &WorkloadUnit<'_>) -> Vec<Judgement> {
    vec![match unit.namespace {
        Some(namespace) => Judgement::object(pass_if(namespace != "default"), NAMESPACE, namespace.to_owned(), ""),
        None => {
            let reason = "the command that applies it decides";
            Judgement::object(Status::Undetermined, NAMESPACE, UNSET, reason)
        }
    }]
}

pub(super) fn not_system(unit: &WorkloadUnit<'_>) -> Vec<Judgement> {
    vec![match unit.namespace {
        Some(namespace) if SYSTEM.contains(&namespace) => {
            let reason = "find out whether it is part of the cluster itself";
            Judgement::object(Status::Manual, NAMESPACE, namespace.to_owned(), reason)
        }
        Some(namespace) => Judgement::object(Status::Pass, NAMESPACE, namespace.to_owned(), ""),
        None => Judgement::object(Status::NotApplicable, NAMESPACE, UNSET, "it names no namespace"),
    }]
}

pub(super) fn control_plane(unit: &WorkloadUnit<'_>) -> Vec<Judgement> {
    let spec = unit.template.spec;
    if let Some(namespace) = unit.namespace.filter(|namespace| SYSTEM.contains(namespace)) {
        let reason = "what is part of the cluster may run there";
        return vec![Judgement::object(Status::NotApplicable, NAMESPACE, namespace.to_owned(), reason)];
    }
    let tolerated = spec.tolerations.iter().position(|toleration| {
        CONTROL_PLANE.contains(&toleration.key.as_str())
            || (toleration.key.is_empty() && toleration.operator == "Exists")
    });
    let selected = CONTROL_PLANE.into_iter().find(|label| spec.node_selector.contains_key(*label));
    // In the cluster the scheduler has written the node of each pod.
    let named = spec.node_name.as_ref().filter(|node| !node.is_empty() && unit.api_version.is_some());
    vec![match (named, selected, tolerated) {
        (Some(node), ..) => {
            let reason = "the scheduler and the taints of the node are passed over";
            Judgement::pod(Status::Fail, "spec.nodeName", node.clone(), reason)
        }
        (None, Some(label), _) => {
            let path = FieldPath::of("spec.nodeSelector").key(label);
            Judgement::pod_at(Status::Fail, path, label, "")
        }
        (None, None, _) if CONTROL_PLANE.iter().any(|label| spec.affinity.requires_label(label)) => {
            Judgement::pod(Status::Fail, "spec.affinity.nodeAffinity", "nodes of the control plane", "")
        }
        (None, None, Some(index)) => {
            let key = spec.tolerations.get(index).map(|toleration| toleration.key.clone()).unwrap_or_default();
            let observed = if key.is_empty() { "every taint".to_owned() } else { key };
            Judgement::pod_at(Status::Fail, FieldPath::of("spec.tolerations").index(index), observed, "")
        }
        (None, None, None) => Judgement::pod(Status::Pass, "spec.tolerations", "none for the control plane", ""),
    }]
}
