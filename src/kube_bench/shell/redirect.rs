//! Redirections: `<`, `>/dev/null`, `2>&1`. Nothing is ever written to a file.

use super::error::{ScriptError, unsupported};
use super::expand;
use super::output::{CommandOutput, Stream};
use super::scope::Scope;
use crate::text::quote;
use brush_parser::ast::{IoFileRedirectKind, IoFileRedirectTarget, IoRedirect};

/// Where a command's two streams go; `None` discards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Redirects {
    stdout: Option<Stream>,
    stderr: Option<Stream>,
}

impl Redirects {
    /// Moves or discards what a command printed.
    pub(super) fn apply(self, output: CommandOutput) -> CommandOutput {
        let destination = |stream: Stream| match stream {
            Stream::Stdout => self.stdout,
            Stream::Stderr => self.stderr,
        };
        let chunks = output.chunks.into_iter().filter_map(|(stream, text)| Some((destination(stream)?, text)));
        CommandOutput { chunks: chunks.collect(), status: output.status }
    }

    fn stream(&mut self, descriptor: i32) -> Result<&mut Option<Stream>, ScriptError> {
        match descriptor {
            1 => Ok(&mut self.stdout),
            2 => Ok(&mut self.stderr),
            other => Err(unsupported(format!("redirecting file descriptor {other}"))),
        }
    }

    fn duplicate(&mut self, to: i32, from: i32) -> Result<(), ScriptError> {
        let value = *self.stream(from)?;
        *self.stream(to)? = value;
        Ok(())
    }
}

/// Evaluates redirections: where the streams go, and the text that replaces standard input.
pub(super) fn evaluate(
    scope: &mut Scope<'_, '_>,
    list: &[&IoRedirect],
) -> Result<(Redirects, Option<String>), ScriptError> {
    let mut redirects = Redirects { stdout: Some(Stream::Stdout), stderr: Some(Stream::Stderr) };
    let mut stdin = None;
    for redirect in list {
        let IoRedirect::File(descriptor, kind, target) = redirect else {
            return Err(unsupported("a here-document or `&>`"));
        };
        match (kind, target) {
            (IoFileRedirectKind::Read, IoFileRedirectTarget::Filename(word)) if descriptor.is_none_or(|n| n == 0) => {
                stdin = Some(read_input(scope, &word.value)?);
            }
            (IoFileRedirectKind::Write | IoFileRedirectKind::Append, IoFileRedirectTarget::Filename(word)) => {
                if expand::text(scope, &word.value)? != "/dev/null" {
                    return Err(unsupported("writing to a file"));
                }
                *redirects.stream(descriptor.unwrap_or(1))? = None;
            }
            (IoFileRedirectKind::DuplicateOutput, IoFileRedirectTarget::Fd(from)) => {
                redirects.duplicate(descriptor.unwrap_or(1), *from)?;
            }
            (IoFileRedirectKind::DuplicateOutput, IoFileRedirectTarget::Duplicate(word)) => {
                let from = word.value.parse().map_err(|_| unsupported(quote(&format!(">&{}", word.value))))?;
                redirects.duplicate(descriptor.unwrap_or(1), from)?;
            }
            _ => return Err(unsupported("a redirection other than `<`, `>`, `>>` and `>&`")),
        }
    }
    Ok((redirects, stdin))
}

fn read_input(scope: &mut Scope<'_, '_>, word: &str) -> Result<String, ScriptError> {
    let path = expand::text(scope, word)?;
    if path == "/dev/null" {
        return Ok(String::new());
    }
    let text = scope.context.read_text(&path)?;
    text.map_err(|error| unsupported(format!("redirecting input from {}: {error}", quote(&path))))
}
