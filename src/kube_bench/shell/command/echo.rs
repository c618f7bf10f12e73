//! `echo` and `printf`. Refuses what shells print differently.

use super::invocation::Invocation;
use crate::kube_bench::shell::budget::check_text_size;
use crate::kube_bench::shell::error::{ScriptError, unsupported};
use crate::kube_bench::shell::output::CommandOutput;
use crate::text::quote;

pub(super) fn echo(invocation: &Invocation<'_, '_>) -> Result<CommandOutput, ScriptError> {
    let (newline, arguments) = match invocation.arguments {
        [flag, rest @ ..] if flag == "-n" => (false, rest),
        arguments => (true, arguments),
    };
    let text = arguments.join(" ");
    if text.contains('\\') || arguments.first().is_some_and(|a| matches!(a.as_str(), "-e" | "-E" | "-n")) {
        return Err(unsupported(
            "`echo` with a backslash, `-e`, `-E` or a second `-n`, which shells treat differently",
        ));
    }
    Ok(CommandOutput::stdout_text(if newline { text + "\n" } else { text }, 0))
}

pub(super) fn printf(invocation: &Invocation<'_, '_>) -> Result<CommandOutput, ScriptError> {
    let Some((format, mut arguments)) = invocation.arguments.split_first() else {
        return Err(unsupported("`printf` without a format"));
    };
    if format.starts_with('-') {
        return Err(unsupported("`printf` with an option"));
    }
    let mut text = String::new();
    loop {
        let before = arguments.len();
        print_once(format, &mut arguments, &mut text)?;
        // The format is used again for remaining arguments, if it consumes any.
        if arguments.is_empty() || arguments.len() == before {
            return Ok(CommandOutput::stdout_text(text, 0));
        }
        invocation.context.budget.add_step()?;
        check_text_size(text.len())?;
    }
}

fn print_once(format: &str, arguments: &mut &[String], text: &mut String) -> Result<(), ScriptError> {
    let mut chars = format.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => text.push(match chars.next() {
                Some('n') => '\n',
                Some('t') => '\t',
                Some('\\') => '\\',
                other => return Err(unsupported(format!("`printf` with `\\{}`", other.unwrap_or(' ')))),
            }),
            '%' => match chars.next() {
                Some('%') => text.push('%'),
                Some('s') => text.push_str(&take(arguments).unwrap_or_default()),
                Some('d') => {
                    let argument = take(arguments).unwrap_or_else(|| "0".to_owned());
                    let number: Option<i64> = argument.parse().ok();
                    if number.is_none_or(|n| n.to_string() != argument) {
                        return Err(unsupported(format!("`printf %d` of {}", quote(&argument))));
                    }
                    text.push_str(&argument);
                }
                other => return Err(unsupported(format!("`printf %{}`", other.unwrap_or(' ')))),
            },
            other => text.push(other),
        }
    }
    Ok(())
}

fn take(arguments: &mut &[String]) -> Option<String> {
    let (first, rest) = arguments.split_first()?;
    *arguments = rest;
    Some(first.clone())
}
