//! Turns the words of a command into its arguments: variables, substitutions, splitting, file name patterns, quotes.

use super::interpret::Scope;
use super::parse::options;
use super::{ScriptError, interpret, pattern, unknown};
use brush_parser::word::{self, Parameter, ParameterExpr, ParameterTestType, SpecialParameter, WordPiece};

/// Variables that a shell sets itself.
const SET_BY_THE_SHELL: [&str; 8] = ["IFS", "PWD", "OLDPWD", "PPID", "PS1", "PS2", "PS4", "OPTIND"];

/// Bytes of all arguments of a command, as Linux has it.
const MAX_ARGUMENTS: usize = 2 << 20;

/// A letter, and whether quotes keep it from being a pattern or a separator.
type Letter = (char, bool);

/// One argument in the making.
#[derive(Default)]
struct Field {
    letters: Vec<Letter>,
    /// Quotes make an argument even of nothing.
    stands: bool,
}

/// What a word is made into.
#[derive(Default)]
struct Fields {
    done: Vec<Field>,
    open: Field,
    /// Bytes of all of them.
    bytes: usize,
}

impl Fields {
    fn push(&mut self, text: &str, quoted: bool) {
        self.open.letters.extend(text.chars().map(|c| (c, quoted)));
        self.open.stands |= quoted || !text.is_empty();
        self.bytes += text.len();
    }

    fn room(&self) -> Result<(), ScriptError> {
        if self.bytes > MAX_ARGUMENTS { Err(too_long()) } else { Ok(()) }
    }

    fn close(&mut self) {
        let field = std::mem::take(&mut self.open);
        if field.stands {
            self.done.push(field);
        }
    }

    /// The value of something that stands outside of quotes: blanks in it separate arguments.
    fn push_split(&mut self, value: &str) {
        for letter in value.chars() {
            if matches!(letter, ' ' | '\t' | '\n') {
                self.close();
            } else {
                self.push(letter.encode_utf8(&mut [0; 4]), false);
            }
        }
    }
}

/// The arguments that words make.
pub(super) fn arguments<'w>(
    scope: &mut Scope<'_, '_>,
    words: impl Iterator<Item = &'w str>,
) -> Result<Vec<String>, ScriptError> {
    let mut arguments: Vec<String> = Vec::new();
    let mut bytes = 0;
    for word in words {
        let mut fields = Fields::default();
        pieces(scope, word, &mut fields)?;
        fields.close();
        for field in fields.done {
            let names = pattern::file_names(scope.world, &field.letters)?;
            bytes += names.iter().map(String::len).sum::<usize>();
            if bytes > MAX_ARGUMENTS {
                return Err(too_long());
            }
            arguments.extend(names);
        }
    }
    Ok(arguments)
}

/// The one text that a word makes where nothing is split: in an assignment, behind a redirection.
pub(super) fn text(scope: &mut Scope<'_, '_>, word: &str) -> Result<String, ScriptError> {
    let mut out = String::new();
    for piece in parse(word)? {
        value(scope, &piece, &mut out)?;
    }
    Ok(out)
}

fn too_long() -> ScriptError {
    ScriptError::Failed(format!("a command of the script has more than {MAX_ARGUMENTS} bytes of arguments"))
}

fn parse(word: &str) -> Result<Vec<WordPiece>, ScriptError> {
    let pieces = word::parse(word, &options()).map_err(|e| unknown(format!("`{word}` cannot be parsed: {e}")))?;
    Ok(pieces.into_iter().map(|p| p.piece).collect())
}

fn pieces(scope: &mut Scope<'_, '_>, word: &str, fields: &mut Fields) -> Result<(), ScriptError> {
    for piece in parse(word)? {
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
            | WordPiece::ArithmeticExpression(_) => return Err(strange(word)),
        }
        fields.room()?;
    }
    Ok(())
}

fn strange(word: &str) -> ScriptError {
    unknown(format!("the word `{word}`"))
}

/// A piece's value, with nothing split.
fn value(scope: &mut Scope<'_, '_>, piece: &WordPiece, out: &mut String) -> Result<(), ScriptError> {
    match piece {
        WordPiece::Text(text) | WordPiece::SingleQuotedText(text) => out.push_str(text),
        WordPiece::EscapeSequence(text) => match text.strip_prefix('\\') {
            Some("\n") => {}
            Some(letter) => out.push_str(letter),
            None => out.push_str(text),
        },
        WordPiece::DoubleQuotedSequence(inner) => {
            for piece in inner {
                value(scope, &piece.piece, out)?;
            }
        }
        WordPiece::ParameterExpansion(expression) => out.push_str(&parameter(scope, expression)?),
        WordPiece::CommandSubstitution(script) | WordPiece::BackquotedCommandSubstitution(script) => {
            let output = interpret::substitution(scope, script)?;
            out.push_str(output.trim_end_matches('\n'));
        }
        WordPiece::AnsiCQuotedText(_)
        | WordPiece::GettextDoubleQuotedSequence(_)
        | WordPiece::TildePrefix(_)
        | WordPiece::ArithmeticExpression(_) => return Err(unknown("a word of a kind that is not known")),
    }
    if out.len() > MAX_ARGUMENTS { Err(too_long()) } else { Ok(()) }
}

fn parameter(scope: &mut Scope<'_, '_>, expression: &ParameterExpr) -> Result<String, ScriptError> {
    match expression {
        ParameterExpr::Parameter { parameter, indirect: false } => Ok(named(scope, parameter)?.unwrap_or_default()),
        ParameterExpr::UseDefaultValues { parameter, indirect: false, test_type, default_value } => {
            match set(named(scope, parameter)?, test_type) {
                Some(value) => Ok(value),
                None => text(scope, default_value.as_deref().unwrap_or_default()),
            }
        }
        ParameterExpr::UseAlternativeValue { parameter, indirect: false, test_type, alternative_value } => {
            match set(named(scope, parameter)?, test_type) {
                Some(_) => text(scope, alternative_value.as_deref().unwrap_or_default()),
                None => Ok(String::new()),
            }
        }
        // Bash has a dozen more; audits use none of them, and `sh` has few.
        _ => Err(unknown("a parameter expansion of a kind that is not known")),
    }
}

fn set(value: Option<String>, test: &ParameterTestType) -> Option<String> {
    match test {
        ParameterTestType::UnsetOrNull => value.filter(|v| !v.is_empty()),
        ParameterTestType::Unset => value,
    }
}

fn named(scope: &Scope<'_, '_>, parameter: &Parameter) -> Result<Option<String>, ScriptError> {
    match parameter {
        Parameter::Named(name) => match scope.variables.get(name) {
            Some(value) => Ok(Some(value.clone())),
            // What the shell would inherit from here is not looked into.
            None if SET_BY_THE_SHELL.contains(&name.as_str()) || std::env::var_os(name).is_some() => {
                Err(unknown(format!("the variable {name}")))
            }
            None => Ok(None),
        },
        Parameter::Positional(number) if *number > 0 => Ok(scope.positional.get(*number as usize - 1).cloned()),
        Parameter::Special(SpecialParameter::LastExitStatus) => Ok(Some(scope.status.to_string())),
        Parameter::Positional(_)
        | Parameter::Special(_)
        | Parameter::NamedWithIndex { .. }
        | Parameter::NamedWithAllIndices { .. } => Err(unknown(format!("the parameter {parameter:?}"))),
    }
}
