//! What restricts the pods of a namespace before they are created: the labels of Pod Security Admission, admission policies, and
//! the webhooks of known policy engines.

use super::examination::{Examination, PolicyFinding};
use super::exemption::Exemption;
use super::facts::{ClusterFacts, SYSTEM_NAMESPACES};
use crate::model::Status;
use crate::source::cluster::ObjectKind;
use crate::source::cluster::object::{AdmissionPolicy, AdmissionPolicyBinding, Labels, Namespace, Webhook};
use std::collections::BTreeSet;

/// The label by which a namespace enforces a Pod Security Standard.
const ENFORCE: &str = "pod-security.kubernetes.io/enforce";
const ENGINES: [&str; 3] = ["kyverno", "gatekeeper.sh", "kubewarden"];
/// Fields that an expression about the security of pods names.
const SECURITY_FIELDS: [&str; 14] = [
    "securityContext",
    "privileged",
    "allowPrivilegeEscalation",
    "capabilities",
    "hostNetwork",
    "hostPID",
    "hostIPC",
    "hostPath",
    "hostPort",
    "runAsNonRoot",
    "runAsUser",
    "seccompProfile",
    "procMount",
    "hostProcess",
];

/// Whether a namespace enforces at least the standard baseline.
fn enforces_standard(namespace: &Namespace) -> bool {
    matches!(namespace.metadata.labels.get(ENFORCE).map(String::as_str), Some("baseline" | "restricted"))
}

/// The labels of a namespace, with its name, which the API server adds.
pub(super) fn labels_of(namespace: &Namespace) -> Labels {
    let mut labels = Labels::clone(&namespace.metadata.labels);
    labels.entry("kubernetes.io/metadata.name".to_owned()).or_insert_with(|| namespace.metadata.name.clone());
    labels
}

fn is_system(namespace: &Namespace) -> bool {
    SYSTEM_NAMESPACES.contains(&namespace.metadata.name.as_str())
}

/// The lists that are needed.
pub(super) const KINDS: [ObjectKind; 4] = [
    ObjectKind::Namespace,
    ObjectKind::ValidatingAdmissionPolicy,
    ObjectKind::ValidatingAdmissionPolicyBinding,
    ObjectKind::ValidatingWebhookConfiguration,
];

/// Namespaces in which nothing restricts pods.
pub(super) fn policy_control(facts: &ClusterFacts<'_>) -> Examination {
    let (mut findings, mut exempt) = (Vec::new(), Vec::new());
    let lacking = facts.lacking(&KINDS);
    for namespace in &facts.lists.namespaces {
        let name = namespace.metadata.name.as_str();
        if is_system(namespace) {
            exempt.push((PolicyFinding::about("namespace", name), Exemption::SystemNamespace));
        } else if lacking.is_empty() && !is_covered(facts, namespace) {
            findings.push(PolicyFinding::about("namespace", name));
        }
    }
    let examination = Examination::conclude(findings, exempt, lacking);
    let has_file = api_server_arguments(facts).any(|argument| argument.starts_with("--admission-control-config-file"));
    if has_file && examination.status == Status::Fail {
        let reason = "the API server has a file of admission settings (--admission-control-config-file), which may \
                      enforce a Pod Security Standard in every namespace";
        return Examination { status: Status::Undetermined, reason: Some(reason.to_owned()), ..examination };
    }
    let note =
        "no flag --admission-control-config-file of the API server was seen; without it nothing is enforced by default";
    examination.with_notes([note.to_owned()])
}

fn is_covered(facts: &ClusterFacts<'_>, namespace: &Namespace) -> bool {
    let labels = labels_of(namespace);
    enforces_standard(namespace)
        || facts.lists.admission_policies.iter().any(|policy| {
            restricts_pods(policy, &labels)
                && facts.lists.admission_policy_bindings.iter().any(|binding| puts_in_force(binding, policy, &labels))
        })
        || validating_webhooks(facts).any(|webhook| is_engine(webhook) && covers_all_pods(webhook, &labels))
}

fn validating_webhooks<'f>(facts: &'f ClusterFacts<'_>) -> impl Iterator<Item = &'f Webhook> {
    facts.lists.validating_webhooks.iter().flat_map(|configuration| &configuration.webhooks)
}

pub(super) fn is_engine(webhook: &Webhook) -> bool {
    ENGINES.iter().any(|engine| webhook.name.contains(engine))
}

/// Whether the creation of every pod in a namespace with these labels is refused unless the webhook agrees.
pub(super) fn covers_all_pods(webhook: &Webhook, labels: &Labels) -> bool {
    webhook.fails_closed()
        && !webhook.has_conditions
        && webhook.object_selector.is_empty()
        && webhook.namespace_selector.matches(labels)
        && webhook.rules.iter().any(|rule| rule.covers_pod_creation())
}

