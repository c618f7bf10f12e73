//! Expands words to arguments: variables, command substitutions, field splitting, file name patterns, quotes.

use super::error::{ScriptError, unsupported};
use super::parse;
use super::pattern::{self, QuotedChar};
use super::scope::Scope;
use crate::text::quote;
use brush_parser::word::{Parameter, ParameterExpr, ParameterTestType, SpecialParameter, WordPiece};

/// Variables that a shell sets itself.
const SET_BY_SHELL: [&str; 8] = ["IFS", "PWD", "OLDPWD", "PPID", "PS1", "PS2", "PS4", "OPTIND"];

/// Maximum bytes of a command's arguments; Linux's own limit.
const MAX_ARGUMENTS: usize = 2 << 20;

/// One field of an expanded word, which becomes one argument.
#[derive(Default)]
struct Field {
    chars: Vec<QuotedChar>,
    /// Whether it is an argument even if it has no characters, as `""` is.
    keep: bool,
}

/// The fields of one word.
#[derive(Default)]
struct Fields {
    complete: Vec<Field>,
    current: Field,
    /// Bytes of all fields.
    bytes: usize,
}

impl Fields {
    fn push(&mut self, text: &str, quoted: bool) {
        self.current.chars.extend(text.chars().map(|c| (c, quoted)));
        self.current.keep |= quoted || !text.is_empty();
        self.bytes += text.len();
    }

    fn check_size(&self) -> Result<(), ScriptError> {
        if self.bytes > MAX_ARGUMENTS { Err(too_long()) } else { Ok(()) }
    }

    fn end_field(&mut self) {
        let field = std::mem::take(&mut self.current);
        if field.keep {
            self.complete.push(field);
        }
    }

    /// Adds an unquoted value: blanks in it separate fields.
    fn push_split(&mut self, value: &str) {
        for c in value.chars() {
            if matches!(c, ' ' | '\t' | '\n') {
                self.end_field();
            } else {
                self.push(c.encode_utf8(&mut [0; 4]), false);
            }
        }
    }
}

/// Expands the words of a command.
pub(super) fn arguments<'w>(
    scope: &mut Scope<'_, '_>,
    words: impl Iterator<Item = &'w str>,
) -> Result<Vec<String>, ScriptError> {
    let mut arguments: Vec<String> = Vec::new();
    let mut bytes = 0;
    for word in words {
        let mut fields = Fields::default();
        split(scope, word, &mut fields)?;
        fields.end_field();
        for field in fields.complete {
            let names = pattern::file_names(scope.context, &field.chars)?;
            bytes += names.iter().map(String::len).sum::<usize>();
            if bytes > MAX_ARGUMENTS {
                return Err(too_long());
            }
            arguments.extend(names);
        }
    }
    Ok(arguments)
}

/// Expands a word where nothing is split: in an assignment or after a redirection.
pub(super) fn text(scope: &mut Scope<'_, '_>, word: &str) -> Result<String, ScriptError> {
    let mut out = String::new();
    for piece in parse::word(word)? {
        value(scope, &piece, &mut out)?;
    }
    Ok(out)
}

/// Expands a word to a pattern: nothing is split, and quoted characters stand for themselves.
pub(super) fn pattern(scope: &mut Scope<'_, '_>, word: &str) -> Result<Vec<QuotedChar>, ScriptError> {
    let mut chars = Vec::new();
    for piece in parse::word(word)? {
        let quoted = matches!(
            piece,
            WordPiece::SingleQuotedText(_) | WordPiece::DoubleQuotedSequence(_) | WordPiece::EscapeSequence(_)
        );
        let mut out = String::new();
        value(scope, &piece, &mut out)?;
        chars.extend(out.chars().map(|c| (c, quoted)));
    }
    Ok(chars)
}

fn too_long() -> ScriptError {
    ScriptError::Failed(format!("a command of the script has more than {MAX_ARGUMENTS} bytes of arguments"))
}

