//! The format `text` as kube-bench prints it, for a program that is called so: a line for each check with its reason below, then
//! for each target what to do and counts.

use crate::model::Status;
use crate::report::{CheckResult, Format, Report, SectionView, State, TextParts, Totals, tag};
use anstyle::Style;
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use std::borrow::Cow;
use std::io::{self, Write};

/// The format `text` of kube-bench.
#[derive(Debug, Clone, Copy)]
pub struct Lines(pub TextParts);

impl Format for Lines {
    fn render(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        let parts = self.0;
        // Not with the tag of a state: scripts count the lines that have one, and take the word behind it for an id.
        if !report.notices.is_empty() {
            heading("Notices", out)?;
            report.notices.iter().try_for_each(|notice| writeln!(out, "{notice}"))?;
            writeln!(out)?;
        }
        if let Some(kubernetes) = report.subject.kubernetes.as_ref().filter(|_| parts.results) {
            let (version, source) = (&kubernetes.version, &kubernetes.source);
            writeln!(out, "{} Kubernetes {version} (from {source}): {}", tag(State::Info), report.benchmark.id)?;
        }
        for section in report.sections() {
            if parts.results {
                results(&section, parts.evidence, out)?;
            }
            if parts.remediations {
                remediations(&section, out)?;
            }
            if parts.summary {
                heading(&format!("Summary {}", section.section.target), out)?;
                counts(Totals::of(section.checks()), out)?;
            }
        }
        if parts.totals {
            heading("Summary total", out)?;
            counts(Totals::of(&report.checks), out)?;
            writeln!(out, "{}", totals_table(report))?;
        }
        Ok(())
    }

    fn is_for_people(&self) -> bool {
        true
    }
}

fn results(view: &SectionView<'_>, with_evidence: bool, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{} {} {}", tag(State::Info), view.section.id, view.section.title)?;
    for group in &view.groups {
        writeln!(out, "{} {} {}", tag(State::Info), group.group.id, group.group.title)?;
        for check in group.checks {
            writeln!(out, "{} {} {}", tag(check.state()), check.id, check.title)?;
            if let Some(reason) = reason(check) {
                writeln!(out, "       {reason}")?;
            }
            if with_evidence {
                evidence(check, out)?;
            }
        }
    }
    writeln!(out)
}

fn evidence(check: &CheckResult, out: &mut dyn Write) -> io::Result<()> {
    for finding in &check.findings {
        for entry in &finding.evidence {
            writeln!(out, "         {}: {} = {} [{}]", finding.subject, entry.attribute, entry.value, entry.source)?;
        }
    }
    Ok(())
}

/// Why a check is not a PASS.
fn reason(check: &CheckResult) -> Option<Cow<'_, str>> {
    match check.status {
        Status::Skipped => Some("skipped by request".into()),
        Status::Waived if check.waiver.is_some() => check.waiver.as_ref().map(|waiver| waiver.in_words().into()),
        // Its place among the remediations says so.
        Status::Manual if check.manual => None,
        Status::Pass
        | Status::Fail
        | Status::Manual
        | Status::NotApplicable
        | Status::Undetermined
        | Status::Waived => check.reason.as_deref().map(Cow::Borrowed),
    }
}

fn remediations(view: &SectionView<'_>, out: &mut dyn Write) -> io::Result<()> {
    let open: Vec<&CheckResult> =
        view.checks().filter(|check| matches!(check.state(), State::Fail | State::Warn)).collect();
    if open.is_empty() {
        return Ok(());
    }
    heading(&format!("Remediations {}", view.section.target), out)?;
    for check in open {
        if let (State::Warn, Status::Undetermined, Some(reason)) = (check.state(), check.status, &check.reason) {
            writeln!(out, "{} undetermined: {reason}", check.id)?;
        }
        let impact = check.impact.iter().map(|impact| format!("Impact: {}", impact.trim_end()));
        let text: Vec<String> = std::iter::once(check.remediation.trim_end().to_owned()).chain(impact).collect();
        let text = text.join("\n");
        let mut lines = text.lines();
        writeln!(out, "{} {}", check.id, lines.next().unwrap_or_default())?;
        for line in lines {
            writeln!(out, "  {line}")?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn counts(totals: Totals, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{} checks PASS", totals.pass)?;
    writeln!(out, "{} checks FAIL", totals.fail)?;
    writeln!(out, "{} checks WARN", totals.warn)?;
    writeln!(out, "{} checks INFO", totals.info)?;
    writeln!(out)
}

fn totals_table(report: &Report) -> Table {
    let mut table = Table::new();
    table.load_style(presets::ASCII_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(["target", "PASS", "FAIL", "WARN", "INFO", "checks"]);
    let row = |name: &str, t: Totals| {
        [
            name.to_owned(),
            t.pass.to_string(),
            t.fail.to_string(),
            t.warn.to_string(),
            t.info.to_string(),
            t.sum().to_string(),
        ]
    };
    for section in report.sections() {
        table.add_row(row(&section.section.target, Totals::of(section.checks())));
    }
    table.add_row(row("total", Totals::of(&report.checks)));
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn heading(text: &str, out: &mut dyn Write) -> io::Result<()> {
    let style = Style::new().bold();
    writeln!(out, "{style}== {text} =={style:#}")
}
