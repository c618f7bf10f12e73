//! Faults of kube-bench's checks of API objects, each with a cluster of which it says something wrong. What its commands do was read
//! in its folders cis-1.11, cis-1.12, eks-1.8, gke-1.9.0 and rh-1.8; the answers here are those of the recommendation.

use super::case::{Case, Topic};
use serde::Deserialize;

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
