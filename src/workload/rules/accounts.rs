//! The account of a pod, and its token.

use super::judgement::{Judgement, UNSET, pass_if, stated};
use super::surroundings::Surroundings;
use super::unit::WorkloadUnit;
use crate::model::Status;
use crate::workload::FieldPath;

/// Whether a token is for the API server, as most clusters name it. Without an audience it is.
fn is_for_the_api(audience: Option<&str>) -> bool {
    audience.is_none_or(|of| of.is_empty() || of == "api" || of.contains("kubernetes.default"))
}

pub(super) fn account(unit: &WorkloadUnit<'_>) -> Vec<Judgement> {
    let spec = unit.template.spec;
    let is_named = |name: &Option<String>| name.as_ref().is_some_and(|name| !name.is_empty());
    let (new, old) = (is_named(&spec.service_account_name), is_named(&spec.service_account));
    let key = if old && !new { "spec.serviceAccount" } else { "spec.serviceAccountName" };
    let account = spec.account();
    let is_set = new || old;
    let observed = if is_set { account.to_owned() } else { UNSET.to_owned() };
    let reason = if is_set { "" } else { "unset means default" };
    vec![Judgement::pod(pass_if(account != "default"), key, observed, reason)]
}

pub(super) fn token(unit: &WorkloadUnit<'_>, around: &Surroundings<'_>) -> Vec<Judgement> {
    let spec = unit.template.spec;
    let projected = spec.volumes.iter().position(|volume| {
        volume.projected.sources.iter().any(|source| {
            let token = source.service_account_token.as_ref();
            token.is_some_and(|token| is_for_the_api(token.audience.as_deref()))
        })
    });
    let key = "spec.automountServiceAccountToken";
    let of_account = around.account(unit.namespace, spec.account());
    let of_account = of_account.and_then(|account| account.automount_service_account_token);
    let is_default = spec.account() == "default";
    let needless = "the account default has no rights of its own";
    let judgement = match (spec.automount_service_account_token.or(of_account), projected) {
        (Some(false), Some(index)) => {
            let path = FieldPath::of("spec.volumes").index(index).key("projected");
            let reason =
                "a token for the API server is mounted by this volume; find out whether the program calls the API";
            Judgement::pod_at(Status::Manual, path, "a token", reason)
        }
        (Some(false), None) if spec.automount_service_account_token == Some(false) => {
            Judgement::pod(Status::Pass, key, "false", "")
        }
        (Some(false), None) => Judgement::pod(Status::Pass, key, UNSET, "its account says false"),
        (automount, _) => {
            let (status, reason) = match is_default {
                true => (Status::Fail, needless),
                false => (Status::Manual, "find out whether the program calls the API"),
            };
            Judgement::pod(
                status,
                key,
                stated(automount.filter(|_| spec.automount_service_account_token.is_some())),
                reason,
            )
        }
    };
    vec![judgement]
}
