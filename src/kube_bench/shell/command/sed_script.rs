//! A script of `sed`: the commands `s`, `p`, `d` and `q`, with addresses.

use crate::kube_bench::shell::error::{ScriptError, unsupported};
use crate::kube_bench::shell::posix_regex::{RegexOptions, compile};
use crate::text::quote;
use regex::Regex;

/// Parses a script; `extended` is the syntax of its regular expressions.
pub(super) fn parse(script: &str, extended: bool) -> Result<Vec<SedCommand>, ScriptError> {
    SedParser { script, rest: script, extended }.commands()
}

pub(super) struct SedCommand {
    /// The lines it applies to: one address, or a range; all without.
    pub(super) address: Option<(SedAddress, Option<SedAddress>)>,
    pub(super) negated: bool,
    pub(super) action: SedAction,
    /// Whether the current line is inside the range.
    pub(super) in_range: bool,
}

pub(super) enum SedAddress {
    Line(usize),
    Last,
    Match(Regex),
}

pub(super) enum SedAction {
    Print,
    Delete,
    Quit,
    Substitute(SedSubstitution),
}

/// `s/regex/replacement/flags`
pub(super) struct SedSubstitution {
    pub(super) regex: Regex,
    pub(super) replacement: Vec<SedReplacement>,
    pub(super) global: bool,
    /// The first match that is replaced, counted from 1.
    pub(super) nth: usize,
    pub(super) print: bool,
}

pub(super) enum SedReplacement {
    Text(String),
    /// `\1`; 0 is the whole match.
    Group(usize),
}

struct SedParser<'t> {
    script: &'t str,
    rest: &'t str,
    extended: bool,
}

impl SedParser<'_> {
    fn error(&self) -> ScriptError {
        unsupported(format!("the `sed` script {}", quote(self.script)))
    }

    fn next(&mut self) -> Option<char> {
        let c = self.rest.chars().next()?;
        self.rest = &self.rest[c.len_utf8()..];
        Some(c)
    }

    fn commands(mut self) -> Result<Vec<SedCommand>, ScriptError> {
        let mut commands = Vec::new();
        loop {
            self.rest = self.rest.trim_start_matches([' ', '\t', '\n', ';']);
            if self.rest.is_empty() {
                return Ok(commands);
            }
            commands.push(self.command()?);
            self.rest = self.rest.trim_start_matches([' ', '\t']);
            if !self.rest.is_empty() && !self.rest.starts_with([';', '\n']) {
                return Err(self.error());
            }
        }
    }

    fn command(&mut self) -> Result<SedCommand, ScriptError> {
        let mut address = None;
        if let Some(from) = self.address()? {
            let to = if self.rest.starts_with(',') {
                self.next();
                Some(self.address()?.ok_or_else(|| self.error())?)
            } else {
                None
            };
            address = Some((from, to));
        }
        self.rest = self.rest.trim_start_matches(' ');
        let negated = self.rest.starts_with('!');
        if negated {
            self.next();
        }
        let action = match self.next() {
            Some('p') => SedAction::Print,
            Some('d') => SedAction::Delete,
            Some('q') => SedAction::Quit,
            Some('s') => SedAction::Substitute(self.substitution()?),
            _ => return Err(self.error()),
        };
        Ok(SedCommand { address, negated, action, in_range: false })
    }

    fn address(&mut self) -> Result<Option<SedAddress>, ScriptError> {
        let digits = self.rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.rest.len());
        if digits > 0 {
            let number: usize = self.rest[..digits].parse().map_err(|_| self.error())?;
            self.rest = &self.rest[digits..];
            return if number == 0 { Err(self.error()) } else { Ok(Some(SedAddress::Line(number))) };
        }
        match self.rest.chars().next() {
            Some('$') => {
                self.next();
                Ok(Some(SedAddress::Last))
            }
            Some('/') => {
                self.next();
                let pattern = self.until('/')?;
                if pattern.is_empty() {
                    return Err(self.error());
                }
                let options = RegexOptions { extended: self.extended, ignore_case: false, uses_extent: false };
                Ok(Some(SedAddress::Match(compile(&pattern, options)?)))
            }
            _ => Ok(None),
        }
    }

    /// The text up to the delimiter; an escaped delimiter is a literal.
    fn until(&mut self, delimiter: char) -> Result<String, ScriptError> {
        let mut text = String::new();
        loop {
            match self.next().ok_or_else(|| self.error())? {
                c if c == delimiter => return Ok(text),
                '\\' => match self.next().ok_or_else(|| self.error())? {
                    c if c == delimiter && !matches!(c, '|' | '.' | '*' | '+' | '?' | '(' | ')' | '^' | '$') => {
                        text.push(c)
                    }
                    c if c == delimiter => return Err(self.error()),
                    other => text.extend(['\\', other]),
                },
                // Programs differ in whether a delimiter in a bracket expression ends the pattern.
                '[' => {
                    let inner = self.rest.find(']').map_or("", |end| &self.rest[..end]);
                    if inner.contains(delimiter) {
                        return Err(self.error());
                    }
                    text.push('[');
                }
                other => text.push(other),
            }
        }
    }

    fn substitution(&mut self) -> Result<SedSubstitution, ScriptError> {
        let delimiter =
            self.next().filter(|c| !matches!(c, '\\' | '\n') && c.is_ascii()).ok_or_else(|| self.error())?;
        let pattern = self.until(delimiter)?;
        let replacement = self.replacement(delimiter)?;
        let (mut global, mut print, mut ignore_case, mut nth) = (false, false, false, 1);
        while let Some(flag) = self.rest.chars().next() {
            match flag {
                'g' => global = true,
                'p' => print = true,
                'i' | 'I' => ignore_case = true,
                '1'..='9' => nth = flag.to_digit(10).unwrap_or(1) as usize,
                ' ' | ';' | '\n' => break,
                _ => return Err(self.error()),
            }
            self.next();
        }
        if pattern.is_empty() {
            return Err(self.error());
        }
        let regex = compile(&pattern, RegexOptions { extended: self.extended, ignore_case, uses_extent: true })?;
        Ok(SedSubstitution { regex, replacement, global, nth, print })
    }

    fn replacement(&mut self, delimiter: char) -> Result<Vec<SedReplacement>, ScriptError> {
        let mut parts = Vec::new();
        let mut text = String::new();
        loop {
            let group = match self.next().ok_or_else(|| self.error())? {
                c if c == delimiter => break,
                '&' => 0,
                '\\' => match self.next().ok_or_else(|| self.error())? {
                    'n' if delimiter != 'n' => {
                        text.push('\n');
                        continue;
                    }
                    't' if delimiter != 't' => {
                        text.push('\t');
                        continue;
                    }
                    digit @ '1'..='9' => digit.to_digit(10).unwrap_or_default() as usize,
                    c if c.is_ascii_alphanumeric() => return Err(self.error()),
                    c => {
                        text.push(c);
                        continue;
                    }
                },
                other => {
                    text.push(other);
                    continue;
                }
            };
            parts.push(SedReplacement::Text(std::mem::take(&mut text)));
            parts.push(SedReplacement::Group(group));
        }
        parts.push(SedReplacement::Text(text));
        Ok(parts)
    }
}
