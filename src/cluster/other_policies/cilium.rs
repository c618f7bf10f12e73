//! The selectors and rules of Cilium's policies.

use super::effect::{Effect, Effects};
use super::endpoint::Endpoint;
use crate::source::cluster::object::{CiliumPeers, CiliumRule, LabelSelector};

/// What a label of Cilium's stands for.
enum Key<'k> {
    Pod(&'k str),
    Namespace,
    NamespaceLabel(&'k str),
    Account,
    Unknown,
}

impl<'k> Key<'k> {
    fn of(text: &'k str) -> Self {
        let name = match text.split_once(':') {
            None => text,
            Some(("k8s" | "any", name)) => name,
            Some(_) => return Self::Unknown,
        };
        match name {
            "io.kubernetes.pod.namespace" => Self::Namespace,
            "io.cilium.k8s.policy.serviceaccount" => Self::Account,
            _ => match name.strip_prefix("io.cilium.k8s.namespace.labels.") {
                Some(label) => Self::NamespaceLabel(label),
                None if name.starts_with("io.cilium.") => Self::Unknown,
                None => Self::Pod(name),
            },
        }
    }
}

/// Whether a selector selects a pod; `None` if that cannot be told. `is_namespaced`: it selects in the namespace of its policy alone.
pub(super) fn selects(selector: &LabelSelector, is_namespaced: bool, pod: &Endpoint<'_>) -> Option<bool> {
    let (mut asks_for_namespace, mut labels) = (false, Vec::new());
    for key in selector.keys() {
        match Key::of(key) {
            Key::Pod(_) | Key::Account => {}
            Key::Namespace => asks_for_namespace = true,
            Key::NamespaceLabel(label) => labels.push(label),
            Key::Unknown => return None,
        }
    }
    if !selector.is_understood() || !pod.knows(labels.into_iter()) {
        return None;
    }
    let is_selected = selector.matches_by(&|key| match Key::of(key) {
        Key::Pod(name) => pod.label(name),
        Key::Namespace => Some(pod.namespace),
        Key::NamespaceLabel(label) => pod.namespace_label(label),
        Key::Account => Some(pod.account),
        Key::Unknown => None,
    });
    // In a namespace Cilium replaces another namespace in the selector with that of the policy.
    (is_selected || !(is_namespaced && asks_for_namespace)).then_some(is_selected)
}

/// Whether a selector has no condition on pods.
pub(super) fn selects_whole_namespaces(selector: &LabelSelector) -> bool {
    selector.keys().all(|key| matches!(Key::of(key), Key::Namespace | Key::NamespaceLabel(_)))
}

/// What a rule does to the pods that it selects.
pub(super) fn effects(rule: &CiliumRule) -> Effects {
    let defaults = rule.enable_default_deny;
    Effects {
        ingress: effect(&rule.ingress, rule.ingress_deny, defaults.ingress),
        egress: effect(&rule.egress, rule.egress_deny, defaults.egress),
    }
}

fn effect(allowed: &[CiliumPeers], denies: bool, default_deny: Option<bool>) -> Effect {
    match default_deny.unwrap_or(denies || !allowed.is_empty()) {
        // What is denied is denied still, and what that is is not read.
        false if denies => Effect::Unclear,
        false => Effect::None,
        true if denies => Effect::Restricts,
        true if allowed.iter().any(CiliumPeers::allows_all) => Effect::AllowsAll,
        true => Effect::Restricts,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::cluster::object::Labels;

    #[test]
    fn labels_are_those_of_the_pod_its_namespace_and_its_account() {
        let labels = Labels::from([("app".to_owned(), "cart".to_owned())]);
        let namespace_labels = Labels::from([("team".to_owned(), "a".to_owned())]);
        let pod =
            Endpoint { namespace: "shop", namespace_labels: Some(&namespace_labels), labels: &labels, account: "cart" };
        let cases = [
            ("{}", Some(true)),
            (r#"{"matchLabels": {"app": "cart"}}"#, Some(true)),
            (r#"{"matchLabels": {"k8s:app": "cart", "any:app": "cart"}}"#, Some(true)),
            (r#"{"matchLabels": {"k8s:app": "other"}}"#, Some(false)),
            (r#"{"matchLabels": {"k8s:io.kubernetes.pod.namespace": "shop"}}"#, Some(true)),
            (r#"{"matchLabels": {"io.kubernetes.pod.namespace": "web"}}"#, Some(false)),
            (r#"{"matchLabels": {"k8s:io.cilium.k8s.namespace.labels.team": "a"}}"#, Some(true)),
            (
                r#"{"matchLabels": {"k8s:io.cilium.k8s.namespace.labels.kubernetes.io/metadata.name": "shop"}}"#,
                Some(true),
            ),
            (r#"{"matchLabels": {"io.cilium.k8s.policy.serviceaccount": "cart"}}"#, Some(true)),
            (r#"{"matchLabels": {"io.cilium.k8s.policy.cluster": "east"}}"#, None),
            (r#"{"matchLabels": {"reserved:init": ""}}"#, None),
            (r#"{"matchExpressions": [{"key": "k8s:app", "operator": "In", "values": ["cart"]}]}"#, Some(true)),
            (r#"{"matchExpressions": [{"key": "k8s:app", "operator": "DoesNotExist"}]}"#, Some(false)),
            (r#"{"matchExpressions": [{"key": "k8s:app", "operator": "Like", "values": ["c"]}]}"#, None),
        ];
        for (text, expected) in cases {
            let selector: LabelSelector = serde_json::from_str(text).expect(text);
            assert_eq!(selects(&selector, false, &pod), expected, "{text}");
        }
        let elsewhere: LabelSelector =
            serde_json::from_str(r#"{"matchLabels": {"io.kubernetes.pod.namespace": "web"}}"#).expect("a selector");
        assert_eq!(selects(&elsewhere, true, &pod), None);
        let by_team: LabelSelector =
            serde_json::from_str(r#"{"matchLabels": {"io.cilium.k8s.namespace.labels.team": "a"}}"#)
                .expect("a selector");
        assert_eq!(selects(&by_team, false, &Endpoint { namespace_labels: None, ..pod }), None);
        assert!(
            selects_whole_namespaces(&by_team)
                && !selects_whole_namespaces(&serde_json::from_str(cases[1].0).expect(""))
        );
    }

    #[test]
    fn a_rule_restricts_the_directions_that_it_has_rules_for() {
        use Effect::{AllowsAll, None, Restricts, Unclear};
        let cases = [
            ("{}", None, None),
            (r#"{"ingress": []}"#, None, None),
            (r#"{"ingress": [{}]}"#, Restricts, None),
            (
                r#"{"ingress": [{"fromEndpoints": [{}]}], "egress": [{"toCIDR": ["192.0.2.0/24"]}]}"#,
                Restricts,
                Restricts,
            ),
            (r#"{"ingress": [{"fromEntities": ["all"]}]}"#, AllowsAll, None),
            (r#"{"ingress": [{"fromEntities": ["world", "cluster"]}]}"#, AllowsAll, None),
            (r#"{"ingress": [{"fromEntities": ["cluster"]}]}"#, Restricts, None),
            (r#"{"ingress": [{"fromEntities": ["all"], "toPorts": [{"ports": []}]}]}"#, Restricts, None),
            (r#"{"egress": [{"toEntities": ["all"]}]}"#, None, AllowsAll),
            (r#"{"ingressDeny": [{"fromEntities": ["world"]}]}"#, Restricts, None),
            (
                r#"{"ingress": [{"fromEntities": ["all"]}], "ingressDeny": [{"fromEntities": ["world"]}]}"#,
                Restricts,
                None,
            ),
            (r#"{"ingress": [{}], "enableDefaultDeny": {"ingress": false}}"#, None, None),
            (r#"{"ingressDeny": [{}], "enableDefaultDeny": {"ingress": false}}"#, Unclear, None),
            (r#"{"enableDefaultDeny": {"ingress": true}}"#, Restricts, None),
        ];
        for (text, ingress, egress) in cases {
            let rule: CiliumRule = serde_json::from_str(text).expect(text);
            assert_eq!(effects(&rule), Effects { ingress, egress }, "{text}");
        }
    }
}
