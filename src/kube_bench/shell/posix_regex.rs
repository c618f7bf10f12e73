//! Translates POSIX regular expressions, basic and extended, to the syntax of the `regex` crate. Refuses those that the two
//! read differently.

use super::error::{ScriptError, unsupported};
use crate::text::quote;
use regex::{Regex, RegexBuilder};
use std::iter::Peekable;
use std::str::Chars;

/// Bytes of a compiled regular expression.
const MAX_COMPILED: usize = 1 << 20;

/// How a regular expression is written and used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RegexOptions {
    /// Extended syntax (`grep -E`) instead of basic.
    pub(super) extended: bool,
    /// Matches upper and lower case alike.
    pub(super) ignore_case: bool,
    /// Whether the end of a match matters, not only that there is one. POSIX takes the longest alternative, the crate the
    /// first.
    pub(super) uses_extent: bool,
}

/// Compiles a POSIX regular expression.
pub(super) fn compile(pattern: &str, options: RegexOptions) -> Result<Regex, ScriptError> {
    let text = Translator::new(pattern, options).translate().ok_or_else(|| unsupported_regex(pattern))?;
    // The crate's error shows the translation, which the user did not write.
    RegexBuilder::new(&text)
        .case_insensitive(options.ignore_case)
        .size_limit(MAX_COMPILED)
        .build()
        .map_err(|_| unsupported_regex(pattern))
}

/// A regular expression that the interpreter cannot translate.
pub(super) fn unsupported_regex(pattern: &str) -> ScriptError {
    unsupported(format!("the regular expression {}", quote(pattern)))
}

/// Translates one regular expression. Its methods return `None` for what it cannot translate.
struct Translator<'p> {
    chars: Peekable<Chars<'p>>,
    options: RegexOptions,
    out: String,
    /// Whether something precedes that can be repeated.
    has_atom: bool,
    /// Whether there is a `|` or `?`, which make the extent of a match ambiguous.
    has_choice: bool,
}

impl<'p> Translator<'p> {
    fn new(pattern: &'p str, options: RegexOptions) -> Self {
        let chars = pattern.chars().peekable();
        Self { chars, options, out: String::new(), has_atom: false, has_choice: false }
    }

    fn translate(mut self) -> Option<String> {
        while let Some(c) = self.chars.next() {
            let escaped = c == '\\';
            let c = if escaped { self.chars.next()? } else { c };
            if matches!(c, '(' | ')' | '{' | '}' | '+' | '?' | '|') && escaped != self.options.extended {
                self.operator(c)?;
            } else if escaped {
                self.escaped(c)?;
            } else {
                self.unescaped(c)?;
            }
        }
        Some(self.out).filter(|_| !(self.options.uses_extent && self.has_choice))
    }

    /// A character that is an operator here: escaped in basic syntax, unescaped in extended syntax.
    fn operator(&mut self, c: char) -> Option<()> {
        match c {
            '|' => {
                self.has_choice = true;
                self.has_atom = false;
                self.out.push('|');
            }
            '(' => {
                self.has_atom = false;
                self.out.push('(');
            }
            ')' => {
                self.has_atom = true;
                self.out.push(')');
            }
            '+' | '?' if self.has_atom => {
                self.has_choice |= c == '?';
                self.out.push(c);
            }
            '{' if self.has_atom => self.interval()?,
            _ => return None,
        }
        Some(())
    }

    fn unescaped(&mut self, c: char) -> Option<()> {
        match c {
            '*' => {
                if self.has_atom {
                    self.out.push('*');
                } else if self.options.extended {
                    return None;
                } else {
                    // At the beginning of a basic expression the asterisk is a literal.
                    self.literal('*');
                }
                // Programs differ in what a repeated repetition means.
                if matches!(self.chars.peek(), Some('*' | '?' | '+')) {
                    return None;
                }
            }
            '.' => {
                self.has_atom = true;
                self.out.push('.');
            }
            '[' => {
                self.bracket()?;
                self.has_atom = true;
            }
            '^' if self.options.extended || self.out.is_empty() || self.out.ends_with('(') => self.out.push('^'),
            '$' if self.options.extended || self.chars.peek().is_none() => {
                self.has_atom = false;
                self.out.push('$');
            }
            '^' | '$' => return None,
            c => self.literal(c),
        }
        Some(())
    }

