//! All network policies of a cluster that are not Kubernetes's own kind.

use super::calico::CalicoSelector;
use super::cilium::CiliumSelector;
use super::effect::{Effect, Effects};
use super::endpoint::Endpoint;
use super::{admin, calico, cilium};
use crate::source::cluster::object::{AdminSubject, CiliumRule, Meta};
use crate::source::cluster::{ObjectKind, ObjectLists};
use foldhash::{HashMap, HashMapExt as _};

/// What the policies that select pods come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Protection {
    /// None of them restricts anything.
    None,
    /// One of them restricts something.
    Restricted,
    /// It depends on a policy that is not understood; its title.
    Unclear(String),
}

/// The pods that a policy selects.
#[derive(Debug)]
enum Selector<'a> {
    Cilium(CiliumSelector<'a>),
    Calico(CalicoSelector<'a>),
    Admin(&'a AdminSubject),
    /// It is not understood.
    Unclear,
}

#[derive(Debug)]
struct Policy<'a> {
    title: String,
    is_namespaced: bool,
    selector: Selector<'a>,
    effects: Effects,
    /// Whether another policy of the kind that lets everything through may come first.
    is_ordered: bool,
}

impl Policy<'_> {
    /// Whether it selects a pod; `None` if that cannot be told.
    fn selects(&self, pod: &Endpoint<'_>) -> Option<bool> {
        match &self.selector {
            Selector::Cilium(selector) => selector.selects(pod),
            Selector::Calico(selector) => selector.selects(pod),
            Selector::Admin(subject) => admin::selects(subject, pod),
            Selector::Unclear => None,
        }
    }

    /// Whether it selects every pod of the namespaces in which it selects any.
    fn selects_whole_namespaces(&self) -> bool {
        match &self.selector {
            Selector::Cilium(selector) => selector.selects_whole_namespaces(),
            Selector::Calico(selector) => selector.selects_whole_namespaces(),
            Selector::Admin(subject) => admin::selects_whole_namespaces(subject),
            Selector::Unclear => false,
        }
    }
}

/// All network policies of a cluster that are not Kubernetes's own kind.
#[derive(Debug, Default)]
pub struct OtherPolicies<'a> {
    everywhere: Vec<Policy<'a>>,
    by_namespace: HashMap<&'a str, Vec<Policy<'a>>>,
}

impl<'a> OtherPolicies<'a> {
    /// Those of some lists.
    pub fn new(lists: &'a ObjectLists) -> Self {
        let mut all = Self { everywhere: Vec::new(), by_namespace: HashMap::new() };
        for (kind, policies) in &lists.cilium_policies {
            for policy in policies {
                for rule in policy.rules().filter(|rule| is_about_pods(rule)) {
                    let selector = rule.endpoint_selector.as_ref();
                    let selector = selector.and_then(|selector| CiliumSelector::of(selector, kind.is_namespaced()));
                    let selector = selector.map_or(Selector::Unclear, Selector::Cilium);
                    all.add(*kind, &policy.metadata, selector, cilium::effects(rule), false);
                }
            }
        }
        for (kind, policies) in &lists.calico_policies {
            for policy in policies {
                let selector = CalicoSelector::of(policy).map_or(Selector::Unclear, Selector::Calico);
                all.add(*kind, &policy.metadata, selector, calico::effects(policy), true);
            }
        }
        for (kind, policies) in &lists.admin_policies {
            for policy in policies {
                let selector = Selector::Admin(&policy.spec.subject);
                all.add(*kind, &policy.metadata, selector, admin::effects(policy), true);
            }
        }
        all
    }

