//! The closed set of tests of what objects are like.

use super::constraints::ConstraintTest;
use super::examination::Examination;
use super::facts::{ClusterFacts, PODS, RBAC};
use super::pods::PodTest;
use super::{accounts, admission, cni, constraints, images, namespaces, network, pods, secrets};
use crate::source::cluster::ObjectKind;
use crate::text::{quote, suggestions};
use serde::Deserialize;

/// A test of objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(with = "String"))]
#[serde(try_from = "String")]
pub enum ObjectTest {
    /// Of pods, and of what creates pods.
    Pods(PodTest),
    /// Of OpenShift's constraints.
    Constraints(ConstraintTest),
    /// The accounts named `default` have no rights and no users.
    DefaultServiceAccount,
    /// Tokens are only where rights are.
    TokenAutomount,
    /// Every namespace has a network policy.
    NetworkPolicyNamespaces,
    /// Every workload is selected by a network policy.
    NetworkPolicyWorkloads,
    /// Nothing is in the namespace `default`.
    DefaultNamespace,
    /// Pods are restricted before they are created.
    PolicyControl,
    /// Every namespace enforces a Pod Security Standard.
    PodSecurityBaseline,
    /// The network plug-in enforces policies.
    CniNetworkPolicy,
    /// Images are verified.
    ImageProvenance,
    /// Secrets are kept elsewhere.
    ExternalSecrets,
    /// Nobody signs in with the token of a service account.
    ServiceAccountTokens,
    /// Nobody signs in with a bootstrap token.
    BootstrapTokens,
    /// Namespaces separate what must be apart.
    NamespaceBoundaries,
}

