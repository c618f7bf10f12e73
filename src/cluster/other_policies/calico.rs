//! The selectors and rules of Calico's policies.

use super::effect::{Effect, Effects};
use super::endpoint::Endpoint;
use super::expression::Expression;
use crate::source::cluster::object::{CalicoPolicy, CalicoRule};

/// The pods that a policy is for.
#[derive(Debug)]
pub(super) struct CalicoSelector<'a> {
    pods: Expression<'a>,
    namespaces: Expression<'a>,
}

impl<'a> CalicoSelector<'a> {
    /// The selector of a policy; `None` if it is not understood.
    pub(super) fn of(policy: &'a CalicoPolicy) -> Option<Self> {
        let spec = &policy.spec;
        // Such a policy is for the interfaces of nodes, or selects by the labels of accounts.
        if spec.do_not_track || spec.pre_dnat || !Expression::parse(&spec.service_account_selector)?.is_all() {
            return None;
        }
        let selector =
            Self { pods: Expression::parse(&spec.selector)?, namespaces: Expression::parse(&spec.namespace_selector)? };
        let is_own =
            |key: &str| key.starts_with("projectcalico.org/") || key.starts_with("pcns.") || key.starts_with("pcsa.");
        let pods = selector.pods.keys().all(|key| !is_own(key) || OWN_LABELS.contains(&key));
        let namespaces = selector.namespaces.keys().all(|key| !is_own(key) || key == NAMESPACE_NAME);
        (pods && namespaces).then_some(selector)
    }

    /// Whether it selects a pod; `None` if that cannot be told.
    pub(super) fn selects(&self, pod: &Endpoint<'_>) -> Option<bool> {
        if !pod.knows(self.namespaces.keys().filter(|key| *key != NAMESPACE_NAME)) {
            return None;
        }
        let of_pod = |key: &str| match key {
            "projectcalico.org/namespace" => Some(pod.namespace),
            "projectcalico.org/orchestrator" => Some("k8s"),
            "projectcalico.org/serviceaccount" => Some(pod.account),
            key => pod.label(key),
        };
        let of_namespace = |key: &str| match key {
            NAMESPACE_NAME => Some(pod.namespace),
            key => pod.namespace_label(key),
        };
        Some(self.pods.matches(&of_pod) && self.namespaces.matches(&of_namespace))
    }

    /// Whether it has no condition on pods.
    pub(super) fn selects_whole_namespaces(&self) -> bool {
        self.pods.keys().all(|key| key == "projectcalico.org/namespace")
    }
}

/// Labels that Calico gives each pod.
const OWN_LABELS: [&str; 3] =
    ["projectcalico.org/namespace", "projectcalico.org/orchestrator", "projectcalico.org/serviceaccount"];
/// The label with its name that Calico gives each namespace.
const NAMESPACE_NAME: &str = "projectcalico.org/name";

/// What a policy does to the pods that it selects.
pub(super) fn effects(policy: &CalicoPolicy) -> Effects {
    let spec = &policy.spec;
    let is_about = |direction: &str| spec.types.iter().any(|name| name == direction);
    let (ingress, egress) = match spec.types.as_slice() {
        [] => (spec.egress.is_empty() || !spec.ingress.is_empty(), !spec.egress.is_empty()),
        _ => (is_about("Ingress"), is_about("Egress")),
    };
    let of = |is_about: bool, rules: &[CalicoRule]| match is_about {
        true => effect(rules, matches!(spec.tier.as_str(), "" | "default")),
        false => Effect::None,
    };
    Effects { ingress: of(ingress, &spec.ingress), egress: of(egress, &spec.egress) }
}