    /// A character after a backslash that is no operator: GNU's classes, or a literal.
    fn escaped(&mut self, c: char) -> Option<()> {
        let class = match c {
            '.' | '*' | '[' | ']' | '^' | '$' | '/' | '\\' | '(' | ')' | '{' | '}' | '+' | '?' | '|' => {
                self.literal(c);
                return Some(());
            }
            // `grep '\--flag'` is common. Elsewhere the newest GNU programs warn on standard error; those of kube-bench's image do not.
            '-' => {
                self.literal(c);
                return Some(());
            }
            's' => "\\s",
            'S' => "\\S",
            'w' => "\\w",
            'W' => "\\W",
            'b' => "\\b",
            _ => return None,
        };
        self.has_atom = true;
        self.out.push_str(class);
        Some(())
    }

    fn literal(&mut self, c: char) {
        self.has_atom = true;
        self.out.push_str(&regex::escape(c.encode_utf8(&mut [0; 4])));
    }

    /// `{2,3}`, after its opening brace.
    fn interval(&mut self) -> Option<()> {
        let mut inner = String::new();
        loop {
            match self.chars.next()? {
                '}' if self.options.extended => break,
                '\\' if !self.options.extended && self.chars.peek() == Some(&'}') => {
                    self.chars.next();
                    break;
                }
                c @ ('0'..='9' | ',') => inner.push(c),
                _ => return None,
            }
        }
        if !inner.starts_with(|c: char| c.is_ascii_digit()) || inner.len() > 5 {
            return None;
        }
        self.out.push_str(&format!("{{{inner}}}"));
        Some(())
    }

    /// `[…]`, after its opening bracket. A backslash in it is a literal, and so is `]` at its beginning.
    fn bracket(&mut self) -> Option<()> {
        self.out.push('[');
        if self.chars.peek() == Some(&'^') {
            self.chars.next();
            self.out.push('^');
        }
        let mut first = true;
        loop {
            match self.chars.next()? {
                ']' if !first => break,
                '[' if self.chars.peek() == Some(&':') => self.class()?,
                '[' if matches!(self.chars.peek(), Some('.' | '=')) => return None,
                // A range that ends with `-`; in the crate's syntax the difference of two sets.
                '-' if self.chars.peek() == Some(&'-') => return None,
                c @ ('\\' | '[' | ']' | '^' | '&' | '~') => self.out.extend(['\\', c]),
                c => self.out.push(c),
            }
            first = false;
        }
        self.out.push(']');
        Some(())
    }

    /// `[:name:]` in a bracket expression, after its opening bracket.
    fn class(&mut self) -> Option<()> {
        self.chars.next();
        let mut name = String::new();
        while self.chars.peek()? != &':' {
            name.push(self.chars.next()?);
        }
        self.chars.next();
        if self.chars.next()? != ']' {
            return None;
        }
        self.out.push_str(&format!("[:{name}:]"));
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn translations_match_as_posix_does() {
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
        for (pattern, extended, text, matches) in cases {
            let options = RegexOptions { extended, ignore_case: false, uses_extent: false };
            let regex = compile(pattern, options).expect(pattern);
            assert_eq!(regex.is_match(text), matches, "{pattern} on {text}");
        }
    }

    #[test]
    fn refuses_what_the_crate_reads_differently() {
        for (pattern, extended, uses_extent) in [
            ("(a)\\1", true, false),
            ("a|ab", true, true),
            ("a\\", false, false),
            ("[a", false, false),
            ("[+--]", false, false),
            ("\\d", true, false),
        ] {
            let options = RegexOptions { extended, ignore_case: false, uses_extent };
            assert!(compile(pattern, options).is_err(), "{pattern}");
        }
    }
}
