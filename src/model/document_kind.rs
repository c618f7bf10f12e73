//! The kinds of documents that the components of Kubernetes read, and the API versions in which each version of Kubernetes reads
//! them. A component does not start with another document.

use super::{Component, KubernetesVersions};
use crate::text::quote;

/// A kind of document of one component.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DocumentKind {
    component: Component,
    forms: &'static [Form],
    /// Whether a mapping with a key twice is refused. Other documents are read again without this check, and the last key counts.
    refuses_duplicate_keys: bool,
}

/// One way to write the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Form {
    kind: &'static str,
    api_version: &'static str,
    /// The first minor version of Kubernetes that reads it.
    from: u32,
    /// The first one that does not read it any more.
    before: u32,
}

/// No version stopped reading it.
const ALWAYS: u32 = u32::MAX;

const fn form(kind: &'static str, api_version: &'static str, from: u32, before: u32) -> Form {
    Form { kind, api_version, from, before }
}

impl DocumentKind {
    /// The configuration file of the kubelet, and its drop-ins.
    pub const KUBELET: Self = Self {
        component: Component::Kubelet,
        refuses_duplicate_keys: false,
        forms: &[form("KubeletConfiguration", "kubelet.config.k8s.io/v1beta1", 0, ALWAYS)],
    };

    /// A drop-in of the kubelet.
    pub const KUBELET_DROP_IN: Self = Self { refuses_duplicate_keys: true, ..Self::KUBELET };

    /// The configuration file of kube-proxy.
    pub const PROXY: Self = Self {
        component: Component::Proxy,
        refuses_duplicate_keys: false,
        forms: &[form("KubeProxyConfiguration", "kubeproxy.config.k8s.io/v1alpha1", 0, ALWAYS)],
    };

    /// The configuration file of kube-scheduler.
    pub const SCHEDULER: Self = Self {
        component: Component::Scheduler,
        refuses_duplicate_keys: true,
        forms: &[
            form("KubeSchedulerConfiguration", "kubescheduler.config.k8s.io/v1", 25, ALWAYS),
            form("KubeSchedulerConfiguration", "kubescheduler.config.k8s.io/v1beta3", 23, 29),
            form("KubeSchedulerConfiguration", "kubescheduler.config.k8s.io/v1beta2", 22, 28),
            form("KubeSchedulerConfiguration", "kubescheduler.config.k8s.io/v1beta1", 19, 23),
            form("KubeSchedulerConfiguration", "kubescheduler.config.k8s.io/v1alpha2", 18, 20),
            form("KubeSchedulerConfiguration", "kubescheduler.config.k8s.io/v1alpha1", 0, 19),
        ],
    };

    /// The file of `--encryption-provider-config`. Its old name has no group.
    pub const ENCRYPTION: Self = Self {
        component: Component::Apiserver,
        refuses_duplicate_keys: false,
        forms: &[
            form("EncryptionConfiguration", "apiserver.config.k8s.io/v1", 13, ALWAYS),
            form("EncryptionConfig", "v1", 0, 36),
        ],
    };

    /// The file of `--audit-policy-file`.
    pub const AUDIT_POLICY: Self = Self {
        component: Component::Apiserver,
        refuses_duplicate_keys: false,
        forms: &[
            form("Policy", "audit.k8s.io/v1", 12, ALWAYS),
            form("Policy", "audit.k8s.io/v1beta1", 0, 24),
            form("Policy", "audit.k8s.io/v1alpha1", 0, 24),
        ],
    };

    /// The file of `--authentication-config`.
    pub const AUTHENTICATION: Self = Self {
        component: Component::Apiserver,
        refuses_duplicate_keys: true,
        forms: &[
            form("AuthenticationConfiguration", "apiserver.config.k8s.io/v1", 34, ALWAYS),
            form("AuthenticationConfiguration", "apiserver.config.k8s.io/v1beta1", 30, ALWAYS),
            form("AuthenticationConfiguration", "apiserver.config.k8s.io/v1alpha1", 29, ALWAYS),
        ],
    };

    /// The file of `--authorization-config`.
    pub const AUTHORIZATION: Self = Self {
        component: Component::Apiserver,
        refuses_duplicate_keys: true,
        forms: &[
            form("AuthorizationConfiguration", "apiserver.config.k8s.io/v1", 32, ALWAYS),
            form("AuthorizationConfiguration", "apiserver.config.k8s.io/v1beta1", 30, ALWAYS),
            form("AuthorizationConfiguration", "apiserver.config.k8s.io/v1alpha1", 29, ALWAYS),
        ],
    };

