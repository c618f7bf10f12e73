//! The controls of the level *restricted*: the fields that each refuses, or misses.

use super::baseline;
use super::profiles::is_confined_type;
use crate::source::cluster::object::Volume;
use crate::workload::{FieldPath, PodTemplateRef};

/// The sources of volumes that restricted allows.
const VOLUME_SOURCES: [&str; 9] = [
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "image",
    "persistentVolumeClaim",
    "projected",
    "secret",
];

pub(super) fn privilege_escalation(pod: PodTemplateRef<'_>) -> Vec<FieldPath> {
    let may =
        pod.containers().filter(|found| found.container.security_context.allow_privilege_escalation != Some(false));
    may.map(|found| found.field("securityContext.allowPrivilegeEscalation")).collect()
}

pub(super) fn capabilities(pod: PodTemplateRef<'_>) -> Vec<FieldPath> {
    let drops_all = |dropped: &[String]| dropped.iter().any(|name| name == "ALL");
    let keep = pod.containers().filter(|found| {
        let capabilities = found.container.security_context.capabilities.as_ref();
        !capabilities.is_some_and(|of| drops_all(&of.drop))
    });
    let keep = keep.map(|found| found.field("securityContext.capabilities.drop"));
    keep.chain(baseline::added(pod, &["NET_BIND_SERVICE"])).collect()
}

/// Whether restricted allows a source of volumes.
pub(crate) fn is_allowed_volume_source(source: &str) -> bool {
    VOLUME_SOURCES.contains(&source)
}

/// Whether restricted allows a volume. One without a source is made an empty directory by the API server, which refuses one with
/// two.
fn is_allowed_volume(volume: &Volume) -> bool {
    volume.sources.is_empty() || volume.sources.iter().any(|source| is_allowed_volume_source(source))
}

pub(super) fn volumes(pod: PodTemplateRef<'_>) -> Vec<FieldPath> {
    let volumes = pod.spec.volumes.iter().enumerate().filter(|(_, volume)| !is_allowed_volume(volume));
    let path = |(index, volume): (usize, &Volume)| {
        let path = FieldPath::of("spec.volumes").index(index);
        match volume.sources.first() {
            Some(source) => path.key(source.clone()),
            None => path,
        }
    };
    volumes.map(path).collect()
}

/// A stated `false` of the pod is refused even where every container says `true`.
pub(super) fn run_as_non_root(pod: PodTemplateRef<'_>) -> Vec<FieldPath> {
    let of_pod = pod.spec.security_context.run_as_non_root;
    let refused = pod.containers().filter(|found| {
        let own = found.container.security_context.run_as_non_root;
        own.or(of_pod) != Some(true)
    });
    let refused = refused.map(|found| found.field("securityContext.runAsNonRoot"));
    let stated = (of_pod == Some(false)).then(|| FieldPath::of("spec.securityContext.runAsNonRoot"));
    stated.into_iter().chain(refused).collect()
}

/// A stated 0 of the pod is refused even where every container has another user.
pub(super) fn run_as_user(pod: PodTemplateRef<'_>) -> Vec<FieldPath> {
    let root = baseline::security_contexts(pod).filter(|(_, context)| context.run_as_user == Some(0));
    root.map(|(path, _)| path.then("runAsUser")).collect()
}

pub(super) fn seccomp(pod: PodTemplateRef<'_>) -> Vec<FieldPath> {
    let of_pod = pod.spec.security_context.seccomp_profile.as_ref();
    let confined_by_pod = of_pod.is_some_and(|profile| is_confined_type(profile.kind.as_deref()));
    let unset =
        pod.containers().filter(|found| found.container.security_context.seccomp_profile.is_none() && !confined_by_pod);
    let unset = unset.map(|found| found.field("securityContext.seccompProfile.type"));
    baseline::seccomp(pod).into_iter().chain(unset).collect()
}
