//! The workloads of a cluster: its pods, and what makes them, each under the object that it belongs to.

use crate::cluster::{OwnedPods, PodUnit};
use crate::evaluate::{ExaminedObject, FieldPlaces, LocatedField, fill_workloads};
use crate::model::{Outcome, minor_version};
use crate::plan::Plan;
use crate::policy::ClusterFacts;
use crate::source::cluster::ObjectKind;
use crate::workload::{Completeness, NEWEST_MINOR, Place, PodTemplateRef, Surroundings, TestSubject, WorkloadUnit};

/// The places of fields that the API shows.
pub(super) struct ApiPlaces;

impl FieldPlaces for ApiPlaces {
    fn locate(&self, place: &Place) -> LocatedField {
        let (Place::Template(path) | Place::Object(path)) = place;
        LocatedField { path: path.to_string(), source: "the API".to_owned(), location: None }
    }
}

/// The workload that a pod or a template of an owner is.
pub(super) fn unit<'a>(group: &'a OwnedPods<'a>, unit: &PodUnit<'a>) -> WorkloadUnit<'a> {
    WorkloadUnit {
        kind: group.owner.kind.split('.').next().unwrap_or_default(),
        api_version: None,
        is_custom: group.owner.kind.contains('.'),
        namespace: Some(&group.owner.namespace),
        template: PodTemplateRef { annotations: unit.annotations, spec: unit.spec },
        claims: unit.claims,
    }
}

/// The name of an owner in a report. The picture of a static pod in the API can differ from the pod.
pub(super) fn title(group: &OwnedPods<'_>) -> String {
    let mirror = if group.units.iter().any(|unit| unit.is_picture) {
        " (the API shows a picture of it: the manifest on its node decides)"
    } else {
        ""
    };
    format!("{}{mirror}", group.owner)
}

/// Evaluates the checks of a plan that are about workloads.
pub(super) fn fill(plan: &Plan<'_>, outcomes: &mut [Outcome], facts: &ClusterFacts<'_>, version: Option<&str>) {
    let lists = facts.lists;
    let places = ApiPlaces;
    let workloads = facts.pods.0.iter().filter_map(|group| {
        let units = group.units.iter().filter(|unit| !unit.is_finished);
        let subjects: Vec<_> =
            units.map(|of| (TestSubject::Workload(unit(group, of), of.labels), usize::from(of.is_pod))).collect();
        (!subjects.is_empty()).then(|| ExaminedObject { title: title(group), subjects, places: &places })
    });
    let bindings = lists.role_bindings.iter().map(|binding| ("RoleBinding", binding));
    let bindings = bindings.chain(lists.cluster_role_bindings.iter().map(|binding| ("ClusterRoleBinding", binding)));
    let bindings = bindings.map(|(kind, binding)| {
        let namespace = binding.metadata.namespace.as_deref().map(|name| format!("{name}/")).unwrap_or_default();
        let title = format!("{kind}/{namespace}{}", binding.metadata.name);
        ExaminedObject { title, subjects: vec![(TestSubject::Binding(binding), 1)], places: &places }
    });
    let objects: Vec<ExaminedObject<'_>> = workloads.chain(bindings).collect();
    let needed = [ObjectKind::ServiceAccount, ObjectKind::NetworkPolicy];
    // Policies of another kind, which are not read, may protect a workload as well.
    let is_complete = facts.lacking(&needed).is_empty() && lists.other_policy_groups.is_empty();
    let completeness = if is_complete { Completeness::All } else { Completeness::AtHand };
    let mut around = Surroundings::new(&lists.service_accounts, &lists.network_policies, completeness);
    around.seccomp_by_default = facts.nodes.seccomp_by_default;
    around.minor = version.and_then(minor_version).map_or(NEWEST_MINOR, |(_, minor)| minor);
    fill_workloads(plan, outcomes, &objects, &around, missing(facts).as_deref());
}

/// Why there may be workloads that are not known.
pub(super) fn missing(facts: &ClusterFacts<'_>) -> Option<String> {
    let lacking = facts.lacking_pods();
    let names: Vec<&str> = lacking.iter().map(|kind| kind.id()).collect();
    (!names.is_empty()).then(|| format!("not all workloads are known: no complete list of {}", names.join(", ")))
}
