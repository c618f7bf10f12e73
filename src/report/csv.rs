//! The format `csv`: one row for each check, as RFC 4180 has it. No cell is a formula to a spreadsheet.

use super::cut::cut;
use super::{CheckResult, Format, Report};
use crate::text::sanitize;
use std::borrow::Cow;
use std::io::{self, Write};

/// The most bytes of a cell; spreadsheets take 32,767 characters.
const MOST_CELL: usize = 32_000;

/// The names of the columns.
const COLUMNS: [&str; 20] = [
    "time",
    "kind",
    "cluster",
    "name",
    "kubernetes",
    "benchmark",
    "check",
    "rule",
    "target",
    "title",
    "severity",
    "scored",
    "status",
    "reason",
    "expected",
    "actual",
    "remediation",
    "waiver",
    "waiver_expires",
    "report",
];

/// The format `csv`.
#[derive(Debug, Clone, Copy)]
pub struct CsvFormat;

impl Format for CsvFormat {
    fn render(&self, report: &Report, out: &mut dyn Write) -> io::Result<()> {
        row(&COLUMNS, out)?;
        report.checks.iter().try_for_each(|check| row(&cells(report, check), out))
    }
}

fn cells<'r>(report: &'r Report, check: &'r CheckResult) -> [&'r str; COLUMNS.len()] {
    let subject = &report.subject;
    let waiver = check.waiver.as_ref();
    [
        &report.time.end,
        subject.kind.id(),
        subject.cluster.as_deref().unwrap_or_default(),
        subject.name.as_deref().unwrap_or_default(),
        subject.kubernetes.as_ref().map_or("", |kubernetes| &kubernetes.version),
        &report.benchmark.id,
        &check.id,
        check.rule_id.as_deref().unwrap_or_default(),
        &check.target,
        &check.title,
        check.severity.map_or("", |severity| severity.id()),
        if check.scored { "true" } else { "false" },
        check.status.id(),
        check.reason.as_deref().unwrap_or_default(),
        &check.expected,
        &check.actual,
        &check.remediation,
        waiver.map_or("", |waiver| &waiver.id),
        waiver.map_or("", |waiver| &waiver.expires),
        &report.report_id,
    ]
}

/// Every cell is quoted, so that no reader splits one at another separator.
fn row(cells: &[&str], out: &mut dyn Write) -> io::Result<()> {
    for (index, text) in cells.iter().enumerate() {
        let separator = if index == 0 { "" } else { "," };
        write!(out, "{separator}\"{}\"", cell(text).replace('"', "\"\""))?;
    }
    out.write_all(b"\r\n")
}

/// The text with an apostrophe in front where a spreadsheet would take it for a formula: it shows the rest.
fn cell(text: &str) -> Cow<'_, str> {
    const FORMULA: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
    let text = text.trim_end();
    let is_formula = text.starts_with(['\t', '\r', '\n']) || text.trim_start().starts_with(FORMULA);
    let text = cut(text, MOST_CELL);
    let safe = if text.chars().any(char::is_control) {
        Cow::Owned(sanitize::output(&text).replace("\r\n", "\n"))
    } else {
        text
    };
    if is_formula { Cow::Owned(format!("'{safe}")) } else { safe }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        let cases = [
            ("--anonymous-auth is not set", "'--anonymous-auth is not set"),
            ("=1+1", "'=1+1"),
            (" =1+1", "' =1+1"),
            ("+1", "'+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("＝1", "'＝1"),
            ("a=b", "a=b"),
            ("chmod 600 /x\n", "chmod 600 /x"),
            ("a\u{1b}[31m\u{0}b", "a\\u{1b}[31m\\u{0}b"),
        ];
        for (text, expected) in cases {
            assert_eq!(cell(text), expected, "{text:?}");
        }
    }

    #[test]
    fn cells_are_quoted() {
        let mut out = Vec::new();
        row(&["a", "b\"c", "d,e\nf"], &mut out).expect("memory takes everything");
        assert_eq!(String::from_utf8(out).expect("UTF-8"), "\"a\",\"b\"\"c\",\"d,e\nf\"\r\n");
    }
}
