//! What the reader of a report about a cluster must know first.

use crate::model::{Outcome, Status};
use crate::policy::{ClusterFacts, authorization_modes};
use crate::source::cluster::{ListState, ObjectLists};
use crate::text::sanitize;

/// How many checks could not be evaluated, and for which lists.
pub(super) fn incomplete(outcomes: &[Outcome], lists: &ObjectLists) -> Option<String> {
    let undetermined = outcomes.iter().filter(|outcome| outcome.verdict.status() == Status::Undetermined).count();
    if undetermined == 0 {
        return None;
    }
    let reasons = lists.states().filter_map(|(kind, state)| match state {
        ListState::Refused(_) => Some(format!("the list of {} is refused", kind.plural())),
        ListState::Broken(reason) => Some(format!("the list of {} cannot be used ({reason})", kind.plural())),
        ListState::Unknown(_) if kind.is_essential() => Some(format!("the server has no {}", kind.plural())),
        ListState::Unknown(_) | ListState::Complete | ListState::NotAtHand => None,
    });
    let reasons: Vec<String> = reasons.collect();
    let reasons =
        if reasons.is_empty() { "each says which lists are not at hand".to_owned() } else { reasons.join("; ") };
    Some(format!("{undetermined} of {} checks could not be evaluated: {reasons}", outcomes.len()))
}

/// What RBAC does not show.
pub(super) fn about(facts: &ClusterFacts<'_>, platform: Option<&str>) -> Vec<String> {
    let second_source = match platform {
        Some("eks") => {
            Some("access entries of EKS and the ConfigMap aws-auth give rights that are in no list of roles")
        }
        Some("gke") => Some("Google Cloud IAM gives rights that are in no list of roles"),
        Some("aks") => Some("Azure RBAC gives rights that are in no list of roles"),
        _ => None,
    };
    let modes = authorization_modes(facts);
    let others: Vec<&str> = ["Webhook", "ABAC"].into_iter().filter(|mode| modes.contains(*mode)).collect();
    let others = (!others.is_empty()).then(|| {
        format!("the API server also asks {} who may do what; that is in no list of roles", others.join(" and "))
    });
    second_source.map(str::to_owned).into_iter().chain(others).map(sanitize::into_line).collect()
}
