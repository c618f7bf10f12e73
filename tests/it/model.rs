//! Random checks of kube-bench's format have the result that a model of kube-bench gives them. The model is written from what
//! kube-bench does and shares no code with the program.

mod document;
mod draw;
mod expected;

use draw::DrawnCheck;
use nodeproof::internals::kube_bench::{AuditOutput, AuditOutputs, FolderSet, Substitutions, evaluate};
use nodeproof::internals::report::State;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

const CHECKS: usize = 4000;

#[test]
fn random_checks_have_the_results_of_the_model() {
    let mut runner = TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &[11; 32]));
    let draw = draw::check();
    let checks: Vec<DrawnCheck> = (0..CHECKS).map(|_| draw.new_tree(&mut runner).expect("a check").current()).collect();
    let folder = tempfile::tempdir().expect("create directory");
    std::fs::create_dir(folder.path().join("drawn")).expect("create directory");
    std::fs::write(folder.path().join("drawn/node.yaml"), draw::file(&checks)).expect("write file");
    let folders = FolderSet::find(Some(folder.path()), None).expect("folders");
    let loaded = folders.benchmark("drawn", &|_| Substitutions::default()).expect("a folder").expect("a benchmark");
    assert_eq!(loaded.checks.len(), CHECKS);

    let (mut different, mut seen) = (Vec::new(), [0; 4]);
    for (drawn, check) in checks.iter().zip(&loaded.checks) {
        let output = |audit: &Option<draw::Audit>| match audit {
            Some(audit) => AuditOutput::Text { text: audit.text.clone(), status: audit.status },
            None => AuditOutput::NotDefined,
        };
        let outputs =
            AuditOutputs { audit: output(&drawn.audit), config: output(&drawn.config()), env: output(&drawn.env) };
        let outcome = evaluate(check, drawn.skipped, &mut || outputs.clone()).outcome;
        let state = State::of(outcome.verdict.status(), drawn.scored).id();
        let result = (state, outcome.expected, outcome.actual);
        let expected = expected::result(drawn);
        seen[["PASS", "FAIL", "WARN", "INFO"].iter().position(|s| *s == expected.0).expect("a state")] += 1;
        if (result.0, result.1.as_str(), result.2.as_str()) != (expected.0, expected.1.as_str(), expected.2.as_str()) {
            different.push((drawn, result, expected));
        }
    }
    assert!(
        different.is_empty(),
        "{} of {CHECKS}, among them {:#?}",
        different.len(),
        &different[..different.len().min(3)]
    );
    // Each state is common, or the draw would prove little.
    assert!(seen.iter().all(|count| *count > CHECKS / 20), "{seen:?}");
}
