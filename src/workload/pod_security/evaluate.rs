//! Whether Kubernetes allows a pod.

use super::control::Control;
use super::standard::PodSecurityStandard;
use super::{baseline, restricted};
use crate::workload::{FieldPath, PodTemplateRef};

/// A control that refuses a pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The control.
    pub control: Control,
    /// The fields that it refuses or misses.
    pub fields: Vec<FieldPath>,
}

/// Why Kubernetes refuses a pod by a standard; empty if it allows it.
pub fn violations(pod: PodTemplateRef<'_>, standard: PodSecurityStandard) -> Vec<Violation> {
    let controls = Control::ALL.into_iter().filter(|control| control.is_part_of(standard));
    let violations = controls.map(|control| Violation { control, fields: refused(control, pod, standard.minor) });
    violations.filter(|violation| !violation.fields.is_empty()).collect()
}

/// The fields that a control refuses in Kubernetes 1.`minor`.
fn refused(control: Control, pod: PodTemplateRef<'_>, minor: u32) -> Vec<FieldPath> {
    let windows = pod.spec.is_windows() && minor >= 25;
    let own_users = pod.spec.host_users == Some(false) && minor >= 35;
    match control {
        Control::AllowPrivilegeEscalation | Control::CapabilitiesRestricted | Control::SeccompProfileRestricted
            if windows =>
        {
            Vec::new()
        }
        Control::RunAsNonRoot | Control::RunAsUser | Control::ProcMount if own_users => Vec::new(),
        Control::AppArmorProfile => baseline::apparmor(pod),
        Control::CapabilitiesBaseline => baseline::capabilities(pod),
        Control::HostNamespaces => baseline::host_namespaces(pod),
        Control::HostPathVolumes => baseline::host_paths(pod),
        Control::HostPorts => baseline::host_ports(pod),
        Control::HostProbes => baseline::probe_hosts(pod),
        Control::Privileged => baseline::privileged(pod),
        Control::ProcMount | Control::ProcMountRestricted => baseline::proc_mount(pod),
        Control::SeccompProfileBaseline if minor < 19 => baseline::seccomp_annotations(pod),
        Control::SeccompProfileBaseline => baseline::seccomp(pod),
        Control::SelinuxOptions => baseline::selinux(pod, minor),
        Control::Sysctls => baseline::sysctls(pod, minor),
        Control::WindowsHostProcess => baseline::host_process(pod),
        Control::AllowPrivilegeEscalation => restricted::privilege_escalation(pod),
        Control::CapabilitiesRestricted => restricted::capabilities(pod),
        Control::RestrictedVolumes => restricted::volumes(pod),
        Control::RunAsNonRoot => restricted::run_as_non_root(pod),
        Control::RunAsUser => restricted::run_as_user(pod),
        Control::SeccompProfileRestricted => restricted::seccomp(pod),
    }
}
