//! `xargs`: the words of standard input become arguments of a command.

use super::invocation::Invocation;
use crate::kube_bench::shell::error::{ScriptError, unsupported};
use crate::kube_bench::shell::output::CommandOutput;
use crate::text::quote;

/// Maximum bytes of one command's arguments; real programs differ in where they split longer ones.
const MAX_ARGUMENTS: usize = 100_000;

#[derive(Default)]
struct XargsOptions<'a> {
    no_run_if_empty: bool,
    /// Whether words end with a zero byte.
    null: bool,
    max_args: Option<usize>,
    /// The text that a line replaces (`-I`).
    placeholder: Option<&'a str>,
    command: &'a [String],
}

pub(super) fn run(invocation: &Invocation<'_, '_>) -> Result<CommandOutput, ScriptError> {
    let options = parse(invocation.arguments)?;
    let input = invocation.stdin()?;
    if !options.null && input.contains(['\'', '"', '\\']) {
        return Err(unsupported("`xargs` with quotes or backslashes in its input"));
    }
    let words: Vec<&str> = if options.null {
        input.split('\0').filter(|w| !w.is_empty()).collect()
    } else if options.placeholder.is_some() {
        input.split('\n').map(|l| l.trim_start_matches([' ', '\t'])).filter(|l| !l.is_empty()).collect()
    } else {
        input.split([' ', '\t', '\n']).filter(|w| !w.is_empty()).collect()
    };
    if options.placeholder == Some("") {
        return Err(unsupported("`xargs -I` with an empty placeholder"));
    }
    let echo = ["echo".to_owned()];
    let command = if options.command.is_empty() { &echo[..] } else { options.command };
    let size = if options.placeholder.is_some() { 1 } else { options.max_args.unwrap_or(words.len()).max(1) };
    // Without words the command runs once, unless `-r` or `-I` is given.
    let run_without_words = words.is_empty() && options.placeholder.is_none() && !options.no_run_if_empty;
    let batches = words.chunks(size).chain(run_without_words.then_some(&[][..]));
    let mut output = CommandOutput::default();
    let mut failed = false;
    for batch in batches {
        let line = command_line(command, batch, options.placeholder)?;
        if line.iter().map(|w| w.len() + 1).sum::<usize>() > MAX_ARGUMENTS {
            return Err(too_long());
        }
        let Some((name, arguments)) = line.split_first() else {
            continue;
        };
        // The command's standard input is empty, not the list.
        let result = invocation.run(name, arguments, Some(""))?;
        failed |= result.status != 0;
        output.append(result);
    }
    output.status = if failed { 123 } else { 0 };
    Ok(output)
}

fn too_long() -> ScriptError {
    unsupported(format!("`xargs` with more than {MAX_ARGUMENTS} bytes of arguments"))
}

fn parse(arguments: &[String]) -> Result<XargsOptions<'_>, ScriptError> {
    let mut options = XargsOptions { command: arguments, ..XargsOptions::default() };
    while let Some((first, rest)) = options.command.split_first()
        && first.starts_with('-')
    {
        let error = || unsupported(quote(&format!("xargs {first}")));
        options.command = rest;
        match first.as_str() {
            "-r" | "--no-run-if-empty" => options.no_run_if_empty = true,
            "-0" | "--null" => options.null = true,
            "-n1" => options.max_args = Some(1),
            "-I{}" => options.placeholder = Some("{}"),
            "-n" | "-I" => {
                let (value, rest) = rest.split_first().ok_or_else(error)?;
                options.command = rest;
                if first == "-n" {
                    let count = value.parse().map_err(|_| unsupported(quote(&format!("xargs -n {value}"))))?;
                    options.max_args = Some(count);
                } else {
                    options.placeholder = Some(value);
                }
            }
            _ => return Err(error()),
        }
    }
    Ok(options)
}

/// A command with the words of a batch: in place of the placeholder, or at the end.
fn command_line(command: &[String], batch: &[&str], placeholder: Option<&str>) -> Result<Vec<String>, ScriptError> {
    let (Some(placeholder), [word]) = (placeholder, batch) else {
        return Ok(command.iter().cloned().chain(batch.iter().map(|w| (*w).to_owned())).collect());
    };
    let places: usize = command.iter().map(|c| c.matches(placeholder).count()).sum();
    if places.saturating_mul(word.len()) > MAX_ARGUMENTS {
        return Err(too_long());
    }
    Ok(command.iter().map(|c| c.replace(placeholder, word)).collect())
}
