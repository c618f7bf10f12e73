//! The kinds of API objects that the checks read.

use super::opt_in::OptIn;
use serde::Serialize;
use std::fmt;

/// A kind of object that a check reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[allow(missing_docs, reason = "the names of the kinds in Kubernetes")]
pub enum ObjectKind {
    Namespace,
    Node,
    Pod,
    Service,
    ServiceAccount,
    ReplicationController,
    DaemonSet,
    Deployment,
    ReplicaSet,
    StatefulSet,
    CronJob,
    Job,
    NetworkPolicy,
    ClusterRole,
    ClusterRoleBinding,
    Role,
    RoleBinding,
    MutatingWebhookConfiguration,
    ValidatingAdmissionPolicy,
    ValidatingAdmissionPolicyBinding,
    ValidatingWebhookConfiguration,
    CertificateSigningRequest,
    SecurityContextConstraints,
    Secret,
    CiliumNetworkPolicy,
    CiliumClusterwideNetworkPolicy,
    CalicoNetworkPolicy,
    CalicoGlobalNetworkPolicy,
    AdminNetworkPolicy,
    BaselineAdminNetworkPolicy,
}

/// What the API calls a kind.
struct Names {
    kind: &'static str,
    /// The name in URLs and in the rules of roles.
    plural: &'static str,
    /// Empty for the core group.
    group: &'static str,
    /// The versions whose objects are read alike, the preferred one first.
    versions: &'static [&'static str],
    namespaced: bool,
}

impl ObjectKind {
    /// All of them.
    pub const ALL: [Self; 30] = [
        Self::Namespace,
        Self::Node,
        Self::Pod,
        Self::Service,
        Self::ServiceAccount,
        Self::ReplicationController,
        Self::DaemonSet,
        Self::Deployment,
        Self::ReplicaSet,
        Self::StatefulSet,
        Self::CronJob,
        Self::Job,
        Self::NetworkPolicy,
        Self::ClusterRole,
        Self::ClusterRoleBinding,
        Self::Role,
        Self::RoleBinding,
        Self::MutatingWebhookConfiguration,
        Self::ValidatingAdmissionPolicy,
        Self::ValidatingAdmissionPolicyBinding,
        Self::ValidatingWebhookConfiguration,
        Self::CertificateSigningRequest,
        Self::SecurityContextConstraints,
        Self::Secret,
        Self::CiliumNetworkPolicy,
        Self::CiliumClusterwideNetworkPolicy,
        Self::CalicoNetworkPolicy,
        Self::CalicoGlobalNetworkPolicy,
        Self::AdminNetworkPolicy,
        Self::BaselineAdminNetworkPolicy,
    ];

    /// Network policies that are not Kubernetes's own kind.
    pub const OTHER_POLICIES: [Self; 6] = [
        Self::CiliumNetworkPolicy,
        Self::CiliumClusterwideNetworkPolicy,
        Self::CalicoNetworkPolicy,
        Self::CalicoGlobalNetworkPolicy,
        Self::AdminNetworkPolicy,
        Self::BaselineAdminNetworkPolicy,
    ];

