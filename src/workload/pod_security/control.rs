//! The controls of the Pod Security Standards.

use super::standard::{Level, PodSecurityStandard};

/// A control, as the admission names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "named as in the admission; title() says what each refuses")]
pub enum Control {
    AppArmorProfile,
    CapabilitiesBaseline,
    HostNamespaces,
    HostPathVolumes,
    HostPorts,
    HostProbes,
    Privileged,
    ProcMount,
    SeccompProfileBaseline,
    SelinuxOptions,
    Sysctls,
    WindowsHostProcess,
    AllowPrivilegeEscalation,
    CapabilitiesRestricted,
    ProcMountRestricted,
    RestrictedVolumes,
    RunAsNonRoot,
    RunAsUser,
    SeccompProfileRestricted,
}

impl Control {
    /// All of them: those of baseline first.
    pub const ALL: [Self; 19] = [
        Self::AppArmorProfile,
        Self::CapabilitiesBaseline,
        Self::HostNamespaces,
        Self::HostPathVolumes,
        Self::HostPorts,
        Self::HostProbes,
        Self::Privileged,
        Self::ProcMount,
        Self::SeccompProfileBaseline,
        Self::SelinuxOptions,
        Self::Sysctls,
        Self::WindowsHostProcess,
        Self::AllowPrivilegeEscalation,
        Self::CapabilitiesRestricted,
        Self::ProcMountRestricted,
        Self::RestrictedVolumes,
        Self::RunAsNonRoot,
        Self::RunAsUser,
        Self::SeccompProfileRestricted,
    ];

    /// Its id in Kubernetes.
    pub const fn id(self) -> &'static str {
        match self {
            Self::AppArmorProfile => "appArmorProfile",
            Self::CapabilitiesBaseline => "capabilities_baseline",
            Self::HostNamespaces => "hostNamespaces",
            Self::HostPathVolumes => "hostPathVolumes",
            Self::HostPorts => "hostPorts",
            Self::HostProbes => "hostProbesAndHostLifecycle",
            Self::Privileged => "privileged",
            Self::ProcMount => "procMount",
            Self::SeccompProfileBaseline => "seccompProfile_baseline",
            Self::SelinuxOptions => "seLinuxOptions",
            Self::Sysctls => "sysctls",
            Self::WindowsHostProcess => "windowsHostProcess",
            Self::AllowPrivilegeEscalation => "allowPrivilegeEscalation",
            Self::CapabilitiesRestricted => "capabilities_restricted",
            Self::ProcMountRestricted => "procMount_restricted",
            Self::RestrictedVolumes => "restrictedVolumes",
            Self::RunAsNonRoot => "runAsNonRoot",
            Self::RunAsUser => "runAsUser",
            Self::SeccompProfileRestricted => "seccompProfile_restricted",
        }
    }

    /// The level that it belongs to.
    const fn level(self) -> Level {
        match self {
            Self::AppArmorProfile
            | Self::CapabilitiesBaseline
            | Self::HostNamespaces
            | Self::HostPathVolumes
            | Self::HostPorts
            | Self::HostProbes
            | Self::Privileged
            | Self::ProcMount
            | Self::SeccompProfileBaseline
            | Self::SelinuxOptions
            | Self::Sysctls
            | Self::WindowsHostProcess => Level::Baseline,
            Self::AllowPrivilegeEscalation
            | Self::CapabilitiesRestricted
            | Self::ProcMountRestricted
            | Self::RestrictedVolumes
            | Self::RunAsNonRoot
            | Self::RunAsUser
            | Self::SeccompProfileRestricted => Level::Restricted,
        }
    }

    /// The minor version of Kubernetes from which it holds.
    const fn since(self) -> u32 {
        match self {
            Self::AllowPrivilegeEscalation => 8,
            Self::SeccompProfileRestricted => 19,
            Self::CapabilitiesRestricted => 22,
            Self::RunAsUser => 23,
            Self::HostProbes => 34,
            Self::ProcMountRestricted => 35,
            Self::AppArmorProfile
            | Self::CapabilitiesBaseline
            | Self::HostNamespaces
            | Self::HostPathVolumes
            | Self::HostPorts
            | Self::Privileged
            | Self::ProcMount
            | Self::SeccompProfileBaseline
            | Self::SelinuxOptions
            | Self::Sysctls
            | Self::WindowsHostProcess
            | Self::RestrictedVolumes
            | Self::RunAsNonRoot => 0,
        }
    }

    /// The control of restricted about the same field, which takes its place there.
    const fn replaced_by(self) -> Option<Self> {
        match self {
            Self::CapabilitiesBaseline => Some(Self::CapabilitiesRestricted),
            Self::HostPathVolumes => Some(Self::RestrictedVolumes),
            Self::ProcMount => Some(Self::ProcMountRestricted),
            Self::SeccompProfileBaseline => Some(Self::SeccompProfileRestricted),
            Self::AppArmorProfile
            | Self::HostNamespaces
            | Self::HostPorts
            | Self::HostProbes
            | Self::Privileged
            | Self::SelinuxOptions
            | Self::Sysctls
            | Self::WindowsHostProcess
            | Self::AllowPrivilegeEscalation
            | Self::CapabilitiesRestricted
            | Self::ProcMountRestricted
            | Self::RestrictedVolumes
            | Self::RunAsNonRoot
            | Self::RunAsUser
            | Self::SeccompProfileRestricted => None,
        }
    }

    /// Whether it is part of a standard.
    pub(super) fn is_part_of(self, standard: PodSecurityStandard) -> bool {
        let holds = |control: Self| control.level() <= standard.level && control.since() <= standard.minor;
        holds(self) && !self.replaced_by().is_some_and(holds)
    }
}
