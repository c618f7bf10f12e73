//! `cat`, `head` and `tail`.

use super::arguments::short_options;
use super::input::{file_error, read_inputs};
use super::invocation::Invocation;
use crate::kube_bench::shell::error::{ScriptError, unsupported};
use crate::kube_bench::shell::output::{CommandOutput, Stream};
use crate::text::quote;

pub(super) fn cat(invocation: &Invocation<'_, '_>) -> Result<CommandOutput, ScriptError> {
    if let Some(option) = invocation.arguments.iter().find(|a| short_options(a).is_some() || a.starts_with("--")) {
        return Err(unsupported(quote(&format!("cat {option}"))));
    }
    if invocation.arguments.is_empty() {
        return Ok(CommandOutput::stdout_text(invocation.stdin()?, 0));
    }
    let mut output = CommandOutput::default();
    for file in invocation.arguments {
        // Files are printed as they are read, so their errors appear between them.
        let inputs = read_inputs(invocation, &[file], "cat", file_error)?;
        if !inputs.errors.is_empty() {
            output.status = 1;
        }
        output.chunks.push((Stream::Stderr, inputs.errors));
        output.chunks.extend(inputs.texts.into_iter().map(|(_, text)| (Stream::Stdout, text)));
    }
    Ok(output)
}

/// Which lines `head` and `tail` print.
enum LineCount {
    /// `-n N`
    Lines(usize),
    /// `-n +N`, the lines from number N on.
    FromLine(usize),
}

pub(super) fn head(invocation: &Invocation<'_, '_>) -> Result<CommandOutput, ScriptError> {
    print_lines(invocation, "head", |text, count| match count {
        LineCount::Lines(count) => Some(text.split_inclusive('\n').take(*count).collect()),
        LineCount::FromLine(_) => None,
    })
}

pub(super) fn tail(invocation: &Invocation<'_, '_>) -> Result<CommandOutput, ScriptError> {
    print_lines(invocation, "tail", |text, count| {
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let skipped = match count {
            LineCount::Lines(count) => lines.len().saturating_sub(*count),
            LineCount::FromLine(number) => number.saturating_sub(1),
        };
        Some(lines.into_iter().skip(skipped).collect())
    })
}

/// Prints the lines of one file or of standard input that `select` returns; `None` from it is an unsupported count.
fn print_lines(
    invocation: &Invocation<'_, '_>,
    program: &str,
    select: fn(&str, &LineCount) -> Option<String>,
) -> Result<CommandOutput, ScriptError> {
    let error = |what: &str| unsupported(quote(&format!("{program} {what}")));
    let (count, files) = parse(invocation.arguments).ok_or_else(|| error("-n"))?;
    if files.len() > 1 {
        return Err(unsupported(format!("`{program}` on several files")));
    }
    let number = count.strip_prefix('+').unwrap_or(&count);
    let number: Option<usize> = number.parse().ok().filter(|_| number.bytes().all(|b| b.is_ascii_digit()));
    let number = number.ok_or_else(|| error(&format!("-n {count}")))?;
    let lines = if count.starts_with('+') { LineCount::FromLine(number) } else { LineCount::Lines(number) };
    let describe = |file: &str, error: &str| format!("cannot open '{file}' for reading: {error}");
    let inputs = read_inputs(invocation, &files, program, describe)?;
    if inputs.errors.contains("Is a directory") {
        return Err(unsupported(format!("`{program}` on a directory")));
    }
    let mut text = String::new();
    for (_, input) in &inputs.texts {
        text.push_str(&select(input, &lines).ok_or_else(|| error(&format!("-n {count}")))?);
    }
    let status = i32::from(!inputs.errors.is_empty());
    Ok(CommandOutput::with_errors(inputs.errors, text, status))
}

/// The count of `-n N`, `-nN`, `--lines=N` or `-N`, and the files.
fn parse(arguments: &[String]) -> Option<(String, Vec<&str>)> {
    let mut count = "10".to_owned();
    let mut files = Vec::new();
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match argument.strip_prefix('-') {
            Some("n") => count = arguments.next()?.clone(),
            Some("") | None => files.push(argument.as_str()),
            Some(rest) => {
                let number = rest.strip_prefix('n').or_else(|| rest.strip_prefix("-lines=")).unwrap_or(rest);
                count = number.to_owned();
            }
        }
    }
    Some((count, files))
}
