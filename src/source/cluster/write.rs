//! Writes lists so that they can be judged later: what the checks read, how each list ended, and nothing else of an object.

use super::kind::ObjectKind;
use super::lists::{ListState, ObjectLists};
use super::recorded::{API_VERSION, KIND, Recorded};
use serde::Serialize;
use serde_json::{Value as Json, json};

impl ObjectLists {
    /// JSON documents, one a line: what is known of the cluster, then a list of each kind, or why there is none.
    pub fn to_json(&self, recorded: &Recorded) -> Result<Vec<u8>, serde_json::Error> {
        let mut header = serde_json::to_value(recorded)?;
        header["apiVersion"] = json!(API_VERSION);
        header["kind"] = json!(KIND);
        let mut bytes = serde_json::to_vec(&header)?;
        bytes.push(b'\n');
        for (kind, state) in self.states() {
            match state {
                ListState::Complete => self.write_list(kind, &mut bytes)?,
                ListState::Refused(reason) => write(&mut bytes, &status(kind, 403, reason))?,
                ListState::Unknown(reason) => write(&mut bytes, &status(kind, 404, reason))?,
                ListState::Broken(reason) => write(&mut bytes, &status(kind, 500, reason))?,
                ListState::NotAtHand => {}
            }
        }
        Ok(bytes)
    }

    fn write_list(&self, kind: ObjectKind, bytes: &mut Vec<u8>) -> Result<(), serde_json::Error> {
        match kind {
            ObjectKind::Namespace => list(bytes, kind, &self.namespaces),
            ObjectKind::Node => list(bytes, kind, &self.nodes),
            ObjectKind::Pod => list(bytes, kind, &self.pods),
            ObjectKind::Service => list(bytes, kind, &self.services),
            ObjectKind::ServiceAccount => list(bytes, kind, &self.service_accounts),
            ObjectKind::ReplicationController
            | ObjectKind::DaemonSet
            | ObjectKind::Deployment
            | ObjectKind::ReplicaSet
            | ObjectKind::StatefulSet
            | ObjectKind::CronJob
            | ObjectKind::Job => list(bytes, kind, self.workloads.get(&kind).map_or(&[][..], Vec::as_slice)),
            ObjectKind::NetworkPolicy => list(bytes, kind, &self.network_policies),
            ObjectKind::ClusterRole => list(bytes, kind, &self.cluster_roles),
            ObjectKind::ClusterRoleBinding => list(bytes, kind, &self.cluster_role_bindings),
            ObjectKind::Role => list(bytes, kind, &self.roles),
            ObjectKind::RoleBinding => list(bytes, kind, &self.role_bindings),
            ObjectKind::MutatingWebhookConfiguration => list(bytes, kind, &self.mutating_webhooks),
            ObjectKind::ValidatingWebhookConfiguration => list(bytes, kind, &self.validating_webhooks),
            ObjectKind::ValidatingAdmissionPolicy => list(bytes, kind, &self.admission_policies),
            ObjectKind::ValidatingAdmissionPolicyBinding => list(bytes, kind, &self.admission_policy_bindings),
            ObjectKind::CertificateSigningRequest => list(bytes, kind, &self.certificate_requests),
            ObjectKind::SecurityContextConstraints => list(bytes, kind, &self.constraints),
            ObjectKind::Secret => list(bytes, kind, &self.secrets),
            ObjectKind::CiliumNetworkPolicy | ObjectKind::CiliumClusterwideNetworkPolicy => {
                list(bytes, kind, self.cilium_policies.get(&kind).map_or(&[][..], Vec::as_slice))
            }
            ObjectKind::CalicoNetworkPolicy | ObjectKind::CalicoGlobalNetworkPolicy => {
                list(bytes, kind, self.calico_policies.get(&kind).map_or(&[][..], Vec::as_slice))
            }
            ObjectKind::AdminNetworkPolicy | ObjectKind::BaselineAdminNetworkPolicy => {
                list(bytes, kind, self.admin_policies.get(&kind).map_or(&[][..], Vec::as_slice))
            }
        }
    }
}

fn write(bytes: &mut Vec<u8>, document: &impl Serialize) -> Result<(), serde_json::Error> {
    serde_json::to_writer(&mut *bytes, document)?;
    bytes.push(b'\n');
    Ok(())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct List<'a, T> {
    kind: String,
    api_version: String,
    items: &'a [T],
}

fn list<T: Serialize>(bytes: &mut Vec<u8>, kind: ObjectKind, items: &[T]) -> Result<(), serde_json::Error> {
    let version = kind.versions().first().copied().unwrap_or_default();
    let api_version = if kind.group().is_empty() { version.to_owned() } else { format!("{}/{version}", kind.group()) };
    write(bytes, &List { kind: format!("{kind}List"), api_version, items })
}

/// The answer of a server that does not show a list.
fn status(kind: ObjectKind, code: u16, reason: &str) -> Json {
    json!({
        "kind": "Status",
        "apiVersion": "v1",
        "status": "Failure",
        "code": code,
        "message": reason,
        "details": { "kind": kind.plural(), "group": kind.group() },
    })
}
