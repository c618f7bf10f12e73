//! What the tests of a rule read and expect, in words.

use super::definitions::LoadedBenchmark;
use crate::benchmark::{Assertion, Test, WhenMissing, WhenUnset};
use crate::expectation::Operator as _;
use crate::model::EvidenceKind;
use serde::Serialize;

/// One test of a rule.
#[derive(Debug, Serialize)]
pub(super) struct TestView {
    /// The enclosing lists, outermost first: `all of`, `any of`.
    pub(super) within: Vec<&'static str>,
    pub(super) reads: String,
    pub(super) expects: String,
    /// A file is never unset.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) when_unset: Option<&'static str>,
    /// Absent for a check of a kube-bench folder, and for one that documents answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) when_missing: Option<&'static str>,
}

/// Adds the tests of an assertion.
pub(super) fn collect_tests(
    assertion: &Assertion,
    loaded: Option<&LoadedBenchmark>,
    within: &mut Vec<&'static str>,
    tests: &mut Vec<TestView>,
) {
    let (word, inner) = match assertion {
        Assertion::Test(test) => return tests.push(test_view(test, within)),
        Assertion::External(number) => {
            let described = loaded.and_then(|loaded| loaded.describe(*number));
            return tests.extend(described.map(|(reads, expects)| TestView {
                within: Vec::new(),
                reads,
                expects,
                when_unset: None,
                when_missing: None,
            }));
        }
        Assertion::Manual(_) => return,
        Assertion::ByCluster(test, _) => {
            return tests.push(TestView {
                within: within.clone(),
                reads: test.reads(),
                expects: test.expected(),
                when_unset: None,
                when_missing: None,
            });
        }
        Assertion::ByWorkload(test) => return tests.push(of_objects(within, test.reads(), test.expected())),
        Assertion::ByDockerfile(test) => return tests.push(of_objects(within, test.reads(), test.expected())),
        Assertion::ByDocuments(assertion, _) => return collect_tests(assertion, loaded, within, tests),
        Assertion::Where(condition, assertion) => {
            tests.push(test_view(&condition.test, &[&within[..], &["applies if"]].concat()));
            return collect_tests(assertion, loaded, within, tests);
        }
        Assertion::AllOf(inner) => ("all of", inner),
        Assertion::AnyOf(inner) => ("any of", inner),
    };
    within.push(word);
    for assertion in inner {
        collect_tests(assertion, loaded, within, tests);
    }
    within.pop();
}

/// What is asked of objects, where nothing is said of an absent one.
fn of_objects(within: &[&'static str], reads: &str, expects: &str) -> TestView {
    TestView {
        within: within.to_vec(),
        reads: reads.to_owned(),
        expects: expects.to_owned(),
        when_unset: None,
        when_missing: None,
    }
}

fn test_view(test: &Test, within: &[&'static str]) -> TestView {
    // A document that is not given leaves a manual review, and an absent field has the default of its API.
    let of_node = test.probe.cloud().is_none();
    TestView {
        within: within.to_vec(),
        reads: test.probe.describe(),
        expects: test.expect.to_string(),
        when_unset: (of_node && test.probe.evidence_kind() == EvidenceKind::Value).then_some(match test.when_unset {
            _ if test.expect.holds_unset() => "pass",
            WhenUnset::NotMet => "fail",
            WhenUnset::Default => "the documented default counts",
        }),
        when_missing: of_node.then_some(match test.when_missing {
            WhenMissing::NotMet => "fail",
            WhenMissing::NotApplicable => "not applicable",
        }),
    }
}