impl ObjectTest {
    /// All of them, with their names in definition files.
    pub const ALL: [(&'static str, Self); 38] = [
        ("pod-privileged", Self::Pods(PodTest::Privileged)),
        ("pod-host-pid", Self::Pods(PodTest::HostPid)),
        ("pod-host-ipc", Self::Pods(PodTest::HostIpc)),
        ("pod-host-network", Self::Pods(PodTest::HostNetwork)),
        ("pod-privilege-escalation", Self::Pods(PodTest::PrivilegeEscalation)),
        ("pod-root", Self::Pods(PodTest::Root)),
        ("pod-net-raw", Self::Pods(PodTest::NetRaw)),
        ("pod-capabilities-added", Self::Pods(PodTest::CapabilitiesAdded)),
        ("pod-capabilities", Self::Pods(PodTest::Capabilities)),
        ("pod-host-process", Self::Pods(PodTest::HostProcess)),
        ("pod-host-path", Self::Pods(PodTest::HostPath)),
        ("pod-host-ports", Self::Pods(PodTest::HostPorts)),
        ("pod-proc-mount", Self::Pods(PodTest::ProcMount)),
        ("pod-seccomp", Self::Pods(PodTest::Seccomp)),
        ("pod-security-context", Self::Pods(PodTest::SecurityContext)),
        ("secret-env", Self::Pods(PodTest::SecretEnv)),
        ("default-service-account", Self::DefaultServiceAccount),
        ("token-automount", Self::TokenAutomount),
        ("network-policy-namespaces", Self::NetworkPolicyNamespaces),
        ("network-policy-workloads", Self::NetworkPolicyWorkloads),
        ("default-namespace", Self::DefaultNamespace),
        ("policy-control", Self::PolicyControl),
        ("psa-baseline", Self::PodSecurityBaseline),
        ("cni-network-policy", Self::CniNetworkPolicy),
        ("image-provenance", Self::ImageProvenance),
        ("external-secrets", Self::ExternalSecrets),
        ("service-account-tokens", Self::ServiceAccountTokens),
        ("bootstrap-tokens", Self::BootstrapTokens),
        ("namespace-boundaries", Self::NamespaceBoundaries),
        ("scc-privileged", Self::Constraints(ConstraintTest::Privileged)),
        ("scc-host-pid", Self::Constraints(ConstraintTest::HostPid)),
        ("scc-host-ipc", Self::Constraints(ConstraintTest::HostIpc)),
        ("scc-host-network", Self::Constraints(ConstraintTest::HostNetwork)),
        ("scc-privilege-escalation", Self::Constraints(ConstraintTest::PrivilegeEscalation)),
        ("scc-root", Self::Constraints(ConstraintTest::Root)),
        ("scc-net-raw", Self::Constraints(ConstraintTest::NetRaw)),
        ("scc-capabilities-added", Self::Constraints(ConstraintTest::CapabilitiesAdded)),
        ("scc-capabilities", Self::Constraints(ConstraintTest::Capabilities)),
    ];

    pub(super) fn examine(self, facts: &ClusterFacts<'_>) -> Examination {
        match self {
            Self::Pods(test) => pods::examine(facts, test),
            Self::Constraints(test) => constraints::examine(facts, test),
            Self::DefaultServiceAccount => accounts::default_accounts(facts),
            Self::TokenAutomount => accounts::tokens(facts),
            Self::NetworkPolicyNamespaces => network::namespaces(facts),
            Self::NetworkPolicyWorkloads => network::workloads(facts),
            Self::DefaultNamespace => namespaces::default_namespace(facts),
            Self::NamespaceBoundaries => namespaces::boundaries(facts),
            Self::PolicyControl => admission::policy_control(facts),
            Self::PodSecurityBaseline => admission::pod_security(facts),
            Self::CniNetworkPolicy => cni::examine(facts),
            Self::ImageProvenance => images::examine(facts),
            Self::ExternalSecrets => secrets::external_secrets(facts),
            Self::ServiceAccountTokens => secrets::service_account_tokens(facts),
            Self::BootstrapTokens => secrets::bootstrap_tokens(facts),
        }
    }

    pub(super) fn kinds(self) -> Vec<ObjectKind> {
        let with = |kinds: &[ObjectKind], others: &[ObjectKind]| [kinds, others].concat();
        match self {
            Self::Pods(_) => PODS.to_vec(),
            Self::Constraints(_) => with(&[ObjectKind::SecurityContextConstraints], &RBAC),
            Self::DefaultServiceAccount | Self::TokenAutomount => accounts::needed(),
            Self::NetworkPolicyNamespaces => with(&[ObjectKind::Namespace, ObjectKind::NetworkPolicy], &PODS),
            Self::NetworkPolicyWorkloads => with(&[ObjectKind::NetworkPolicy], &PODS),
            Self::DefaultNamespace => with(&[ObjectKind::Service], &PODS),
            Self::NamespaceBoundaries => with(&[ObjectKind::Namespace], &PODS),
            Self::PolicyControl => with(&admission::KINDS, &[ObjectKind::Pod]),
            Self::PodSecurityBaseline => vec![ObjectKind::Namespace],
            Self::CniNetworkPolicy => vec![ObjectKind::DaemonSet, ObjectKind::Node],
            Self::ImageProvenance => images::KINDS.to_vec(),
            // What a list of Secrets shows decides nothing there.
            Self::ExternalSecrets | Self::ServiceAccountTokens => Vec::new(),
            Self::BootstrapTokens => vec![ObjectKind::Namespace, ObjectKind::Pod, ObjectKind::Secret],
        }
    }

    pub(super) const fn expected(self) -> &'static str {
        match self {
            Self::Pods(test) => test.expected(),
            Self::Constraints(test) => test.expected(),
            Self::DefaultServiceAccount => {
                "no account named default gives out tokens, has rights of its own, or is used by pods with a token"
            }
            Self::TokenAutomount => "only pods whose account has rights in the API have its token",
            Self::NetworkPolicyNamespaces => "every namespace has a NetworkPolicy that restricts something",
            Self::NetworkPolicyWorkloads => "a NetworkPolicy that restricts incoming traffic selects every pod",
            Self::DefaultNamespace => "no workload and no Service is in the namespace default",
            Self::PolicyControl => "an admission policy restricts the pods of every namespace",
            Self::PodSecurityBaseline => "every namespace enforces the Pod Security Standard baseline or restricted",
            Self::CniNetworkPolicy => "a network plug-in that enforces NetworkPolicies is ready on every node",
            Self::ImageProvenance => "images are verified before pods are created from them",
            Self::ExternalSecrets => "Secrets are kept outside the cluster where the risk asks for it",
            Self::ServiceAccountTokens => "no person uses the token of a service account",
            Self::BootstrapTokens => "the API server takes no bootstrap tokens, or there are none",
            Self::NamespaceBoundaries => "namespaces separate what must be apart",
        }
    }
}

impl TryFrom<String> for ObjectTest {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|(id, _)| *id == name);
        found.map(|(_, test)| test).ok_or_else(|| {
            let near = suggestions(&name, Self::ALL.into_iter().map(|(id, _)| id));
            format!("{} is not a test of objects{near}", quote(&name))
        })
    }
}
