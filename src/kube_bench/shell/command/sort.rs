//! `sort` and `uniq`, by bytes as in the C locale.

use super::arguments::short_options;
use super::input::{file_error, lines, read_inputs};
use super::invocation::Invocation;
use crate::kube_bench::shell::error::{ScriptError, unsupported};
use crate::kube_bench::shell::output::CommandOutput;
use crate::text::quote;
use std::cmp::Ordering;

pub(super) fn sort(invocation: &Invocation<'_, '_>) -> Result<CommandOutput, ScriptError> {
    let (mut unique, mut reverse, mut numeric) = (false, false, false);
    let mut files = Vec::new();
    for argument in invocation.arguments {
        match short_options(argument) {
            Some(flags) => {
                for flag in flags {
                    match flag {
                        'u' => unique = true,
                        'r' => reverse = true,
                        'n' => numeric = true,
                        other => return Err(unsupported(format!("`sort -{other}`"))),
                    }
                }
            }
            None if argument.starts_with("--") => return Err(unsupported(quote(&format!("sort {argument}")))),
            None => files.push(argument.as_str()),
        }
    }
    let inputs = read_inputs(invocation, &files, "sort", |file, error| format!("cannot read: {file}: {error}"))?;
    if !inputs.errors.is_empty() {
        return Err(unsupported("`sort` on a file that cannot be read"));
    }
    let mut all: Vec<&str> = inputs.texts.iter().flat_map(|(_, input)| lines(input)).collect();
    let key = |a: &str, b: &str| if numeric { number(a).cmp(&number(b)) } else { a.cmp(b) };
    let directed = |order: Ordering| if reverse { order.reverse() } else { order };
    if numeric && all.iter().any(|line| number(line).is_none()) {
        return Err(unsupported("`sort -n` of numbers that are not integers"));
    }
    // Lines with equal keys are sorted by their bytes, but `-u` keeps the first of the input.
    all.sort_by(|a, b| directed(key(a, b)).then_with(|| if unique { Ordering::Equal } else { directed(a.cmp(b)) }));
    if unique {
        all.dedup_by(|a, b| key(a, b) == Ordering::Equal);
    }
    Ok(CommandOutput::stdout_text(joined(all.into_iter()), 0))
}

/// The integer at the beginning of a line, 0 without one; `None` if the number is not an integer.
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

pub(super) fn uniq(invocation: &Invocation<'_, '_>) -> Result<CommandOutput, ScriptError> {
    let (flags, files): (Vec<&str>, Vec<&str>) = invocation
        .arguments
        .iter()
        .map(String::as_str)
        .partition(|a| short_options(a).is_some() || a.starts_with("--"));
    if files.len() > 1 {
        return Err(unsupported("`uniq` with an output file"));
    }
    let inputs = read_inputs(invocation, &files, "uniq", file_error)?;
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
        other => return Err(unsupported(quote(&format!("uniq {}", other.join(" "))))),
    };
    Ok(CommandOutput::with_errors(inputs.errors, text, status))
}

fn joined<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    lines.flat_map(|line| [line, "\n"]).collect()
}
