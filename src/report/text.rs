//! The report for people: a line for each check with its reason below, what to do, and counts.

use super::TextOptions;
use crate::report::{Outcome, Report, SectionReport, State, Totals, Verdict};
use anstyle::{AnsiColor, Style};
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use std::io::{self, Write};

pub(super) fn render(report: &Report, options: TextOptions, out: &mut dyn Write) -> io::Result<()> {
    for notice in &report.notices {
        writeln!(out, "{} {notice}", tag(State::Warn))?;
    }
    if let Some(kubernetes) = report.kubernetes.as_ref().filter(|_| options.results) {
        let (version, source) = (&kubernetes.version, &kubernetes.source);
        writeln!(out, "{} Kubernetes {version} (from {source}): {}", tag(State::Info), report.benchmark)?;
    }
    for section in &report.sections {
        if options.results {
            results(section, options.evidence, out)?;
        }
        if options.remediations {
            remediations(section, out)?;
        }
        if options.summary {
            heading(&format!("Summary {}", section.target), out)?;
            counts(section.totals(), out)?;
        }
    }
    if options.totals {
        heading("Summary total", out)?;
        counts(report.totals(), out)?;
        writeln!(out, "{}", totals_table(report))?;
    }
    Ok(())
}

fn results(section: &SectionReport, with_evidence: bool, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{} {} {}", tag(State::Info), section.id, section.title)?;
    for group in &section.groups {
        writeln!(out, "{} {} {}", tag(State::Info), group.id, group.title)?;
        for outcome in &group.outcomes {
            let state = outcome.state();
            writeln!(out, "{} {} {}", tag(state), outcome.id, outcome.title)?;
            if let Some(reason) = reason(outcome) {
                writeln!(out, "       {reason}")?;
            }
            if with_evidence {
                for finding in &outcome.evidence {
                    let (subject, attribute) = (&finding.subject, &finding.attribute);
                    writeln!(out, "         {subject}: {attribute} = {} [{}]", finding.value, finding.source)?;
                }
            }
        }
    }
    writeln!(out)
}

/// Why a check is not a PASS; a manual one says so by its place among the remediations.
fn reason(outcome: &Outcome) -> Option<&str> {
    if outcome.manual && outcome.state() == State::Warn {
        None
    } else {
        outcome.verdict.reason().filter(|r| !r.is_empty())
    }
}

fn remediations(section: &SectionReport, out: &mut dyn Write) -> io::Result<()> {
    let to_mend: Vec<&Outcome> =
        section.outcomes().filter(|o| matches!(o.state(), State::Fail | State::Warn)).collect();
    if to_mend.is_empty() {
        return Ok(());
    }
    heading(&format!("Remediations {}", section.target), out)?;
    for outcome in to_mend {
        if let (State::Warn, Verdict::Undetermined(reason)) = (outcome.state(), &outcome.verdict) {
            writeln!(out, "{} audit test did not run: {reason}", outcome.id)?;
        }
        let mut lines = outcome.remediation.trim_end().lines();
        writeln!(out, "{} {}", outcome.id, lines.next().unwrap_or_default())?;
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
    for section in &report.sections {
        table.add_row(row(section.target.id(), section.totals()));
    }
    table.add_row(row("total", report.totals()));
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn heading(text: &str, out: &mut dyn Write) -> io::Result<()> {
    let style = Style::new().bold();
    writeln!(out, "{style}== {text} =={style:#}")
}

/// `[FAIL]` in its colour; where colour is not wanted, the writer takes it away.
fn tag(state: State) -> String {
    let colour = match state {
        State::Pass => AnsiColor::Green,
        State::Fail => AnsiColor::Red,
        State::Warn => AnsiColor::Yellow,
        State::Info => AnsiColor::Blue,
    };
    let style = Style::new().fg_color(Some(colour.into()));
    format!("[{style}{state}{style:#}]")
}
