//! Reports and rules as tables for people.

use super::report::{DocumentReport, Entry};
use super::rules::RULES;
use crate::text::sanitize;
use std::fmt::Write as _;

/// The reports as text: one heading for each document, one line for each rule.
pub(super) fn reports(reports: &[DocumentReport]) -> String {
    let mut out = String::new();
    for report in reports {
        if !out.is_empty() {
            out.push('\n');
        }
        let heading = format!("{} ({}): {}", report.object, report.file_name, report.message);
        out.push_str(&sanitize::into_line(heading));
        out.push('\n');
        let scoring = &report.scoring;
        for (list, entries) in
            [("critical", &scoring.critical), ("passed", &scoring.passed), ("advise", &scoring.advise)]
        {
            entries.iter().for_each(|entry| write_entry(list, entry, &mut out));
        }
    }
    out
}

fn write_entry(list: &str, entry: &Entry, out: &mut String) {
    // Writing to a string cannot fail.
    let _ = writeln!(out, "  {list:<8} {:>3}  {:<34} {}", entry.points, entry.id, entry.reason);
}

/// All rules as text.
pub(super) fn rules() -> String {
    let mut out = String::new();
    for rule in &RULES {
        let kinds = rule.kinds.join(", ");
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{:<34} {:>3}  {kinds}\n  {}\n  {}", rule.id, rule.points, rule.selector, rule.reason);
    }
    out
}
