//! Whether the network plug-in enforces NetworkPolicies, by the images of its DaemonSet.

use super::examination::{Examination, PolicyFinding};
use super::facts::ClusterFacts;
use crate::source::cluster::ObjectKind;
use crate::source::cluster::object::{Container, Workload};

/// How the repositories of programs end that enforce NetworkPolicies.
const ENFORCING: [&str; 9] = [
    "calico/node",
    "cilium/cilium",
    "antrea/antrea-agent-ubuntu",
    "antrea/antrea-agent-ubi",
    "antrea/antrea-ubuntu",
    "antrea/antrea-ubi",
    "weave-npc",
    "kubeovn/kube-ovn",
    "azure-npm",
];
/// Those of plug-ins that do not, by themselves.
const NOT_ENFORCING: [&str; 2] = ["flannel", "amazon-k8s-cni"];

pub(super) fn examine(facts: &ClusterFacts<'_>) -> Examination {
    let sets = facts.lists.workloads.get(&ObjectKind::DaemonSet).map_or(&[][..], Vec::as_slice);
    if facts.lists.nodes.is_empty() && has_list(facts) {
        return Examination::not_applicable("the cluster has no nodes");
    }
    let lacking = facts.lacking(&[ObjectKind::DaemonSet]);
    let conclude = |findings| Examination::conclude(findings, Vec::new(), lacking.clone());
    let enforcing: Vec<&Workload> = sets.iter().filter(|set| containers(set).any(is_enforcing)).collect();
    if enforcing.iter().any(|set| is_ready(set)) {
        return conclude(Vec::new());
    }
    let finding = |set: &&Workload, why: &str| PolicyFinding::about("owner", title(set)).with_text("why", why);
    if !enforcing.is_empty() {
        return conclude(enforcing.iter().map(|set| finding(set, "not-ready")).collect());
    }
    let plain: Vec<&Workload> = sets.iter().filter(|set| containers(set).any(is_not_enforcing)).collect();
    if !plain.is_empty() && lacking.is_empty() {
        return conclude(plain.iter().map(|set| finding(set, "does-not-enforce")).collect());
    }
    conclude(Vec::new()).manual_unless_decided("the network plug-in is not known by its image")
}

/// Whether the list of nodes was read, and not only known to be empty.
fn has_list(facts: &ClusterFacts<'_>) -> bool {
    matches!(facts.lists.state(ObjectKind::Node), crate::source::cluster::ListState::Complete)
}

fn title(set: &Workload) -> String {
    format!("DaemonSet/{}/{}", set.metadata.namespace.as_deref().unwrap_or_default(), set.metadata.name)
}

fn containers(set: &Workload) -> impl Iterator<Item = &Container> {
    set.template.iter().flat_map(|template| template.spec.all_containers())
}

/// Whether one of its pods is ready on every node that should have one.
fn is_ready(set: &Workload) -> bool {
    set.ready.is_some_and(|(ready, desired)| desired > 0 && ready >= desired)
}

fn is_enforcing(container: &Container) -> bool {
    let Some(repository) = container.image.as_deref().map(repository) else { return false };
    let has_argument = |argument: &str| container.command.iter().chain(&container.args).any(|given| given == argument);
    ENFORCING.iter().any(|known| is_named(repository, known))
        || (is_named(repository, "kube-router") && !has_argument("--run-firewall=false"))
        || is_named(repository, "kube-network-policies")
        || (is_named(repository, "aws-network-policy-agent") && has_argument("--enable-network-policy=true"))
}

fn is_not_enforcing(container: &Container) -> bool {
    let repository = container.image.as_deref().map(repository);
    repository.is_some_and(|repository| NOT_ENFORCING.iter().any(|known| is_named(repository, known)))
}

/// Whether the last parts of a repository are these.
fn is_named(repository: &str, name: &str) -> bool {
    repository.strip_suffix(name).is_some_and(|rest| rest.is_empty() || rest.ends_with('/'))
}

/// An image without its digest and tag.
fn repository(image: &str) -> &str {
    let image = image.split_once('@').map_or(image, |(image, _)| image);
    let after_slash = image.rfind('/').map_or(0, |slash| slash + 1);
    match image.get(after_slash..).and_then(|name| name.rfind(':')) {
        Some(colon) => image.get(..after_slash + colon).unwrap_or(image),
        None => image,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repository_is_what_precedes_tag_and_digest() {
        let cases = [
            ("calico/node", "calico/node"),
            ("quay.io/cilium/cilium:v1.16.1@sha256:ab", "quay.io/cilium/cilium"),
            ("registry:5000/calico/node", "registry:5000/calico/node"),
            ("registry:5000/calico/node:v3", "registry:5000/calico/node"),
        ];
        for (image, expected) in cases {
            assert_eq!(repository(image), expected, "{image}");
        }
        assert!(is_named("docker.io/calico/node", "calico/node"));
        assert!(!is_named("docker.io/notcalico/node", "calico/node"));
    }
}