/// Expands a word into fields.
fn split(scope: &mut Scope<'_, '_>, word: &str, fields: &mut Fields) -> Result<(), ScriptError> {
    for piece in parse::word(word)? {
        match &piece {
            WordPiece::Text(text) => fields.push(text, false),
            WordPiece::SingleQuotedText(_) | WordPiece::DoubleQuotedSequence(_) | WordPiece::EscapeSequence(_) => {
                let mut out = String::new();
                value(scope, &piece, &mut out)?;
                fields.push(&out, true);
            }
            WordPiece::ParameterExpansion(_)
            | WordPiece::CommandSubstitution(_)
            | WordPiece::BackquotedCommandSubstitution(_) => {
                let mut out = String::new();
                value(scope, &piece, &mut out)?;
                fields.push_split(&out);
            }
            WordPiece::AnsiCQuotedText(_)
            | WordPiece::GettextDoubleQuotedSequence(_)
            | WordPiece::TildePrefix(_)
            | WordPiece::ArithmeticExpression(_) => return Err(unsupported(format!("the word {}", quote(word)))),
        }
        fields.check_size()?;
    }
    Ok(())
}

/// Appends the value of a piece, without splitting it.
fn value(scope: &mut Scope<'_, '_>, piece: &WordPiece, out: &mut String) -> Result<(), ScriptError> {
    match piece {
        WordPiece::Text(text) | WordPiece::SingleQuotedText(text) => out.push_str(text),
        WordPiece::EscapeSequence(text) => match text.strip_prefix('\\') {
            Some("\n") => {}
            Some(escaped) => out.push_str(escaped),
            None => out.push_str(text),
        },
        WordPiece::DoubleQuotedSequence(inner) => {
            for piece in inner {
                value(scope, &piece.piece, out)?;
            }
        }
        WordPiece::ParameterExpansion(expression) => out.push_str(&parameter(scope, expression)?),
        WordPiece::CommandSubstitution(script) | WordPiece::BackquotedCommandSubstitution(script) => {
            let substitute = scope.substitute;
            let output = substitute(scope, script)?;
            out.push_str(output.trim_end_matches('\n'));
        }
        WordPiece::AnsiCQuotedText(_)
        | WordPiece::GettextDoubleQuotedSequence(_)
        | WordPiece::TildePrefix(_)
        | WordPiece::ArithmeticExpression(_) => {
            return Err(unsupported("`$'…'`, `$\"…\"`, `~` or `$((…))`"));
        }
    }
    if out.len() > MAX_ARGUMENTS { Err(too_long()) } else { Ok(()) }
}

fn parameter(scope: &mut Scope<'_, '_>, expression: &ParameterExpr) -> Result<String, ScriptError> {
    match expression {
        ParameterExpr::Parameter { parameter, indirect: false } => Ok(variable(scope, parameter)?.unwrap_or_default()),
        ParameterExpr::UseDefaultValues { parameter, indirect: false, test_type, default_value } => {
            match if_set(variable(scope, parameter)?, test_type) {
                Some(value) => Ok(value),
                None => text(scope, default_value.as_deref().unwrap_or_default()),
            }
        }
        ParameterExpr::UseAlternativeValue { parameter, indirect: false, test_type, alternative_value } => {
            match if_set(variable(scope, parameter)?, test_type) {
                Some(_) => text(scope, alternative_value.as_deref().unwrap_or_default()),
                None => Ok(String::new()),
            }
        }
        // The library knows a dozen more, most of them of bash.
        _ => Err(unsupported("a parameter expansion other than `$x`, `${x-…}` and `${x+…}`")),
    }
}

fn if_set(value: Option<String>, test: &ParameterTestType) -> Option<String> {
    match test {
        ParameterTestType::UnsetOrNull => value.filter(|v| !v.is_empty()),
        ParameterTestType::Unset => value,
    }
}

fn variable(scope: &Scope<'_, '_>, parameter: &Parameter) -> Result<Option<String>, ScriptError> {
    match parameter {
        Parameter::Named(name) => match scope.variables.get(name) {
            Some(value) => Ok(Some(value.clone())),
            // A shell would take it from its environment, whose values audits must not depend on.
            None if SET_BY_SHELL.contains(&name.as_str()) || std::env::var_os(name).is_some() => {
                Err(unsupported(format!("the variable {} of the environment", quote(name))))
            }
            None => Ok(None),
        },
        Parameter::Positional(number) if *number > 0 => Ok(scope.positional.get(*number as usize - 1).cloned()),
        Parameter::Special(SpecialParameter::LastExitStatus) => Ok(Some(scope.status.to_string())),
        Parameter::Positional(_) => Err(unsupported("`$0`")),
        Parameter::Special(_) => Err(unsupported("a special parameter other than `$?`")),
        Parameter::NamedWithIndex { .. } | Parameter::NamedWithAllIndices { .. } => Err(unsupported("an array")),
    }
}
