//! Parses a script and its words with the `brush-parser` library. Refuses what would cost too much, or crash the library, first.

use super::error::{ScriptError, unsupported};
use crate::text::quote;
use brush_parser::ast::Program;
use brush_parser::word::{self, WordPiece};
use brush_parser::{ParseError, ParserOptions, SourceInfo, TokenizerError, TokenizerOptions, uncached_tokenize_str};

/// Maximum bytes of a script.
const MAX_SCRIPT: usize = 16 << 10;
/// Maximum depth of nested brackets; the library's cost grows fast with it.
const MAX_DEPTH: usize = 8;
/// Maximum number of opening brackets, backquotes and block keywords, quoted or not. The library needs stack for each level,
/// and quotes and comments cannot make the nesting deeper than this number.
const MAX_OPENERS: usize = 80;

/// The options that come closest to a POSIX `sh`. `[[` is a keyword of bash and of the busybox in kube-bench's image, but not of
/// Debian's `sh`.
const fn options(sh_mode: bool) -> ParserOptions {
    ParserOptions { enable_extended_globbing: false, posix_mode: true, sh_mode, tilde_expansion: true }
}

/// Parses a script.
pub(super) fn program(script: &str) -> Result<Program, ScriptError> {
    if script.len() > MAX_SCRIPT {
        return Err(unsupported(format!("a script of more than {MAX_SCRIPT} bytes")));
    }
    if openers(script) > MAX_OPENERS {
        return Err(unsupported(format!("a script with more than {MAX_OPENERS} brackets and blocks")));
    }
    if depth(script) > MAX_DEPTH {
        return Err(unsupported(format!("a script with more than {MAX_DEPTH} levels of brackets")));
    }
    if crashes_library(script) {
        return Err(unsupported("a here-document, or a number that is too large"));
    }
    let tokenizer = TokenizerOptions { enable_extended_globbing: false, posix_mode: true, sh_mode: true };
    let tokens = uncached_tokenize_str(script, &tokenizer).map_err(|e| unsupported(token_error(&e)))?;
    let has_extended_test = script.contains("[[ ");
    brush_parser::parse_tokens(&tokens, &options(!has_extended_test), &SourceInfo::default())
        .map_err(|e| unsupported(syntax_error(&e)))
}

/// Parses a word into its pieces.
pub(super) fn word(word: &str) -> Result<Vec<WordPiece>, ScriptError> {
    // The library's error says no more than where its grammar gave up.
    let pieces = word::parse(word, &options(true)).map_err(|_| unsupported(format!("the word {}", quote(word))))?;
    Ok(pieces.into_iter().map(|p| p.piece).collect())
}

fn syntax_error(error: &ParseError) -> String {
    match error {
        ParseError::ParsingNearToken(token) => {
            let at = &token.location().start;
            let token = quote(token.to_str());
            format!("a syntax error near {token} in line {}, column {} of the script", at.line, at.column)
        }
        ParseError::ParsingAtEndOfInput => "a syntax error at the end of the script".to_owned(),
        ParseError::Tokenizing { inner, .. } => token_error(inner),
    }
}

fn token_error(error: &TokenizerError) -> String {
    let (what, at) = match error {
        TokenizerError::UnterminatedEscapeSequence => ("a backslash at the end", None),
        TokenizerError::UnterminatedSingleQuote(at) => ("an unterminated single quote", Some(at)),
        TokenizerError::UnterminatedAnsiCQuote(at) => ("an unterminated `$'` quote", Some(at)),
        TokenizerError::UnterminatedDoubleQuote(at) => ("an unterminated double quote", Some(at)),
        TokenizerError::UnterminatedBackquote(at) => ("an unterminated backquote", Some(at)),
        TokenizerError::UnterminatedExtendedGlob(at) => ("an unterminated pattern", Some(at)),
        TokenizerError::UnterminatedVariable => ("an unterminated `${`", None),
        TokenizerError::UnterminatedCommandSubstitution => ("an unterminated `$(`", None),
        TokenizerError::MissingHereTagForDocumentBody
        | TokenizerError::MissingHereTag(_)
        | TokenizerError::UnterminatedHereDocuments(..) => ("a here-document", None),
        TokenizerError::FailedDecoding | TokenizerError::ReadError(_) => ("text that cannot be decoded", None),
    };
    match at {
        Some(at) => format!("{what} in line {}, column {} of the script", at.line, at.column),
        None => format!("{what} in the script"),
    }
}

/// Whether the library would panic or not return: on here-documents in a brace group, and on numbers that overflow.
fn crashes_library(script: &str) -> bool {
    let ends_with_long_number = |text: &str| {
        let digits = text.len() - text.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        digits > 9
    };
    let before_redirection = script.match_indices(['<', '>']).any(|(at, _)| ends_with_long_number(&script[..at]));
    before_redirection || script.contains("<<") || script.contains("~+") || script.contains("~-")
}

/// Estimates the nesting depth of brackets, block keywords and backquotes, as if nothing were quoted.
fn depth(script: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for c in script.chars() {
        match c {
            '(' | '{' => depth += 1,
            ')' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest + block_keywords(script) / 8 + backquote_pairs(script) / 8
}

/// The number of openers, whether or not they are quoted or closed.
fn openers(script: &str) -> usize {
    script.matches(['(', '{']).count() + block_keywords(script) + backquote_pairs(script)
}

fn block_keywords(script: &str) -> usize {
    let words = script.split(|c: char| !c.is_ascii_alphanumeric());
    words.filter(|w| matches!(*w, "if" | "elif" | "for" | "while" | "until" | "case")).count()
}

fn backquote_pairs(script: &str) -> usize {
    script.matches('`').count() / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_brackets_do_not_hide_the_nesting_depth() {
        for one in ["( echo ')'; ", "{ echo '}'; ", "$( echo \\)", "\"$(echo ')' ", "# )\n( "] {
            assert!(program(&one.repeat(200)).is_err(), "{one}");
        }
        let nested = |n: usize| "if true; then ".repeat(n) + "true; " + &"fi; ".repeat(n);
        assert!(program(&nested(200)).is_err());
        assert!(program(&nested(4)).is_ok());
    }

    #[test]
    fn syntax_errors_are_reported_in_our_words() {
        let cases = [
            ("echo 'a", "an unterminated single quote in line 1, column 6 of the script"),
            ("echo `cat", "an unterminated backquote in line 1, column 6 of the script"),
            ("echo $(cat", "an unterminated `$(` in the script"),
            ("echo a\n| cat", "a syntax error near `|` in line 2, column 1 of the script"),
            ("if true; then", "a syntax error at the end of the script"),
        ];
        for (script, text) in cases {
            assert_eq!(program(script).err(), Some(ScriptError::Unsupported(text.to_owned())), "{script}");
        }
    }
}
