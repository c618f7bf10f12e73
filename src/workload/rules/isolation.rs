//! Network policies that select a workload.

use super::judgement::{Judgement, Place};
use super::surroundings::{Completeness, Surroundings};
use super::unit::WorkloadUnit;
use crate::model::Status;
use crate::source::cluster::object::Labels;
use crate::workload::FieldPath;

pub(super) fn network_policy(unit: &WorkloadUnit<'_>, labels: &Labels, around: &Surroundings<'_>) -> Vec<Judgement> {
    let judge = |status, observed: String, reason: &'static str| {
        let place = Place::Template(FieldPath::of("metadata.labels"));
        vec![Judgement { place, ..Judgement::object(status, "kind", observed, reason) }]
    };
    if unit.template.spec.host_network {
        return judge(Status::NotApplicable, "hostNetwork".to_owned(), "no policy holds on the network of the node");
    }
    let policies = around.policies(unit.namespace);
    let mut selecting =
        policies.filter(|policy| policy.is_about("Ingress") && policy.spec.pod_selector.matches(labels));
    match (selecting.next(), around.completeness) {
        (Some(first), _) => match std::iter::once(first).chain(selecting).find(|policy| policy.allows_all("Ingress")) {
            Some(open) => judge(
                Status::Fail,
                format!("NetworkPolicy {}", open.metadata.name),
                "it lets everything reach the pods",
            ),
            None => judge(Status::Pass, format!("NetworkPolicy {}", first.metadata.name), ""),
        },
        (None, Completeness::All) => judge(Status::Fail, "no NetworkPolicy selects it".to_owned(), ""),
        (None, Completeness::AtHand) => {
            let reason = "the cluster may have one, which is not at hand";
            judge(Status::Undetermined, "no NetworkPolicy of the input selects it".to_owned(), reason)
        }
    }
}
