//! The controls of the level *baseline*: the fields that each refuses.

use super::profiles::{
    BASELINE_CAPABILITIES, is_allowed_selinux_type, is_confined_apparmor, is_confined_seccomp, is_confined_type,
};
use super::sysctls::is_safe_sysctl;
use crate::source::cluster::object::{SecurityContext, SelinuxOptions, WindowsOptions};
use crate::workload::{FieldPath, PodTemplateRef};

/// The settings of the pod and of each container, with the path of each.
pub(super) fn security_contexts(pod: PodTemplateRef<'_>) -> impl Iterator<Item = (FieldPath, &SecurityContext)> {
    let of_pod = (FieldPath::of("spec.securityContext"), &pod.spec.security_context);
    let own = pod.containers().map(|found| (found.field("securityContext"), &found.container.security_context));
    std::iter::once(of_pod).chain(own)
}

pub(super) fn apparmor(pod: PodTemplateRef<'_>) -> Vec<FieldPath> {
    let annotations = FieldPath::of("metadata.annotations");
    let annotated = pod.annotations.apparmor().filter(|(.., profile)| !is_confined_apparmor(profile));
    let stated = security_contexts(pod).filter_map(|(path, context)| {
        let profile = context.app_armor_profile.as_ref()?;
        (!is_confined_type(profile.kind.as_deref())).then(|| path.then("appArmorProfile.type"))
    });
    annotated.map(|(name, ..)| annotations.clone().key(name.to_owned())).chain(stated).collect()
}

pub(super) fn capabilities(pod: PodTemplateRef<'_>) -> Vec<FieldPath> {
    added(pod, &BASELINE_CAPABILITIES)
}

/// The capabilities that containers add beyond these.
pub(super) fn added(pod: PodTemplateRef<'_>, allowed: &[&str]) -> Vec<FieldPath> {
    let mut paths = Vec::new();
    for found in pod.containers() {
        let Some(capabilities) = &found.container.security_context.capabilities else { continue };
        let list = found.field("securityContext.capabilities.add");
        let refused = capabilities.add.iter().enumerate().filter(|(_, name)| !allowed.contains(&name.as_str()));
        paths.extend(refused.map(|(index, _)| list.clone().index(index)));
    }
    paths
}

pub(super) fn host_namespaces(pod: PodTemplateRef<'_>) -> Vec<FieldPath> {
    let spec = pod.spec;
    let fields = [("hostNetwork", spec.host_network), ("hostPID", spec.host_pid), ("hostIPC", spec.host_ipc)];
    fields.into_iter().filter(|(_, is_set)| *is_set).map(|(name, _)| FieldPath::of("spec").key(name)).collect()
}

pub(super) fn host_paths(pod: PodTemplateRef<'_>) -> Vec<FieldPath> {
    let volumes = pod.spec.volumes.iter().enumerate().filter(|(_, volume)| volume.host_path.is_some());
    volumes.map(|(index, _)| FieldPath::of("spec.volumes").index(index).then("hostPath")).collect()
}

pub(super) fn host_ports(pod: PodTemplateRef<'_>) -> Vec<FieldPath> {
    let mut paths = Vec::new();
    for found in pod.containers() {
        let ports = found.container.ports.iter().enumerate().filter(|(_, port)| port.host_port != 0);
        paths.extend(ports.map(|(index, _)| found.field("ports").index(index).then("hostPort")));
    }
    paths
}

pub(super) fn probe_hosts(pod: PodTemplateRef<'_>) -> Vec<FieldPath> {
    let mut paths = Vec::new();
    for found in pod.containers() {
        for (name, handler) in found.container.handlers() {
            let actions = [("httpGet", &handler.http_get), ("tcpSocket", &handler.tcp_socket)];
            let named = actions.into_iter().filter(|(_, action)| action.as_ref().is_some_and(|to| !to.host.is_empty()));
            paths.extend(named.map(|(action, _)| found.field(name).then(action).then("host")));
        }
    }
    paths
}

pub(super) fn privileged(pod: PodTemplateRef<'_>) -> Vec<FieldPath> {
    let privileged = pod.containers().filter(|found| found.container.security_context.privileged == Some(true));
    privileged.map(|found| found.field("securityContext.privileged")).collect()
}

pub(super) fn proc_mount(pod: PodTemplateRef<'_>) -> Vec<FieldPath> {
    let changed = pod.containers().filter(|found| {
        let mount = found.container.security_context.proc_mount.as_deref();
        mount.is_some_and(|mount| mount != "Default")
    });
    changed.map(|found| found.field("securityContext.procMount")).collect()
}

/// Before Kubernetes 1.19 the profiles were annotations.
pub(super) fn seccomp_annotations(pod: PodTemplateRef<'_>) -> Vec<FieldPath> {
    let of_pod = pod.annotations.pod_seccomp().into_iter();
    let containers = pod.annotations.container_seccomp();
    let containers = containers.filter(|(_, name, _)| pod.containers().any(|found| found.container.name == *name));
    let all = of_pod.chain(containers.map(|(name, _, profile)| (name, profile)));
    let refused = all.filter(|(_, profile)| !is_confined_seccomp(profile));
    refused.map(|(name, _)| FieldPath::of("metadata.annotations").key(name.to_owned())).collect()
}

pub(super) fn seccomp(pod: PodTemplateRef<'_>) -> Vec<FieldPath> {
    let stated = security_contexts(pod).filter_map(|(path, context)| {
        let profile = context.seccomp_profile.as_ref()?;
        (!is_confined_type(profile.kind.as_deref())).then(|| path.then("seccompProfile.type"))
    });
    stated.collect()
}

pub(super) fn selinux(pod: PodTemplateRef<'_>, minor: u32) -> Vec<FieldPath> {
    let mut paths = Vec::new();
    for (path, context) in security_contexts(pod) {
        let Some(SelinuxOptions { kind, user, role, level: _ }) = &context.selinux_options else { continue };
        let options = path.then("seLinuxOptions");
        let refused =
            [("type", !is_allowed_selinux_type(kind, minor)), ("user", !user.is_empty()), ("role", !role.is_empty())];
        paths.extend(
            refused.into_iter().filter(|(_, is_refused)| *is_refused).map(|(name, _)| options.clone().then(name)),
        );
    }
    paths
}

pub(super) fn sysctls(pod: PodTemplateRef<'_>, minor: u32) -> Vec<FieldPath> {
    let list = pod.spec.security_context.sysctls.iter().flatten().enumerate();
    let unsafe_ones = list.filter(|(_, sysctl)| !is_safe_sysctl(&sysctl.name, minor));
    unsafe_ones.map(|(index, _)| FieldPath::of("spec.securityContext.sysctls").index(index).then("name")).collect()
}

pub(super) fn host_process(pod: PodTemplateRef<'_>) -> Vec<FieldPath> {
    let is_set = |options: &Option<WindowsOptions>| options.as_ref().and_then(|of| of.host_process) == Some(true);
    let stated = security_contexts(pod).filter(|(_, context)| is_set(&context.windows_options));
    stated.map(|(path, _)| path.then("windowsOptions.hostProcess")).collect()
}
