//! `cut`: fields and letters of lines.

use super::{Call, lines, plainly};
use crate::kube_bench::shell::{Output, ScriptError, unknown};

/// From and to, both counted from 1.
type Range = (usize, usize);

/// Ranges of one list.
const MAX_RANGES: usize = 100;

pub(super) fn run(call: &Call<'_, '_>) -> Result<Output, ScriptError> {
    let mut delimiter = '\t';
    let mut fields = None;
    let mut by_letters = false;
    let mut only_delimited = false;
    let mut files = Vec::new();
    let mut words = call.arguments.iter();
    while let Some(word) = words.next() {
        let strange = || unknown(format!("cut {word}"));
        let Some(rest) = word.strip_prefix('-').filter(|rest| !rest.is_empty()) else {
            files.push(word.as_str());
            continue;
        };
        let (name, value) = match rest.strip_prefix('-') {
            Some(long) => long.split_once('=').map(|(n, v)| (n, v.to_owned())).ok_or_else(strange)?,
            None if rest == "s" => ("s", String::new()),
            None => {
                let (name, value) = rest.split_at_checked(1).ok_or_else(strange)?;
                (name, if value.is_empty() { words.next().ok_or_else(strange)?.clone() } else { value.to_owned() })
            }
        };
        match name {
            "d" | "delimiter" => {
                let mut letters = value.chars();
                delimiter = match (letters.next(), letters.next()) {
                    (Some(letter), None) if letter.is_ascii() => letter,
                    _ => return Err(strange()),
                };
            }
            "f" | "fields" => fields = Some(ranges(&value).ok_or_else(strange)?),
            "c" | "characters" => {
                by_letters = true;
                fields = Some(ranges(&value).ok_or_else(strange)?);
            }
            "s" => only_delimited = true,
            _ => return Err(strange()),
        }
    }
    let fields =
        fields.filter(|f| f.len() <= MAX_RANGES).ok_or_else(|| unknown("cut without a list, or with a long one"))?;
    let inputs = call.inputs(&files, "cut", plainly)?;
    let mut text = String::new();
    for line in inputs.texts.iter().flat_map(|(_, input)| lines(input)) {
        if by_letters && !line.is_ascii() {
            return Err(unknown("cut -c of letters that are more than a byte"));
        }
        let chosen = |index: usize| fields.iter().any(|(from, to)| (*from..=*to).contains(&(index + 1)));
        if by_letters {
            text.extend(line.chars().enumerate().filter(|(i, _)| chosen(*i)).map(|(_, c)| c));
        } else if line.contains(delimiter) {
            let parts: Vec<&str> =
                line.split(delimiter).enumerate().filter(|(i, _)| chosen(*i)).map(|(_, p)| p).collect();
            text.push_str(&parts.join(delimiter.encode_utf8(&mut [0; 4])));
        } else if only_delimited {
            continue;
        } else {
            text.push_str(line);
        }
        text.push('\n');
    }
    let status = i32::from(!inputs.errors.is_empty());
    Ok(Output::with_errors(inputs.errors, text, status))
}

/// `1,3-5,7-`.
fn ranges(text: &str) -> Option<Vec<Range>> {
    let number = |text: &str, default: usize| {
        if text.is_empty() { Some(default) } else { text.parse().ok().filter(|n: &usize| *n > 0) }
    };
    text.split(',')
        .map(|part| match part.split_once('-') {
            Some(("", "")) => None,
            Some((from, to)) => {
                let (from, to) = (number(from, 1)?, number(to, usize::MAX)?);
                (from <= to).then_some((from, to))
            }
            None => number(part, 0).filter(|n| *n > 0).map(|n| (n, n)),
        })
        .collect()
}