    const fn names(self) -> Names {
        const V1: &[&str] = &["v1"];
        const ADMISSION: &str = "admissionregistration.k8s.io";
        const RBAC: &str = "rbac.authorization.k8s.io";
        const CALICO: &str = "crd.projectcalico.org";
        const ADMIN: &str = "policy.networking.k8s.io";
        const fn names(
            kind: &'static str,
            plural: &'static str,
            group: &'static str,
            versions: &'static [&'static str],
            namespaced: bool,
        ) -> Names {
            Names { kind, plural, group, versions, namespaced }
        }
        match self {
            Self::Namespace => names("Namespace", "namespaces", "", V1, false),
            Self::Node => names("Node", "nodes", "", V1, false),
            Self::Pod => names("Pod", "pods", "", V1, true),
            Self::Service => names("Service", "services", "", V1, true),
            Self::ServiceAccount => names("ServiceAccount", "serviceaccounts", "", V1, true),
            Self::ReplicationController => names("ReplicationController", "replicationcontrollers", "", V1, true),
            Self::DaemonSet => names("DaemonSet", "daemonsets", "apps", V1, true),
            Self::Deployment => names("Deployment", "deployments", "apps", V1, true),
            Self::ReplicaSet => names("ReplicaSet", "replicasets", "apps", V1, true),
            Self::StatefulSet => names("StatefulSet", "statefulsets", "apps", V1, true),
            Self::CronJob => names("CronJob", "cronjobs", "batch", &["v1", "v1beta1"], true),
            Self::Job => names("Job", "jobs", "batch", V1, true),
            Self::NetworkPolicy => names("NetworkPolicy", "networkpolicies", "networking.k8s.io", V1, true),
            Self::ClusterRole => names("ClusterRole", "clusterroles", RBAC, &["v1", "v1beta1"], false),
            Self::ClusterRoleBinding => {
                names("ClusterRoleBinding", "clusterrolebindings", RBAC, &["v1", "v1beta1"], false)
            }
            Self::Role => names("Role", "roles", RBAC, &["v1", "v1beta1"], true),
            Self::RoleBinding => names("RoleBinding", "rolebindings", RBAC, &["v1", "v1beta1"], true),
            Self::MutatingWebhookConfiguration => {
                names("MutatingWebhookConfiguration", "mutatingwebhookconfigurations", ADMISSION, V1, false)
            }
            Self::ValidatingAdmissionPolicy => names(
                "ValidatingAdmissionPolicy",
                "validatingadmissionpolicies",
                ADMISSION,
                &["v1", "v1beta1", "v1alpha1"],
                false,
            ),
            Self::ValidatingAdmissionPolicyBinding => names(
                "ValidatingAdmissionPolicyBinding",
                "validatingadmissionpolicybindings",
                ADMISSION,
                &["v1", "v1beta1", "v1alpha1"],
                false,
            ),
            Self::ValidatingWebhookConfiguration => {
                names("ValidatingWebhookConfiguration", "validatingwebhookconfigurations", ADMISSION, V1, false)
            }
            Self::CertificateSigningRequest => {
                names("CertificateSigningRequest", "certificatesigningrequests", "certificates.k8s.io", V1, false)
            }
            Self::SecurityContextConstraints => {
                names("SecurityContextConstraints", "securitycontextconstraints", "security.openshift.io", V1, false)
            }
            Self::Secret => names("Secret", "secrets", "", V1, true),
            Self::CiliumNetworkPolicy => {
                names("CiliumNetworkPolicy", "ciliumnetworkpolicies", "cilium.io", &["v2"], true)
            }
            Self::CiliumClusterwideNetworkPolicy => {
                names("CiliumClusterwideNetworkPolicy", "ciliumclusterwidenetworkpolicies", "cilium.io", &["v2"], false)
            }
            Self::CalicoNetworkPolicy => names("NetworkPolicy", "networkpolicies", CALICO, V1, true),
            Self::CalicoGlobalNetworkPolicy => names("GlobalNetworkPolicy", "globalnetworkpolicies", CALICO, V1, false),
            Self::AdminNetworkPolicy => {
                names("AdminNetworkPolicy", "adminnetworkpolicies", ADMIN, &["v1alpha1"], false)
            }
            Self::BaselineAdminNetworkPolicy => {
                names("BaselineAdminNetworkPolicy", "baselineadminnetworkpolicies", ADMIN, &["v1alpha1"], false)
            }
        }
    }

    /// Its name in the field `kind`.
    pub const fn id(self) -> &'static str {
        self.names().kind
    }

    /// Its name in URLs and in rules: `pods`.
    pub const fn plural(self) -> &'static str {
        self.names().plural
    }

    /// Its API group; empty for the core group.
    pub const fn group(self) -> &'static str {
        self.names().group
    }

    /// The versions whose objects are read, the preferred one first.
    pub const fn versions(self) -> &'static [&'static str] {
        self.names().versions
    }

    /// Whether its objects are in namespaces.
    pub const fn is_namespaced(self) -> bool {
        self.names().namespaced
    }

    /// Whether a server without this kind is no cluster that can be judged.
    pub const fn is_essential(self) -> bool {
        matches!(
            self,
            Self::Namespace
                | Self::Pod
                | Self::ServiceAccount
                | Self::ClusterRole
                | Self::ClusterRoleBinding
                | Self::Role
                | Self::RoleBinding
        )
    }

    /// The flag without which its list is not asked for; none for most kinds.
    pub const fn opt_in(self) -> Option<OptIn> {
        match self {
            Self::Secret => Some(OptIn::Secrets),
            Self::CiliumNetworkPolicy
            | Self::CiliumClusterwideNetworkPolicy
            | Self::CalicoNetworkPolicy
            | Self::CalicoGlobalNetworkPolicy
            | Self::AdminNetworkPolicy
            | Self::BaselineAdminNetworkPolicy => Some(OptIn::OtherPolicies),
            Self::Namespace
            | Self::Node
            | Self::Pod
            | Self::Service
            | Self::ServiceAccount
            | Self::ReplicationController
            | Self::DaemonSet
            | Self::Deployment
            | Self::ReplicaSet
            | Self::StatefulSet
            | Self::CronJob
            | Self::Job
            | Self::NetworkPolicy
            | Self::ClusterRole
            | Self::ClusterRoleBinding
            | Self::Role
            | Self::RoleBinding
            | Self::MutatingWebhookConfiguration
            | Self::ValidatingAdmissionPolicy
            | Self::ValidatingAdmissionPolicyBinding
            | Self::ValidatingWebhookConfiguration
            | Self::CertificateSigningRequest
            | Self::SecurityContextConstraints => None,
        }
    }

    /// The kind with this name: Kubernetes's own where others have the same name.
    pub fn by_id(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.id() == id)
    }

    /// The kind with this name in a group.
    pub fn by_type(id: &str, group: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.id() == id && kind.group() == group)
    }

    /// The kind that the name of a file means: `Pod.json`, `pods.yaml`, `networkpolicies.crd.projectcalico.org.json`.
    pub fn by_file_stem(stem: &str) -> Option<Self> {
        let by_name = Self::ALL
            .into_iter()
            .find(|kind| stem.eq_ignore_ascii_case(kind.id()) || stem.eq_ignore_ascii_case(kind.plural()));
        by_name.or_else(|| Self::ALL.into_iter().find(|kind| stem.eq_ignore_ascii_case(&kind.resource())))
    }

    /// Its name for `kubectl get`: `pods`, `deployments.apps`.
    pub fn resource(self) -> String {
        match self.group() {
            "" => self.plural().to_owned(),
            group => format!("{}.{group}", self.plural()),
        }
    }

    /// What its objects are called in a report: the kind, with its group where Kubernetes has a kind of the same name.
    pub fn title(self) -> String {
        match Self::by_id(self.id()) {
            Some(first) if first != self => format!("{}.{}", self.id(), self.group()),
            Some(_) | None => self.id().to_owned(),
        }
    }

    /// The permission that its list needs, as `kubectl auth can-i` writes it: `list deployments.apps`.
    pub fn permission(self) -> String {
        format!("list {}", self.resource())
    }
}

