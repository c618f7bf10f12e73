//! The outcome of a check that is judged place by place: by workloads or by Dockerfiles.

use crate::benchmark::Check;
use crate::model::{Finding, Outcome, Verdict};
use crate::text::sanitize;
use std::collections::BTreeMap;

/// The outcome of a verdict. `passes`: the places where the check is met.
pub(super) fn judged_outcome(
    check: &Check,
    verdict: Verdict,
    (reads, expected): (&str, &str),
    passes: usize,
    findings: Vec<Finding>,
) -> Outcome {
    let actual = match &verdict {
        Verdict::Pass => format!("met in each of {passes} places"),
        Verdict::Skipped => "not evaluated".to_owned(),
        other => other.reason().unwrap_or_default().to_owned(),
    };
    Outcome {
        manual: matches!(verdict, Verdict::Manual(_)),
        verdict: verdict.map_reason(sanitize::into_line),
        reads: reads.to_owned(),
        expected: expected.to_owned(),
        actual: sanitize::into_line(actual),
        remediation: check.rule.remediation.render(&mut |_| None),
        changes_nothing: false,
        findings,
        extensions: BTreeMap::new(),
    }
}
