//! To which object a pod belongs.

use super::read_objects;
use nodeproof::internals::cluster::PodGroups;
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

fn reference(version: &str, kind: &str, name: &str) -> Json {
    json!({ "apiVersion": version, "kind": kind, "name": name, "uid": format!("{kind}-{name}"), "controller": true })
}

/// An object with a template, with the uid that `reference` means, and with these owners.
fn object(version: &str, kind: &str, name: &str, owners: &[Json]) -> Json {
    let metadata =
        json!({ "name": name, "namespace": "web", "uid": format!("{kind}-{name}"), "ownerReferences": owners });
    let pod = json!({ "containers": [{ "name": "app" }] });
    let spec = match kind {
        "Pod" => pod,
        "CronJob" => json!({ "jobTemplate": { "spec": { "template": { "spec": pod } } } }),
        _ => json!({ "template": { "spec": pod } }),
    };
    json!({ "apiVersion": version, "kind": kind, "metadata": metadata, "spec": spec })
}

/// Each owner with how many pods and templates it has.
fn groups(objects: &[Json]) -> BTreeMap<String, (usize, usize)> {
    let lists = read_objects(objects);
    let groups = PodGroups::new(&lists).0;
    let count = |units: &[nodeproof::internals::cluster::PodUnit<'_>], is_pod: bool| {
        units.iter().filter(|unit| unit.is_pod == is_pod).count()
    };
    groups
        .iter()
        .map(|group| (group.owner.to_string(), (count(&group.units, true), count(&group.units, false))))
        .collect()
}

fn expected<const N: usize>(groups: [(&str, (usize, usize)); N]) -> BTreeMap<String, (usize, usize)> {
    groups.into_iter().map(|(owner, counts)| (owner.to_owned(), counts)).collect()
}

#[test]
fn chains_are_followed_to_their_end() {
    let cases = [
        (
            "a Deployment",
            vec![
                object("apps/v1", "Deployment", "a", &[]),
                object("apps/v1", "ReplicaSet", "a-1", &[reference("apps/v1", "Deployment", "a")]),
                object("v1", "Pod", "a-1-x", &[reference("apps/v1", "ReplicaSet", "a-1")]),
                object("v1", "Pod", "a-1-y", &[reference("apps/v1", "ReplicaSet", "a-1")]),
            ],
            expected([("Deployment/web/a", (2, 1))]),
        ),
        (
            "a CronJob",
            vec![
                object("batch/v1", "CronJob", "c", &[]),
                object("batch/v1", "Job", "c-1", &[reference("batch/v1", "CronJob", "c")]),
                object("v1", "Pod", "c-1-x", &[reference("batch/v1", "Job", "c-1")]),
            ],
            expected([("CronJob/web/c", (1, 1))]),
        ),
        (
            "a ReplicationController",
            vec![
                object("v1", "ReplicationController", "r", &[]),
                object("v1", "Pod", "r-x", &[reference("v1", "ReplicationController", "r")]),
            ],
            expected([("ReplicationController/web/r", (1, 1))]),
        ),
        (
            "a custom resource above a Deployment",
            vec![
                object("apps/v1", "Deployment", "a", &[reference("example.com/v1", "App", "shop")]),
                object("apps/v1", "ReplicaSet", "a-1", &[reference("apps/v1", "Deployment", "a")]),
                object("v1", "Pod", "a-1-x", &[reference("apps/v1", "ReplicaSet", "a-1")]),
            ],
            expected([("App.example.com/web/shop", (1, 0))]),
        ),
        (
            "a kind of the same name in another group",
            vec![
                object("apps/v1", "StatefulSet", "s", &[]),
                object("v1", "Pod", "s-0", &[reference("apps.kruise.io/v1", "StatefulSet", "s")]),
            ],
            expected([("StatefulSet.apps.kruise.io/web/s", (1, 0)), ("StatefulSet/web/s", (0, 1))]),
        ),
        (
            "another version of the same group",
            vec![
                object("batch/v1", "CronJob", "c", &[]),
                object("batch/v1", "Job", "c-1", &[reference("batch/v1beta1", "CronJob", "c")]),
            ],
            expected([("CronJob/web/c", (0, 1))]),
        ),
        (
            "an owner that is not in the lists",
            vec![object("v1", "Pod", "a-1-x", &[reference("apps/v1", "ReplicaSet", "a-1")])],
            expected([("ReplicaSet/web/a-1", (1, 0))]),
        ),
        (
            "an owner that does not control",
            vec![
                object("apps/v1", "Deployment", "a", &[]),
                object("v1", "Pod", "p", &[json!({ "apiVersion": "apps/v1", "kind": "Deployment", "name": "a" })]),
            ],
            expected([("Deployment/web/a", (0, 1)), ("Pod/web/p", (1, 0))]),
        ),
        (
            "an owner that controls behind one that does not",
            vec![
                object("apps/v1", "DaemonSet", "d", &[]),
                object(
                    "v1",
                    "Pod",
                    "p",
                    &[
                        json!({ "apiVersion": "v1", "kind": "ConfigMap", "name": "x", "controller": false }),
                        reference("apps/v1", "DaemonSet", "d"),
                    ],
                ),
            ],
            expected([("DaemonSet/web/d", (1, 1))]),
        ),
        (
            "a node",
            vec![object("v1", "Pod", "p", &[reference("v1", "Node", "node-1")])],
            expected([("Pod/web/p", (1, 0))]),
        ),
    ];
    for (name, objects, expected) in cases {
        assert_eq!(groups(&objects), expected, "{name}");
    }
}