impl fmt::Display for ObjectKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// Splits the field `apiVersion` into group and version.
pub(super) fn group_and_version(api_version: &str) -> (&str, &str) {
    api_version.split_once('/').unwrap_or(("", api_version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_found_by_its_names() {
        for kind in ObjectKind::ALL {
            assert_eq!(ObjectKind::by_type(kind.id(), kind.group()), Some(kind));
            assert_eq!(ObjectKind::by_file_stem(&kind.resource()), Some(kind));
        }
        assert_eq!(ObjectKind::by_id("NetworkPolicy"), Some(ObjectKind::NetworkPolicy));
        assert_eq!(ObjectKind::by_file_stem("networkpolicies"), Some(ObjectKind::NetworkPolicy));
        assert_eq!(ObjectKind::CalicoNetworkPolicy.title(), "NetworkPolicy.crd.projectcalico.org");
        assert_eq!(ObjectKind::CiliumNetworkPolicy.title(), "CiliumNetworkPolicy");
        assert_eq!(ObjectKind::by_file_stem("networkpolicy"), Some(ObjectKind::NetworkPolicy));
        assert_eq!(ObjectKind::by_id("Rollout"), None);
    }

    #[test]
    fn permissions_are_written_as_kubectl_writes_them() {
        assert_eq!(ObjectKind::Pod.permission(), "list pods");
        assert_eq!(ObjectKind::CronJob.permission(), "list cronjobs.batch");
    }
}