/// The first rule that is about a connection decides. What none is about is denied in the tier `default`; elsewhere the tier says.
fn effect(rules: &[CalicoRule], is_default_tier: bool) -> Effect {
    for rule in rules {
        match rule.action.as_str() {
            "Deny" => return Effect::Restricts,
            "Allow" | "Pass" if rule.is_about_all() => return Effect::AllowsAll,
            "Allow" | "Pass" | "Log" => {}
            _ => return Effect::Unclear,
        }
    }
    if is_default_tier { Effect::Restricts } else { Effect::Unclear }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::cluster::object::Labels;
    use serde_json::{Value as Json, json};

    fn policy(spec: Json) -> CalicoPolicy {
        serde_json::from_value(json!({ "metadata": { "name": "p" }, "spec": spec })).expect("a policy")
    }

    #[test]
    fn pods_are_selected_by_their_labels_and_those_of_their_namespace() {
        let labels = Labels::from([("app".to_owned(), "cart".to_owned())]);
        let namespace_labels = Labels::from([("team".to_owned(), "a".to_owned())]);
        let pod =
            Endpoint { namespace: "shop", namespace_labels: Some(&namespace_labels), labels: &labels, account: "cart" };
        let cases = [
            (json!({}), Some(true)),
            (json!({ "selector": "all()", "serviceAccountSelector": "all()" }), Some(true)),
            (json!({ "selector": "app == 'cart'", "namespaceSelector": "team == 'a'" }), Some(true)),
            (json!({ "selector": "app == 'cart'", "namespaceSelector": "team == 'b'" }), Some(false)),
            (json!({ "namespaceSelector": "projectcalico.org/name == 'shop'" }), Some(true)),
            (json!({ "namespaceSelector": "kubernetes.io/metadata.name == 'web'" }), Some(false)),
            (json!({ "selector": "projectcalico.org/namespace == 'web'" }), Some(false)),
            (
                json!({ "selector": "projectcalico.org/serviceaccount == 'cart' && projectcalico.org/orchestrator == 'k8s'" }),
                Some(true),
            ),
            (json!({ "selector": "projectcalico.org/tier == 'x'" }), None),
            (json!({ "selector": "pcns.team == 'a'" }), None),
            (json!({ "selector": "app in {'cart'}" }), None),
            (json!({ "namespaceSelector": "!has(team)" }), None),
            (json!({ "serviceAccountSelector": "has(role)" }), None),
            (json!({ "doNotTrack": true }), None),
            (json!({ "preDNAT": true }), None),
        ];
        for (spec, expected) in cases {
            let policy = policy(spec.clone());
            let selected = CalicoSelector::of(&policy).and_then(|selector| selector.selects(&pod));
            assert_eq!(selected, expected, "{spec}");
        }
        let policy = policy(json!({ "namespaceSelector": "team == 'a'" }));
        let selector = CalicoSelector::of(&policy).expect("a selector");
        assert_eq!(selector.selects(&Endpoint { namespace_labels: None, ..pod }), None);
        assert!(selector.selects_whole_namespaces());
    }

    #[test]
    fn the_first_rule_that_decides_says_what_a_policy_does() {
        use Effect::{AllowsAll, None, Restricts, Unclear};
        let cases = [
            (json!({}), Restricts, None),
            (json!({ "types": ["Ingress", "Egress"] }), Restricts, Restricts),
            (json!({ "egress": [{ "action": "Deny" }] }), None, Restricts),
            (json!({ "ingress": [{ "action": "Allow", "source": {}, "destination": {} }] }), AllowsAll, None),
            (json!({ "ingress": [{ "action": "Pass" }, { "action": "Deny" }] }), AllowsAll, None),
            (json!({ "ingress": [{ "action": "Allow", "protocol": "TCP" }] }), Restricts, None),
            (json!({ "ingress": [{ "action": "Allow", "source": { "selector": "app == 'web'" } }] }), Restricts, None),
            (json!({ "ingress": [{ "action": "Log" }, { "action": "Deny" }, { "action": "Allow" }] }), Restricts, None),
            (json!({ "ingress": [{ "action": "allow" }] }), Unclear, None),
            (json!({ "tier": "security", "ingress": [{ "action": "Allow", "protocol": 6 }] }), Unclear, None),
            (json!({ "tier": "security", "ingress": [{ "action": "Deny" }] }), Restricts, None),
            (json!({ "tier": "default", "types": ["Ingress"] }), Restricts, None),
        ];
        for (spec, ingress, egress) in cases {
            assert_eq!(effects(&policy(spec.clone())), Effects { ingress, egress }, "{spec}");
        }
    }
}
