//! A machine on which nothing of Kubernetes is: nothing passes.

use crate::support::{checks, judge, nodeproof, published_benchmarks};
use nodeproof::internals::benchmark::{Assessment, Library};
use nodeproof::internals::report::State;
use serde_json::Value;
use tempfile::tempdir;

#[test]
fn no_check_of_any_benchmark_passes_where_nothing_is() {
    let library = Library::load(None, None).expect("the definitions");
    let benchmarks = published_benchmarks(&library);
    assert_eq!(benchmarks.len(), 59);
    for id in benchmarks {
        let report = judge(&library, id, "files: []");
        let benchmark = library.benchmark(id).expect(id);
        for (target, outcome) in checks(&report) {
            let (_, check) = benchmark.checks().find(|(_, check)| check.id.as_str() == outcome.id).expect("the check");
            let expected = match check.rule.needs {
                // It is about one component, which does not run.
                Some(_) => State::Info,
                None if check.assessment == Assessment::NotApplicable => State::Info,
                None if outcome.scored && !outcome.manual => State::Fail,
                None => State::Warn,
            };
            assert_eq!(outcome.state(), expected, "{id} {target} {} {}", outcome.id, outcome.title);
            assert!(outcome.reason.as_deref().is_some_and(|r| !r.is_empty()), "{id} {}", outcome.id);
            assert!(!outcome.actual.is_empty() && !outcome.expected.is_empty(), "{id} {}", outcome.id);
        }
    }
}

#[test]
fn the_program_passes_nothing_on_an_empty_root_and_the_plain_command_explains() {
    let (root, proc) = (tempdir().expect("a root"), tempdir().expect("a proc"));
    let mut run = nodeproof();
    run.args(["run", "--version", "1.21", "--json", "--root"]).arg(root.path()).arg("--proc").arg(proc.path());
    let output = run.assert().code(0).get_output().stdout.clone();
    let report: Value = serde_json::from_slice(&output).expect("JSON");
    assert_eq!(report["Totals"]["total_pass"], 0);
    let totals = &report["Totals"];
    let sum: u64 = ["total_fail", "total_warn", "total_info"].iter().filter_map(|k| totals[k].as_u64()).sum();
    assert_eq!(sum, 123);

    let mut plain = nodeproof();
    plain.args(["--version", "1.21", "--root"]).arg(root.path()).arg("--proc").arg(proc.path());
    let assert = plain.assert().code(4);
    let stderr = String::from_utf8_lossy(&assert.get_output().stderr).into_owned();
    assert!(assert.get_output().stdout.is_empty());
    for part in ["no component of Kubernetes runs", "kube-apiserver", "kubelet", "run --targets", "--host example"] {
        assert!(stderr.contains(part), "{part} is not in: {stderr}");
    }
}
