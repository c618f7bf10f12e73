//! The command line of a component, parsed as the component parses it. Knows the grammar of flags, not their meaning.

use crate::model::{Component, FlagKind};

/// The flags of one command line, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Arguments {
    flags: Vec<Flag>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Flag {
    name: String,
    value: FlagValue,
    /// The flag before it may have taken this word as its value, so that it may not be a flag at all.
    ambiguous: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum FlagValue {
    /// `--name=value`, or `--name value` of a flag that takes a value.
    Value(String),
    /// `--name` alone: true for a switch. A flag that takes a value has the next word, if there is one.
    Bare { next: Option<String> },
}

/// What a command line sets for one flag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading<'a> {
    /// The flag is not given.
    NotGiven,
    /// Its values in order. The component keeps the last one, or collects them.
    Values(Vec<&'a str>),
    /// It may be the value of the flag before it; that depends on the version of the component.
    Ambiguous {
        /// The word that is either this flag or the value of the one before.
        word: String,
    },
}

impl Arguments {
    /// Parses the words after the name of the program and its subcommand, if it has one.
    pub fn parse(component: Component, words: &[String]) -> Self {
        let mut flags = Vec::new();
        let mut words = words.iter().peekable();
        // Whether this word may be the value of the flag before it, and whether an earlier `--` may be such a value.
        let (mut ambiguous, mut all_ambiguous) = (false, false);
        while let Some(word) = words.next() {
            if word == "--" {
                if !ambiguous {
                    break;
                }
                (ambiguous, all_ambiguous) = (false, true);
                continue;
            }
            let Some((name, value)) = split(component, word) else {
                // Go's package `flag` stops at the first word that is no flag, pflag goes on.
                if component.stops_at_operand() {
                    break;
                }
                ambiguous = false;
                continue;
            };
            let next = words.peek().map(|w| w.as_str());
            let next_is_flag = next.is_some_and(looks_like_flag);
            let kind = component.flag_kind(&name);
            let (value, may_take_next) = match (value, kind, next) {
                (Some(value), _, _) => (FlagValue::Value(value.to_owned()), false),
                (None, FlagKind::Boolean, _) | (None, _, None) => (FlagValue::Bare { next: None }, false),
                (None, FlagKind::TakesValue, Some(next)) if !ambiguous || !next_is_flag => {
                    words.next();
                    (FlagValue::Value(next.to_owned()), false)
                }
                (None, FlagKind::Unknown, Some(next)) if !next_is_flag => {
                    words.next();
                    (FlagValue::Value(next.to_owned()), false)
                }
                (None, FlagKind::TakesValue | FlagKind::Unknown, Some(next)) => {
                    (FlagValue::Bare { next: Some(next.to_owned()) }, true)
                }
            };
            flags.push(Flag { name, value, ambiguous: ambiguous || all_ambiguous });
            ambiguous = may_take_next;
        }
        Self { flags }
    }

    /// What is set for a flag. `switch` says that the flag takes no value.
    pub fn get(&self, name: &str, switch: bool) -> Reading<'_> {
        self.get_any(&[name], switch)
    }

    /// What is set for a flag that has several names.
    pub fn get_any(&self, names: &[&str], switch: bool) -> Reading<'_> {
        let mut values = Vec::new();
        for flag in self.flags.iter().filter(|f| names.contains(&f.name.as_str())) {
            let name = &flag.name;
            if flag.ambiguous {
                let word = match &flag.value {
                    FlagValue::Value(value) => format!("--{name}={value}"),
                    FlagValue::Bare { .. } => format!("--{name}"),
                };
                return Reading::Ambiguous { word };
            }
            values.push(match &flag.value {
                FlagValue::Value(value) => value.as_str(),
                FlagValue::Bare { .. } if switch => "true",
                FlagValue::Bare { next } => next.as_deref().unwrap_or_default(),
            });
        }
        if values.is_empty() { Reading::NotGiven } else { Reading::Values(values) }
    }
}

/// Whether a word can be a flag. A negative number is none.
fn looks_like_flag(word: &str) -> bool {
    let is_number = word.strip_prefix('-').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    word.starts_with('-') && word.len() > 1 && !is_number
}

/// The name of a flag, with the underscores that its component replaces, and its value if it is in the same word.
fn split(component: Component, word: &str) -> Option<(String, Option<&str>)> {
    // The components of Kubernetes read one dash as pflag does: a letter, with its value right behind it or after `=`.
    let short = word.strip_prefix('-').filter(|rest| component.folds_underscores() && !rest.starts_with('-'));
    if let Some(short) = short {
        let letter = short.chars().next()?;
        let rest = &short[letter.len_utf8()..];
        let value = (!rest.is_empty()).then(|| rest.strip_prefix('=').unwrap_or(rest));
        return Some((letter.to_string(), value));
    }
    let body = word.strip_prefix("--").or_else(|| word.strip_prefix('-')).filter(|b| !b.is_empty())?;
    let (name, value) = match body.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (body, None),
    };
    let name = if component.folds_underscores() { name.replace('_', "-") } else { name.to_owned() };
    Some((name, value))
}

#[cfg(test)]
mod tests;
