//! The subjects and rules of the policies of administrators.

use super::effect::{Effect, Effects};
use super::endpoint::Endpoint;
use crate::source::cluster::object::{AdminPolicy, AdminRule, AdminSubject, LabelSelector};

/// Whether a policy is for a pod; `None` if that cannot be told.
pub(super) fn selects(subject: &AdminSubject, pod: &Endpoint<'_>) -> Option<bool> {
    let (namespaces, pods) = match (&subject.namespaces, &subject.pods) {
        (Some(namespaces), None) => (namespaces, None),
        (None, Some(pods)) => (&pods.namespace_selector, Some(&pods.pod_selector)),
        (None, None) | (Some(_), Some(_)) => return None,
    };
    let is_understood = namespaces.is_understood() && pods.is_none_or(LabelSelector::is_understood);
    if !is_understood || !pod.knows(namespaces.keys()) {
        return None;
    }
    let in_namespace = namespaces.matches_by(&|key| pod.namespace_label(key));
    Some(in_namespace && pods.is_none_or(|pods| pods.matches(pod.labels)))
}

/// Whether a policy is for every pod of its namespaces.
pub(super) fn selects_whole_namespaces(subject: &AdminSubject) -> bool {
    subject.pods.as_ref().is_none_or(|pods| pods.pod_selector.is_empty())
}

/// What a policy does to the pods that it is for.
pub(super) fn effects(policy: &AdminPolicy) -> Effects {
    Effects { ingress: effect(&policy.spec.ingress), egress: effect(&policy.spec.egress) }
}

/// What no rule is about gets through, so only a denial restricts something.
fn effect(rules: &[AdminRule]) -> Effect {
    let mut is_open = false;
    for rule in rules {
        match rule.action.as_str() {
            // What is left to deny is outside of the cluster, if anything.
            "Deny" if is_open => return Effect::Unclear,
            "Deny" => return Effect::Restricts,
            "Allow" | "Pass" => is_open |= rule.is_about_all(),
            _ => return Effect::Unclear,
        }
    }
    if is_open { Effect::AllowsAll } else { Effect::None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::cluster::object::Labels;
    use serde_json::{Value as Json, json};

    fn policy(spec: Json) -> AdminPolicy {
        serde_json::from_value(json!({ "metadata": { "name": "p" }, "spec": spec })).expect("a policy")
    }

    #[test]
    fn the_subject_is_namespaces_or_pods_of_them() {
        let labels = Labels::from([("app".to_owned(), "cart".to_owned())]);
        let namespace_labels = Labels::from([("team".to_owned(), "a".to_owned())]);
        let pod =
            Endpoint { namespace: "shop", namespace_labels: Some(&namespace_labels), labels: &labels, account: "cart" };
        let by = |key: &str, value: &str| json!({ "matchLabels": { key: value } });
        let cases = [
            (json!({ "namespaces": {} }), Some(true)),
            (json!({ "namespaces": by("team", "a") }), Some(true)),
            (json!({ "namespaces": by("team", "b") }), Some(false)),
            (json!({ "namespaces": by("kubernetes.io/metadata.name", "shop") }), Some(true)),
            (json!({ "pods": { "namespaceSelector": {}, "podSelector": by("app", "cart") } }), Some(true)),
            (json!({ "pods": { "namespaceSelector": {}, "podSelector": by("app", "web") } }), Some(false)),
            (json!({ "pods": { "namespaceSelector": by("team", "b"), "podSelector": {} } }), Some(false)),
            (json!({}), None),
            (json!({ "namespaces": {}, "pods": {} }), None),
            (json!({ "namespaces": { "matchExpressions": [{ "key": "team", "operator": "Gt" }] } }), None),
        ];
        for (subject, expected) in cases {
            let policy = policy(json!({ "subject": subject }));
            assert_eq!(selects(&policy.spec.subject, &pod), expected, "{subject}");
        }
        let by_team = policy(json!({ "subject": { "namespaces": by("team", "a") } }));
        assert_eq!(selects(&by_team.spec.subject, &Endpoint { namespace_labels: None, ..pod }), None);
    }

    #[test]
    fn only_a_denial_restricts() {
        use Effect::{AllowsAll, None, Restricts, Unclear};
        let everyone = json!([{ "namespaces": {} }]);
        let team = json!([{ "namespaces": { "matchLabels": { "team": "a" } } }]);
        let cases = [
            (json!([]), None),
            (json!([{ "action": "Deny", "from": team }]), Restricts),
            (json!([{ "action": "Allow", "from": team }]), None),
            (json!([{ "action": "Allow", "from": team }, { "action": "Deny", "from": everyone }]), Restricts),
            (json!([{ "action": "Allow", "from": everyone }]), AllowsAll),
            (json!([{ "action": "Pass", "from": everyone }, { "action": "Deny", "from": team }]), Unclear),
            (
                json!([{ "action": "Allow", "from": everyone, "ports": [{}] }, { "action": "Deny", "from": team }]),
                Restricts,
            ),
            (json!([{ "action": "Accept", "from": team }]), Unclear),
        ];
        for (rules, expected) in cases {
            let policy = policy(json!({ "ingress": rules }));
            assert_eq!(effects(&policy), Effects { ingress: expected, egress: None }, "{rules}");
        }
    }
}
