//! POSIX regular expressions, basic and extended, turned into those of the library. What the two mean differently is refused.

use super::{ScriptError, unknown};
use regex::{Regex, RegexBuilder};

/// How a pattern is written and used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reading {
    /// Extended syntax.
    pub(super) extended: bool,
    /// Upper and lower case alike.
    pub(super) ignore_case: bool,
    /// Where the match ends matters, not only that there is one. POSIX takes the longest alternative, the library the first.
    pub(super) extent: bool,
}

/// Reads a pattern.
pub(super) fn compile(pattern: &str, reading: Reading) -> Result<Regex, ScriptError> {
    let text = translate(pattern, reading)?;
    RegexBuilder::new(&text)
        .case_insensitive(reading.ignore_case)
        .size_limit(1 << 20)
        .build()
        .map_err(|_| strange(pattern))
}

fn strange(pattern: &str) -> ScriptError {
    unknown(format!("the regular expression {pattern}"))
}

fn translate(pattern: &str, reading: Reading) -> Result<String, ScriptError> {
    let mut out = String::new();
    let mut letters = pattern.chars().peekable();
    // Whether something stands before that can be repeated.
    let mut atom = false;
    let mut alternatives = false;
    let mut optional = false;
    while let Some(letter) = letters.next() {
        let escaped = letter == '\\';
        let letter = if escaped { letters.next().ok_or_else(|| strange(pattern))? } else { letter };
        let operator = matches!(letter, '(' | ')' | '{' | '}' | '+' | '?' | '|') && (escaped != reading.extended);
        match letter {
            '|' if operator => {
                alternatives = true;
                atom = false;
                out.push('|');
            }
            '(' if operator => {
                atom = false;
                out.push('(');
            }
            ')' if operator => {
                atom = true;
                out.push(')');
            }
            '+' | '?' if operator && atom => {
                optional |= letter == '?';
                out.push(letter);
            }
            '{' if operator && atom => {
                interval(&mut letters, reading.extended, &mut out).ok_or_else(|| strange(pattern))?;
            }
            _ if operator => return Err(strange(pattern)),
            '*' if !escaped && atom => out.push('*'),
            // FileRef its beginning a basic pattern's star stands for itself.
            '*' if !escaped && !reading.extended => {
                atom = true;
                out.push_str("\\*");
            }
            '*' if !escaped => return Err(strange(pattern)),
            '.' if !escaped => {
                atom = true;
                out.push('.');
            }
            '[' if !escaped => {
                bracket(&mut letters, &mut out).ok_or_else(|| strange(pattern))?;
                atom = true;
            }
            '^' if !escaped && (reading.extended || out.is_empty() || out.ends_with('(')) => out.push('^'),
            '$' if !escaped && (reading.extended || letters.peek().is_none()) => {
                atom = false;
                out.push('$');
            }
            '^' | '$' if !escaped => return Err(strange(pattern)),
            _ if escaped
                && !matches!(letter, '.' | '*' | '[' | ']' | '^' | '$' | '/' | '\\' | '-')
                && !matches!(letter, '(' | ')' | '{' | '}' | '+' | '?' | '|') =>
            {
                let class = match letter {
                    's' => "\\s",
                    'S' => "\\S",
                    'w' => "\\w",
                    'W' => "\\W",
                    'b' => "\\b",
                    _ => return Err(strange(pattern)),
                };
                atom = true;
                out.push_str(class);
            }
            '-' if escaped && !out.is_empty() => return Err(strange(pattern)),
            _ => {
                atom = true;
                out.push_str(&regex::escape(letter.encode_utf8(&mut [0; 4])));
            }
        }
        // A repetition of a repetition means different things.
        if !escaped && matches!(letter, '*') && matches!(letters.peek(), Some('*' | '?' | '+')) {
            return Err(strange(pattern));
        }
    }
    if reading.extent && (alternatives || optional) {
        return Err(strange(pattern));
    }
    Ok(out)
}

/// `{2,3}`, of which the opening bracket is read.
fn interval(letters: &mut std::iter::Peekable<std::str::Chars<'_>>, extended: bool, out: &mut String) -> Option<()> {
    let mut inner = String::new();
    loop {
        match letters.next()? {
            '}' if extended => break,
            '\\' if !extended && letters.peek() == Some(&'}') => {
                letters.next();
                break;
            }
            letter @ ('0'..='9' | ',') => inner.push(letter),
            _ => return None,
        }
    }
    if !inner.starts_with(|c: char| c.is_ascii_digit()) || inner.len() > 5 {
        return None;
    }
    out.push_str(&format!("{{{inner}}}"));
    Some(())
}

/// `[…]`, of which the opening bracket is read: a backslash in it stands for itself, `]` at its beginning too.
fn bracket(letters: &mut std::iter::Peekable<std::str::Chars<'_>>, out: &mut String) -> Option<()> {
    out.push('[');
    if letters.peek() == Some(&'^') {
        letters.next();
        out.push('^');
    }
    let mut first = true;
    loop {
        match letters.next()? {
            ']' if !first => break,
            '[' if letters.peek() == Some(&':') => {
                letters.next();
                let mut name = String::new();
                while letters.peek()? != &':' {
                    name.push(letters.next()?);
                }
                letters.next();
                if letters.next()? != ']' {
                    return None;
                }
                out.push_str(&format!("[:{name}:]"));
            }
            '[' if matches!(letters.peek(), Some('.' | '=')) => return None,
            // A range up to `-`; to the library the difference of two sets.
            '-' if letters.peek() == Some(&'-') => return None,
            letter @ ('\\' | '[' | ']' | '^' | '&' | '~') => out.extend(['\\', letter]),
            letter => out.push(letter),
        }
        first = false;
    }
    out.push(']');
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_mean_what_posix_says() {
        let cases = [
            ("a+b", false, "a+b", true),
            ("a+b", true, "aab", true),
            ("a\\+b", false, "aab", true),
            ("*a", false, "*a", true),
            ("^--[[:alpha:]]*=x$", false, "--flag=x", true),
            ("[]x]", false, "]", true),
            ("[\\.]", false, "\\", true),
            ("a\\{2\\}", false, "aa", true),
            ("a{2}", false, "a{2}", true),
            ("a{2}", true, "aa", true),
            ("a|b", true, "b", true),
            ("a|b", false, "b", false),
            ("(a)", false, "(a)", true),
            ("\\.conf", true, "xconf", false),
        ];
        for (pattern, extended, text, holds) in cases {
            let reading = Reading { extended, ignore_case: false, extent: false };
            let regex = compile(pattern, reading).expect(pattern);
            assert_eq!(regex.is_match(text), holds, "{pattern} on {text}");
        }
    }

    #[test]
    fn what_differs_is_refused() {
        let reading = |extended, extent| Reading { extended, ignore_case: false, extent };
        for (pattern, extended, extent) in [
            ("(a)\\1", true, false),
            ("a|ab", true, true),
            ("a\\", false, false),
            ("[a", false, false),
            ("[+--]", false, false),
            ("\\d", true, false),
        ] {
            assert!(compile(pattern, reading(extended, extent)).is_err(), "{pattern}");
        }
    }
}
