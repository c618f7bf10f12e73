//! The version of the API that a workload is written for.

use super::judgement::Judgement;
use super::surroundings::Surroundings;
use super::unit::WorkloadUnit;
use crate::model::Status;

/// Versions that are not served any more: group and version, the minor version without it, and what took its place.
const REMOVED: [(&str, u32, &str); 6] = [
    ("apps/v1beta1", 16, "apps/v1"),
    ("apps/v1beta2", 16, "apps/v1"),
    ("batch/v1beta1", 25, "batch/v1"),
    ("batch/v2alpha1", 21, "batch/v1"),
    ("extensions/v1beta1", 16, "apps/v1"),
    ("policy/v1beta1", 25, "policy/v1"),
];

pub(super) fn deprecated(unit: &WorkloadUnit<'_>, around: &Surroundings<'_>) -> Vec<Judgement> {
    let judge = |status, observed: &str, reason: String| {
        vec![Judgement::object(status, "apiVersion", observed.to_owned(), reason)]
    };
    let Some(version) = unit.api_version else {
        return judge(Status::NotApplicable, "served", "the API server serves it in a version that it has".to_owned());
    };
    if unit.is_custom {
        return judge(Status::NotApplicable, version, "not a kind of Kubernetes".to_owned());
    }
    match (REMOVED.iter().find(|(removed, ..)| *removed == version), version) {
        (Some((_, since, newer)), _) if *since <= around.minor => {
            judge(Status::Fail, version, format!("not served since Kubernetes 1.{since}: write {newer}"))
        }
        (Some((_, since, newer)), _) => {
            judge(Status::Pass, version, format!("not served from Kubernetes 1.{since} on: write {newer} soon"))
        }
        (None, "v1" | "apps/v1" | "batch/v1") => judge(Status::Pass, version, String::new()),
        (None, _) => judge(Status::Fail, version, "no version of Kubernetes serves it".to_owned()),
    }
}
