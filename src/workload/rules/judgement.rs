//! What a rule says of a workload or one of its containers.

use crate::model::Status;
use crate::workload::{ContainerRef, FieldPath};
use std::borrow::Cow;

/// A text that is mostly the same for all workloads.
pub(super) type Words = Cow<'static, str>;

/// What a rule says of a workload or one of its containers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// What it comes to.
    pub status: Status,
    /// The name of the container, if it is about one.
    pub container: Option<String>,
    /// The field that decides, whether it is set or not.
    pub place: Place,
    /// What is there: a value, or `unset`.
    pub observed: Cow<'static, str>,
    /// What that means, if the value does not say it.
    pub reason: Cow<'static, str>,
}

/// A field of a workload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In the template of its pods.
    Template(FieldPath),
    /// In the object itself.
    Object(FieldPath),
}

/// What is observed where nothing is set.
pub(super) const UNSET: &str = "unset";

impl Judgement {
    /// About the pod as a whole, by a field of its template.
    pub(super) fn pod(
        status: Status,
        keys: &'static str,
        observed: impl Into<Words>,
        reason: impl Into<Words>,
    ) -> Self {
        Self::pod_at(status, FieldPath::of(keys), observed, reason)
    }

    /// About the pod as a whole, by a field of its template with this path.
    pub(super) fn pod_at(
        status: Status,
        path: FieldPath,
        observed: impl Into<Words>,
        reason: impl Into<Words>,
    ) -> Self {
        let (observed, reason) = (observed.into(), reason.into());
        Self { status, container: None, place: Place::Template(path), observed, reason }
    }

    /// About the object, by a field of it.
    pub(super) fn object(
        status: Status,
        keys: &'static str,
        observed: impl Into<Words>,
        reason: impl Into<Words>,
    ) -> Self {
        let place = Place::Object(FieldPath::of(keys));
        Self { status, container: None, place, observed: observed.into(), reason: reason.into() }
    }

    /// About a container, by a field of it.
    pub(super) fn container(
        status: Status,
        of: ContainerRef<'_>,
        keys: &'static str,
        observed: impl Into<Words>,
        reason: impl Into<Words>,
    ) -> Self {
        Self::container_at(status, of, of.field(keys), observed, reason)
    }

    /// About a container, by a field with this path.
    pub(super) fn container_at(
        status: Status,
        of: ContainerRef<'_>,
        path: FieldPath,
        observed: impl Into<Words>,
        reason: impl Into<Words>,
    ) -> Self {
        Self { container: Some(of.container.name.clone()), ..Self::pod_at(status, path, observed, reason) }
    }
}

/// Pass if something holds, else fail.
pub(super) const fn pass_if(holds: bool) -> Status {
    if holds { Status::Pass } else { Status::Fail }
}

/// A boolean field as it is set.
pub(super) fn stated(value: Option<bool>) -> Words {
    match value {
        Some(true) => "true".into(),
        Some(false) => "false".into(),
        None => UNSET.into(),
    }
}
