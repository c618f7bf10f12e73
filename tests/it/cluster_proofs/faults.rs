//! Faults of kube-bench's checks of API objects, each with a cluster of which it says something wrong. What its commands do was read
//! in its folders cis-1.11, cis-1.12, eks-1.8, gke-1.9.0 and rh-1.8; the answers here are those of the recommendation.

use super::case::{Case, Topic};
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fault {
    /// The checks that have it.
    checks: Vec<String>,
    /// What they do, and what they say of this cluster.
    fault: String,
    topic: Topic,
    proofs: Vec<Case>,
}

#[test]
fn faults_of_kube_bench_are_not_repeated() {
    let faults: Vec<Fault> =
        serde_json::from_value(crate::proofs::yaml("testdata/proofs/cluster/kube-bench.yaml")).expect("faults");
    let mut wrong = Vec::new();
    for fault in &faults {
        assert!(!fault.checks.is_empty() && !fault.proofs.is_empty(), "{}", fault.fault);
        for case in &fault.proofs {
            if let Some(what) = case.fault(&fault.topic) {
                wrong.push(format!("{}: {}: {}: {what}", fault.checks.join(", "), fault.fault, case.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    println!("{} faults", faults.len());
}

/// Every pod check prints a line for each pod; here a Deployment is one finding with the number of its pods.
#[test]
fn a_thousand_replicas_are_one_finding() {
    let spec = json!({ "hostNetwork": true, "containers": [{ "name": "app" }] });
    let owned_by = |version: &str, kind: &str, name: &str| json!({ "ownerReferences": [{ "apiVersion": version, "kind": kind, "name": name, "controller": true }] });
    let template = json!({ "template": { "spec": spec } });
    let set = json!({ "metadata": owned_by("apps/v1", "Deployment", "web"), "spec": template });
    let mut objects: Map<String, Json> = Map::new();
    objects.insert("Deployment/shop/web".to_owned(), json!({ "spec": template }));
    objects.insert("ReplicaSet/shop/web-1".to_owned(), set);
    for number in 0..1000 {
        let pod = json!({ "metadata": owned_by("apps/v1", "ReplicaSet", "web-1"), "spec": spec });
        objects.insert(format!("Pod/shop/web-1-{number}"), pod);
    }
    let case = Case {
        objects,
        status: "fail".to_owned(),
        findings: vec![json!({ "owner": "Deployment/shop/web", "pods": 1000 })],
        ..Case::default()
    };
    let topic: Topic = serde_json::from_value(json!({ "object": "pod-host-network" })).expect("a topic");
    assert_eq!(case.fault(&topic), None);
}
