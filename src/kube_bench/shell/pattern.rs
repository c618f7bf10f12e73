//! File name patterns (`*`, `?`, `[…]`) and their expansion to the files that match.

use super::context::ShellContext;
use super::error::{ScriptError, ignore_absent, unsupported};
use crate::text::glob::Glob;
use crate::text::quote;

/// Maximum characters of a pattern: matching takes this many steps for each character of a name.
const MAX_CHARS: usize = 4096;
/// Maximum files that a pattern expands to.
const MAX_NAMES: usize = 100_000;

/// A character, and whether it is quoted: then it stands for itself and separates no arguments.
pub(super) type QuotedChar = (char, bool);

/// Compiles a pattern.
pub(super) fn compile(chars: &[QuotedChar]) -> Result<Glob, ScriptError> {
    if chars.len() > MAX_CHARS {
        return Err(unsupported(format!("a pattern of more than {MAX_CHARS} characters")));
    }
    Glob::quoted(chars).map_err(unsupported)
}

/// Compiles a pattern as `find -name` reads it: only a backslash quotes.
pub(super) fn compile_unquoted(text: &str) -> Result<Glob, ScriptError> {
    let mut chars = Vec::new();
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            '\\' => chars.extend(rest.next().map(|c| (c, true))),
            other => chars.push((other, false)),
        }
    }
    compile(&chars)
}

/// Expands a word: the sorted files that match it, or the word itself.
pub(super) fn file_names(context: &ShellContext<'_>, word: &[QuotedChar]) -> Result<Vec<String>, ScriptError> {
    if !has_pattern(word) {
        return Ok(vec![plain_text(word)]);
    }
    let parts: Vec<&[QuotedChar]> = word.split(|(c, _)| *c == '/').collect();
    let absolute = parts[0].is_empty();
    let names = &parts[usize::from(absolute)..];
    if names.iter().any(|p| p.is_empty()) {
        return Err(unsupported(format!(
            "the pattern {}, which has an empty path component",
            quote(&plain_text(word))
        )));
    }
    let mut found = vec![if absolute { "/" } else { "" }.to_owned()];
    for part in names {
        let mut next = Vec::new();
        for parent in &found {
            if has_pattern(part) {
                next.extend(matching(context, parent, part)?);
            } else {
                let path = format!("{parent}{}", plain_text(part));
                match context.source.lstat(&context.path(&path)) {
                    Ok(_) => next.push(path),
                    Err(error) => ignore_absent(&path, &error)?,
                }
            }
        }
        found = next.into_iter().map(|path| path + "/").collect();
        if found.len() > MAX_NAMES {
            let pattern = quote(&plain_text(word));
            return Err(ScriptError::Failed(format!("the pattern {pattern} matches more than {MAX_NAMES} files")));
        }
    }
    let mut found: Vec<String> = found.into_iter().map(|path| path.trim_end_matches('/').to_owned()).collect();
    found.sort_unstable();
    Ok(if found.is_empty() { vec![plain_text(word)] } else { found })
}

fn plain_text(word: &[QuotedChar]) -> String {
    word.iter().map(|(c, _)| *c).collect()
}

/// Whether a word contains an unquoted `*`, `?` or bracket expression.
fn has_pattern(word: &[QuotedChar]) -> bool {
    let unquoted = |c: char| word.iter().position(|l| *l == (c, false));
    let bracket = unquoted('[').is_some_and(|at| word[at + 1..].contains(&(']', false)));
    bracket || unquoted('*').is_some() || unquoted('?').is_some()
}

/// The paths in a directory whose names match. `parent` ends with a slash or is empty.
fn matching(context: &ShellContext<'_>, parent: &str, part: &[QuotedChar]) -> Result<Vec<String>, ScriptError> {
    let pattern = compile(part)?;
    let names = match context.source.list(&context.path(if parent.is_empty() { "." } else { parent })) {
        Ok(names) => names,
        // A shell prints nothing for directories that it cannot list.
        Err(error) => return ignore_absent(parent, &error).map(|()| Vec::new()),
    };
    context.budget.add_files(names.len())?;
    let hidden = part.first().is_some_and(|(c, _)| *c == '.');
    let names = names.into_iter().filter(|n| (hidden || !n.starts_with('.')) && pattern.is_match(n));
    Ok(names.map(|n| format!("{parent}{n}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_have_a_maximum_length() {
        let non_ascii = ["[é-\u{10ffff}]", "[!é]", "é", "?[!é-\u{ffff}]*"];
        for one in ["a", "*", "?", "*?", "[!a]", "[a-zA-Z0-9]"].into_iter().chain(non_ascii) {
            let longest: Vec<QuotedChar> = one.chars().cycle().take(MAX_CHARS).map(|c| (c, false)).collect();
            let _ = compile(&longest);
        }
        assert!(compile(&vec![('a', false); MAX_CHARS + 1]).is_err());
    }
}
