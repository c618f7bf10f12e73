//! The static pods of a node: workloads in files that its kubelet reads.

use super::scan_input::ScanInput;
use crate::evaluate::{Evaluation, fill_workloads};
use crate::node::StaticManifests;
use crate::plan::Plan;
use crate::source::manifests::read_texts;
use crate::text::sanitize;
use crate::workload::NEWEST_MINOR;

/// Evaluates the checks of a plan that are about workloads, by the static pods of a node. Reads nothing if there is no such check.
pub(super) fn fill(plan: &Plan<'_>, evaluation: &mut Evaluation, manifests: impl FnOnce() -> StaticManifests) {
    if plan.checks().all(|planned| planned.check.rule.assertion.workload().is_none()) {
        return;
    }
    let StaticManifests { files, unknown } = manifests();
    let input = ScanInput::new(read_texts(files), Some(NEWEST_MINOR));
    let places = input.places();
    let problems = input.problems().chain(unknown.iter().map(String::as_str)).next();
    let missing = problems.map(|problem| format!("not all static pods are known: {problem}"));
    fill_workloads(plan, &mut evaluation.outcomes, &input.examined(&places), &input.surroundings(), missing.as_deref());
    evaluation.notices.extend(input.notices().into_iter().chain(unknown).map(sanitize::into_line));
}
