//! Whether images are verified before pods are created from them.

use super::admission::{api_servers, covers_all_pods, is_engine, labels_of};
use super::examination::{Examination, PolicyFinding};
use super::facts::{ClusterFacts, SYSTEM_NAMESPACES};
use crate::source::cluster::ObjectKind;
use crate::source::cluster::object::{Labels, Webhook};

/// Parts of the names of webhooks that verify signatures.
const VERIFIERS: [&str; 3] = ["policy.sigstore.dev", "connaisseur", "trust.hooks.securityenforcement"];

/// The lists that are needed.
pub(super) const KINDS: [ObjectKind; 6] = [
    ObjectKind::Namespace,
    ObjectKind::Pod,
    ObjectKind::MutatingWebhookConfiguration,
    ObjectKind::ValidatingWebhookConfiguration,
    ObjectKind::ValidatingAdmissionPolicy,
    ObjectKind::ValidatingAdmissionPolicyBinding,
];

pub(super) fn examine(facts: &ClusterFacts<'_>) -> Examination {
    let lacking = facts.lacking(&KINDS);
    if !lacking.is_empty() || is_plugin_on(facts) || is_verified_everywhere(facts) {
        return Examination::conclude(Vec::new(), Vec::new(), lacking);
    }
    if may_be_verified(facts) {
        return Examination::conclude(Vec::new(), Vec::new(), lacking).manual_unless_decided(
            "a webhook or policy looks at pods; whether it verifies signatures is in its own objects or program",
        );
    }
    let finding = PolicyFinding::about("subject", "cluster").with_text("why", "no-verifier");
    Examination::conclude(vec![finding], Vec::new(), lacking)
}

/// Whether every API server that can be seen asks a webhook about images.
fn is_plugin_on(facts: &ClusterFacts<'_>) -> bool {
    let mut servers = api_servers(facts).peekable();
    servers.peek().is_some()
        && servers.all(|arguments| {
            let plugins = arguments.iter().filter_map(|argument| argument.strip_prefix("--enable-admission-plugins="));
            plugins.flat_map(|list| list.split(',')).any(|plugin| plugin.trim() == "ImagePolicyWebhook")
        })
}

fn webhooks<'f>(facts: &'f ClusterFacts<'_>) -> impl Iterator<Item = &'f Webhook> {
    let configurations = facts.lists.validating_webhooks.iter().chain(&facts.lists.mutating_webhooks);
    configurations.flat_map(|configuration| &configuration.webhooks)
}

fn is_verifier(webhook: &Webhook) -> bool {
    VERIFIERS.iter().any(|name| webhook.name.contains(name))
}

/// Whether a verifier is asked about every pod in every namespace of users.
fn is_verified_everywhere(facts: &ClusterFacts<'_>) -> bool {
    let namespaces: Vec<Labels> = facts
        .lists
        .namespaces
        .iter()
        .filter(|namespace| !SYSTEM_NAMESPACES.contains(&namespace.metadata.name.as_str()))
        .map(labels_of)
        .collect();
    let is_covered = |labels: &Labels| webhooks(facts).any(|hook| is_verifier(hook) && covers_all_pods(hook, labels));
    !namespaces.is_empty() && namespaces.iter().all(is_covered)
}

/// Whether something looks at pods that may verify images.
fn may_be_verified(facts: &ClusterFacts<'_>) -> bool {
    let looks_at_pods = |webhook: &Webhook| {
        is_verifier(webhook) || is_engine(webhook) || webhook.rules.iter().any(|rule| rule.is_about_pods())
    };
    let speaks_of_images = facts.lists.admission_policies.iter().any(|policy| {
        let expressions = policy.spec.validations.iter().chain(&policy.spec.variables);
        expressions.into_iter().any(|validation| validation.expression.contains("image"))
    });
    webhooks(facts).any(looks_at_pods) || speaks_of_images
}
