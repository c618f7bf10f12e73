//! `sort` and `uniq`, by bytes as in the C locale.

use super::{Call, letters, lines, plainly};
use crate::kube_bench::shell::{Output, ScriptError, unknown};
use std::cmp::Ordering;

pub(super) fn sort(call: &Call<'_, '_>) -> Result<Output, ScriptError> {
    let (mut unique, mut reverse, mut numeric) = (false, false, false);
    let mut files = Vec::new();
    for word in call.arguments {
        match letters(word) {
            Some(flags) => {
                for flag in flags {
                    match flag {
                        'u' => unique = true,
                        'r' => reverse = true,
                        'n' => numeric = true,
                        other => return Err(unknown(format!("sort -{other}"))),
                    }
                }
            }
            None if word.starts_with("--") => return Err(unknown(format!("sort {word}"))),
            None => files.push(word.as_str()),
        }
    }
    let inputs = call.inputs(&files, "sort", |file, error| format!("cannot read: {file}: {error}"))?;
    if !inputs.errors.is_empty() {
        return Err(unknown("sort of a file that cannot be read"));
    }
    let mut all: Vec<&str> = inputs.texts.iter().flat_map(|(_, input)| lines(input)).collect();
    let key = |a: &str, b: &str| if numeric { number(a).cmp(&number(b)) } else { a.cmp(b) };
    let turned = |order: Ordering| if reverse { order.reverse() } else { order };
    if numeric && all.iter().any(|line| number(line).is_none()) {
        return Err(unknown("sort -n of such numbers"));
    }
    // Lines with equal numbers are put in order by their bytes, unless one of them is enough.
    all.sort_by(|a, b| turned(key(a, b)).then_with(|| if unique { Ordering::Equal } else { turned(a.cmp(b)) }));
    if unique {
        all.dedup_by(|a, b| key(a, b) == Ordering::Equal);
    }
    Ok(Output::of(joined(all.into_iter()), 0))
}

/// The whole number that a line begins with, 0 without one; none where it is no plain one.
fn number(line: &str) -> Option<i64> {
    let text = line.trim_start_matches([' ', '\t']);
    let end = text
        .char_indices()
        .find(|(i, c)| !(c.is_ascii_digit() || (*i == 0 && *c == '-')))
        .map_or(text.len(), |(i, _)| i);
    match &text[..end] {
        "" | "-" => Some(0).filter(|_| !text.starts_with('.') && !text.starts_with("-.")),
        digits => digits.parse().ok().filter(|_| !text[end..].starts_with('.')),
    }
}

pub(super) fn uniq(call: &Call<'_, '_>) -> Result<Output, ScriptError> {
    let (flags, files): (Vec<&str>, Vec<&str>) =
        call.arguments.iter().map(String::as_str).partition(|a| letters(a).is_some() || a.starts_with("--"));
    if files.len() > 1 {
        return Err(unknown("uniq that writes to a file"));
    }
    let inputs = call.inputs(&files, "uniq", plainly)?;
    let mut groups: Vec<(&str, usize)> = Vec::new();
    for line in inputs.texts.iter().flat_map(|(_, input)| lines(input)) {
        match groups.last_mut() {
            Some((last, count)) if *last == line => *count += 1,
            Some(_) | None => groups.push((line, 1)),
        }
    }
    let status = i32::from(!inputs.errors.is_empty());
    let text = match flags.as_slice() {
        [] => joined(groups.into_iter().map(|(line, _)| line)),
        ["-c"] => groups.iter().map(|(line, count)| format!("{count:7} {line}\n")).collect(),
        ["-d"] => joined(groups.into_iter().filter(|(_, count)| *count > 1).map(|(line, _)| line)),
        ["-u"] => joined(groups.into_iter().filter(|(_, count)| *count == 1).map(|(line, _)| line)),
        other => return Err(unknown(format!("uniq {}", other.join(" ")))),
    };
    Ok(Output::with_errors(inputs.errors, text, status))
}

fn joined<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    lines.flat_map(|line| [line, "\n"]).collect()
}
