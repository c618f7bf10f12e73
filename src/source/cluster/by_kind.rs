//! The list of each kind.

use super::decode::{Item, ItemError};
use super::kind::ObjectKind;
use super::lists::ObjectLists;

impl ObjectLists {
    /// The number of objects of a kind.
    pub fn count(&self, kind: ObjectKind) -> usize {
        match kind {
            ObjectKind::Namespace => self.namespaces.len(),
            ObjectKind::Node => self.nodes.len(),
            ObjectKind::Pod => self.pods.len(),
            ObjectKind::Service => self.services.len(),
            ObjectKind::ServiceAccount => self.service_accounts.len(),
            ObjectKind::ReplicationController
            | ObjectKind::DaemonSet
            | ObjectKind::Deployment
            | ObjectKind::ReplicaSet
            | ObjectKind::StatefulSet
            | ObjectKind::CronJob
            | ObjectKind::Job => self.workloads.get(&kind).map_or(0, Vec::len),
            ObjectKind::NetworkPolicy => self.network_policies.len(),
            ObjectKind::ClusterRole => self.cluster_roles.len(),
            ObjectKind::ClusterRoleBinding => self.cluster_role_bindings.len(),
            ObjectKind::Role => self.roles.len(),
            ObjectKind::RoleBinding => self.role_bindings.len(),
            ObjectKind::MutatingWebhookConfiguration => self.mutating_webhooks.len(),
            ObjectKind::ValidatingWebhookConfiguration => self.validating_webhooks.len(),
            ObjectKind::ValidatingAdmissionPolicy => self.admission_policies.len(),
            ObjectKind::ValidatingAdmissionPolicyBinding => self.admission_policy_bindings.len(),
            ObjectKind::CertificateSigningRequest => self.certificate_requests.len(),
            ObjectKind::SecurityContextConstraints => self.constraints.len(),
            ObjectKind::Secret => self.secrets.len(),
            ObjectKind::CiliumNetworkPolicy | ObjectKind::CiliumClusterwideNetworkPolicy => {
                self.cilium_policies.get(&kind).map_or(0, Vec::len)
            }
            ObjectKind::CalicoNetworkPolicy | ObjectKind::CalicoGlobalNetworkPolicy => {
                self.calico_policies.get(&kind).map_or(0, Vec::len)
            }
            ObjectKind::AdminNetworkPolicy | ObjectKind::BaselineAdminNetworkPolicy => {
                self.admin_policies.get(&kind).map_or(0, Vec::len)
            }
        }
    }

