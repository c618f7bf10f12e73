//! Which flags of a component take a value. The names come from `flags/`, which says where they come from.

use super::Component;

/// Whether a flag takes the next word of the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FlagKind {
    /// Without `=` it means true, and never takes the next word.
    Boolean,
    /// Without `=` it takes the next word, whatever that looks like.
    TakesValue,
    /// The lists do not have it, or not for every version.
    Unknown,
}

/// Names of flags, in the order of their bytes.
type Flags = &'static [(&'static str, FlagKind)];

/// Those of all components of Kubernetes: a name means the same in every component that has it.
const KUBERNETES: Flags = include!(concat!(env!("OUT_DIR"), "/kubernetes_flags.rs"));
const ETCD: Flags = include!(concat!(env!("OUT_DIR"), "/etcd_flags.rs"));

impl Component {
    /// The names of its boolean flags.
    pub fn switches(self) -> impl Iterator<Item = &'static str> {
        self.flags().iter().filter(|(_, kind)| *kind == FlagKind::Boolean).map(|(name, _)| *name)
    }

    const fn flags(self) -> Flags {
        match self {
            Self::Etcd => ETCD,
            Self::Apiserver | Self::Scheduler | Self::ControllerManager | Self::Kubelet | Self::Proxy => KUBERNETES,
        }
    }

    /// Whether a flag takes a value. `flag` has dashes in place of the underscores that its component replaces.
    pub fn flag_kind(self, flag: &str) -> FlagKind {
        let flags = self.flags();
        let found = flags.binary_search_by(|(name, _)| (*name).cmp(flag));
        found.ok().and_then(|at| flags.get(at)).map_or(FlagKind::Unknown, |(_, kind)| *kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Component::{Apiserver, ControllerManager, Etcd, Kubelet, Proxy, Scheduler};
    use FlagKind::{Boolean, TakesValue, Unknown};

    #[test]
    fn flags_have_the_kind_that_their_component_declares() {
        let cases = [
            (Apiserver, "anonymous-auth", Boolean),
            (Apiserver, "shutdown-send-retry-after", Boolean),
            (Apiserver, "aggregator-reject-forwarding-redirect", Boolean),
            (Apiserver, "aggregator-reject-forwarding-redirects", Unknown),
            (Apiserver, "log-json-split-stream", Boolean),
            (Apiserver, "log-text-split-stream", Boolean),
            (Apiserver, "experimental-logging-sanitization", Boolean),
            (Apiserver, "audit-log-path", TakesValue),
            (Apiserver, "audit-log-pat", Unknown),
            (Apiserver, "v", TakesValue),
            (Apiserver, "", Unknown),
            (ControllerManager, "volume-host-allow-local-loopback", Boolean),
            (ControllerManager, "root-ca-file", TakesValue),
            (ControllerManager, "unsupported-kube-api-over-localhost", Boolean),
            (Scheduler, "leader-elect", Boolean),
            (Scheduler, "authentication-kubeconfig", TakesValue),
            (Proxy, "conntrack-tcp-be-liberal", Boolean),
            (Proxy, "init-only", Boolean),
            (Proxy, "config", TakesValue),
            (Kubelet, "log-cadvisor-usage", Boolean),
            (Kubelet, "enable-load-reader", Boolean),
            (Kubelet, "docker-only", Boolean),
            (Kubelet, "storage-driver-secure", Boolean),
            (Kubelet, "experimental-dockershim", Boolean),
            (Kubelet, "version", Boolean),
            (Kubelet, "config", TakesValue),
            (Kubelet, "pod-max-pids", TakesValue),
            (Etcd, "memory-mlock", Boolean),
            (Etcd, "initial-election-tick-advance", Boolean),
            (Etcd, "enable-distributed-tracing", Boolean),
            (Etcd, "discovery-insecure-transport", Boolean),
            (Etcd, "discovery-insecure-skip-tls-verify", Boolean),
            // Flags that etcd ignores are boolean: flags.IgnoredFlag.IsBoolFlag.
            (Etcd, "v", Boolean),
            (Etcd, "config", Boolean),
            (Etcd, "config-file", TakesValue),
            (Etcd, "experimental-enable-v2v3", TakesValue),
            (Etcd, "anonymous-auth", Unknown),
            (Kubelet, "client-cert-auth", Unknown),
        ];
        for (component, flag, kind) in cases {
            assert_eq!(component.flag_kind(flag), kind, "{component} --{flag}");
        }
    }

    #[test]
    fn names_are_in_order_and_as_the_component_reads_them() {
        for (component, flags) in [(Kubelet, KUBERNETES), (Etcd, ETCD)] {
            assert!(flags.len() > 100, "{}", flags.len());
            assert!(flags.windows(2).all(|pair| pair[0].0 < pair[1].0), "{component}");
            for (name, _) in flags {
                assert!(!component.folds_underscores() || !name.contains('_'), "{name}");
            }
        }
    }
}
