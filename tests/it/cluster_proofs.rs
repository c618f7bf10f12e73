//! Every test of the cluster policies is proved: by clusters on which it is met, not met in each way that its definition names,
//! exempt in each way, with lists that are refused, and by an empty cluster. The answers are written by hand in
//! `testdata/proofs/cluster/`; here they are only read and compared.

mod case;
mod constraints;
mod faults;
mod needs;
mod pods;
mod powers;

use case::{Case, Topic};
use nodeproof::internals::policy::{ObjectTest, Power};
use serde::Deserialize;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

const FILES: [&str; 11] = [
    "powers",
    "roles-and-subjects",
    "pods",
    "accounts",
    "networks",
    "namespaces",
    "secrets",
    "admission",
    "images",
    "cni",
    "constraints",
];

/// The proofs of one topic.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    topic: Topic,
    /// Rules that give a power, or do not.
    #[serde(default)]
    rules: Option<powers::Rules>,
    /// Pods that meet the recommendation, or do not.
    #[serde(default)]
    specs: Option<pods::Specs>,
    /// Constraints that meet the recommendation, or do not.
    #[serde(default)]
    constraints: Option<constraints::Constraints>,
    /// The lists that are needed.
    #[serde(default)]
    needs: Option<needs::Needs>,
    #[serde(default)]
    proofs: Vec<Case>,
}

/// The proofs of a file, with those that its tables make.
fn cases_of(file: &str) -> Vec<(Topic, Case)> {
    let path = format!("testdata/proofs/cluster/{file}.yaml");
    let groups: Vec<Group> =
        serde_json::from_value(crate::proofs::yaml(&path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    let mut cases = Vec::new();
    for group in groups {
        let topic = group.topic.clone();
        let made = group.rules.iter().flat_map(powers::Rules::cases);
        let made = made.chain(group.specs.iter().flat_map(pods::Specs::cases));
        let made = made.chain(group.constraints.iter().flat_map(constraints::Constraints::cases));
        let made = made.chain(group.needs.iter().flat_map(needs::Needs::cases));
        cases.extend(made.chain(group.proofs).map(|case| (topic.clone(), case)));
    }
    cases
}

#[test]
fn every_topic_has_its_proofs_and_they_hold() {
    let cases: Vec<(Topic, Case)> = FILES.into_iter().flat_map(cases_of).collect();
    let mut faults: Vec<String> = cases
        .iter()
        .filter_map(|(topic, case)| Some(format!("{topic}: {}: {}", case.name, case.fault(topic)?)))
        .collect();
    let mut by_topic: BTreeMap<String, Vec<&Case>> = BTreeMap::new();
    for (topic, case) in &cases {
        by_topic.entry(topic.to_string()).or_default().push(case);
    }
    for topic in topics() {
        let own = by_topic.get(&topic).map_or(&[][..], Vec::as_slice);
        faults.extend(missing(&topic, own).into_iter().map(|what| format!("{topic}: no proof {what}")));
    }
    faults.extend(repeated(&cases));
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    println!("{} topics, {} proofs", by_topic.len(), cases.len());
}

/// Every topic that a rule may ask about: each power by itself and the three that are asked together, the other tests of roles
/// and bindings, and the tests of objects.
fn topics() -> BTreeSet<String> {
    let powers = Power::ALL.iter().map(|power| json!({ "rbac": { "powers": [power.id()] } }));
    let together = json!({ "rbac": { "powers": ["bind", "escalate", "impersonate"] } });
    let others = ["wildcards", "anonymous", "unauthenticated", "authenticated", "system-masters"];
    let others = others.map(|name| json!({ "rbac": name }));
    let objects = ObjectTest::ALL.iter().map(|(id, _)| json!({ "object": id }));
    let all = powers.chain([together, json!({ "dangling": true })]).chain(others).chain(objects);
    all.map(|topic| serde_json::from_value::<Topic>(topic).expect("a topic").to_string()).collect()
}

/// What a topic is not proved for. A few cannot pass or fail, since the answer is in no list.
fn missing(topic: &str, cases: &[&Case]) -> Vec<&'static str> {
    let never_passes = ["system-masters", "external-secrets", "namespace-boundaries", "service-account-tokens"];
    let never_passes = never_passes.contains(&topic);
    // What is known of Secrets decides for the better or not at all.
    let only_passes = ["external-secrets", "service-account-tokens", "bootstrap-tokens"].contains(&topic);
    let met = if never_passes { "manual" } else { "pass" };
    let has = |is: &dyn Fn(&Case) -> bool| cases.iter().any(|case| is(case));
    let wanted = [
        ("that it is met", has(&|case| case.status == met && case.has_objects() && case.is_complete())),
        ("that it is not met", only_passes || has(&|case| case.status == "fail")),
        (
            "with a list that is refused",
            has(&|case| case.is_refused() && case.status == if only_passes { "manual" } else { "undetermined" }),
        ),
        ("of an empty cluster", has(&|case| !case.has_objects() && case.is_complete())),
    ];
    wanted.into_iter().filter(|(_, is_there)| !is_there).map(|(what, _)| what).collect()
}

/// Names that two proofs of a topic have.
fn repeated(cases: &[(Topic, Case)]) -> Vec<String> {
    let mut known = BTreeSet::new();
    let repeated = cases.iter().filter(|(topic, case)| !known.insert((topic.to_string(), case.name.clone())));
    repeated.map(|(topic, case)| format!("{topic}: two proofs are named: {}", case.name)).collect()
}

/// A map of YAML or JSON as the fields of an object.
fn fields(value: Json) -> serde_json::Map<String, Json> {
    match value {
        Json::Object(fields) => fields,
        other => panic!("not a map: {other}"),
    }
}
