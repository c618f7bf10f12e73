//! Network policies: of namespaces, and of workloads.

use super::examination::{Attribute, Examination, PolicyFinding};
use super::exemption::Exemption;
use super::facts::{ClusterFacts, PODS, SYSTEM_NAMESPACES};
use super::other_policies::{Unclear, weigh};
use super::pods::nothing_runs;
use crate::cluster::{Endpoint, OtherPolicies, PodUnit, Protection};
use crate::source::cluster::ObjectKind;
use crate::source::cluster::object::{Labels, Namespace, NetworkPolicy};
use foldhash::{HashMap, HashMapExt as _};

/// The policies of each namespace.
fn by_namespace<'a>(facts: &ClusterFacts<'a>) -> HashMap<&'a str, Vec<&'a NetworkPolicy>> {
    let mut policies: HashMap<&str, Vec<&NetworkPolicy>> = HashMap::new();
    for policy in &facts.lists.network_policies {
        policies.entry(policy.metadata.namespace.as_deref().unwrap_or_default()).or_default().push(policy);
    }
    policies
}

/// Whether a pod is on the pod network and has not ended.
fn is_reachable(unit: &PodUnit<'_>) -> bool {
    !unit.is_finished && !unit.spec.host_network
}

/// The pods on the pod network of each namespace.
fn reachable_pods<'f>(facts: &'f ClusterFacts<'_>) -> HashMap<&'f str, Vec<&'f PodUnit<'f>>> {
    let mut pods: HashMap<&str, Vec<&PodUnit<'_>>> = HashMap::new();
    for group in &facts.pods.0 {
        for unit in group.units.iter().filter(|unit| is_reachable(unit)) {
            pods.entry(group.owner.namespace.as_str()).or_default().push(unit);
        }
    }
    pods
}

/// Namespaces without a policy that restricts something.
pub(super) fn namespaces(facts: &ClusterFacts<'_>) -> Examination {
    let (mut findings, mut exempt, mut unclear) = (Vec::new(), Vec::new(), Unclear::new());
    let (policies, pods) = (by_namespace(facts), reachable_pods(facts));
    let others = OtherPolicies::new(facts.lists);
    let is_known = facts.is_complete(ObjectKind::NetworkPolicy);
    for namespace in facts.lists.namespaces.iter().filter(|_| is_known) {
        let name = namespace.metadata.name.as_str();
        let why = match policies.get(name).map(Vec::as_slice) {
            None | Some([]) => "none",
            Some(policies) if policies.iter().all(|policy| policy.restricts_nothing()) => "allow-all",
            Some(_) => continue,
        };
        let pods = pods.get(name).map_or(&[][..], Vec::as_slice);
        if SYSTEM_NAMESPACES.contains(&name) && pods.is_empty() {
            // A pod that is not known may be on the pod network.
            if !facts.lacks_pods() {
                exempt.push((PolicyFinding::about("namespace", name), Exemption::SystemNamespace));
            }
            continue;
        }
        match protection_of_namespace(&others, namespace, pods) {
            Protection::None => findings.push(PolicyFinding::about("namespace", name).with_text("why", why)),
            Protection::Restricted => {}
            Protection::Unclear(policy) => unclear.add(policy, format!("Namespace/{name}")),
        }
    }
    let needed: Vec<ObjectKind> = [ObjectKind::Namespace, ObjectKind::NetworkPolicy].into_iter().chain(PODS).collect();
    weigh(Examination::conclude(findings, exempt, facts.lacking(&needed)), facts, &unclear)
}

/// What policies of other kinds do in a namespace.
fn protection_of_namespace(others: &OtherPolicies<'_>, namespace: &Namespace, pods: &[&PodUnit<'_>]) -> Protection {
    if others.is_empty() {
        return Protection::None;
    }
    let no_labels = Labels::new();
    let any = Endpoint {
        namespace: &namespace.metadata.name,
        namespace_labels: Some(&namespace.metadata.labels),
        labels: &no_labels,
        account: "default",
    };
    let mut pods: Vec<Endpoint<'_>> =
        pods.iter().map(|unit| Endpoint { labels: unit.labels, account: unit.spec.account(), ..any }).collect();
    // The pods of an owner have the same labels.
    pods.dedup();
    others.of_namespace(&any, &pods)
}

