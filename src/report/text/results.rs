//! A line for each check, with its reason below.

use super::layout::{INDENT, heading, indented, tagged};
use super::parts::TextShape;
use super::wrap::NO_BREAK;
use crate::model::Status;
use crate::report::{CheckResult, SectionView, count_located, located_findings};
use std::io::{self, Write};

/// Places in files that are shown of one check.
const MAX_LOCATED: usize = 20;

/// The results of a section; nothing if it has none to show.
pub(super) fn results(view: &SectionView<'_>, shape: &TextShape, out: &mut dyn Write) -> io::Result<()> {
    if !view.checks().any(|check| shape.shows(check.status)) {
        return Ok(());
    }
    writeln!(out)?;
    heading(&format!("== {} {} ==", view.section.id, view.section.title), shape.width, out)?;
    for group in &view.groups {
        let shown: Vec<&CheckResult> = group.checks.iter().filter(|check| shape.shows(check.status)).collect();
        if shown.is_empty() {
            continue;
        }
        // A section of one group has the same number and title.
        if group.group.id != view.section.id || group.group.title != view.section.title {
            heading(&format!("{} {}", group.group.id, group.group.title), shape.width, out)?;
        }
        for check in shown {
            tagged(check.state(), &title(check), shape.width, out)?;
            explanation(check, MAX_LOCATED, shape.width, out)?;
            if shape.parts.evidence {
                evidence(check, shape.width, out)?;
            }
        }
    }
    Ok(())
}

/// Number and title, and the severity of what is not a pass.
pub(super) fn title(check: &CheckResult) -> String {
    let is_open = matches!(check.status, Status::Fail | Status::Undetermined | Status::Manual);
    let published = check.published_severity.as_ref().map(|published| published.replace(' ', &NO_BREAK.to_string()));
    let published = published.map(|published| format!(",{NO_BREAK}{published}")).unwrap_or_default();
    let severity = check.severity.filter(|_| is_open).map(|severity| format!("{NO_BREAK}[{severity}{published}]"));
    format!("{} {}{}", check.id, check.title, severity.unwrap_or_default())
}

/// Why a check is not a PASS.
pub(super) fn reason(check: &CheckResult) -> Option<String> {
    let reason = check.reason.as_deref();
    match check.status {
        Status::Skipped => Some("skipped by request".to_owned()),
        Status::Manual if check.manual => Some("manual review required".to_owned()),
        Status::Undetermined => {
            Some(reason.map_or("undetermined".to_owned(), |reason| format!("undetermined: {reason}")))
        }
        Status::Waived => match (&check.waiver, reason) {
            (Some(waiver), Some(reason)) => Some(format!("{}; {}: {reason}", waiver.in_words(), waiver.former_status)),
            (Some(waiver), None) => Some(format!("{}; {}", waiver.in_words(), waiver.former_status)),
            (None, reason) => reason.map(str::to_owned),
        },
        Status::Pass | Status::Fail | Status::Manual | Status::NotApplicable => reason.map(str::to_owned),
    }
}

/// Why a check is not a PASS: places in files, `most` of them one below the other, else the reason.
pub(super) fn explanation(check: &CheckResult, most: usize, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let count = count_located(check);
    if count == 0 {
        return reason(check).map_or(Ok(()), |reason| indented(&reason, INDENT, width, out));
    }
    if check.status == Status::Undetermined {
        indented("undetermined:", INDENT, width, out)?;
    }
    if let Some(waiver) = &check.waiver {
        indented(&waiver.in_words(), INDENT, width, out)?;
    }
    located_findings(check).take(most).try_for_each(|line| indented(&line, INDENT, width, out))?;
    match count.saturating_sub(most) {
        0 => Ok(()),
        more => indented(&format!("and {more} more; --format report has all"), INDENT, width, out),
    }
}

fn evidence(check: &CheckResult, width: usize, out: &mut dyn Write) -> io::Result<()> {
    for finding in &check.findings {
        for entry in &finding.evidence {
            let text = format!("{}: {} = {} [{}]", finding.subject, entry.attribute, entry.value, entry.source);
            indented(&text, INDENT + 2, width, out)?;
        }
    }
    Ok(())
}
