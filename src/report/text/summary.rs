//! Counts: a table by target, and one line for all.

use super::parts::TextParts;
use crate::model::Status;
use crate::report::{CheckResult, InputCounts, Report, State, Totals};
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use std::io::{self, Write};

/// The table: a row for each target that has checks, and one for all.
pub(super) fn table(report: &Report, parts: TextParts, out: &mut dyn Write) -> io::Result<()> {
    let mut table = Table::new();
    table.load_style(presets::ASCII_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(["target", "PASS", "FAIL", "WARN", "INFO", "checks"]);
    if parts.summary {
        for section in report.sections() {
            let totals = Totals::of(section.checks());
            if totals.sum() > 0 {
                table.add_row(row(&section.section.target, totals));
            }
        }
    }
    if parts.totals {
        table.add_row(row("total", Totals::of(&report.checks)));
    }
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    writeln!(out, "{table}")
}

fn row(name: &str, totals: Totals) -> [String; 6] {
    let Totals { pass, fail, warn, info } = totals;
    let [pass, fail, warn, info, sum] = [pass, fail, warn, info, totals.sum()].map(|number| number.to_string());
    [name.to_owned(), pass, fail, warn, info, sum]
}

/// How many checks there are of each kind, in words.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counts {
    totals: Totals,
    /// Of those in the state FAIL: how many could not be evaluated.
    undetermined: usize,
    /// The same of those in the state WARN.
    undetermined_warnings: usize,
}

impl Counts {
    pub(super) fn of<'a>(checks: impl Iterator<Item = &'a CheckResult> + Clone) -> Self {
        let undetermined = |state: State| {
            let of_state = |check: &&CheckResult| check.state() == state && check.status == Status::Undetermined;
            checks.clone().filter(of_state).count()
        };
        Self {
            undetermined: undetermined(State::Fail),
            undetermined_warnings: undetermined(State::Warn),
            totals: Totals::of(checks.clone()),
        }
    }

    /// `7 failed, 2 undetermined, 10 need attention (1 undetermined)`. FAIL is the sum of the first two.
    pub(super) fn open(self) -> String {
        let failed = self.totals.fail - self.undetermined;
        let undetermined = match self.undetermined {
            0 => String::new(),
            count => format!(", {count} undetermined"),
        };
        let attention = match self.totals.warn {
            1 => "1 needs attention".to_owned(),
            count => format!("{count} need attention"),
        };
        let of_these = match self.undetermined_warnings {
            0 => String::new(),
            count => format!(" ({count} undetermined)"),
        };
        format!("{failed} failed{undetermined}, {attention}{of_these}")
    }
}

/// The one line that is always there.
pub(super) fn last_line(report: &Report) -> String {
    let counts = Counts::of(report.checks.iter());
    let name = report.subject.name.as_deref().map_or(String::new(), |name| format!("{name}, "));
    let mut line = format!("{name}{}: {}, {} passed", report.benchmark.id, counts.open(), counts.totals.pass);
    for (status, words) in
        [(Status::NotApplicable, "not applicable"), (Status::Skipped, "skipped"), (Status::Waived, "waived")]
    {
        match report.checks.iter().filter(|check| check.status == status).count() {
            0 => {}
            count => line.push_str(&format!(", {count} {words}")),
        }
    }
    if let Some(InputCounts { evaluated, skipped, unreadable }) = report.inputs {
        let objects = if evaluated == 1 { "object" } else { "objects" };
        line.push_str(&format!("; {evaluated} {objects} evaluated, {skipped} skipped, {unreadable} unreadable"));
    }
    line
}
