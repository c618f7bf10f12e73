//! File name patterns: `*`, `?` and `[…]`, and the files that a word with such a pattern means.

use super::{Interpreter, ScriptError, unknown};
use crate::source::node::SourceError;
use crate::text::glob::Glob;

/// Letters of one pattern: matching takes as many steps as it has, for each letter of a name.
const MAX_LETTERS: usize = 4096;
/// Files that one pattern may name.
const MAX_NAMES: usize = 100_000;

/// A pattern as `find -name` and the shell read it; a quoted letter stands for itself.
pub(super) fn matcher(letters: &[(char, bool)]) -> Result<Glob, ScriptError> {
    if letters.len() > MAX_LETTERS {
        return Err(unknown(format!("a pattern of more than {MAX_LETTERS} letters")));
    }
    Glob::quoted(letters).map_err(unknown)
}

/// A pattern whose letters are none of them quoted, but for those behind a backslash.
pub(super) fn plain(text: &str) -> Result<Glob, ScriptError> {
    let mut letters = Vec::new();
    let mut rest = text.chars();
    while let Some(letter) = rest.next() {
        match letter {
            '\\' => letters.extend(rest.next().map(|c| (c, true))),
            other => letters.push((other, false)),
        }
    }
    matcher(&letters)
}

/// The arguments that a word makes: the files that match it, in order, or the word itself.
pub(super) fn file_names(world: &Interpreter<'_>, letters: &[(char, bool)]) -> Result<Vec<String>, ScriptError> {
    let itself = || letters.iter().map(|(c, _)| *c).collect::<String>();
    if !has_pattern(letters) {
        return Ok(vec![itself()]);
    }
    let parts: Vec<&[(char, bool)]> = letters.split(|(c, _)| *c == '/').collect();
    let absolute = parts[0].is_empty();
    let names = &parts[usize::from(absolute)..];
    if names.iter().any(|p| p.is_empty()) {
        return Err(unknown(format!("the pattern {}", itself())));
    }
    let mut found = vec![if absolute { "/" } else { "" }.to_owned()];
    for part in names {
        let mut next = Vec::new();
        for front in &found {
            if has_pattern(part) {
                next.extend(matching(world, front, part)?);
            } else {
                let path = format!("{front}{}", part.iter().map(|(c, _)| *c).collect::<String>());
                match world.host.lstat(&world.place(&path)) {
                    Ok(_) => next.push(path),
                    Err(trouble) => ended(&path, &trouble)?,
                }
            }
        }
        found = next.into_iter().map(|path| path + "/").collect();
        if found.len() > MAX_NAMES {
            return Err(ScriptError::Failed(format!("the pattern {} names more than {MAX_NAMES} files", itself())));
        }
    }
    let mut found: Vec<String> = found.into_iter().map(|path| path.trim_end_matches('/').to_owned()).collect();
    found.sort_unstable();
    Ok(if found.is_empty() { vec![itself()] } else { found })
}

/// Whether there is a star, a question mark or a whole bracket that no quotes hold.
fn has_pattern(letters: &[(char, bool)]) -> bool {
    let open = |c: char| letters.iter().position(|l| *l == (c, false));
    let bracket = open('[').is_some_and(|at| letters[at + 1..].contains(&(']', false)));
    bracket || open('*').is_some() || open('?').is_some()
}

/// The names in a folder that match, each behind its folder. `front` ends with a slash or is empty.
fn matching(world: &Interpreter<'_>, front: &str, part: &[(char, bool)]) -> Result<Vec<String>, ScriptError> {
    let matcher = matcher(part)?;
    let names = match world.host.list(&world.place(if front.is_empty() { "." } else { front })) {
        Ok(names) => names,
        Err(trouble) => return ended(front, &trouble).map(|()| Vec::new()),
    };
    world.budget.look(names.len())?;
    let hidden = part.first().is_some_and(|(c, _)| *c == '.');
    let names = names.into_iter().filter(|n| (hidden || !n.starts_with('.')) && matcher.is_match(n));
    Ok(names.map(|n| format!("{front}{n}")).collect())
}

/// A shell says nothing of folders that it cannot list.
fn ended(path: &str, trouble: &SourceError) -> Result<(), ScriptError> {
    match trouble {
        SourceError::NotFound
        | SourceError::NotMounted(_)
        | SourceError::PermissionDenied(_)
        | SourceError::NotDirectory => Ok(()),
        SourceError::NotRegular(_)
        | SourceError::TooLarge(_)
        | SourceError::Changed
        | SourceError::Malformed(_)
        | SourceError::TimedOut(_)
        | SourceError::DeadlineExceeded(_)
        | SourceError::Io(_) => Err(ScriptError::Failed(format!("{path} {trouble}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_pattern_of_the_allowed_length_is_too_large_for_the_library() {
        let wide = ["[é-\u{10ffff}]", "[!é]", "é", "?[!é-\u{ffff}]*"];
        for one in ["a", "*", "?", "*?", "[!a]", "[a-zA-Z0-9]"].into_iter().chain(wide) {
            let letters: Vec<(char, bool)> = one.chars().cycle().take(MAX_LETTERS).map(|c| (c, false)).collect();
            let _ = matcher(&letters);
        }
        assert!(matcher(&vec![('a', false); MAX_LETTERS + 1]).is_err());
    }
}
