//! `xargs`: the words of standard input become arguments of a command.

use super::{Call, run as run_command};
use crate::shell::{Output, Stop, unknown};

/// Bytes of arguments that go into one call; programs differ beyond.
const MAX_BYTES: usize = 100_000;

pub(super) fn run(call: &Call<'_, '_>) -> Result<Output, Stop> {
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
            Ok::<&String, Stop>(value)
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
    let calls: Vec<Vec<String>> = match place_holder {
        Some(holder) => found.iter().map(|word| command.iter().map(|c| c.replace(holder, word)).collect()).collect(),
        None if found.is_empty() && skip_empty => Vec::new(),
        None if found.is_empty() => vec![command.to_vec()],
        None => {
            let size = at_once.unwrap_or(found.len()).max(1);
            let with = |part: &[&str]| command.iter().cloned().chain(part.iter().map(|w| (*w).to_owned())).collect();
            found.chunks(size).map(with).collect()
        }
    };
    let mut output = Output::default();
    let mut failed = false;
    for words in &calls {
        if words.iter().map(|w| w.len() + 1).sum::<usize>() > MAX_BYTES {
            return Err(unknown("xargs of very many words"));
        }
        let Some((name, arguments)) = words.split_first() else {
            continue;
        };
        // Its own standard input is empty, not the list.
        let result = run_command(name, &call.with(arguments, Some("")))?;
        call.world.count(&result)?;
        failed |= result.status != 0;
        output.append(result);
    }
    output.status = if failed { 123 } else { 0 };
    Ok(output)
}
