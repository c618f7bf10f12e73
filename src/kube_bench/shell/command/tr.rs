//! `tr`: letters replaced, deleted, squeezed.

use super::{Call, letters};
use crate::kube_bench::shell::{Output, ScriptError, unknown};

pub(super) fn run(call: &Call<'_, '_>) -> Result<Output, ScriptError> {
    let mut flags = String::new();
    let mut words = call.arguments;
    while let Some((first, rest)) = words.split_first()
        && let Some(found) = letters(first)
    {
        flags.extend(found);
        words = rest;
    }
    let input = call.stdin()?;
    let sets: Vec<Vec<char>> =
        words.iter().map(|w| set(w).ok_or_else(|| unknown(format!("the set {w} of tr")))).collect::<Result<_, _>>()?;
    let text = match (flags.as_str(), sets.as_slice()) {
        ("d", [set]) => input.chars().filter(|c| !set.contains(c)).collect(),
        ("s", [set]) => squeeze(input.chars(), set),
        ("", [from, to]) => translate(input, from, to)?.collect(),
        ("s", [from, to]) => squeeze(translate(input, from, to)?, to),
        _ => return Err(unknown(format!("tr -{flags} with {} sets", sets.len()))),
    };
    Ok(Output::of(text, 0))
}

/// The last letter of the second set stands for all that it lacks.
fn translate<'a>(
    input: &'a str,
    from: &'a [char],
    to: &'a [char],
) -> Result<impl Iterator<Item = char> + use<'a>, ScriptError> {
    let last = *to.last().ok_or_else(|| unknown("tr with an empty set"))?;
    Ok(input.chars().map(move |letter| match from.iter().rposition(|c| *c == letter) {
        Some(index) => to.get(index).copied().unwrap_or(last),
        None => letter,
    }))
}

fn squeeze(input: impl Iterator<Item = char>, set: &[char]) -> String {
    let mut out = String::new();
    for letter in input {
        if !(out.ends_with(letter) && set.contains(&letter)) {
            out.push(letter);
        }
    }
    out
}

/// Letters that a set is written with.
const MAX_SET: usize = 1000;

/// The letters of a set: ranges, classes, escapes. Only ASCII, since programs differ beyond.
fn set(text: &str) -> Option<Vec<char>> {
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
    let mut plain = Vec::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        let escaped = letter == '\\';
        plain.push((
            match (escaped, if escaped { letters.next()? } else { letter }) {
                (true, 'n') => '\n',
                (true, 't') => '\t',
                (true, 'r') => '\r',
                (true, '0') => '\0',
                (true, '\\') => '\\',
                (true, _) => return None,
                (false, letter) => letter,
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