    fn add(&mut self, kind: ObjectKind, meta: &'a Meta, selector: Selector<'a>, effects: Effects, is_ordered: bool) {
        let namespace = meta.namespace.as_deref().filter(|_| kind.is_namespaced());
        let place = namespace.map(|namespace| format!("{namespace}/")).unwrap_or_default();
        let title = format!("{}/{place}{}", kind.title(), meta.name);
        let policy = Policy { title, is_namespaced: namespace.is_some(), selector, effects, is_ordered };
        match namespace {
            Some(namespace) => self.by_namespace.entry(namespace).or_default().push(policy),
            None => self.everywhere.push(policy),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.everywhere.is_empty() && self.by_namespace.is_empty()
    }

    /// Whether something restricts what reaches a pod.
    pub fn of_pod(&self, pod: &Endpoint<'_>) -> Protection {
        let effect = |policy: &Policy<'_>| match policy.effects.ingress {
            Effect::None => Effect::None,
            effect => match policy.selects(pod) {
                Some(true) => effect,
                Some(false) => Effect::None,
                // Whatever it selects, it protects nothing.
                None if effect == Effect::AllowsAll => effect,
                None => Effect::Unclear,
            },
        };
        conclude(self.about(pod.namespace).map(|policy| (policy, effect(policy))))
    }

    /// Whether something in a namespace is restricted. `any`: a pod of the namespace without labels; `pods`: those that are known.
    /// A policy of the namespace counts as a NetworkPolicy does, whichever pods it selects.
    pub fn of_namespace(&self, any: &Endpoint<'_>, pods: &[Endpoint<'_>]) -> Protection {
        let selects = |policy: &Policy<'_>| match policy {
            policy if matches!(policy.selector, Selector::Unclear) => None,
            policy if policy.is_namespaced => policy.selects(any).map(|_| true),
            policy if policy.selects_whole_namespaces() => policy.selects(any),
            policy => {
                let mut is_unclear = policy.selects(any).is_none();
                for pod in pods {
                    match policy.selects(pod) {
                        Some(true) => return Some(true),
                        Some(false) => {}
                        None => is_unclear = true,
                    }
                }
                (!is_unclear).then_some(false)
            }
        };
        let effect = |policy: &Policy<'_>| match policy.effects.any() {
            Effect::None => Effect::None,
            effect => match selects(policy) {
                Some(true) => effect,
                Some(false) => Effect::None,
                // Whatever it selects, it protects nothing.
                None if effect == Effect::AllowsAll => effect,
                None => Effect::Unclear,
            },
        };
        conclude(self.about(any.namespace).map(|policy| (policy, effect(policy))))
    }

    /// The policies that may select something in a namespace.
    fn about(&self, namespace: &str) -> impl Iterator<Item = &Policy<'a>> {
        self.by_namespace.get(namespace).into_iter().flatten().chain(&self.everywhere)
    }
}

/// A rule for nodes selects no pod.
const fn is_about_pods(rule: &CiliumRule) -> bool {
    rule.endpoint_selector.is_some() || !rule.node_selector
}

/// What several policies come to. Where the order of policies decides, one that lets everything through may come first.
fn conclude<'p>(policies: impl Iterator<Item = (&'p Policy<'p>, Effect)>) -> Protection {
    let (mut restricts, mut unclear, mut opens) = (None, None, None);
    for (policy, effect) in policies {
        let place = match effect {
            Effect::None => continue,
            Effect::AllowsAll if !policy.is_ordered => continue,
            Effect::AllowsAll => &mut opens,
            Effect::Unclear => &mut unclear,
            // One that no other can take away is preferred.
            Effect::Restricts if restricts.is_some_and(|known: &Policy<'_>| !known.is_ordered) => continue,
            Effect::Restricts => &mut restricts,
        };
        *place = Some(policy);
    }
    match (restricts, unclear, opens) {
        (Some(policy), _, Some(open)) if policy.is_ordered => Protection::Unclear(open.title.clone()),
        (Some(_), _, _) => Protection::Restricted,
        (None, Some(policy), _) => Protection::Unclear(policy.title.clone()),
        (None, None, _) => Protection::None,
    }
}
