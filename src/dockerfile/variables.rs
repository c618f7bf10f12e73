//! `ARG`, `ENV` and `LABEL`: names and values.

use super::error::DockerfileError;
use super::expand::expand;
use super::expanded::Expanded;
use super::instruction::RawInstruction;
use super::scope::Scope;
use super::step::Action;
use super::words::{split, unquote};
use crate::text::quote;
use std::collections::BTreeMap;

/// `ARG`: names with or without a default.
pub(super) fn declare(
    raw: &RawInstruction,
    scope: &mut Scope,
    global: Option<&Scope>,
    build_args: &BTreeMap<String, String>,
    escape: char,
) -> Result<Action, DockerfileError> {
    let mut declared = Vec::new();
    for (_, word) in split(&raw.rest.text, escape) {
        if scope.is_full() {
            return Err(raw.error("too many variables"));
        }
        let (name, default) = word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value)));
        let name = unquote(name, escape);
        let value = default.map(|value| expand(value, scope, escape));
        let value = scope.declare(&name, value, global, build_args);
        declared.push((name, default.map(str::to_owned), value));
    }
    if declared.is_empty() {
        return Err(raw.error("ARG needs a name"));
    }
    Ok(Action::Arg(declared))
}

/// `ENV` and `LABEL`: `NAME=value …`, or `NAME value with blanks`.
pub(super) fn pairs(
    raw: &RawInstruction,
    scope: &Scope,
    escape: char,
) -> Result<Vec<(String, Expanded)>, DockerfileError> {
    let words = split(&raw.rest.text, escape);
    let Some((_, first)) = words.first() else { return Err(raw.error("the instruction needs a name and a value")) };
    if !first.contains('=') {
        let value = raw.rest.text[first.len()..].trim();
        if value.is_empty() {
            return Err(raw.error(format!("{} has no value", quote(first))));
        }
        return Ok(vec![(unquote(first, escape), expand(value, scope, escape))]);
    }
    words
        .into_iter()
        .map(|(_, word)| {
            let Some((name, value)) = word.split_once('=') else {
                return Err(raw.error(format!("{} has no `=`", quote(word))));
            };
            Ok((unquote(name, escape), expand(value, scope, escape)))
        })
        .collect()
}