/// Whether an admission policy is about the security of every pod in a namespace with these labels.
fn restricts_pods(policy: &AdmissionPolicy, labels: &Labels) -> bool {
    let spec = &policy.spec;
    let constraints = &spec.match_constraints;
    let mut expressions =
        spec.validations.iter().chain(&spec.variables).map(|validation| validation.expression.as_str());
    spec.failure_policy.as_deref().is_none_or(|policy| policy == "Fail")
        && !spec.has_conditions
        && !constraints.has_exclusions
        && constraints.object_selector.is_empty()
        && constraints.namespace_selector.matches(labels)
        && constraints.resource_rules.iter().any(|rule| rule.covers_pod_creation())
        && !spec.validations.is_empty()
        && expressions.any(|expression| SECURITY_FIELDS.iter().any(|field| expression.contains(field)))
}

fn puts_in_force(binding: &AdmissionPolicyBinding, policy: &AdmissionPolicy, labels: &Labels) -> bool {
    let resources = &binding.spec.match_resources;
    binding.spec.policy_name == policy.metadata.name
        && binding.spec.validation_actions.iter().any(|action| action == "Deny")
        && !resources.has_exclusions
        && resources.object_selector.is_empty()
        && resources.namespace_selector.matches(labels)
        && (resources.resource_rules.is_empty()
            || resources.resource_rules.iter().any(|rule| rule.covers_pod_creation()))
}

/// The authorizers of the API servers that can be seen.
pub fn authorization_modes(facts: &ClusterFacts<'_>) -> BTreeSet<String> {
    let lists = api_server_arguments(facts).filter_map(|argument| argument.strip_prefix("--authorization-mode="));
    lists.flat_map(|list| list.split(',')).map(|mode| mode.trim().to_owned()).collect()
}

/// The arguments of the API servers that run as static pods.
pub(super) fn api_server_arguments<'f>(facts: &'f ClusterFacts<'_>) -> impl Iterator<Item = &'f str> {
    api_servers(facts).flatten()
}

/// For each API server that runs as a static pod, its arguments.
pub(super) fn api_servers<'f>(facts: &'f ClusterFacts<'_>) -> impl Iterator<Item = Vec<&'f str>> {
    let mirrors = facts.pods.0.iter().flat_map(|group| &group.units).filter(|unit| unit.is_mirror);
    let containers = mirrors
        .flat_map(|unit| &unit.spec.containers)
        .map(|container| container.command.iter().chain(&container.args).map(String::as_str).collect::<Vec<_>>());
    containers.filter(|arguments| {
        arguments.first().is_some_and(|program| program.rsplit('/').next() == Some("kube-apiserver"))
    })
}

/// What restricts pods before they are created, in words. It does not make a pod that runs a better one.
pub(super) fn in_place(facts: &ClusterFacts<'_>) -> Option<String> {
    let enforcing = facts.lists.namespaces.iter().filter(|namespace| enforces_standard(namespace)).count();
    let mut parts = Vec::new();
    if enforcing > 0 {
        let all = facts.lists.namespaces.len();
        parts.push(format!("{enforcing} of {all} namespaces enforce a Pod Security Standard"));
    }
    match facts.lists.admission_policy_bindings.len() {
        0 => {}
        count => parts.push(format!("bindings of admission policies: {count}")),
    }
    let engines: BTreeSet<&str> =
        validating_webhooks(facts).filter(|webhook| is_engine(webhook)).map(|webhook| webhook.name.as_str()).collect();
    if !engines.is_empty() {
        parts.push(format!("policy engines: {}", engines.into_iter().collect::<Vec<_>>().join(", ")));
    }
    (!parts.is_empty()).then(|| format!("admission in place: {}", parts.join("; ")))
}

/// Namespaces that do not enforce a Pod Security Standard.
pub(super) fn pod_security(facts: &ClusterFacts<'_>) -> Examination {
    let (mut findings, mut exempt) = (Vec::new(), Vec::new());
    for namespace in &facts.lists.namespaces {
        let name = namespace.metadata.name.as_str();
        if is_system(namespace) {
            exempt.push((PolicyFinding::about("namespace", name), Exemption::SystemNamespace));
        } else if !enforces_standard(namespace) {
            let level = namespace.metadata.labels.get(ENFORCE).map_or("none", String::as_str);
            findings.push(PolicyFinding::about("namespace", name).with_text("why", level));
        }
    }
    Examination::conclude(findings, exempt, facts.lacking(&[ObjectKind::Namespace]))
}
