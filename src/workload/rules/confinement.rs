//! What the kernel keeps from containers: seccomp, AppArmor, SELinux, `/proc` and its settings.

use super::judgement::{Judgement, UNSET, pass_if};
use super::surroundings::Surroundings;
use super::unit::WorkloadUnit;
use crate::model::Status;
use crate::source::cluster::object::{Profile, SecurityContext};
use crate::workload::{
    ContainerRef, FieldPath, is_allowed_selinux_type, is_confined_apparmor, is_confined_seccomp, is_confined_type,
    is_safe_sysctl,
};

/// A profile of a container, else of its pod, with the path of its type. Without one, the path in the container.
fn effective(
    unit: &WorkloadUnit<'_>,
    found: ContainerRef<'_>,
    key: &'static str,
    profile: impl Fn(&SecurityContext) -> Option<&Profile>,
) -> (Option<String>, FieldPath) {
    let kind = |of: &Profile| of.kind.clone().unwrap_or_default();
    let own = found.field("securityContext").key(key).key("type");
    match (profile(&found.container.security_context), profile(&unit.template.spec.security_context)) {
        (Some(profile), _) => (Some(kind(profile)), own),
        (None, Some(profile)) => (Some(kind(profile)), FieldPath::of("spec.securityContext").key(key).key("type")),
        (None, None) => (None, own),
    }
}

fn shown(kind: Option<String>) -> String {
    kind.unwrap_or_else(|| UNSET.to_owned())
}

pub(super) fn seccomp(unit: &WorkloadUnit<'_>, around: &Surroundings<'_>) -> Vec<Judgement> {
    unit.each_on_linux(|found| {
        if found.container.security_context.privileged == Some(true) {
            let reason = "a privileged container runs without a filter, whatever profile is stated";
            return Judgement::container(Status::Fail, found, "securityContext.privileged", "true", reason);
        }
        let (kind, field) = effective(unit, found, "seccompProfile", |of| of.seccomp_profile.as_ref());
        let (status, reason) = match &kind {
            Some(kind) => (pass_if(is_confined_type(Some(kind))), ""),
            None if around.seccomp_by_default => (Status::Pass, "every kubelet has seccompDefault: true"),
            None => (Status::Fail, "unset means Unconfined, unless the kubelet has seccompDefault"),
        };
        Judgement::container_at(status, found, field, shown(kind), reason)
    })
}

pub(super) fn seccomp_unconfined(unit: &WorkloadUnit<'_>, around: &Surroundings<'_>) -> Vec<Judgement> {
    if let Some(judgements) = unit.on_windows() {
        return judgements;
    }
    let mut judgements = stated(unit, "seccompProfile", |of| of.seccomp_profile.as_ref());
    if around.minor < 19 {
        let annotations = unit.template.annotations;
        let of_containers = annotations.container_seccomp().map(|(name, _, profile)| (name, profile));
        for (name, profile) in annotations.pod_seccomp().into_iter().chain(of_containers) {
            let path = FieldPath::of("metadata.annotations").key(name.to_owned());
            judgements.push(Judgement::pod_at(pass_if(is_confined_seccomp(profile)), path, profile.to_owned(), ""));
        }
    }
    judgements
}

/// Judges the profiles that the pod and its containers state. Without one there is nothing wrong.
fn stated(
    unit: &WorkloadUnit<'_>,
    key: &'static str,
    profile: impl Fn(&SecurityContext) -> Option<&Profile>,
) -> Vec<Judgement> {
    let kind = |profile: &Profile| profile.kind.clone().unwrap_or_default();
    let of_pod = profile(&unit.template.spec.security_context).map(|profile| {
        let kind = kind(profile);
        let path = FieldPath::of("spec.securityContext").key(key).key("type");
        Judgement::pod_at(pass_if(is_confined_type(Some(&kind))), path, kind, "")
    });
    let own = unit.each(|found| {
        let own = profile(&found.container.security_context).map(kind);
        let status = pass_if(own.as_ref().is_none_or(|kind| is_confined_type(Some(kind))));
        Judgement::container_at(status, found, found.field("securityContext").key(key).key("type"), shown(own), "")
    });
    of_pod.into_iter().chain(own).collect()
}

