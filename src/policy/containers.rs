//! What the settings of one container mean, with those of its pod and the defaults of Kubernetes.

use crate::source::cluster::object::{Container, PodSpec, VariableSource, WindowsOptions};
use crate::workload::{BASELINE_CAPABILITIES, capability_name};

fn added(container: &Container) -> Vec<String> {
    let capabilities = container.security_context.capabilities.as_ref();
    capabilities.map(|of| of.add.iter().map(|name| capability_name(name)).collect()).unwrap_or_default()
}

fn dropped(container: &Container) -> Vec<String> {
    let capabilities = container.security_context.capabilities.as_ref();
    capabilities.map(|of| of.drop.iter().map(|name| capability_name(name)).collect()).unwrap_or_default()
}

fn is_in(list: &[String], names: &[&str]) -> bool {
    list.iter().any(|entry| names.contains(&entry.as_str()))
}

pub(super) fn is_privileged(container: &Container) -> bool {
    container.security_context.privileged == Some(true)
}

/// Whether its processes can gain more rights than their parent. Unset means yes.
pub(super) fn can_escalate(container: &Container) -> bool {
    container.security_context.allow_privilege_escalation != Some(false)
        || is_privileged(container)
        || is_in(&added(container), &["SYS_ADMIN"])
}

/// Whether nothing forbids that it runs as the user 0. What the image says is not known.
pub(super) fn may_be_root(pod: &PodSpec, container: &Container) -> bool {
    let (own, of_pod) = (&container.security_context, &pod.security_context);
    match own.run_as_user.or(of_pod.run_as_user) {
        Some(user) => user == 0,
        None => own.run_as_non_root.or(of_pod.run_as_non_root) != Some(true),
    }
}

pub(super) fn has_net_raw(container: &Container) -> bool {
    is_privileged(container)
        || is_in(&added(container), &["NET_RAW", "ALL"])
        || !is_in(&dropped(container), &["NET_RAW", "ALL"])
}

pub(super) fn adds_unusual_capabilities(container: &Container) -> bool {
    added(container).iter().any(|name| !BASELINE_CAPABILITIES.contains(&name.as_str()))
}

pub(super) fn keeps_capabilities(container: &Container) -> bool {
    !is_in(&dropped(container), &["ALL"]) || added(container).iter().any(|name| name != "NET_BIND_SERVICE")
}

pub(super) fn is_host_process(pod: &PodSpec, container: &Container) -> bool {
    let host_process = |options: &Option<WindowsOptions>| options.as_ref()?.host_process;
    let own = host_process(&container.security_context.windows_options);
    own.or_else(|| host_process(&pod.security_context.windows_options)) == Some(true)
}

/// Whether it has a port of its node. In a pod on the network of the node every port is one.
pub(super) fn uses_host_port(pod: &PodSpec, container: &Container) -> bool {
    container.ports.iter().any(|port| port.host_port != 0 || pod.host_network)
}

pub(super) fn changes_proc_mount(container: &Container) -> bool {
    let mount = container.security_context.proc_mount.as_deref();
    mount.is_some_and(|mount| !mount.is_empty() && mount != "Default")
}

/// Whether no seccomp profile holds. `by_default`: kubelets give that of the runtime where none is set.
pub(super) fn lacks_seccomp(pod: &PodSpec, container: &Container, by_default: bool) -> bool {
    let profile = container.security_context.seccomp_profile.as_ref().or(pod.security_context.seccomp_profile.as_ref());
    match profile.and_then(|profile| profile.kind.as_deref()) {
        Some(kind) => !matches!(kind, "RuntimeDefault" | "Localhost"),
        None => !by_default,
    }
}

pub(super) fn lacks_security_context(pod: &PodSpec, container: &Container) -> bool {
    container.security_context.is_empty() && pod.security_context.is_empty()
}

pub(super) fn has_secret_in_environment(container: &Container) -> bool {
    container.env.iter().any(|variable| matches!(variable.source, VariableSource::Secret(_)))
        || container.env_from.iter().any(|from| from.secret_ref.is_some())
}
