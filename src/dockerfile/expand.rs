//! Variables in arguments: `$X`, `${X}`, `${X:-default}`, `${X:+alternative}`.

use super::expanded::{Expanded, Unknown};
use super::scope::{Scope, Value};
use std::iter::Peekable;
use std::str::Chars;

/// The longest value that is considered, in bytes: variables in variables can double it with each line.
const MAX_VALUE: usize = 8192;
/// Levels of `${X:-${Y:-…}}`.
const MAX_DEPTH: usize = 16;

/// Replaces the variables of a word, and removes its quotes.
pub(super) fn expand(word: &str, scope: &Scope, escape: char) -> Expanded {
    let mut state = Expander { scope, escape, build_args: Vec::new(), unknown: None };
    let mut chars = word.chars().peekable();
    let text = state.text(&mut chars, None, 0);
    let value = match state.unknown {
        Some(unknown) => Err(unknown),
        None if text.len() > MAX_VALUE => Err(Unknown::Form),
        None => Ok(text),
    };
    state.build_args.dedup();
    Expanded { written: word.to_owned(), value, build_args: state.build_args }
}

struct Expander<'a> {
    scope: &'a Scope,
    escape: char,
    build_args: Vec<String>,
    unknown: Option<Unknown>,
}

impl Expander<'_> {
    /// The text up to a character outside quotes, or to the end.
    fn text(&mut self, chars: &mut Peekable<Chars<'_>>, until: Option<char>, depth: usize) -> String {
        let mut out = String::new();
        let mut quote = None;
        while let Some(c) = chars.next() {
            if quote.is_none() && Some(c) == until {
                return out;
            }
            if out.len() > MAX_VALUE || depth > MAX_DEPTH {
                self.unknown.get_or_insert(Unknown::Form);
                return String::new();
            }
            match c {
                _ if quote == Some(c) => quote = None,
                '\'' | '"' if quote.is_none() => quote = Some(c),
                c if quote == Some('\'') => out.push(c),
                c if c == self.escape => match chars.next() {
                    Some(next) => {
                        if quote == Some('"') && next != '"' && next != '$' && next != self.escape {
                            out.push(c);
                        }
                        out.push(next);
                    }
                    None => out.push(c),
                },
                '$' => {
                    let value = self.variable(chars, depth);
                    out.push_str(&value);
                }
                c => out.push(c),
            }
        }
        if until.is_some() || quote.is_some() {
            self.unknown.get_or_insert(Unknown::Form);
        }
        out
    }

    /// The value of the variable behind `$`.
    fn variable(&mut self, chars: &mut Peekable<Chars<'_>>, depth: usize) -> String {
        if chars.next_if_eq(&'{').is_none() {
            let name = take_name(chars);
            return if name.is_empty() { "$".to_owned() } else { self.plain(&name) };
        }
        let name = take_name(chars);
        let tests_empty = chars.next_if_eq(&':').is_some();
        match chars.next() {
            _ if name.is_empty() => self.unsupported(),
            Some('}') if !tests_empty => self.plain(&name),
            Some(operator @ ('-' | '+' | '?')) => {
                // The word is only considered where it counts.
                let before = (self.unknown.clone(), self.build_args.len());
                let word = self.text(chars, Some('}'), depth + 1);
                let takes_word = self.takes_word(&name, operator, tests_empty);
                if takes_word != Some(true) && self.unknown != Some(Unknown::Form) {
                    self.unknown = before.0;
                    self.build_args.truncate(before.1);
                }
                self.note(&name);
                match takes_word {
                    Some(true) if operator == '?' => self.give_up(Unknown::NotSet(name)),
                    Some(true) => word,
                    Some(false) if operator == '+' => String::new(),
                    Some(false) | None => self.plain(&name),
                }
            }
            Some(_) | None => self.unsupported(),
        }
    }

    /// Whether the word behind an operator counts; `None` if that is not known.
    fn takes_word(&self, name: &str, operator: char, tests_empty: bool) -> Option<bool> {
        let is_set = match self.scope.look_up(name) {
            Value::Known(variable) => match &variable.value {
                Ok(text) => !(tests_empty && text.is_empty()),
                Err(Unknown::NoDefault(_)) => false,
                Err(
                    Unknown::NotSet(_)
                    | Unknown::OfBase(_)
                    | Unknown::Platform(_)
                    | Unknown::Ambiguous(_)
                    | Unknown::Form,
                ) => return None,
            },
            Value::Unset => false,
            Value::OfBase | Value::Platform => return None,
        };
        Some(is_set == (operator == '+'))
    }

    fn plain(&mut self, name: &str) -> String {
        self.note(name);
        let unknown = match self.scope.look_up(name) {
            Value::Known(variable) => match &variable.value {
                Ok(text) => return text.clone(),
                Err(unknown) => unknown.clone(),
            },
            Value::Unset => Unknown::NotSet(name.to_owned()),
            Value::OfBase => Unknown::OfBase(name.to_owned()),
            Value::Platform => Unknown::Platform(name.to_owned()),
        };
        self.give_up(unknown)
    }

    /// Notes the arguments that a variable depends on.
    fn note(&mut self, name: &str) {
        if let Value::Known(variable) = self.scope.look_up(name) {
            for argument in &variable.build_args {
                if self.build_args.len() < 16 && !self.build_args.contains(argument) {
                    self.build_args.push(argument.clone());
                }
            }
        }
    }

    fn give_up(&mut self, unknown: Unknown) -> String {
        self.unknown.get_or_insert(unknown);
        String::new()
    }

    fn unsupported(&mut self) -> String {
        self.give_up(Unknown::Form)
    }
}

fn take_name(chars: &mut Peekable<Chars<'_>>) -> String {
    let mut name = String::new();
    while let Some(c) = chars.next_if(|c| c.is_ascii_alphanumeric() || *c == '_') {
        name.push(c);
    }
    name
}
