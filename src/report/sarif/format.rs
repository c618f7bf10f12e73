//! The format: one run with the results, the worst first where there are too many.

use super::results::result;
use super::rules::rules;
use crate::model::{Severity, Status};
use crate::report::cut::cut;
use crate::report::json::write_pretty_json;
use crate::report::occurrence::{Occurrence, severity};
use crate::report::{CheckResult, Format, Report, SubjectKind};
use serde_json::{Value, json};
use std::io::{self, Write};

/// GitHub keeps this many results of a run, and refuses a file with five times as many.
const MOST_RESULTS: usize = 5000;

/// The most bytes of one notification.
const MOST_NOTICE: usize = 2000;

/// The most notifications.
const MOST_NOTICES: usize = 100;

/// The format `sarif`.
#[derive(Debug, Clone, Copy)]
pub struct SarifFormat {
    /// Whether results that are no failures are listed too.
    pub all: bool,
}

impl Format for SarifFormat {
    fn render(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        write_pretty_json(&document(report, self.all), out)
    }
}

fn document(report: &Report, all: bool) -> Value {
    let is_wanted = |status| match status {
        Status::Fail => true,
        Status::Pass | Status::Manual | Status::NotApplicable | Status::Undetermined | Status::Waived => all,
        Status::Skipped => false,
    };
    let (occurrences, left_out) = worst(Occurrence::all(report, is_wanted), MOST_RESULTS);
    let checks: Vec<&CheckResult> = occurrences.iter().map(|occurrence| occurrence.check).collect();
    let (rules, indices) = rules(report, &checks);
    let results: Vec<Value> =
        occurrences.iter().zip(indices).map(|(occurrence, index)| result(report, occurrence, index)).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": report.tool.name,
                "semanticVersion": report.tool.version,
                "rules": rules,
            } },
            "automationDetails": { "id": category(report) },
            "invocations": [{
                "executionSuccessful": true,
                "startTimeUtc": report.time.start,
                "endTimeUtc": report.time.end,
                "toolExecutionNotifications": notifications(report, left_out),
            }],
            "columnKind": "unicodeCodePoints",
            "results": results,
            "properties": {
                "benchmark": report.benchmark.id,
                "resultsLeftOut": left_out,
            },
        }],
    })
}

/// The worst occurrences in their order, and the number of the others.
fn worst(occurrences: Vec<Occurrence<'_>>, most: usize) -> (Vec<Occurrence<'_>>, usize) {
    let left_out = occurrences.len().saturating_sub(most);
    if left_out == 0 {
        return (occurrences, 0);
    }
    let mut ranked: Vec<usize> = (0..occurrences.len()).collect();
    ranked.sort_by_key(|index| rank(&occurrences[*index]));
    let mut is_kept = vec![false; occurrences.len()];
    for index in ranked.into_iter().take(most) {
        is_kept[index] = true;
    }
    let kept = occurrences.into_iter().zip(is_kept).filter_map(|(occurrence, kept)| kept.then_some(occurrence));
    (kept.collect(), left_out)
}

/// How bad: first the status, then whether it is scored, then the severity.
fn rank(occurrence: &Occurrence<'_>) -> (usize, bool, std::cmp::Reverse<Severity>) {
    let status = Status::WORST_FIRST.iter().position(|status| *status == occurrence.status).unwrap_or_default();
    (status, !occurrence.check.scored, std::cmp::Reverse(severity(occurrence.check)))
}

/// The category that an upload replaces: nothing in it changes from run to run.
fn category(report: &Report) -> String {
    let subject = &report.subject;
    let command = match subject.kind {
        SubjectKind::Node => "run",
        SubjectKind::Cluster => "cluster",
        SubjectKind::Manifests => return "nodeproof/scan/".to_owned(),
        SubjectKind::Fleet => "fleet",
    };
    // Without the name of its cluster a node must not replace the results of another one.
    match subject.cluster.as_deref().or(subject.name.as_deref()) {
        Some(cluster) => format!("nodeproof/{command}/{}/", crate::report::uri::segment(cluster)),
        None => format!("nodeproof/{command}/"),
    }
}

/// What the reader must know: results that are left out, notices, targets and checks that were not evaluated.
fn notifications(report: &Report, left_out: usize) -> Vec<Value> {
    let cut_results = (left_out > 0).then(|| {
        format!("{left_out} results are left out, the least severe ones: code scanning keeps {MOST_RESULTS} of a run")
    });
    let targets =
        report.targets_left_out.iter().map(|target| format!("not audited: {} ({})", target.target, target.reason));
    let skipped = report.checks.iter().filter(|check| check.status == Status::Skipped);
    let skipped = skipped.map(|check| format!("skipped: {} {}", check.id, check.title));
    let texts = cut_results.into_iter().chain(report.notices.iter().cloned()).chain(targets).chain(skipped);
    texts
        .take(MOST_NOTICES)
        .map(|text| json!({ "level": "warning", "message": { "text": cut(&text, MOST_NOTICE) } }))
        .collect()
}