/// Pods on the pod network that no policy selects which restricts what reaches them.
pub(super) fn workloads(facts: &ClusterFacts<'_>) -> Examination {
    const INGRESS: &str = "Ingress";
    let needed: Vec<ObjectKind> = [ObjectKind::NetworkPolicy].into_iter().chain(PODS).collect();
    let lacking = facts.lacking(&needed);
    if facts.pods.is_empty() && lacking.is_empty() {
        return nothing_runs();
    }
    let (mut findings, mut exempt, mut unclear) = (Vec::new(), Vec::new(), Unclear::new());
    let policies = by_namespace(facts);
    let mut others = ProtectionOfPods::new(facts);
    let is_known = facts.is_complete(ObjectKind::NetworkPolicy);
    for group in facts.pods.0.iter().filter(|_| is_known) {
        let policies = policies.get(group.owner.namespace.as_str()).map_or(&[][..], Vec::as_slice);
        let restricting: Vec<&&NetworkPolicy> =
            policies.iter().filter(|policy| policy.is_about(INGRESS) && !policy.allows_all(INGRESS)).collect();
        let selected =
            |unit: &PodUnit<'_>| restricting.iter().any(|policy| policy.spec.pod_selector.matches(unit.labels));
        let mut open = Vec::new();
        for unit in group.units.iter().filter(|unit| is_reachable(unit) && !selected(unit)) {
            match others.of(&group.owner.namespace, unit) {
                Protection::None => open.push(unit),
                Protection::Restricted => {}
                Protection::Unclear(policy) => unclear.add(policy, group.owner.to_string()),
            }
        }
        let (mirrors, ordinary): (Vec<_>, Vec<_>) = open.into_iter().partition(|unit| unit.is_mirror);
        for (units, reason) in [(ordinary, None), (mirrors, Some(Exemption::Mirror))] {
            if units.is_empty() {
                continue;
            }
            let pods = units.iter().filter(|unit| unit.is_pod).count();
            let mut finding =
                PolicyFinding::about("owner", group.owner.to_string()).with("pods", Attribute::Number(pods));
            finding.count = pods.max(1);
            match reason {
                None => findings.push(finding),
                Some(reason) => exempt.push((finding, reason)),
            }
        }
    }
    weigh(Examination::conclude(findings, exempt, lacking), facts, &unclear)
}

/// What policies of other kinds do to pods. The pods of an owner have the same labels, so the last answer is kept.
struct ProtectionOfPods<'a> {
    policies: OtherPolicies<'a>,
    namespaces: HashMap<&'a str, &'a Labels>,
    last: Option<(Endpoint<'a>, Protection)>,
}

impl<'a> ProtectionOfPods<'a> {
    fn new(facts: &ClusterFacts<'a>) -> Self {
        let namespaces = facts.lists.namespaces.iter();
        let labels = namespaces.map(|namespace| (namespace.metadata.name.as_str(), &*namespace.metadata.labels));
        Self { policies: OtherPolicies::new(facts.lists), namespaces: labels.collect(), last: None }
    }

    fn of(&mut self, namespace: &'a str, unit: &PodUnit<'a>) -> Protection {
        if self.policies.is_empty() {
            return Protection::None;
        }
        let namespace_labels = self.namespaces.get(namespace).copied();
        let pod = Endpoint { namespace, namespace_labels, labels: unit.labels, account: unit.spec.account() };
        match &self.last {
            Some((known, protection)) if *known == pod => protection.clone(),
            Some(_) | None => {
                let protection = self.policies.of_pod(&pod);
                self.last = Some((pod, protection.clone()));
                protection
            }
        }
    }
}
