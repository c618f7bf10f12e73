//! A workload: an object that is a pod or makes pods.

use super::judgement::Judgement;
use crate::model::Status;
use crate::source::cluster::object::ClaimTemplate;
use crate::workload::{ContainerRef, ContainerRole, FieldPath, PodTemplateRef};

/// An object that is a pod or makes pods.
#[derive(Debug, Clone, Copy)]
pub struct WorkloadUnit<'a> {
    /// Its kind.
    pub kind: &'a str,
    /// Group and version, if they are known.
    pub api_version: Option<&'a str>,
    /// Whether the kind is not one of Kubernetes.
    pub is_custom: bool,
    /// Its namespace, if it is known.
    pub namespace: Option<&'a str>,
    /// What its pods are made from.
    pub template: PodTemplateRef<'a>,
    /// The volumes that a StatefulSet asks for.
    pub claims: &'a [ClaimTemplate],
}

impl<'a> WorkloadUnit<'a> {
    /// What a rule says of each container.
    pub(super) fn each(&self, judge: impl Fn(ContainerRef<'a>) -> Judgement) -> Vec<Judgement> {
        self.template.containers().map(judge).collect()
    }

    /// What a rule for Linux says of each container. On Windows it does not apply.
    pub(super) fn each_on_linux(&self, judge: impl Fn(ContainerRef<'a>) -> Judgement) -> Vec<Judgement> {
        self.on_windows().unwrap_or_else(|| self.each(judge))
    }

    /// What a rule for Linux says of a pod for Windows; none for others.
    pub(super) fn on_windows(&self) -> Option<Vec<Judgement>> {
        let keys = self.template.spec.windows_field()?;
        let path = keys.iter().fold(FieldPath::of("spec"), |path, key| path.key(*key));
        let reason = "containers on Windows have no such setting";
        Some(vec![Judgement::pod_at(Status::NotApplicable, path, "windows", reason)])
    }

    /// The containers that run as long as the pod: the ordinary ones, and sidecars.
    pub(super) fn lasting(&self) -> impl Iterator<Item = ContainerRef<'a>> + use<'a> {
        self.template.containers().filter(|found| match found.role {
            ContainerRole::Main => true,
            ContainerRole::Init => found.container.is_sidecar(),
            ContainerRole::Ephemeral => false,
        })
    }

    /// Whether it runs until it has done its work.
    pub(super) fn is_batch(&self) -> bool {
        matches!(self.kind, "Job" | "CronJob")
    }
}
