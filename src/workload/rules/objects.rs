//! Objects beside workloads: bindings and ConfigMaps.

use super::judgement::{Judgement, Place};
use crate::model::Status;
use crate::source::cluster::object::Binding;
use crate::workload::FieldPath;

/// The role that everyone may have: it shows the version.
const PUBLIC_ROLE: &str = "system:public-info-viewer";

pub(super) fn anonymous(binding: &Binding) -> Vec<Judgement> {
    let is_anonymous = |(kind, name): (&str, &str)| {
        matches!((kind, name), ("User", "system:anonymous") | ("Group", "system:unauthenticated"))
    };
    let list = FieldPath::of("subjects");
    let found = binding.subjects.iter().position(|of| is_anonymous((&of.kind, &of.name)));
    let role = binding.role_ref.name.as_str();
    vec![match found {
        Some(_) if role == PUBLIC_ROLE && binding.role_ref.kind == "ClusterRole" => Judgement::object(
            Status::Pass,
            "roleRef.name",
            PUBLIC_ROLE,
            "everyone may have it: it shows the version only",
        ),
        Some(index) => {
            let place = Place::Object(list.clone().index(index).key("name"));
            let name = binding.subjects.get(index).map(|subject| subject.name.clone()).unwrap_or_default();
            let reason = format!("whoever reaches the API server has the rights of {role}");
            Judgement { place, ..Judgement::object(Status::Fail, "subjects", name, reason) }
        }
        None => Judgement::object(Status::Pass, "subjects", "nobody anonymous", ""),
    }]
}

pub(super) fn config(secrets: &[(String, String)]) -> Vec<Judgement> {
    let judgements: Vec<Judgement> = secrets
        .iter()
        .map(|(name, hint)| {
            let place = Place::Object(FieldPath::of("data").key(name.clone()));
            let observed = format!("{name}: {hint}");
            Judgement { place, ..Judgement::object(Status::Fail, "data", observed, "the value is not shown") }
        })
        .collect();
    if judgements.is_empty() {
        return vec![Judgement::object(Status::Pass, "data", "nothing looks like a secret", "")];
    }
    judgements
}
