//! Judges rules and changed rules on machines, through the library as the program does it.

use super::machine::Machine;
use super::mutants::Mutant;
use super::subject::Subject;
use crate::support::report;
use nodeproof::internals::benchmark::{Assertion, Benchmark, Group, Library, Section};
use nodeproof::internals::model::Target;
use nodeproof::internals::node::Node;
use nodeproof::internals::plan::{PlannedCheck, Selection, plan};
use nodeproof::internals::probe::Collector;
use nodeproof::internals::report::CheckResult;
use serde_json::{Value as Json, json};

/// A rule and its changed forms, to be judged together.
pub(crate) struct Trial {
    /// The check of the rule as it is built in, with its parameters.
    check: Json,
    changed: Vec<Json>,
}

impl Trial {
    pub(crate) fn of(subject: &Subject, mutants: &[Mutant]) -> Self {
        Self {
            check: json!({ "rule": subject.rule, "with": subject.params }),
            changed: mutants.iter().map(|m| m.rule.clone()).collect(),
        }
    }
}

/// Trials, loaded as definitions of their own.
pub(crate) struct Bench {
    library: Library,
    benchmarks: Vec<Benchmark>,
}

impl Bench {
    /// Loads the trials' rules over those that are built in: one benchmark with a group a trial.
    pub(crate) fn new(trials: Vec<Trial>) -> Self {
        let (mut rules, mut checks, mut groups) = (Vec::new(), serde_json::Map::new(), serde_json::Map::new());
        for (number, trial) in trials.into_iter().enumerate() {
            groups.insert(format!("1.{number}"), json!({ "target": "node", "title": "a trial" }));
            checks.insert(format!("1.{number}.0"), trial.check);
            for (index, mut rule) in trial.changed.into_iter().enumerate() {
                let id = format!("trial-{number}-{index}");
                rule["id"] = json!(id);
                rules.push(rule);
                checks.insert(format!("1.{number}.{}", index + 1), json!({ "rule": id }));
            }
        }
        let targets = json!({ "node": { "id": "1", "title": "trials" } });
        let profile =
            json!({ "id": "trials", "title": "trials", "targets": targets, "groups": groups, "checks": checks });
        let folder = tempfile::tempdir().expect("a temporary folder");
        for name in ["catalog", "profiles"] {
            std::fs::create_dir(folder.path().join(name)).expect("a folder");
        }
        let write = |path: &str, content: &Json| {
            std::fs::write(folder.path().join(path), content.to_string()).expect("a file");
        };
        write("profiles/trials.yaml", &profile);
        // A file may not be too large.
        for (number, rules) in rules.chunks(1000).enumerate() {
            write(&format!("catalog/trials-{number}.yaml"), &json!(rules));
        }
        let library = Library::load(Some(folder.path()), None).unwrap_or_else(|e| panic!("{e}"));
        let whole = library.benchmark("trials").unwrap_or_else(|e| panic!("{e}"));
        let benchmarks = whole.sections[0].groups.iter().map(|g| alone(&whole, g.clone())).collect();
        Self { library, benchmarks }
    }

    /// The platform that a machine shows.
    pub(crate) fn platform(&self, machine: &Machine) -> String {
        Node::detect(machine, &self.library.config, &self.library.platforms).platform().id.clone()
    }

    /// The verdicts of some of a trial's rules on a machine, in their order.
    pub(crate) fn verdicts(&self, trial: usize, rules: &[usize], machine: &Machine) -> Vec<CheckResult> {
        let whole = &self.benchmarks[trial];
        let group = &whole.sections[0].groups[0];
        let checks = rules.iter().map(|index| group.checks[*index].clone()).collect();
        let some = alone(whole, Group { checks, ..group.clone() });
        audit(&some, &self.library, machine)
    }
}

/// A benchmark with one group alone.
fn alone(whole: &Benchmark, group: Group) -> Benchmark {
    let Section { id, title, target, .. } = &whole.sections[0];
    let section = Section { id: id.clone(), title: title.clone(), target: *target, groups: vec![group] };
    Benchmark { id: whole.id.clone(), title: whole.title.clone(), sections: vec![section] }
}

/// Judges every automated check of a benchmark, whatever its target.
pub(crate) fn audit(benchmark: &Benchmark, library: &Library, machine: &Machine) -> Vec<CheckResult> {
    let targets: Vec<Target> = benchmark.targets();
    let selection = Selection {
        targets,
        components: Vec::new(),
        by_documents: false,
        by_objects: false,
        checks: Vec::new(),
        groups: Vec::new(),
        skip: Vec::new(),
        scored: true,
        unscored: true,
    };
    let plan = plan(benchmark, &selection).unwrap_or_else(|e| panic!("{e}"));
    let node = Node::detect(machine, &library.config, &library.platforms);
    let mut collector = Collector::new(machine, &node);
    collector.set_versions(machine.versions());
    collector.set_cloud(machine.cloud());
    let report = report(&plan, &mut collector, &node);
    let is_automated = |planned: &PlannedCheck<'_>| !matches!(planned.check.rule.assertion, Assertion::Manual(_));
    plan.checks()
        .zip(&report.checks)
        .filter(|(planned, _)| is_automated(planned))
        .map(|(_, check)| check.clone())
        .collect()
}
