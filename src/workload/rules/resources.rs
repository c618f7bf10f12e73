//! What containers ask for and may use.

use super::judgement::{Judgement, UNSET, pass_if};
use super::unit::WorkloadUnit;
use crate::model::Status;
use crate::source::cluster::object::Resources;
use crate::workload::{ContainerRef, ContainerRole};

/// A guaranteed amount. One that is only limited is guaranteed as much.
pub(super) fn request(unit: &WorkloadUnit<'_>, resource: &'static str) -> Vec<Judgement> {
    let has = |of: &Resources| of.requests.contains(resource) || of.limits.contains(resource);
    let judge = |found| judge(unit, found, "requests", resource, has);
    unit.lasting().map(judge).collect()
}

/// A limited amount. Debug containers cannot have one.
pub(super) fn limit(unit: &WorkloadUnit<'_>, resource: &'static str) -> Vec<Judgement> {
    let containers = unit.template.containers().filter(|found| found.role != ContainerRole::Ephemeral);
    let has = |of: &Resources| of.limits.contains(resource);
    containers.map(|found| judge(unit, found, "limits", resource, has)).collect()
}

fn judge(
    unit: &WorkloadUnit<'_>,
    found: ContainerRef<'_>,
    list: &'static str,
    resource: &'static str,
    has: impl Fn(&Resources) -> bool,
) -> Judgement {
    let path = found.field("resources").key(list).key(resource);
    let own = has(&found.container.resources);
    match own || !has(&unit.template.spec.resources) {
        true => Judgement::container_at(pass_if(own), found, path, if own { "set" } else { UNSET }, ""),
        false => Judgement::container_at(Status::Pass, found, path, "set for the pod", ""),
    }
}
