//! `cut`: fields and characters of lines.

use super::input::{file_error, lines, read_inputs};
use super::invocation::Invocation;
use crate::kube_bench::shell::error::{ScriptError, unsupported};
use crate::kube_bench::shell::output::CommandOutput;
use crate::text::quote;

/// Maximum ranges in one list.
const MAX_RANGES: usize = 100;

/// First and last position, counted from 1.
type CutRange = (usize, usize);

struct CutOptions<'a> {
    delimiter: char,
    ranges: Vec<CutRange>,
    /// Whether the ranges count characters instead of fields.
    by_characters: bool,
    /// Whether lines without a delimiter are left out.
    only_delimited: bool,
    files: Vec<&'a str>,
}

pub(super) fn run(invocation: &Invocation<'_, '_>) -> Result<CommandOutput, ScriptError> {
    let options = parse(invocation.arguments)?;
    let inputs = read_inputs(invocation, &options.files, "cut", file_error)?;
    let mut text = String::new();
    for line in inputs.texts.iter().flat_map(|(_, input)| lines(input)) {
        if options.by_characters && !line.is_ascii() {
            return Err(unsupported("`cut -c` on text that is not ASCII"));
        }
        let chosen = |index: usize| options.ranges.iter().any(|(from, to)| (*from..=*to).contains(&(index + 1)));
        if options.by_characters {
            text.extend(line.chars().enumerate().filter(|(i, _)| chosen(*i)).map(|(_, c)| c));
        } else if line.contains(options.delimiter) {
            let fields: Vec<&str> =
                line.split(options.delimiter).enumerate().filter(|(i, _)| chosen(*i)).map(|(_, f)| f).collect();
            text.push_str(&fields.join(options.delimiter.encode_utf8(&mut [0; 4])));
        } else if options.only_delimited {
            continue;
        } else {
            text.push_str(line);
        }
        text.push('\n');
    }
    let status = i32::from(!inputs.errors.is_empty());
    Ok(CommandOutput::with_errors(inputs.errors, text, status))
}

fn parse(arguments: &[String]) -> Result<CutOptions<'_>, ScriptError> {
    let mut options = CutOptions {
        delimiter: '\t',
        ranges: Vec::new(),
        by_characters: false,
        only_delimited: false,
        files: Vec::new(),
    };
    let mut has_list = false;
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        let error = || unsupported(quote(&format!("cut {argument}")));
        let Some(rest) = argument.strip_prefix('-').filter(|rest| !rest.is_empty()) else {
            options.files.push(argument.as_str());
            continue;
        };
        let (name, value) = match rest.strip_prefix('-') {
            Some(long) => long.split_once('=').map(|(n, v)| (n, v.to_owned())).ok_or_else(error)?,
            None if rest == "s" => ("s", String::new()),
            None => {
                let (name, value) = rest.split_at_checked(1).ok_or_else(error)?;
                (name, if value.is_empty() { arguments.next().ok_or_else(error)?.clone() } else { value.to_owned() })
            }
        };
        match name {
            "d" | "delimiter" => {
                let mut chars = value.chars();
                options.delimiter = match (chars.next(), chars.next()) {
                    (Some(c), None) if c.is_ascii() => c,
                    _ => return Err(error()),
                };
            }
            "f" | "fields" | "c" | "characters" => {
                has_list = true;
                options.by_characters |= name.starts_with('c');
                options.ranges = ranges(&value).ok_or_else(error)?;
            }
            "s" => options.only_delimited = true,
            _ => return Err(error()),
        }
    }
    if !has_list {
        return Err(unsupported("`cut` without a list"));
    }
    if options.ranges.len() > MAX_RANGES {
        return Err(unsupported(format!("`cut` with more than {MAX_RANGES} ranges")));
    }
    Ok(options)
}

/// Parses a list such as `1,3-5,7-`.
fn ranges(text: &str) -> Option<Vec<CutRange>> {
    let number = |text: &str, default: usize| {
        if text.is_empty() { Some(default) } else { text.parse().ok().filter(|n: &usize| *n > 0) }
    };
    text.split(',')
        .map(|range| match range.split_once('-') {
            Some(("", "")) => None,
            Some((from, to)) => {
                let (from, to) = (number(from, 1)?, number(to, usize::MAX)?);
                (from <= to).then_some((from, to))
            }
            None => number(range, 0).filter(|n| *n > 0).map(|n| (n, n)),
        })
        .collect()
}
