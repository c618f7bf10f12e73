//! The volumes that a StatefulSet asks for.

use super::judgement::Place;
use super::judgement::{Judgement, UNSET, pass_if};
use super::unit::WorkloadUnit;
use crate::model::Status;
use crate::workload::FieldPath;

const CLAIMS: &str = "spec.volumeClaimTemplates";

/// Why the rules do not apply: another kind, or no claims.
fn not_applicable(unit: &WorkloadUnit<'_>) -> Option<Vec<Judgement>> {
    let judgement = |keys, observed: String, reason: &'static str| {
        Some(vec![Judgement::object(Status::NotApplicable, keys, observed, reason)])
    };
    match () {
        () if unit.kind != "StatefulSet" => {
            judgement("kind", unit.kind.to_owned(), "only a StatefulSet asks for volumes")
        }
        () if unit.claims.is_empty() => judgement(CLAIMS, UNSET.to_owned(), "it asks for no volume"),
        () => None,
    }
}

fn at(index: usize, keys: &'static str, status: Status, observed: String) -> Judgement {
    let place = Place::Object(FieldPath::of(CLAIMS).index(index).then(keys));
    Judgement { place, ..Judgement::object(status, CLAIMS, observed, "") }
}

pub(super) fn access_mode(unit: &WorkloadUnit<'_>) -> Vec<Judgement> {
    not_applicable(unit).unwrap_or_else(|| {
        let claims = unit.claims.iter().enumerate();
        let judge = |(index, claim): (usize, &crate::source::cluster::object::ClaimTemplate)| {
            let modes = &claim.spec.access_modes;
            let of_one_pod = |mode: &String| matches!(mode.as_str(), "ReadWriteOnce" | "ReadWriteOncePod");
            let status = pass_if(!modes.is_empty() && modes.iter().all(of_one_pod));
            let observed = if modes.is_empty() { UNSET.to_owned() } else { modes.join(", ") };
            at(index, "spec.accessModes", status, observed)
        };
        claims.map(judge).collect()
    })
}

pub(super) fn storage(unit: &WorkloadUnit<'_>) -> Vec<Judgement> {
    not_applicable(unit).unwrap_or_else(|| {
        let claims = unit.claims.iter().enumerate();
        let judge = |(index, claim): (usize, &crate::source::cluster::object::ClaimTemplate)| {
            let has = claim.spec.resources.requests.contains("storage");
            let observed = if has { "set" } else { UNSET };
            at(index, "spec.resources.requests.storage", pass_if(has), observed.to_owned())
        };
        claims.map(judge).collect()
    })
}
