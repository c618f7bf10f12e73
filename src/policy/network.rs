//! Network policies: of namespaces, and of workloads.

use super::examination::{Attribute, Examination, PolicyFinding};
use super::exemption::Exemption;
use super::facts::{ClusterFacts, PODS, SYSTEM_NAMESPACES};
use super::pods::nothing_runs;
use crate::model::Status;
use crate::source::cluster::ObjectKind;
use crate::source::cluster::object::NetworkPolicy;
use foldhash::{HashMap, HashMapExt as _};
use std::collections::BTreeSet;

/// The policies of each namespace.
fn by_namespace<'a>(facts: &ClusterFacts<'a>) -> HashMap<&'a str, Vec<&'a NetworkPolicy>> {
    let mut policies: HashMap<&str, Vec<&NetworkPolicy>> = HashMap::new();
    for policy in &facts.lists.network_policies {
        policies.entry(policy.metadata.namespace.as_deref().unwrap_or_default()).or_default().push(policy);
    }
    policies
}

/// Namespaces without a policy that restricts something.
pub(super) fn namespaces(facts: &ClusterFacts<'_>) -> Examination {
    let (mut findings, mut exempt) = (Vec::new(), Vec::new());
    let policies = by_namespace(facts);
    let on_pod_network: BTreeSet<&str> = facts
        .pods
        .0
        .iter()
        .filter(|group| group.units.iter().any(|unit| !unit.is_finished && !unit.spec.host_network))
        .map(|group| group.owner.namespace.as_str())
        .collect();
    let is_known = facts.is_complete(ObjectKind::NetworkPolicy);
    for namespace in facts.lists.namespaces.iter().filter(|_| is_known) {
        let name = namespace.metadata.name.as_str();
        let why = match policies.get(name).map(Vec::as_slice) {
            None | Some([]) => "none",
            Some(policies) if policies.iter().all(|policy| policy.restricts_nothing()) => "allow-all",
            Some(_) => continue,
        };
        let is_system = SYSTEM_NAMESPACES.contains(&name);
        match () {
            () if !is_system || on_pod_network.contains(name) => {
                findings.push(PolicyFinding::about("namespace", name).with_text("why", why));
            }
            // A pod that is not known may be on the pod network.
            () if facts.lacks_pods() => {}
            () => exempt.push((PolicyFinding::about("namespace", name), Exemption::SystemNamespace)),
        }
    }
    let needed: Vec<ObjectKind> = [ObjectKind::Namespace, ObjectKind::NetworkPolicy].into_iter().chain(PODS).collect();
    let examination = Examination::conclude(findings, exempt, facts.lacking(&needed));
    let groups = facts.lists.other_policy_groups.join(", ");
    if groups.is_empty() || examination.status != Status::Fail {
        return examination;
    }
    let reason =
        format!("the server has network policies of {groups}, which are not read and may protect the namespaces");
    Examination { status: Status::Undetermined, reason: Some(reason), ..examination }
}

/// Pods on the pod network that no policy selects which restricts what reaches them.
pub(super) fn workloads(facts: &ClusterFacts<'_>) -> Examination {
    const INGRESS: &str = "Ingress";
    let needed: Vec<ObjectKind> = [ObjectKind::NetworkPolicy].into_iter().chain(PODS).collect();
    let lacking = facts.lacking(&needed);
    if facts.pods.is_empty() && lacking.is_empty() {
        return nothing_runs();
    }
    let (mut findings, mut exempt) = (Vec::new(), Vec::new());
    let policies = by_namespace(facts);
    let is_known = facts.is_complete(ObjectKind::NetworkPolicy);
    for group in facts.pods.0.iter().filter(|_| is_known) {
        let policies = policies.get(group.owner.namespace.as_str()).map_or(&[][..], Vec::as_slice);
        let restricting: Vec<&&NetworkPolicy> =
            policies.iter().filter(|policy| policy.is_about(INGRESS) && !policy.allows_all(INGRESS)).collect();
        let open = group.units.iter().filter(|unit| {
            !unit.is_finished
                && !unit.spec.host_network
                && !restricting.iter().any(|policy| policy.spec.pod_selector.matches(unit.labels))
        });
        let (mirrors, others): (Vec<_>, Vec<_>) = open.partition(|unit| unit.is_mirror);
        for (units, reason) in [(others, None), (mirrors, Some(Exemption::Mirror))] {
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
    Examination::conclude(findings, exempt, lacking)
}
