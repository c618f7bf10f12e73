//! A comparison as text: by class, broken first, with the evidence of the new report.

use super::{Change, ChangeClass, Diff, PairDiff, ReportRef, Side};
use crate::model::Status;
use crate::text::sanitize;

/// The most lines of evidence of one change.
const MOST_EVIDENCE: usize = 5;

/// The comparison as text.
pub fn diff_text(diff: &Diff) -> String {
    let mut text = String::new();
    for pair in &diff.pairs {
        let PairDiff { subject, old, new, notices, .. } = pair;
        if diff.pairs.len() > 1 && pair.changes.is_empty() && notices.is_empty() {
            continue;
        }
        let subject = sanitize::line(subject);
        let of = |side: &ReportRef| format!("{} ({})", sanitize::line(&side.time), sanitize::line(&side.benchmark));
        line(&mut text, &format!("{subject}: {}, now {}", of(old), of(new)));
        for notice in notices {
            line(&mut text, &format!("note: {}", sanitize::line(notice)));
        }
    }
    for class in ChangeClass::ALL {
        let of_class = |pair: &'_ &PairDiff| pair.changes.iter().any(|change| change.class == class);
        if !diff.pairs.iter().any(|pair| of_class(&pair)) {
            continue;
        }
        line(&mut text, &format!("\n== {} ({}) ==", title(class), diff.count(class)));
        for pair in diff.pairs.iter().filter(of_class) {
            if diff.pairs.len() > 1 {
                line(&mut text, &format!("{}:", sanitize::line(&pair.subject)));
            }
            section(&mut text, pair.changes.iter().filter(|change| change.class == class));
        }
    }
    if !text.is_empty() {
        text.push('\n');
    }
    end(&mut text, diff);
    text
}

/// What was not compared, and the counts.
fn end(text: &mut String, diff: &Diff) {
    for (which, subjects) in [("old", &diff.only_old), ("new", &diff.only_new)] {
        if !subjects.is_empty() {
            let subjects: Vec<String> = subjects.iter().map(|subject| sanitize::line(subject)).collect();
            line(text, &format!("only the {which} reports have: {}", subjects.join(", ")));
        }
    }
    for notice in &diff.notices {
        line(text, &format!("note: {}", sanitize::line(notice)));
    }
    for unreadable in &diff.unreadable {
        line(text, &format!("not compared: {}", sanitize::line(unreadable)));
    }
    line(text, &summary(diff));
}

/// `2 reports compared: 1 broken, 3 fixed`.
pub(super) fn summary(diff: &Diff) -> String {
    let counts = ChangeClass::ALL.map(|class| (class, diff.count(class)));
    let counts: Vec<String> = counts
        .into_iter()
        .filter(|(class, count)| *count > 0 || *class == ChangeClass::Broken)
        .map(|(class, count)| format!("{count} {}", class.words()))
        .collect();
    let is_same = diff.pairs.iter().all(|pair| pair.changes.is_empty());
    let counts = if is_same { "no changes".to_owned() } else { counts.join(", ") };
    match diff.pairs.as_slice() {
        [pair] => format!("{}: {counts}", sanitize::line(&pair.subject)),
        pairs => format!("{} pairs of reports compared: {counts}", pairs.len()),
    }
}

/// The class as a heading.
pub(super) fn title(class: ChangeClass) -> String {
    let words = class.words();
    words.get(..1).map_or_else(String::new, str::to_uppercase) + words.get(1..).unwrap_or_default()
}

/// Changes of one class, each check once.
fn section<'d>(text: &mut String, changes: impl Iterator<Item = &'d Change>) {
    let mut last: Option<(&str, &str, &str)> = None;
    for change in changes {
        let Change { rule, check, target, title, severity, .. } = change;
        if last.replace((rule, target, check)) != Some((rule, target, check)) {
            let severity = severity.map_or_else(String::new, |severity| format!(" [{}]", severity.id()));
            line(text, &format!("{} {}{severity}", sanitize::line(check), sanitize::line(title)));
        }
        let place = place(change);
        let place = if place.is_empty() { place } else { format!("{place}: ") };
        line(text, &format!("  {place}{}", statuses(change)));
        let evidence = change.new.as_ref().or(change.old.as_ref()).map_or(&[][..], |side| &side.evidence);
        for entry in evidence.iter().take(MOST_EVIDENCE) {
            line(text, &format!("    {}", sanitize::line(entry)));
        }
        if evidence.len() > MOST_EVIDENCE {
            line(text, &format!("    and {} more", evidence.len() - MOST_EVIDENCE));
        }
    }
}

/// `pod.yaml:3: Pod/web container app`; empty for the check as a whole.
pub(super) fn place(change: &Change) -> String {
    let line = change.line.map_or_else(String::new, |line| format!(":{line}"));
    let file = change.file.as_ref().map(|file| format!("{}{line}", sanitize::line(file)));
    let subject = change.subject.as_deref().filter(|subject| !subject.is_empty()).map(sanitize::line);
    file.into_iter().chain(subject).collect::<Vec<_>>().join(": ")
}

/// `pass -> fail`.
pub(super) fn statuses(change: &Change) -> String {
    let id = |side: &Option<Side>| side.as_ref().map_or("absent", |side| Status::id(side.status));
    format!("{} -> {}", id(&change.old), id(&change.new))
}

fn line(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}