    /// Adds an object, and returns how many bytes of its text it takes.
    pub(super) fn add(&mut self, kind: ObjectKind, item: Item<'_>) -> Result<usize, ItemError> {
        match kind {
            ObjectKind::Namespace => self.insert(kind, item, |lists| &mut lists.namespaces),
            ObjectKind::Node => self.insert(kind, item, |lists| &mut lists.nodes),
            ObjectKind::Pod => self.insert(kind, item, |lists| &mut lists.pods),
            ObjectKind::Service => self.insert(kind, item, |lists| &mut lists.services),
            ObjectKind::ServiceAccount => self.insert(kind, item, |lists| &mut lists.service_accounts),
            ObjectKind::ReplicationController
            | ObjectKind::DaemonSet
            | ObjectKind::Deployment
            | ObjectKind::ReplicaSet
            | ObjectKind::StatefulSet
            | ObjectKind::CronJob
            | ObjectKind::Job => self.insert(kind, item, move |lists| lists.workloads.entry(kind).or_default()),
            ObjectKind::NetworkPolicy => self.insert(kind, item, |lists| &mut lists.network_policies),
            ObjectKind::ClusterRole => self.insert(kind, item, |lists| &mut lists.cluster_roles),
            ObjectKind::ClusterRoleBinding => self.insert(kind, item, |lists| &mut lists.cluster_role_bindings),
            ObjectKind::Role => self.insert(kind, item, |lists| &mut lists.roles),
            ObjectKind::RoleBinding => self.insert(kind, item, |lists| &mut lists.role_bindings),
            ObjectKind::MutatingWebhookConfiguration => self.insert(kind, item, |lists| &mut lists.mutating_webhooks),
            ObjectKind::ValidatingWebhookConfiguration => {
                self.insert(kind, item, |lists| &mut lists.validating_webhooks)
            }
            ObjectKind::ValidatingAdmissionPolicy => self.insert(kind, item, |lists| &mut lists.admission_policies),
            ObjectKind::ValidatingAdmissionPolicyBinding => {
                self.insert(kind, item, |lists| &mut lists.admission_policy_bindings)
            }
            ObjectKind::CertificateSigningRequest => self.insert(kind, item, |lists| &mut lists.certificate_requests),
            ObjectKind::SecurityContextConstraints => self.insert(kind, item, |lists| &mut lists.constraints),
            ObjectKind::Secret => self.insert(kind, item, |lists| &mut lists.secrets),
            ObjectKind::CiliumNetworkPolicy | ObjectKind::CiliumClusterwideNetworkPolicy => {
                self.insert(kind, item, move |lists| lists.cilium_policies.entry(kind).or_default())
            }
            ObjectKind::CalicoNetworkPolicy | ObjectKind::CalicoGlobalNetworkPolicy => {
                self.insert(kind, item, move |lists| lists.calico_policies.entry(kind).or_default())
            }
            ObjectKind::AdminNetworkPolicy | ObjectKind::BaselineAdminNetworkPolicy => {
                self.insert(kind, item, move |lists| lists.admin_policies.entry(kind).or_default())
            }
        }
    }

    /// Removes the objects of a kind.
    pub(super) fn clear(&mut self, kind: ObjectKind) {
        match kind {
            ObjectKind::Namespace => self.namespaces.clear(),
            ObjectKind::Node => self.nodes.clear(),
            ObjectKind::Pod => self.pods.clear(),
            ObjectKind::Service => self.services.clear(),
            ObjectKind::ServiceAccount => self.service_accounts.clear(),
            ObjectKind::ReplicationController
            | ObjectKind::DaemonSet
            | ObjectKind::Deployment
            | ObjectKind::ReplicaSet
            | ObjectKind::StatefulSet
            | ObjectKind::CronJob
            | ObjectKind::Job => drop(self.workloads.remove(&kind)),
            ObjectKind::NetworkPolicy => self.network_policies.clear(),
            ObjectKind::ClusterRole => self.cluster_roles.clear(),
            ObjectKind::ClusterRoleBinding => self.cluster_role_bindings.clear(),
            ObjectKind::Role => self.roles.clear(),
            ObjectKind::RoleBinding => self.role_bindings.clear(),
            ObjectKind::MutatingWebhookConfiguration => self.mutating_webhooks.clear(),
            ObjectKind::ValidatingWebhookConfiguration => self.validating_webhooks.clear(),
            ObjectKind::ValidatingAdmissionPolicy => self.admission_policies.clear(),
            ObjectKind::ValidatingAdmissionPolicyBinding => self.admission_policy_bindings.clear(),
            ObjectKind::CertificateSigningRequest => self.certificate_requests.clear(),
            ObjectKind::SecurityContextConstraints => self.constraints.clear(),
            ObjectKind::Secret => self.secrets.clear(),
            ObjectKind::CiliumNetworkPolicy | ObjectKind::CiliumClusterwideNetworkPolicy => {
                drop(self.cilium_policies.remove(&kind));
            }
            ObjectKind::CalicoNetworkPolicy | ObjectKind::CalicoGlobalNetworkPolicy => {
                drop(self.calico_policies.remove(&kind));
            }
            ObjectKind::AdminNetworkPolicy | ObjectKind::BaselineAdminNetworkPolicy => {
                drop(self.admin_policies.remove(&kind));
            }
        }
    }
}