#[test]
fn an_owner_with_another_uid_is_not_the_one_that_is_meant() {
    let mut old = reference("apps/v1", "ReplicaSet", "a");
    old["uid"] = json!("old");
    let mut unknown = reference("apps/v1", "ReplicaSet", "a");
    unknown["uid"] = json!(null);
    let set = object("apps/v1", "ReplicaSet", "a", &[reference("apps/v1", "Deployment", "web")]);
    let deployment = object("apps/v1", "Deployment", "web", &[]);
    let with = |reference: Json| groups(&[deployment.clone(), set.clone(), object("v1", "Pod", "p", &[reference])]);
    assert_eq!(with(old), expected([("Deployment/web/web", (0, 1)), ("ReplicaSet/web/a", (1, 0))]));
    assert_eq!(with(unknown), expected([("Deployment/web/web", (1, 1))]));
}

#[test]
fn an_owner_of_another_namespace_is_not_the_one_that_is_meant() {
    let mut set = object("apps/v1", "ReplicaSet", "a", &[reference("apps/v1", "Deployment", "web")]);
    set["metadata"]["namespace"] = json!("tools");
    let found = groups(&[set, object("v1", "Pod", "p", &[reference("apps/v1", "ReplicaSet", "a")])]);
    assert_eq!(found, expected([("ReplicaSet/web/a", (1, 0))]));
}

#[test]
fn a_cycle_ends_where_it_was_entered() {
    let itself = object("apps/v1", "ReplicaSet", "a", &[reference("apps/v1", "ReplicaSet", "a")]);
    let pod = object("v1", "Pod", "p", &[reference("apps/v1", "ReplicaSet", "a")]);
    assert_eq!(groups(&[itself, pod.clone()]), expected([("Pod/web/p", (1, 0)), ("ReplicaSet/web/a", (0, 1))]));
    let two = [
        object("apps/v1", "ReplicaSet", "a", &[reference("apps/v1", "ReplicaSet", "b")]),
        object("apps/v1", "ReplicaSet", "b", &[reference("apps/v1", "ReplicaSet", "a")]),
        pod,
    ];
    let ends = [("Pod/web/p", (1, 0)), ("ReplicaSet/web/a", (0, 1)), ("ReplicaSet/web/b", (0, 1))];
    assert_eq!(groups(&two), expected(ends));
}

#[test]
fn a_chain_that_is_too_long_ends_where_it_began() {
    let sets = (0..1000).map(|number| {
        let owner = reference("apps/v1", "ReplicaSet", &format!("s{}", number + 1));
        object("apps/v1", "ReplicaSet", &format!("s{number}"), &[owner])
    });
    let pod = object("v1", "Pod", "p", &[reference("apps/v1", "ReplicaSet", "s0")]);
    let found = groups(&sets.chain([pod]).collect::<Vec<_>>());
    assert_eq!(found.get("Pod/web/p"), Some(&(1, 0)));
}

#[test]
fn a_thousand_replicas_are_one_owner() {
    let mut objects = vec![
        object("apps/v1", "Deployment", "a", &[]),
        object("apps/v1", "ReplicaSet", "a-1", &[reference("apps/v1", "Deployment", "a")]),
    ];
    let owner = [reference("apps/v1", "ReplicaSet", "a-1")];
    objects.extend((0..1000).map(|number| object("v1", "Pod", &format!("a-1-{number}"), &owner)));
    assert_eq!(groups(&objects), expected([("Deployment/web/a", (1000, 1))]));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever refers to whatever: each pod belongs to one owner, and each owner is there or referred to.
    #[test]
    fn no_pod_is_lost(owners in prop::collection::vec(prop::option::of(0_usize..6), 6), pods in prop::collection::vec(0_usize..6, 0..8)) {
        let name = |number: usize| format!("s{number}");
        let mut objects: Vec<Json> = Vec::new();
        for (number, owner) in owners.iter().enumerate() {
            let references: Vec<Json> = owner.iter().map(|owner| reference("apps/v1", "ReplicaSet", &name(*owner))).collect();
            objects.push(object("apps/v1", "ReplicaSet", &name(number), &references));
        }
        for (number, owner) in pods.iter().enumerate() {
            objects.push(object("v1", "Pod", &format!("p{number}"), &[reference("apps/v1", "ReplicaSet", &name(*owner))]));
        }
        let found = groups(&objects);
        prop_assert_eq!(found.values().map(|(pods, _)| pods).sum::<usize>(), pods.len());
        // The owner by a walk that remembers where it was.
        let mut expected: BTreeSet<String> = BTreeSet::new();
        for (number, first) in pods.iter().enumerate() {
            let (mut at, mut seen) = (*first, BTreeSet::new());
            let top = loop {
                if !seen.insert(at) {
                    break format!("Pod/web/p{number}");
                }
                match owners[at] {
                    Some(next) => at = next,
                    None => break format!("ReplicaSet/web/s{at}"),
                }
            };
            expected.insert(top);
        }
        let with_pods: BTreeSet<String> = found.into_iter().filter(|(_, (pods, _))| *pods > 0).map(|(owner, _)| owner).collect();
        prop_assert_eq!(with_pods, expected);
    }
}
