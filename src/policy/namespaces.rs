//! What is in which namespace.

use super::examination::{Examination, PolicyFinding};
use super::exemption::Exemption;
use super::facts::{ClusterFacts, PODS, SYSTEM_NAMESPACES};
use crate::source::cluster::ObjectKind;
use std::collections::BTreeMap;

/// Workloads and Services in the namespace `default`.
pub(super) fn default_namespace(facts: &ClusterFacts<'_>) -> Examination {
    let (mut findings, mut exempt) = (Vec::new(), Vec::new());
    let owners = facts.pods.0.iter().filter(|group| group.owner.namespace == "default");
    findings.extend(owners.map(|group| {
        let mut finding = PolicyFinding::about("object", group.owner.to_string());
        finding.count = group.units.iter().filter(|unit| unit.is_pod).count().max(1);
        finding
    }));
    for service in &facts.lists.services {
        if service.metadata.namespace.as_deref() != Some("default") {
            continue;
        }
        let finding = PolicyFinding::about("object", format!("Service/default/{}", service.metadata.name));
        match service.metadata.name.as_str() {
            "kubernetes" if service.spec.selector.is_empty() => exempt.push((finding, Exemption::System)),
            _ => findings.push(finding),
        }
    }
    let needed: Vec<ObjectKind> = [ObjectKind::Service].into_iter().chain(PODS).collect();
    Examination::conclude(findings, exempt, facts.lacking(&needed))
}

/// Whether all workloads of users are in one namespace. What must be apart is not in the cluster.
pub(super) fn boundaries(facts: &ClusterFacts<'_>) -> Examination {
    let mut owners: BTreeMap<&str, usize> = BTreeMap::new();
    for group in facts.pods.0.iter().filter(|group| group.units.iter().any(|unit| !unit.is_finished)) {
        let namespace = group.owner.namespace.as_str();
        if !SYSTEM_NAMESPACES.contains(&namespace) {
            *owners.entry(namespace).or_default() += 1;
        }
    }
    let needed: Vec<ObjectKind> = [ObjectKind::Namespace].into_iter().chain(PODS).collect();
    let lacking = facts.lacking(&needed);
    let is_one = owners.len() == 1 && owners.contains_key("default");
    let findings =
        if is_one && lacking.is_empty() { vec![PolicyFinding::about("namespace", "default")] } else { Vec::new() };
    let note = |(namespace, count): (&str, usize)| format!("namespace {namespace}: {count} workloads");
    Examination::conclude(findings, Vec::new(), lacking)
        .manual_unless_decided("which teams and systems must be apart is not in the cluster")
        .with_notes(owners.into_iter().map(note))
}
