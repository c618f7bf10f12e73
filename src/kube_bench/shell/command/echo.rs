//! `echo` and `printf`. What shells print differently is refused.

use super::Call;
use crate::kube_bench::shell::budget::room;
use crate::kube_bench::shell::{Output, ScriptError, unknown};

pub(super) fn echo(call: &Call<'_, '_>) -> Result<Output, ScriptError> {
    let (newline, words) = match call.arguments {
        [flag, rest @ ..] if flag == "-n" => (false, rest),
        words => (true, words),
    };
    let text = words.join(" ");
    if text.contains('\\') || words.first().is_some_and(|w| matches!(w.as_str(), "-e" | "-E" | "-n")) {
        return Err(unknown("an echo that shells understand differently"));
    }
    Ok(Output::of(if newline { text + "\n" } else { text }, 0))
}

pub(super) fn printf(call: &Call<'_, '_>) -> Result<Output, ScriptError> {
    let Some((format, mut words)) = call.arguments.split_first() else {
        return Err(unknown("printf without a format"));
    };
    if format.starts_with('-') {
        return Err(unknown("printf with a flag"));
    }
    let mut text = String::new();
    loop {
        let before = words.len();
        once(format, &mut words, &mut text)?;
        // The format is used again for what is left, if it takes any.
        if words.is_empty() || words.len() == before {
            return Ok(Output::of(text, 0));
        }
        call.world.budget.step()?;
        room(text.len())?;
    }
}

fn once(format: &str, words: &mut &[String], text: &mut String) -> Result<(), ScriptError> {
    let mut letters = format.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => text.push(match letters.next() {
                Some('n') => '\n',
                Some('t') => '\t',
                Some('\\') => '\\',
                other => return Err(unknown(format!("printf \\{}", other.unwrap_or(' ')))),
            }),
            '%' => match letters.next() {
                Some('%') => text.push('%'),
                Some('s') => text.push_str(&take(words).unwrap_or_default()),
                Some('d') => {
                    let word = take(words).unwrap_or_else(|| "0".to_owned());
                    let number: i64 = word.parse().map_err(|_| unknown(format!("printf %d of {word}")))?;
                    if number.to_string() != word {
                        return Err(unknown(format!("printf %d of {word}")));
                    }
                    text.push_str(&word);
                }
                other => return Err(unknown(format!("printf %{}", other.unwrap_or(' ')))),
            },
            other => text.push(other),
        }
    }
    Ok(())
}

fn take(words: &mut &[String]) -> Option<String> {
    let (first, rest) = words.split_first()?;
    *words = rest;
    Some(first.clone())
}