pub(super) fn apparmor(unit: &WorkloadUnit<'_>) -> Vec<Judgement> {
    if let Some(judgements) = unit.on_windows() {
        return judgements;
    }
    let mut judgements = stated(unit, "appArmorProfile", |of| of.app_armor_profile.as_ref());
    for (name, _, profile) in unit.template.annotations.apparmor() {
        let path = FieldPath::of("metadata.annotations").key(name.to_owned());
        judgements.push(Judgement::pod_at(pass_if(is_confined_apparmor(profile)), path, profile.to_owned(), ""));
    }
    judgements
}

pub(super) fn apparmor_stated(unit: &WorkloadUnit<'_>) -> Vec<Judgement> {
    unit.each_on_linux(|found| {
        let (kind, field) = effective(unit, found, "appArmorProfile", |of| of.app_armor_profile.as_ref());
        let mut annotations = unit.template.annotations.apparmor();
        let annotation = annotations.find(|(_, of, profile)| *of == found.container.name && !profile.is_empty());
        match (kind, annotation) {
            (Some(kind), _) => Judgement::container_at(pass_if(is_confined_type(Some(&kind))), found, field, kind, ""),
            (None, Some((name, _, profile))) => {
                let path = FieldPath::of("metadata.annotations").key(name.to_owned());
                let status = pass_if(is_confined_apparmor(profile));
                Judgement::container_at(status, found, path, profile.to_owned(), "")
            }
            (None, None) => {
                let reason = "the profile of the runtime applies where the node has AppArmor";
                Judgement::container_at(Status::Fail, found, field, UNSET, reason)
            }
        }
    })
}

pub(super) fn selinux(unit: &WorkloadUnit<'_>, around: &Surroundings<'_>) -> Vec<Judgement> {
    if let Some(judgements) = unit.on_windows() {
        return judgements;
    }
    let judge = |context: &SecurityContext, path: FieldPath| {
        let path = path.key("seLinuxOptions");
        let Some(options) = &context.selinux_options else {
            return (Status::Pass, path, UNSET.to_owned());
        };
        let parts = [
            ("type", &options.kind, is_allowed_selinux_type(&options.kind, around.minor)),
            ("user", &options.user, options.user.is_empty()),
            ("role", &options.role, options.role.is_empty()),
        ];
        match parts.into_iter().find(|(.., is_allowed)| !is_allowed) {
            Some((key, value, _)) => (Status::Fail, path.key(key), value.clone()),
            None => (Status::Pass, path, "allowed".to_owned()),
        }
    };
    let (status, path, observed) = judge(&unit.template.spec.security_context, FieldPath::of("spec.securityContext"));
    let of_pod = Judgement::pod_at(status, path, observed, "");
    let own = unit.each(|found| {
        let (status, path, observed) = judge(&found.container.security_context, found.field("securityContext"));
        Judgement::container_at(status, found, path, observed, "")
    });
    std::iter::once(of_pod).chain(own).collect()
}

pub(super) fn proc_mount(unit: &WorkloadUnit<'_>) -> Vec<Judgement> {
    unit.each_on_linux(|found| {
        let mount = found.container.security_context.proc_mount.clone();
        let is_default = mount.as_deref().is_none_or(|mount| matches!(mount, "" | "Default"));
        let reason = match unit.template.spec.host_users {
            Some(false) if !is_default => "in a user namespace the level baseline allows it from Kubernetes 1.35 on",
            _ => "",
        };
        Judgement::container(pass_if(is_default), found, "securityContext.procMount", shown(mount), reason)
    })
}

pub(super) fn sysctls(unit: &WorkloadUnit<'_>, around: &Surroundings<'_>) -> Vec<Judgement> {
    let list = FieldPath::of("spec.securityContext.sysctls");
    let sysctls = unit.template.spec.security_context.sysctls.iter().flatten().enumerate();
    let judgements: Vec<Judgement> = sysctls
        .map(|(index, sysctl)| {
            let status = pass_if(is_safe_sysctl(&sysctl.name, around.minor));
            Judgement::pod_at(status, list.clone().index(index).key("name"), sysctl.name.clone(), "")
        })
        .collect();
    if judgements.is_empty() { vec![Judgement::pod_at(Status::Pass, list, UNSET, "")] } else { judgements }
}
