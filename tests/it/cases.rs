//! The hosts of testdata/cases with their right states.

use crate::support::{report, repository, text_of};
use nodeproof::internals::benchmark::{Benchmark, Library};
use nodeproof::internals::model::KubernetesVersions;
use nodeproof::internals::node::Node;
use nodeproof::internals::plan::{Selection, plan};
use nodeproof::internals::probe::Collector;
use nodeproof::internals::report::{CheckResult, Report};
use nodeproof::internals::source::node::{RecordedSource, base_name};
use nodeproof::internals::version;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

type ByCheck<T> = BTreeMap<String, T>;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Case {
    id: String,
    description: String,
    benchmark: String,
    expect: ByCheck<States>,
    #[serde(default)]
    evidence: ByCheck<String>,
    #[serde(default)]
    remediation: ByCheck<String>,
    #[serde(default)]
    remediation_without: ByCheck<String>,
    host: Option<Json>,
    differs: Option<Difference>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum States {
    One(String),
    Any(Vec<String>),
}

/// How a host differs from the base.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Difference {
    #[serde(default)]
    accounts: Map<String, Json>,
    #[serde(default)]
    files: Vec<Json>,
    #[serde(default)]
    remove: Vec<String>,
    #[serde(default)]
    stopped: Vec<String>,
    #[serde(default)]
    processes: Vec<Json>,
}

impl States {
    fn contain(&self, state: &str) -> bool {
        match self {
            Self::One(one) => one == state,
            Self::Any(any) => any.iter().any(|one| one == state),
        }
    }
}

impl Difference {
    fn apply(&self, base: &Json) -> Json {
        let mut host = base.clone();
        if !self.accounts.is_empty() {
            host["accounts"] = Json::Object(self.accounts.clone());
        }
        let files = host["files"].as_array_mut().expect("files");
        for path in &self.remove {
            assert!(files.iter().any(|file| file["path"] == json!(path)), "{path} is not in the base");
        }
        let is_replaced = |file: &Json| self.files.iter().any(|other| other["path"] == file["path"]);
        files.retain(|file| !self.remove.iter().any(|path| file["path"] == json!(path)) && !is_replaced(file));
        files.extend(self.files.iter().cloned());
        let processes = host["processes"].as_array_mut().expect("processes");
        processes.retain(|process| {
            let program = process["argv"][0].as_str().expect("a program");
            !self.stopped.iter().any(|stopped| base_name(stopped) == base_name(program))
        });
        processes.extend(self.processes.iter().cloned());
        host
    }
}

fn yaml<T: serde::de::DeserializeOwned>(path: &std::path::Path) -> T {
    serde_saphyr::from_str(&text_of(path)).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn cases() -> Vec<Case> {
    let folder = std::fs::read_dir(repository("testdata/cases")).expect("the cases");
    let mut paths: Vec<_> = folder.map(|entry| entry.expect("an entry").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "yaml") && !path.ends_with("base.yaml"));
    paths.sort();
    paths.iter().flat_map(|path| yaml::<Vec<Case>>(path)).collect()
}

/// The report on the checks of a case, as `nodeproof run -c` makes it.
fn judge(library: &Library, benchmark: &Benchmark, case: &Case, host: &Json) -> Report {
    let host = RecordedSource::parse(&host.to_string()).unwrap_or_else(|e| panic!("{}: {e}", case.id));
    let node = Node::detect(&host, &library.config, &library.platforms);
    let selection = Selection {
        components: Vec::new(),
        by_documents: false,
        by_objects: false,
        targets: benchmark.targets(),
        checks: case.expect.keys().cloned().collect(),
        groups: vec![],
        skip: vec![],
        scored: true,
        unscored: true,
    };
    let plan = plan(benchmark, &selection).unwrap_or_else(|e| panic!("{}: {e}", case.id));
    let mut collector = Collector::new(&host, &node);
    let detected = version::detect(&collector, &node).ok();
    let detected = detected.and_then(|detected| KubernetesVersions::of(&detected.version));
    let versions = detected.unwrap_or_else(|| KubernetesVersions::spanning(library.config.versions_of(&benchmark.id)));
    collector.set_versions(versions);
    report(&plan, &mut collector, &node)
}

/// What is wrong about a case.
fn faults(case: &Case, report: &Report) -> Vec<String> {
    let by_id: BTreeMap<&str, &CheckResult> = report.checks.iter().map(|check| (check.id.as_str(), check)).collect();
    let check = |id: &String| *by_id.get(id.as_str()).unwrap_or_else(|| panic!("{} has no check {id}", case.id));
    let mut faults = Vec::new();
    for (id, states) in &case.expect {
        let state = check(id).state().to_string();
        if !states.contain(&state) {
            faults.push(format!("{id} is {state}, not {states:?}: {:?}", check(id).reason));
        }
    }
    let evidence = |id: &String| format!("{:?} {:?}", check(id).reason, check(id).findings);
    let remediation = |id: &String| format!("{:?}", check(id).remediation);
    let mut must = |wanted: &ByCheck<String>, is_wanted: bool, what: &str, text_of: &dyn Fn(&String) -> String| {
        for (id, words) in wanted {
            if text_of(id).contains(words.as_str()) != is_wanted {
                faults.push(format!("{id}: {what} {words:?} in {}", text_of(id)));
            }
        }
    };
    must(&case.evidence, true, "the evidence has no", &evidence);
    must(&case.remediation, true, "the remediation has no", &remediation);
    must(&case.remediation_without, false, "the remediation has", &remediation);
    faults
}

#[test]
fn every_case_has_the_right_states() {
    let library = Library::load(None, None).expect("the definitions");
    let base: Json = yaml(&repository("testdata/cases/base.yaml"));
    let cases = cases();
    let mut benchmarks: BTreeMap<&str, Benchmark> = BTreeMap::new();
    let mut ids = BTreeSet::new();
    let mut wrong = Vec::new();
    for case in &cases {
        assert!(ids.insert(&case.id), "two cases are called {}", case.id);
        let benchmark = benchmarks
            .entry(&case.benchmark)
            .or_insert_with(|| library.benchmark(&case.benchmark).unwrap_or_else(|e| panic!("{}: {e}", case.id)));
        let host = match (&case.host, &case.differs) {
            (Some(host), None) => host.clone(),
            (None, Some(difference)) => difference.apply(&base),
            (Some(_), Some(_)) | (None, None) => panic!("{}: either `host` or `differs`", case.id),
        };
        let report = judge(&library, benchmark, case, &host);
        let faults = faults(case, &report).into_iter();
        wrong.extend(faults.map(|fault| format!("{} ({}): {fault}", case.id, case.description)));
    }
    assert!(cases.len() > 100, "{}", cases.len());
    assert!(wrong.is_empty(), "{} wrong in {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}
