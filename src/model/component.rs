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

    /// Whether a flag takes no value: without `=` it means true, and never takes the next word.
    pub fn is_switch(self, flag: &str) -> bool {
        let switches: &[&str] = if matches!(self, Self::Etcd) { ETCD_SWITCHES } else { KUBERNETES_SWITCHES };
        switches.contains(&flag)
    }
}

impl fmt::Display for Component {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// Boolean flags of etcd 3.3 to 3.6.
const ETCD_SWITCHES: &[&str] = &[
    "auto-tls",
    "client-cert-auth",
    "debug",
    "discovery-insecure-skip-tls-verify",
    "discovery-insecure-transport",
    "enable-distributed-tracing",
    "enable-grpc-gateway",
    "enable-log-rotation",
    "enable-pprof",
    "enable-v2",
    "experimental-compact-hash-check-enabled",
    "experimental-enable-distributed-tracing",
    "experimental-enable-lease-checkpoint",
    "experimental-enable-lease-checkpoint-persist",
    "experimental-initial-corrupt-check",
    "experimental-memory-mlock",
    "experimental-peer-skip-client-san-verification",
    "experimental-stop-grpc-service-on-defrag",
    "experimental-txn-mode-write-with-shared-buffer",
    "force-new-cluster",
    "h",
    "help",
    "memory-mlock",
    "peer-auto-tls",
    "peer-client-cert-auth",
    "peer-skip-client-san-verification",
    "pre-vote",
    "socket-reuse-address",
    "socket-reuse-port",
    "strict-reconfig-check",
    "unsafe-no-fsync",
    "version",
];

/// Boolean flags of the Kubernetes components from 1.15 to 1.34, those of klog and, for the kubelet, of cAdvisor too. A name means the same in every component that has it.
const KUBERNETES_SWITCHES: &[&str] = &[
    "add-dir-header",
    "aggregator-reject-forwarding-redirect",
    "aggregator-reject-forwarding-redirects",
    "allocate-node-cidrs",
    "allow-privileged",
    "allow-untagged-cloud",
    "alsologtostderr",
    "anonymous-auth",
    "attach-detach-reconcile-sync",
    "audit-dynamic-configuration",
    "audit-log-batch-throttle-enable",
    "audit-log-compress",
    "audit-log-truncate-enabled",
    "audit-webhook-batch-throttle-enable",
    "audit-webhook-truncate-enabled",
    "authentication-skip-lookup",
    "authentication-token-webhook",
    "authentication-tolerate-lookup-failure",
    "bind-address-hard-fail",
    "cgroups-per-qos",
    "cleanup",
    "cleanup-ipvs",
    "configure-cloud-routes",
    "conntrack-tcp-be-liberal",
    "containerized",
    "contention-profiling",
    "cpu-cfs-quota",
    "disable-attach-detach-reconcile-sync",
    "disable-force-detach-on-timeout",
    "disable-http2-serving",
    "disable-root-cgroup-stats",
    "docker-disable-shared-pid",
    "docker-only",
    "docker-tls",
    "emulation-forward-compatible",
    "enable-aggregator-routing",
    "enable-bootstrap-token-auth",
    "enable-cadvisor-json-endpoints",
    "enable-contention-profiling",
    "enable-controller-attach-detach",
    "enable-custom-metrics",
    "enable-debug-flags-handler",
    "enable-debugging-handlers",
    "enable-dsr",
    "enable-dynamic-provisioning",
    "enable-garbage-collector",
    "enable-hostpath-provisioner",
    "enable-inflight-quota-handler",
    "enable-leader-migration",
    "enable-load-reader",
    "enable-logs-handler",
    "enable-priority-and-fairness",
    "enable-profiling",
    "enable-server",
    "enable-swagger-ui",
    "enable-system-log-handler",
    "enable-system-log-query",
    "enable-taint-manager",
    "encryption-provider-config-automatic-reload",
    "exit-on-lock-contention",
    "experimental-allocatable-ignore-eviction",
    "experimental-check-node-capabilities-before-mount",
    "experimental-kernel-memcg-notification",
    "experimental-logging-sanitization",
    "fail-cgroupv1",
    "fail-swap-on",
    "forward-healthcheck-vip",
    "h",
    "help",
    "horizontal-pod-autoscaler-use-rest-clients",
    "init-only",
    "iptables-localhost-nodeports",
    "ipvs-strict-arp",
    "keep-terminated-pod-volumes",
    "kernel-memcg-notification",
    "kubelet-https",
    "leader-elect",
    "local-storage-capacity-isolation",
    "log-cadvisor-usage",
    "log-json-split-stream",
    "log-text-split-stream",
    "logtostderr",
    "make-iptables-util-chains",
    "masquerade-all",
    "one-output",
    "permit-address-sharing",
    "permit-port-sharing",
    "profiling",
    "protect-kernel-defaults",
    "really-crash-for-testing",
    "redirect-container-streaming",
    "register-node",
    "register-schedulable",
    "repair-malformed-updates",
    "rotate-certificates",
    "rotate-server-certificates",
    "runonce",
    "runtime-config-emulation-forward-compatible",
    "seccomp-default",
    "serialize-image-pulls",
    "service-account-extend-token-expiration",
    "service-account-lookup",
    "shutdown-send-retry-after",
    "skip-headers",
    "skip-log-headers",
    "storage-driver-secure",
    "use-legacy-policy-config",
    "use-service-account-credentials",
    "version",
    "volume-host-allow-local-loopback",
    "watch-cache",
    "windows-service",
];