    /// The kind of a component's configuration file. That of etcd has none.
    pub const fn of_component(component: Component) -> Option<&'static Self> {
        match component {
            Component::Kubelet => Some(&Self::KUBELET),
            Component::Proxy => Some(&Self::PROXY),
            Component::Scheduler => Some(&Self::SCHEDULER),
            Component::Apiserver | Component::ControllerManager | Component::Etcd => None,
        }
    }

    /// The kind of the file that a flag names.
    pub fn of_flag(component: Component, flag: &str) -> Option<&'static Self> {
        match (component, flag) {
            (Component::Apiserver, "authentication-config") => Some(&Self::AUTHENTICATION),
            (Component::Apiserver, "authorization-config") => Some(&Self::AUTHORIZATION),
            (Component::Apiserver, "encryption-provider-config" | "experimental-encryption-provider-config") => {
                Some(&Self::ENCRYPTION)
            }
            (Component::Apiserver, "audit-policy-file") => Some(&Self::AUDIT_POLICY),
            _ if component.config_flag() == Some(flag) => Self::of_component(component),
            _ => None,
        }
    }

    /// Whether the component refuses a document in which a mapping has a key twice.
    pub const fn refuses_duplicate_keys(&self) -> bool {
        self.refuses_duplicate_keys
    }

    /// Why the component cannot have read a document with this kind and API version, if it cannot.
    pub fn refusal(
        &self,
        kind: Option<&str>,
        api_version: Option<&str>,
        versions: KubernetesVersions,
    ) -> Option<String> {
        let program = self.component.program();
        let expected = self.forms.first().map_or("", |form| form.kind);
        let of_kind: Vec<&Form> = self.forms.iter().filter(|form| Some(form.kind) == kind).collect();
        if of_kind.is_empty() {
            return Some(match kind {
                Some(kind) => format!("its kind is {}, not {expected}, so {program} cannot have read it", quote(kind)),
                None => format!("it has no kind; {program} reads only a {expected}"),
            });
        }
        let is_read = |form: &&Form| {
            Some(form.api_version) == api_version
                && versions.may_be_from(form.from)
                && (form.before == ALWAYS || versions.may_be_before(form.before))
        };
        if of_kind.iter().any(is_read) {
            return None;
        }
        let is_known = of_kind.iter().any(|form| Some(form.api_version) == api_version);
        let reader = if is_known { format!("this version of {program}") } else { program.to_owned() };
        let found = api_version
            .map_or("it has no apiVersion".to_owned(), |found| format!("its apiVersion is {}", quote(found)));
        Some(format!("{found}, so {reader} cannot have read it"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_documents_are_refused() {
        let kubelet = DocumentKind::KUBELET;
        let api_version = Some("kubelet.config.k8s.io/v1beta1");
        let cases = [
            (Some("KubeletConfiguration"), api_version, None),
            (
                Some("KubeProxyConfiguration"),
                api_version,
                Some("its kind is `KubeProxyConfiguration`, not KubeletConfiguration, so kubelet cannot have read it"),
            ),
            (None, api_version, Some("it has no kind; kubelet reads only a KubeletConfiguration")),
            (Some("KubeletConfiguration"), None, Some("it has no apiVersion, so kubelet cannot have read it")),
            (
                Some("KubeletConfiguration"),
                Some("kubelet.config.k8s.io/v1"),
                Some("its apiVersion is `kubelet.config.k8s.io/v1`, so kubelet cannot have read it"),
            ),
        ];
        for (kind, api_version, expected) in cases {
            let refusal = kubelet.refusal(kind, api_version, KubernetesVersions::UNKNOWN);
            assert_eq!(refusal.as_deref(), expected, "{kind:?} {api_version:?}");
        }
    }

    #[test]
    fn an_api_version_is_read_by_some_versions_of_kubernetes() {
        let cases = [
            (DocumentKind::AUDIT_POLICY, "Policy", "audit.k8s.io/v1beta1", "1.23", true),
            (DocumentKind::AUDIT_POLICY, "Policy", "audit.k8s.io/v1beta1", "1.24", false),
            (DocumentKind::AUDIT_POLICY, "Policy", "audit.k8s.io/v1", "1.36", true),
            (DocumentKind::ENCRYPTION, "EncryptionConfig", "v1", "1.35", true),
            (DocumentKind::ENCRYPTION, "EncryptionConfig", "v1", "1.36", false),
            (DocumentKind::ENCRYPTION, "EncryptionConfig", "apiserver.config.k8s.io/v1", "1.30", false),
            (DocumentKind::ENCRYPTION, "EncryptionConfiguration", "v1", "1.30", false),
            (
                DocumentKind::SCHEDULER,
                "KubeSchedulerConfiguration",
                "kubescheduler.config.k8s.io/v1beta1",
                "1.22",
                true,
            ),
            (
                DocumentKind::SCHEDULER,
                "KubeSchedulerConfiguration",
                "kubescheduler.config.k8s.io/v1beta1",
                "1.23",
                false,
            ),
            (DocumentKind::SCHEDULER, "KubeSchedulerConfiguration", "kubescheduler.config.k8s.io/v1", "1.24", false),
            (DocumentKind::AUTHENTICATION, "AuthenticationConfiguration", "apiserver.config.k8s.io/v1", "1.33", false),
            (DocumentKind::AUTHORIZATION, "AuthorizationConfiguration", "apiserver.config.k8s.io/v1", "1.32", true),
        ];
        for (document, kind, api_version, version, is_read) in cases {
            let versions = KubernetesVersions::of(version).expect(version);
            let refusal = document.refusal(Some(kind), Some(api_version), versions);
            assert_eq!(refusal.is_none(), is_read, "{kind} {api_version} {version}: {refusal:?}");
            let refusal = document.refusal(Some(kind), Some(api_version), KubernetesVersions::UNKNOWN);
            assert!(refusal.is_none() || !is_read, "{kind} {api_version}: {refusal:?}");
        }
    }

    #[test]
    fn a_file_is_known_by_the_flag_that_names_it() {
        assert_eq!(DocumentKind::of_flag(Component::Kubelet, "config"), Some(&DocumentKind::KUBELET));
        assert_eq!(DocumentKind::of_flag(Component::Apiserver, "audit-policy-file"), Some(&DocumentKind::AUDIT_POLICY));
        assert_eq!(DocumentKind::of_flag(Component::Etcd, "config-file"), None);
        assert_eq!(DocumentKind::of_flag(Component::Kubelet, "kubeconfig"), None);
    }
}
