//! `xargs`: the words of standard input become arguments of a command.

use super::{Call, run as run_command};
use crate::kube_bench::shell::{Output, ScriptError, unknown};

/// Bytes of arguments that go into one call; programs differ beyond.
const MAX_BYTES: usize = 100_000;

pub(super) fn run(call: &Call<'_, '_>) -> Result<Output, ScriptError> {
    let (mut skip_empty, mut at_once, mut by_nul) = (false, None, false);
    let mut place_holder: Option<&str> = None;
    let mut words = call.arguments;
    while let Some((first, rest)) = words.split_first()
        && first.starts_with('-')
    {
        words = rest;
        let mut value = || {
            let (value, rest) = words.split_first().ok_or_else(|| unknown(format!("xargs {first}")))?;
            words = rest;
            Ok::<&String, ScriptError>(value)
        };
        match first.as_str() {
            "-r" | "--no-run-if-empty" => skip_empty = true,
            "-0" | "--null" => by_nul = true,
            "-n" => at_once = Some(value()?.parse::<usize>().map_err(|_| unknown("xargs -n of no number"))?),
            "-I" => place_holder = Some(value()?),
            "-n1" => at_once = Some(1),
            "-I{}" => place_holder = Some("{}"),
            other => return Err(unknown(format!("xargs {other}"))),
        }
    }
    let input = call.stdin()?;
    if !by_nul && input.contains(['\'', '"', '\\']) {
        return Err(unknown("xargs of quoted words"));
    }
    let found: Vec<&str> = if by_nul {
        input.split('\0').filter(|w| !w.is_empty()).collect()
    } else if place_holder.is_some() {
        input.split('\n').map(|l| l.trim_start_matches([' ', '\t'])).filter(|l| !l.is_empty()).collect()
    } else {
        input.split([' ', '\t', '\n']).filter(|w| !w.is_empty()).collect()
    };
    let echo = ["echo".to_owned()];
    let command = if words.is_empty() { &echo[..] } else { words };
    if place_holder == Some("") {
        return Err(unknown("xargs -I of nothing"));
    }
    // Without a place holder nothing to say is said once, if at all.
    let size = if place_holder.is_some() { 1 } else { at_once.unwrap_or(found.len()).max(1) };
    let nothing = found.is_empty() && place_holder.is_none() && !skip_empty;
    let batches = found.chunks(size).chain(nothing.then_some(&[][..]));
    let mut output = Output::default();
    let mut failed = false;
    for batch in batches {
        let words = words_of(command, batch, place_holder)?;
        if words.iter().map(|w| w.len() + 1).sum::<usize>() > MAX_BYTES {
            return Err(unknown("xargs of very many words"));
        }
        let Some((name, arguments)) = words.split_first() else {
            continue;
        };
        // Its own standard input is empty, not the list.
        let result = run_command(name, &call.with(arguments, Some("")))?;
        failed |= result.status != 0;
        output.append(result);
    }
    output.status = if failed { 123 } else { 0 };
    Ok(output)
}

/// A command's words with those of a batch: in place of the holder, or behind.
fn words_of(command: &[String], batch: &[&str], holder: Option<&str>) -> Result<Vec<String>, ScriptError> {
    let (Some(holder), [word]) = (holder, batch) else {
        return Ok(command.iter().cloned().chain(batch.iter().map(|w| (*w).to_owned())).collect());
    };
    let places: usize = command.iter().map(|c| c.matches(holder).count()).sum();
    if places.saturating_mul(word.len()) > MAX_BYTES {
        return Err(unknown("xargs of very many words"));
    }
    Ok(command.iter().map(|c| c.replace(holder, word)).collect())
}
