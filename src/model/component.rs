//! The six components whose settings are judged, and how each of them takes its settings. Facts about Kubernetes and etcd, not
//! about any machine.

use serde::Deserialize;
use std::fmt;

/// A component of a Kubernetes node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Component {
    /// kube-apiserver
    Apiserver,
    /// kube-scheduler
    Scheduler,
    /// kube-controller-manager
    ControllerManager,
    /// etcd
    Etcd,
    /// kubelet
    Kubelet,
    /// kube-proxy
    Proxy,
}

/// Which source of a component's settings takes precedence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Precedence {
    /// Flags over drop-ins over the configuration file (kubelet).
    FlagsFirst,
    /// With a configuration file, flags and variables for settings that the file can hold are ignored (kube-proxy, etcd, and
    /// what kube-scheduler calls deprecated flags).
    FileAlone,
    /// The component has no configuration file (kube-apiserver, kube-controller-manager).
    FlagsOnly,
}

impl Component {
    /// Every component.
    pub const ALL: [Self; 6] =
        [Self::Apiserver, Self::Scheduler, Self::ControllerManager, Self::Etcd, Self::Kubelet, Self::Proxy];

    /// Its name in definition files.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Apiserver => "apiserver",
            Self::Scheduler => "scheduler",
            Self::ControllerManager => "controller-manager",
            Self::Etcd => "etcd",
            Self::Kubelet => "kubelet",
            Self::Proxy => "proxy",
        }
    }

    /// Its name in `config.yaml`.
    pub const fn config_name(self) -> &'static str {
        match self {
            Self::ControllerManager => "controllermanager",
            Self::Apiserver | Self::Scheduler | Self::Etcd | Self::Kubelet | Self::Proxy => self.id(),
        }
    }

    /// The name of its program.
    pub const fn program(self) -> &'static str {
        match self {
            Self::Apiserver => "kube-apiserver",
            Self::Scheduler => "kube-scheduler",
            Self::ControllerManager => "kube-controller-manager",
            Self::Etcd => "etcd",
            Self::Kubelet => "kubelet",
            Self::Proxy => "kube-proxy",
        }
    }

    /// Its own user accounts: a process of such a user is the component, wherever it runs.
    pub const fn accounts(self) -> &'static [&'static str] {
        match self {
            Self::Etcd => &["etcd"],
            Self::Apiserver => &["kube-apiserver", "kube", "kubernetes"],
            Self::Scheduler => &["kube-scheduler", "kube", "kubernetes"],
            Self::ControllerManager => &["kube-controller-manager", "kube", "kubernetes"],
            Self::Kubelet => &[],
            Self::Proxy => &["kube-proxy", "kube", "kubernetes"],
        }
    }

    /// The flag that names its configuration file.
    pub const fn config_flag(self) -> Option<&'static str> {
        match self {
            Self::Kubelet | Self::Proxy | Self::Scheduler => Some("config"),
            Self::Etcd => Some("config-file"),
            Self::Apiserver | Self::ControllerManager => None,
        }
    }

    /// The environment variable that names its configuration file.
    pub const fn config_variable(self) -> Option<&'static str> {
        match self {
            Self::Etcd => Some("ETCD_CONFIG_FILE"),
            Self::Apiserver | Self::Scheduler | Self::ControllerManager | Self::Kubelet | Self::Proxy => None,
        }
    }

    /// Which of its sources takes precedence.
    pub const fn precedence(self) -> Precedence {
        match self {
            Self::Kubelet => Precedence::FlagsFirst,
            Self::Proxy | Self::Scheduler | Self::Etcd => Precedence::FileAlone,
            Self::Apiserver | Self::ControllerManager => Precedence::FlagsOnly,
        }
    }

    /// Whether `_` and `-` are the same in its flags, as in Kubernetes but not in etcd.
    pub const fn folds_underscores(self) -> bool {
        !matches!(self, Self::Etcd)
    }

    /// Whether the first word that is no flag ends its flags: etcd uses Go's package `flag`, Kubernetes pflag.
    pub const fn stops_at_operand(self) -> bool {
        matches!(self, Self::Etcd)
    }

    /// Whether a boolean is true if either this flag or the configuration file says so. All other flags override the file.
    pub fn joins_flag_and_file(self, flag: &str) -> bool {
        self == Self::Kubelet && flag == "seccomp-default"
    }

    /// Whether a flag is ignored beside a configuration file although the file has no such setting: up to Kubernetes 1.22, the file
    /// of kube-scheduler has whole addresses in place of these (`CombinedInsecureServingOptions.ApplyToFromLoadedConfig`).
    pub fn ignores_beside_file(self, flag: &str) -> bool {
        self == Self::Scheduler && matches!(flag, "address" | "port")
    }

    /// Another name of a flag, which sets the same value, with the first minor version of Kubernetes that does not know it any
    /// more. Of all names, the last one on the command line counts.
    pub fn former_name(self, flag: &str) -> Option<(&'static str, u32)> {
        match (self, flag) {
            // kubernetes/kubernetes#108423
            (Self::Apiserver, "encryption-provider-config") => Some(("experimental-encryption-provider-config", 24)),
            // AddUnqualifiedFlags of its insecure serving options; kubernetes/kubernetes#106859
            (Self::Apiserver, "insecure-port") => Some(("port", 24)),
            (Self::Apiserver, "insecure-bind-address") => Some(("address", 24)),
            (
                Self::Apiserver | Self::Scheduler | Self::ControllerManager | Self::Etcd | Self::Kubelet | Self::Proxy,
                _,
            ) => None,
        }
    }
}

impl fmt::Display for Component {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}
