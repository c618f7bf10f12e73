//! One instruction, as it is written: flags, arguments, JSON form. Variables are not replaced here.

use super::error::DockerfileError;
use super::here_doc::HereDoc;
use super::line::LogicalLine;
use super::source::Source;
use super::words::{first, unquote};
use crate::text::quote;
use serde_json::Value;

/// An instruction with its arguments.
#[derive(Debug)]
pub(super) struct RawInstruction {
    /// Where it starts is the position of byte 0.
    pub(super) line: Source,
    pub(super) keyword: Keyword,
    pub(super) flags: Vec<Flag>,
    /// What follows the flags.
    pub(super) rest: Source,
    /// The array of the JSON form.
    pub(super) json: Option<Vec<String>>,
    pub(super) here_docs: Vec<HereDoc>,
}

/// `--name=value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Flag {
    pub(crate) name: String,
    pub(crate) value: String,
}

/// The instructions that BuildKit knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keyword {
    Add,
    Arg,
    Cmd,
    Copy,
    Entrypoint,
    Env,
    Expose,
    From,
    Healthcheck,
    Label,
    Maintainer,
    Onbuild,
    Run,
    Shell,
    Stopsignal,
    User,
    Volume,
    Workdir,
}

impl Keyword {
    const ALL: [(&'static str, Self); 18] = [
        ("add", Self::Add),
        ("arg", Self::Arg),
        ("cmd", Self::Cmd),
        ("copy", Self::Copy),
        ("entrypoint", Self::Entrypoint),
        ("env", Self::Env),
        ("expose", Self::Expose),
        ("from", Self::From),
        ("healthcheck", Self::Healthcheck),
        ("label", Self::Label),
        ("maintainer", Self::Maintainer),
        ("onbuild", Self::Onbuild),
        ("run", Self::Run),
        ("shell", Self::Shell),
        ("stopsignal", Self::Stopsignal),
        ("user", Self::User),
        ("volume", Self::Volume),
        ("workdir", Self::Workdir),
    ];

    const fn has_json_form(self) -> bool {
        matches!(self, Self::Add | Self::Cmd | Self::Copy | Self::Entrypoint | Self::Run | Self::Shell | Self::Volume)
    }
}

/// Reads an instruction.
pub(super) fn read(line: LogicalLine, escape: char) -> Result<RawInstruction, DockerfileError> {
    let LogicalLine { text: line, here_docs } = line;
    let end = line.text.find(char::is_whitespace).unwrap_or(line.text.len());
    let word = line.text[..end].to_ascii_lowercase();
    let Some((_, keyword)) = Keyword::ALL.into_iter().find(|(name, _)| *name == word) else {
        let message = format!("unknown instruction {}", quote(&line.text[..end]));
        return Err(DockerfileError::new(line.position(0), message));
    };
    let (flags, offset) = flags(&line.text, end, escape);
    let rest = line.rest(offset);
    let json = if keyword.has_json_form() { json(&rest)? } else { None };
    Ok(RawInstruction { line, keyword, flags, rest, json, here_docs })
}

impl RawInstruction {
    pub(super) fn error(&self, message: impl Into<String>) -> DockerfileError {
        DockerfileError::new(self.line.position(0), message)
    }

    /// The arguments that blanks separate, or those of the JSON form.
    pub(super) fn arguments(&self) -> Vec<String> {
        match &self.json {
            Some(array) => array.clone(),
            None => self.rest.text.split_whitespace().map(str::to_owned).collect(),
        }
    }
}

/// The flags behind the keyword, and where the rest starts.
fn flags(text: &str, from: usize, escape: char) -> (Vec<Flag>, usize) {
    let mut flags = Vec::new();
    let mut offset = from;
    loop {
        let rest = &text[offset..];
        let start = offset + rest.len() - rest.trim_start().len();
        if !text[start..].starts_with("--") {
            return (flags, start);
        }
        let word = first(&text[start..], escape);
        offset = start + word.len();
        if word == "--" {
            return (flags, offset);
        }
        let word = unquote(&word[2..], escape);
        let (name, value) = word.split_once('=').unwrap_or((&word, ""));
        flags.push(Flag { name: name.to_owned(), value: value.to_owned() });
    }
}

/// The JSON form: an array of strings. What is no JSON is the shell form.
fn json(rest: &Source) -> Result<Option<Vec<String>>, DockerfileError> {
    if !rest.text.starts_with('[') {
        return Ok(None);
    }
    let Ok(Value::Array(values)) = serde_json::from_str(&rest.text) else {
        return Ok(None);
    };
    let text = |value: Value| match value {
        Value::String(text) => Some(text),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => None,
    };
    let array: Option<Vec<String>> = values.into_iter().map(text).collect();
    array.map(Some).ok_or_else(|| DockerfileError::new(rest.position(0), "the JSON form takes strings only"))
}
