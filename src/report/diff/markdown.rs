//! A comparison as Markdown: a comment on a merge request.

use super::text::{place, statuses, summary, title};
use super::{Change, ChangeClass, Diff, PairDiff};
use crate::report::cut::cut;
use crate::report::markdown::harmless;

/// The most bytes of a comment on GitHub, with room for the last sentence.
const MOST: usize = 65_536 - 200;

/// The most bytes of the evidence in a cell.
const MOST_CELL: usize = 500;

/// The comparison as tables of at most 65,536 bytes, one for each class.
pub fn diff_markdown(diff: &Diff) -> String {
    let mut text = format!("## {}\n", harmless(&cut(&summary(diff), MOST_CELL)));
    let notices = diff.pairs.iter().flat_map(|pair| &pair.notices).chain(&diff.notices);
    let unreadable = diff.unreadable.iter().map(|file| format!("not compared: {file}"));
    for notice in notices.cloned().chain(unreadable).take(20) {
        text.push_str(&format!("\n- {}", harmless(&cut(&notice, MOST_CELL))));
    }
    if !text.ends_with("\n") {
        text.push('\n');
    }
    let mut left_out = 0_usize;
    for class in ChangeClass::ALL {
        let rows: Vec<String> = diff.pairs.iter().flat_map(|pair| rows(pair, class)).collect();
        let mut is_first = true;
        for row in rows {
            let head =
                format!("\n### {}\n| check | subject | status | evidence |\n| --- | --- | --- | --- |\n", title(class));
            let head = if is_first { head.as_str() } else { "" };
            if left_out > 0 || text.len() + head.len() + row.len() > MOST {
                left_out += 1;
                continue;
            }
            is_first = false;
            text.push_str(head);
            text.push_str(&row);
        }
    }
    if left_out > 0 {
        text.push_str(&format!("\n{left_out} more changes are left out; the text and JSON have them.\n"));
    }
    text
}

fn rows(pair: &PairDiff, class: ChangeClass) -> impl Iterator<Item = String> {
    pair.changes.iter().filter(move |change| change.class == class).map(|change| row(&pair.subject, change))
}

fn row(subject: &str, change: &Change) -> String {
    let evidence =
        change.new.as_ref().or(change.old.as_ref()).map_or_else(String::new, |side| side.evidence.join("; "));
    let severity = change.severity.map_or_else(String::new, |severity| format!(" ({})", severity.id()));
    let place = place(change);
    let place = if place.is_empty() { subject.to_owned() } else { format!("{subject}: {place}") };
    let cell = |text: &str| harmless(&cut(text, MOST_CELL));
    let check = cell(&format!("{} {}{severity}", change.check, change.title));
    format!("| {check} | {} | {} | {} |\n", cell(&place), cell(&statuses(change)), cell(&evidence))
}
