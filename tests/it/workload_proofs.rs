//! Every rule for workloads is proved: by pods on which it is met, not met in each way, and absent; in each list of containers; by
//! the pod and by its containers; for Windows and in a user namespace. The answers are written by hand in
//! `testdata/proofs/workload/`; here they are only read and compared.

mod capabilities;
mod case;
mod combinations;
mod pod;
mod spellings;
mod table;

use case::Case;
use nodeproof::internals::model::Target;
use nodeproof::internals::workload::WorkloadTest;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// The proofs of one rule.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    rule: WorkloadTest,
    /// What a container says, and what the rule says of it in each list of containers.
    #[serde(default)]
    containers: Option<table::Containers>,
    /// What the pod says.
    #[serde(default)]
    pods: Option<table::Pods>,
    #[serde(default)]
    proofs: Vec<Case>,
}

fn name_of(rule: WorkloadTest) -> &'static str {
    WorkloadTest::ALL.into_iter().find(|(_, test)| *test == rule).map(|(name, _)| name).expect("a name")
}

/// All proofs, with those that tables make.
fn cases() -> Vec<(WorkloadTest, Case)> {
    let mut cases = Vec::new();
    for path in crate::support::yaml_files_below("testdata/proofs/workload") {
        let text = crate::support::text_of(&path);
        let groups: Vec<Group> =
            serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for Group { rule, containers, pods, proofs } in groups {
            let made = containers.iter().flat_map(table::Containers::cases);
            let made = made.chain(pods.iter().flat_map(table::Pods::cases));
            cases.extend(made.chain(proofs).map(|case| (rule, case)));
        }
    }
    cases
}

#[test]
fn every_rule_has_its_proofs_and_they_hold() {
    let cases = cases();
    let mut faults: Vec<String> = cases
        .iter()
        .filter_map(|(rule, case)| Some(format!("{}: {}: {}", name_of(*rule), case.name, case.fault(*rule)?)))
        .collect();
    let mut by_rule: BTreeMap<&str, Vec<&Case>> = BTreeMap::new();
    for (rule, case) in &cases {
        by_rule.entry(name_of(*rule)).or_default().push(case);
    }
    for (name, _) in WorkloadTest::ALL {
        let own = by_rule.get(name).map_or(&[][..], Vec::as_slice);
        faults.extend(missing(name, own).into_iter().map(|what| format!("{name}: no proof {what}")));
    }
    let mut known = BTreeSet::new();
    let repeated = cases.iter().filter(|(rule, case)| !known.insert((name_of(*rule), &case.name)));
    faults.extend(repeated.map(|(rule, case)| format!("{}: two proofs are named: {}", name_of(*rule), case.name)));
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    println!("{} rules, {} proofs", by_rule.len(), cases.len());
    assert!(cases.len() > 1000, "{} proofs", cases.len());
}

/// Rules that never end in this status: what would fail needs a person to decide.
const NEVER_FAIL: [&str; 2] = ["system-namespace", "writable-paths-declared"];

/// What a rule is not proved for.
fn missing(name: &str, cases: &[&Case]) -> Vec<&'static str> {
    let has = |status: &str| cases.iter().any(|case| case.has(status));
    let not_met = if NEVER_FAIL.contains(&name) { "manual" } else { "fail" };
    [("that it is met", has("pass")), ("that it is not met", has(not_met))]
        .into_iter()
        .filter(|(_, is_there)| !is_there)
        .map(|(what, _)| what)
        .collect()
}

/// The catalogue has one rule for each test, and the benchmark each rule once.
#[test]
fn each_test_is_one_rule_and_one_check() {
    let library = nodeproof::internals::benchmark::Library::load(None, None).expect("the definitions");
    let benchmark = library.benchmark("workload").expect("the benchmark");
    let of_workloads = benchmark.checks().filter(|(target, _)| *target == Target::Workloads);
    let rules: Vec<(String, Option<WorkloadTest>)> =
        of_workloads.map(|(_, check)| (check.rule.id.clone(), check.rule.assertion.workload())).collect();
    let expected: BTreeSet<String> = WorkloadTest::ALL.iter().map(|(name, _)| format!("workload-{name}")).collect();
    assert_eq!(rules.iter().map(|(id, _)| id.clone()).collect::<BTreeSet<_>>(), expected);
    assert_eq!(rules.len(), expected.len());
    for (id, test) in rules {
        assert_eq!(test.map(name_of), id.strip_prefix("workload-"), "{id}");
    }
}

/// References to other lists have one form each, and name what is there.
#[test]
fn references_have_one_form_and_name_what_exists() {
    let library = nodeproof::internals::benchmark::Library::load(None, None).expect("the definitions");
    let cis = library.benchmark("cis-1.12").expect("the benchmark");
    let benchmark = library.benchmark("workload").expect("the benchmark");
    let mut count = 0;
    for (_, check) in benchmark.checks().filter(|(target, _)| *target == Target::Workloads) {
        for reference in &check.rule.references {
            count += 1;
            let is_known = match reference.split_once(' ') {
                Some(("CIS", number)) => {
                    let number = number.strip_prefix("Kubernetes ").unwrap_or_default();
                    cis.checks().any(|(_, check)| check.id.as_str() == number)
                }
                Some(("kubesec", id)) => !id.is_empty() && id.chars().all(char::is_alphanumeric),
                Some(("Pod", rest)) => is_control(rest),
                _ => false,
            };
            assert!(is_known, "{}: {reference}", check.rule.id);
        }
    }
    assert!(count > 70, "{count}");
}

/// The controls of the Pod Security Standards, with the level and the version that each starts at.
const CONTROLS: [&str; 19] = [
    "baseline: appArmorProfile (since 1.0)",
    "baseline: capabilities_baseline (since 1.0)",
    "baseline: hostNamespaces (since 1.0)",
    "baseline: hostPathVolumes (since 1.0)",
    "baseline: hostPorts (since 1.0)",
    "baseline: hostProbesAndHostLifecycle (since 1.34)",
    "baseline: privileged (since 1.0)",
    "baseline: procMount (since 1.0)",
    "baseline: seLinuxOptions (since 1.0)",
    "baseline: seccompProfile_baseline (since 1.0)",
    "baseline: sysctls (since 1.0)",
    "baseline: windowsHostProcess (since 1.0)",
    "restricted: allowPrivilegeEscalation (since 1.8)",
    "restricted: capabilities_restricted (since 1.22)",
    "restricted: procMount_restricted (since 1.35)",
    "restricted: restrictedVolumes (since 1.0)",
    "restricted: runAsNonRoot (since 1.0)",
    "restricted: runAsUser (since 1.23)",
    "restricted: seccompProfile_restricted (since 1.19)",
];

fn is_control(text: &str) -> bool {
    text.strip_prefix("Security ").is_some_and(|control| CONTROLS.contains(&control))
}
