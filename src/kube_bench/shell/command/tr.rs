//! `tr`: characters replaced, deleted, squeezed.

use super::arguments::short_options;
use super::invocation::Invocation;
use crate::kube_bench::shell::error::{ScriptError, unsupported};
use crate::kube_bench::shell::output::CommandOutput;
use crate::text::quote;

/// Maximum characters in the notation of a set.
const MAX_SET: usize = 1000;

pub(super) fn run(invocation: &Invocation<'_, '_>) -> Result<CommandOutput, ScriptError> {
    let mut flags = String::new();
    let mut operands = invocation.arguments;
    while let Some((first, rest)) = operands.split_first()
        && let Some(group) = short_options(first)
    {
        flags.extend(group);
        operands = rest;
    }
    let input = invocation.stdin()?;
    let parse = |text: &String| parse_set(text).ok_or_else(|| unsupported(quote(&format!("tr {text}"))));
    let sets: Vec<Vec<char>> = operands.iter().map(parse).collect::<Result<_, _>>()?;
    let text = match (flags.as_str(), sets.as_slice()) {
        ("d", [set]) => input.chars().filter(|c| !set.contains(c)).collect(),
        ("s", [set]) => squeeze(input.chars(), set),
        ("", [from, to]) => translate(input, from, to)?.collect(),
        ("s", [from, to]) => squeeze(translate(input, from, to)?, to),
        _ => return Err(unsupported(format!("{} with {} sets", quote(&format!("tr -{flags}")), sets.len()))),
    };
    Ok(CommandOutput::stdout_text(text, 0))
}

/// Replaces characters. The last one of the second set is repeated if the set is shorter.
fn translate<'a>(
    input: &'a str,
    from: &'a [char],
    to: &'a [char],
) -> Result<impl Iterator<Item = char> + use<'a>, ScriptError> {
    let last = *to.last().ok_or_else(|| unsupported("`tr` with an empty set"))?;
    Ok(input.chars().map(move |c| match from.iter().rposition(|other| *other == c) {
        Some(index) => to.get(index).copied().unwrap_or(last),
        None => c,
    }))
}

fn squeeze(input: impl Iterator<Item = char>, set: &[char]) -> String {
    let mut out = String::new();
    for c in input {
        if !(out.ends_with(c) && set.contains(&c)) {
            out.push(c);
        }
    }
    out
}

/// The characters of a set: ranges, classes, escapes. Only ASCII, since programs differ beyond.
fn parse_set(text: &str) -> Option<Vec<char>> {
    if !text.is_ascii() || text.len() > MAX_SET {
        return None;
    }
    let class = |test: fn(&u8) -> bool| (0..128_u8).filter(test).map(char::from).collect::<Vec<_>>();
    match text {
        "[:space:]" => return Some(vec!['\t', '\n', '\u{b}', '\u{c}', '\r', ' ']),
        "[:blank:]" => return Some(vec!['\t', ' ']),
        "[:digit:]" => return Some(class(u8::is_ascii_digit)),
        "[:alpha:]" => return Some(class(u8::is_ascii_alphabetic)),
        "[:upper:]" => return Some(class(u8::is_ascii_uppercase)),
        "[:lower:]" => return Some(class(u8::is_ascii_lowercase)),
        "[:punct:]" => return Some(class(u8::is_ascii_punctuation)),
        _ if text.contains("[:") || text.contains("[=") || (text.contains('[') && text.contains('*')) => return None,
        _ => {}
    }
    // Each character, and whether it was escaped.
    let mut plain = Vec::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        let escaped = c == '\\';
        plain.push((
            match (escaped, if escaped { chars.next()? } else { c }) {
                (true, 'n') => '\n',
                (true, 't') => '\t',
                (true, 'r') => '\r',
                (true, '0') => '\0',
                (true, '\\') => '\\',
                (true, _) => return None,
                (false, c) => c,
            },
            escaped,
        ));
    }
    let mut out = Vec::new();
    let mut index = 0;
    while index < plain.len() {
        let (first, _) = plain[index];
        match plain.get(index + 1..index + 3) {
            Some([('-', false), (last, _)]) => {
                if *last < first {
                    return None;
                }
                out.extend(first..=*last);
                index += 3;
            }
            Some(_) | None => {
                out.push(first);
                index += 1;
            }
        }
    }
    Some(out)
}
