//! The findings of a check that are at a place in a file, as lines that people and editors know: `FILE:LINE:COLUMN: …`.

use super::CheckResult;
use crate::model::{EvidenceEntry, Finding, Location, Status};

/// A line for each finding in a file that fails, is undetermined or needs a review; none if the findings are about no file.
pub fn located_findings(check: &CheckResult) -> impl Iterator<Item = String> {
    located(check).filter_map(|finding| line(finding, check.status))
}

/// The number of lines of [`located_findings`], which takes less time than to write them.
pub fn count_located(check: &CheckResult) -> usize {
    located(check).count()
}

fn located(check: &CheckResult) -> impl Iterator<Item = &Finding> {
    let is_open = |finding: &&Finding| match finding.status {
        Status::Fail | Status::Undetermined | Status::Manual => finding.location.is_some(),
        Status::Pass | Status::NotApplicable | Status::Skipped | Status::Waived => false,
    };
    check.findings.iter().filter(is_open)
}

/// The line of a finding, with its status where that is not the one of the check.
fn line(finding: &Finding, of_check: Status) -> Option<String> {
    let Location { file, line, column, .. } = finding.location.as_ref()?;
    let numbers: String = [line, column].into_iter().flatten().map(|number| format!(":{number}")).collect();
    let said = finding.evidence.first().map(|EvidenceEntry { attribute, value, .. }| {
        // The evidence of a Dockerfile has no attribute but its reason.
        if attribute == "reason" { value.clone() } else { format!("{attribute}: {value}") }
    });
    let other = if finding.status == of_check { String::new() } else { format!(" [{}]", finding.status) };
    Some(format!("{file}{numbers}: {}: {}{other}", finding.subject, said.unwrap_or_default()))
}
