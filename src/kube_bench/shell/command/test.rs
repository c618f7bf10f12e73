//! `test` and `[`: one condition, perhaps negated.

use super::invocation::Invocation;
use crate::kube_bench::shell::context::ShellContext;
use crate::kube_bench::shell::error::{ScriptError, ignore_absent, unsupported};
use crate::kube_bench::shell::output::CommandOutput;
use crate::source::node::FileKind;
use crate::text::quote;

pub(super) fn run(invocation: &Invocation<'_, '_>) -> Result<CommandOutput, ScriptError> {
    status(invocation, invocation.arguments)
}

pub(super) fn bracket(invocation: &Invocation<'_, '_>) -> Result<CommandOutput, ScriptError> {
    match invocation.arguments.split_last() {
        Some((last, arguments)) if last == "]" => status(invocation, arguments),
        Some(_) | None => Err(unsupported("`[` without `]`")),
    }
}

fn status(invocation: &Invocation<'_, '_>, arguments: &[String]) -> Result<CommandOutput, ScriptError> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    Ok(CommandOutput::silent(i32::from(!evaluate(invocation.context, &words)?)))
}

/// Decides by the number of arguments, as POSIX does: `test -e` and `test ! x` are then not ambiguous.
fn evaluate(context: &ShellContext<'_>, words: &[&str]) -> Result<bool, ScriptError> {
    let error = || unsupported(quote(&format!("test {}", words.join(" "))));
    match words {
        [] => Ok(false),
        [one] => Ok(!one.is_empty()),
        ["!", one] => Ok(one.is_empty()),
        [operator, value] => unary(context, operator, value),
        ["!", rest @ ..] if !is_binary(words[1]) => evaluate(context, rest).map(|result| !result),
        [left, operator, right] => binary(left, operator, right).ok_or_else(error),
        _ => Err(error()),
    }
}

fn is_binary(word: &str) -> bool {
    matches!(word, "=" | "!=" | "-eq" | "-ne" | "-gt" | "-ge" | "-lt" | "-le")
}

pub(crate) fn unary(context: &ShellContext<'_>, operator: &str, value: &str) -> Result<bool, ScriptError> {
    match operator {
        "-z" => return Ok(value.is_empty()),
        "-n" => return Ok(!value.is_empty()),
        "-e" | "-f" | "-d" | "-s" | "-L" | "-h" => {}
        _ => return Err(unsupported(quote(&format!("test {operator}")))),
    }
    if value.is_empty() {
        return Ok(false);
    }
    let path = context.path(value);
    let result = match operator {
        "-L" | "-h" => context.source.lstat(&path).map(|entry| entry.target.is_some()),
        "-s" => match context.source.lstat(&path) {
            Ok(entry) if entry.target.is_some() => return Err(unsupported("`test -s` on a symbolic link")),
            other => other.map(|entry| entry.size > 0),
        },
        _ => context.source.stat(&path).map(|stat| match operator {
            "-f" => stat.kind == FileKind::File,
            "-d" => stat.kind == FileKind::Directory,
            _ => true,
        }),
    };
    result.or_else(|error| ignore_absent(value, &error).map(|()| false))
}

pub(crate) fn binary(left: &str, operator: &str, right: &str) -> Option<bool> {
    let numbers = || Some((left.trim().parse::<i64>().ok()?, right.trim().parse::<i64>().ok()?));
    Some(match operator {
        "=" => left == right,
        "!=" => left != right,
        "-eq" => numbers().map(|(a, b)| a == b)?,
        "-ne" => numbers().map(|(a, b)| a != b)?,
        "-gt" => numbers().map(|(a, b)| a > b)?,
        "-ge" => numbers().map(|(a, b)| a >= b)?,
        "-lt" => numbers().map(|(a, b)| a < b)?,
        "-le" => numbers().map(|(a, b)| a <= b)?,
        _ => return None,
    })
}
