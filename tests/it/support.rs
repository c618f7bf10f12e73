//! Judges a described host in this process, and runs the program as a user does.

use assert_cmd::Command;
use nodeproof::internals::benchmark::{Benchmark, Library};
use nodeproof::internals::evaluate::{NoExternalChecks, evaluate};
use nodeproof::internals::model::{KubernetesVersions, Target};
use nodeproof::internals::node::Node;
use nodeproof::internals::plan::{Plan, Selection, plan};
use nodeproof::internals::probe::Collector;
use nodeproof::internals::report::{CheckResult, Report, ReportHeader};
use nodeproof::internals::source::cluster::ObjectKind;
use nodeproof::internals::source::node::RecordedSource;
use serde_json::Value;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// The program, without what the environment of the tests may say to it.
pub(crate) fn nodeproof() -> Command {
    let mut command = Command::cargo_bin("nodeproof").expect("the program is built");
    command.env_clear().env("PATH", "/nowhere");
    command
}

/// The program under another name, which selects another command line. The link lasts as long as the folder.
pub(crate) fn called_as(name: &str) -> (TempDir, Command) {
    let folder = tempfile::tempdir().expect("a folder");
    let link = folder.path().join(name);
    std::os::unix::fs::symlink(assert_cmd::cargo::cargo_bin("nodeproof"), &link).expect("a link");
    let mut command = Command::new(link);
    command.env_clear().env("PATH", "/nowhere");
    (folder, command)
}

/// A file of the repository.
pub(crate) fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A text file of the repository.
pub(crate) fn text_of(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The YAML files below a folder of the repository, sorted.
pub(crate) fn yaml_files_below(folder: &str) -> Vec<PathBuf> {
    let (mut files, mut pending) = (Vec::new(), vec![repository(folder)]);
    while let Some(folder) = pending.pop() {
        for entry in std::fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                pending.push(path);
            } else if path.extension().is_some_and(|extension| extension == "yaml") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// The benchmarks that others publish: all but the one of workloads.
pub(crate) fn published_benchmarks(library: &Library) -> Vec<&str> {
    library.benchmarks().into_iter().filter(|id| *id != "workload").collect()
}

/// All of a benchmark.
pub(crate) fn everything(benchmark: &Benchmark) -> Selection {
    Selection {
        components: Vec::new(),
        by_documents: false,
        by_objects: false,
        targets: benchmark.targets(),
        checks: vec![],
        groups: vec![],
        skip: vec![],
        scored: true,
        unscored: true,
    }
}

/// Judges everything in a benchmark on a described host.
pub(crate) fn judge(library: &Library, benchmark: &str, host: &str) -> Report {
    let versions = KubernetesVersions::spanning(library.config.versions_of(benchmark));
    let benchmark = library.benchmark(benchmark).expect(benchmark);
    let host = RecordedSource::parse(host).expect("a described host");
    let node = Node::detect(&host, &library.config, &library.platforms);
    let plan = plan(&benchmark, &everything(&benchmark)).expect("a plan");
    let mut collector = Collector::new(&host, &node);
    collector.set_versions(versions);
    report(&plan, &mut collector, &node)
}

/// The report on a plan's checks.
pub(crate) fn report(plan: &Plan<'_>, collector: &mut Collector<'_>, node: &Node) -> Report {
    let evaluation = evaluate(plan, collector, node, None, &NoExternalChecks);
    Report::build(ReportHeader::of_node(evaluation.notices), plan, evaluation.outcomes)
}

/// The checks of a report, each with its target.
pub(crate) fn checks(report: &Report) -> impl Iterator<Item = (Target, &CheckResult)> {
    report.checks.iter().map(|check| (check.target.parse().expect("a target"), check))
}

/// `status` and the rest of one check of a JSON report.
pub(crate) fn check<'a>(report: &'a Value, id: &str) -> &'a Value {
    let controls = report["Controls"].as_array().expect("controls");
    let groups = controls.iter().flat_map(|c| c["tests"].as_array().expect("groups"));
    let mut checks = groups.flat_map(|g| g["results"].as_array().expect("checks"));
    checks.find(|c| c["test_number"] == id).unwrap_or_else(|| panic!("no check {id}"))
}

/// The kinds of objects that are asked for without a flag.
pub(crate) fn kinds_by_default() -> impl Iterator<Item = ObjectKind> {
    ObjectKind::ALL.into_iter().filter(|kind| kind.opt_in().is_none())
}
