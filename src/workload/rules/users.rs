//! The user and the groups of containers.

use super::judgement::{Judgement, UNSET, pass_if, stated};
use super::unit::WorkloadUnit;
use crate::model::Status;
use crate::source::cluster::object::SecurityContext;
use crate::workload::{ContainerRef, FieldPath};

const OF_POD: &str = "spec.securityContext";

/// A value of a container, else of its pod, with the field that has it. Without one, the field of the container.
fn effective<T>(
    unit: &WorkloadUnit<'_>,
    found: ContainerRef<'_>,
    key: &'static str,
    value: impl Fn(&SecurityContext) -> Option<T>,
) -> (Option<T>, FieldPath) {
    let own = found.field("securityContext").key(key);
    match (value(&found.container.security_context), value(&unit.template.spec.security_context)) {
        (Some(value), _) => (Some(value), own),
        (None, Some(value)) => (Some(value), FieldPath::of(OF_POD).key(key)),
        (None, None) => (None, own),
    }
}

fn number(value: Option<i64>) -> String {
    value.map_or_else(|| UNSET.to_owned(), |number| number.to_string())
}

/// In a user namespace the ids of containers are none of the node.
fn in_user_namespace(unit: &WorkloadUnit<'_>) -> Option<Vec<Judgement>> {
    let reason = "in a user namespace the ids of its containers are none of the node";
    let judgement = || Judgement::pod(Status::NotApplicable, "spec.hostUsers", "false", reason);
    (unit.template.spec.host_users == Some(false)).then(|| vec![judgement()])
}

pub(super) fn non_root(unit: &WorkloadUnit<'_>) -> Vec<Judgement> {
    unit.each(|found| {
        let (user, user_field) = effective(unit, found, "runAsUser", |of| of.run_as_user);
        let (non_root, field) = effective(unit, found, "runAsNonRoot", |of| of.run_as_non_root);
        let judge = |status, path, observed: String, reason: &'static str| {
            Judgement::container_at(status, found, path, observed, reason)
        };
        match (user, non_root) {
            (Some(0), Some(true)) => {
                let reason = "the user 0 beside runAsNonRoot: the kubelet does not start the container";
                judge(Status::Fail, user_field, "runAsUser 0".to_owned(), reason)
            }
            (Some(0), _) => judge(Status::Fail, user_field, "runAsUser 0".to_owned(), ""),
            (_, Some(true)) => judge(Status::Pass, field, "runAsNonRoot true".to_owned(), ""),
            (Some(user), _) => {
                let reason = "the user is not root; the level restricted wants runAsNonRoot: true as well";
                judge(Status::Pass, user_field, format!("runAsUser {user}"), reason)
            }
            (None, Some(false)) => {
                judge(Status::Fail, field, "runAsNonRoot false".to_owned(), "nothing forbids that it runs as root")
            }
            (None, None) => judge(Status::Fail, field, UNSET.to_owned(), "nothing forbids that it runs as root"),
        }
    })
}

pub(super) fn not_user_0(unit: &WorkloadUnit<'_>) -> Vec<Judgement> {
    let of_pod = unit.template.spec.security_context.run_as_user;
    let stated_root =
        (of_pod == Some(0)).then(|| Judgement::pod(Status::Fail, "spec.securityContext.runAsUser", "0", ""));
    let own = unit.each(|found| {
        let (user, field) = effective(unit, found, "runAsUser", |of| of.run_as_user);
        let (non_root, _) = effective(unit, found, "runAsNonRoot", |of| of.run_as_non_root);
        let (status, reason) = match (user, non_root) {
            (Some(0), _) => (Status::Fail, ""),
            (Some(_), _) => (Status::Pass, ""),
            (None, Some(true)) => {
                (Status::Pass, "with runAsNonRoot: true the kubelet refuses an image whose user is 0")
            }
            (None, _) => (Status::Undetermined, "the image decides, which is not read"),
        };
        Judgement::container_at(status, found, field, number(user), reason)
    });
    stated_root.into_iter().chain(own).collect()
}

/// Ids up to this one are those of people and services on many nodes.
const LAST_USUAL_ID: i64 = 10_000;

fn is_high(
    unit: &WorkloadUnit<'_>,
    key: &'static str,
    value: impl Fn(&SecurityContext) -> Option<i64>,
) -> Vec<Judgement> {
    in_user_namespace(unit).unwrap_or_else(|| {
        unit.each_on_linux(|found| {
            let (id, field) = effective(unit, found, key, &value);
            let status = pass_if(id.is_some_and(|id| id > LAST_USUAL_ID));
            Judgement::container_at(status, found, field, number(id), "")
        })
    })
}

pub(super) fn high_uid(unit: &WorkloadUnit<'_>) -> Vec<Judgement> {
    is_high(unit, "runAsUser", |of| of.run_as_user)
}

pub(super) fn high_gid(unit: &WorkloadUnit<'_>) -> Vec<Judgement> {
    is_high(unit, "runAsGroup", |of| of.run_as_group)
}

pub(super) fn root_group(unit: &WorkloadUnit<'_>) -> Vec<Judgement> {
    if let Some(judgements) = in_user_namespace(unit).or_else(|| unit.on_windows()) {
        return judgements;
    }
    let of_pod = &unit.template.spec.security_context;
    let mut judgements = Vec::new();
    if of_pod.fs_group == Some(0) {
        judgements.push(Judgement::pod(Status::Fail, "spec.securityContext.fsGroup", "0", ""));
    }
    let groups = of_pod.supplemental_groups.iter().flatten();
    if let Some(index) = groups.into_iter().position(|group| *group == 0) {
        let path = FieldPath::of("spec.securityContext.supplementalGroups").index(index);
        judgements.push(Judgement::pod_at(Status::Fail, path, "0", ""));
    }
    judgements.extend(unit.each(|found| {
        let (group, field) = effective(unit, found, "runAsGroup", |of| of.run_as_group);
        let (status, reason) = match group {
            Some(0) => (Status::Fail, ""),
            Some(_) => (Status::Pass, ""),
            None => (Status::Undetermined, "the image decides, which is not read"),
        };
        Judgement::container_at(status, found, field, number(group), reason)
    }));
    judgements
}

pub(super) fn user_namespace(unit: &WorkloadUnit<'_>) -> Vec<Judgement> {
    if let Some(judgements) = unit.on_windows() {
        return judgements;
    }
    let host_users = unit.template.spec.host_users;
    let reason = if host_users.is_none() { "unset means true" } else { "" };
    vec![Judgement::pod(pass_if(host_users == Some(false)), "spec.hostUsers", stated(host_users), reason)]
}
