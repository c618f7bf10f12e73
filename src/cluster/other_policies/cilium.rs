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

/// The pods that a rule is for.
#[derive(Debug)]
pub(super) struct CiliumSelector<'a> {
    selector: &'a LabelSelector,
    /// Whether it selects in the namespace of its policy alone.
    is_namespaced: bool,
    asks_for_namespace: bool,
    asks_for_pods: bool,
    /// The labels of namespaces that it asks for.
    namespace_labels: Vec<&'a str>,
}

impl<'a> CiliumSelector<'a> {
    /// The selector of a rule; `None` if it is not understood.
    pub(super) fn of(selector: &'a LabelSelector, is_namespaced: bool) -> Option<Self> {
        let (mut asks_for_namespace, mut asks_for_pods, mut namespace_labels) = (false, false, Vec::new());
        for key in selector.keys() {
            match Key::of(key) {
                Key::Pod(_) | Key::Account => asks_for_pods = true,
                Key::Namespace => asks_for_namespace = true,
                Key::NamespaceLabel(label) => namespace_labels.push(label),
                Key::Unknown => return None,
            }
        }
        let selector = Self { selector, is_namespaced, asks_for_namespace, asks_for_pods, namespace_labels };
        selector.selector.is_understood().then_some(selector)
    }

    /// Whether it selects a pod; `None` if that cannot be told.
    pub(super) fn selects(&self, pod: &Endpoint<'_>) -> Option<bool> {
        if !pod.knows(self.namespace_labels.iter().copied()) {
            return None;
        }
        let is_selected = self.selector.matches_by(&|key| match Key::of(key) {
            Key::Pod(name) => pod.label(name),
            Key::Namespace => Some(pod.namespace),
            Key::NamespaceLabel(label) => pod.namespace_label(label),
            Key::Account => Some(pod.account),
            Key::Unknown => None,
        });
        // In a namespace Cilium replaces another namespace in the selector with that of the policy.
        (is_selected || !(self.is_namespaced && self.asks_for_namespace)).then_some(is_selected)
    }

    /// Whether it has no condition on pods.
    pub(super) const fn selects_whole_namespaces(&self) -> bool {
        !self.asks_for_pods
    }
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
        let selected = |text: &str, is_namespaced: bool, pod: &Endpoint<'_>| {
            let selector: LabelSelector = serde_json::from_str(text).expect(text);
            CiliumSelector::of(&selector, is_namespaced).and_then(|selector| selector.selects(pod))
        };
        for (text, expected) in cases {
            assert_eq!(selected(text, false, &pod), expected, "{text}");
        }
        assert_eq!(selected(r#"{"matchLabels": {"io.kubernetes.pod.namespace": "web"}}"#, true, &pod), None);
        let by_team = r#"{"matchLabels": {"io.cilium.k8s.namespace.labels.team": "a"}}"#;
        assert_eq!(selected(by_team, false, &Endpoint { namespace_labels: None, ..pod }), None);
        for (text, expected) in [(by_team, true), (cases[1].0, false)] {
            let selector: LabelSelector = serde_json::from_str(text).expect(text);
            let whole = CiliumSelector::of(&selector, false).is_some_and(|of| of.selects_whole_namespaces());
            assert_eq!(whole, expected, "{text}");
        }
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
