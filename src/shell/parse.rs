//! Turns a script's text into its syntax tree, by a library. Refuses what would cost too much before it is parsed.

use super::{Stop, unknown};
use brush_parser::ast::Program;
use brush_parser::{ParserOptions, SourceInfo, TokenizerOptions, uncached_tokenize_str};

/// Bytes of a script.
const MAX_SCRIPT: usize = 16 << 10;
/// How deep brackets may stand in brackets; the library's cost grows fast with it.
const MAX_DEPTH: usize = 8;

/// The way of reading that comes nearest to a plain `sh`.
pub(super) fn options() -> ParserOptions {
    ParserOptions { enable_extended_globbing: false, posix_mode: true, sh_mode: true, tilde_expansion: true }
}

/// Parses a script.
pub(super) fn program(script: &str) -> Result<Program, Stop> {
    if script.len() > MAX_SCRIPT {
        return Err(unknown(format!("the script is longer than {MAX_SCRIPT} bytes")));
    }
    if depth(script) > MAX_DEPTH {
        return Err(unknown(format!("the script has more than {MAX_DEPTH} brackets in brackets")));
    }
    if unsafe_to_parse(script) {
        return Err(unknown("a here-document, or a number that no shell takes"));
    }
    let options = options();
    let reading = TokenizerOptions { enable_extended_globbing: false, posix_mode: true, sh_mode: true };
    let wrong = |e: &dyn std::fmt::Display| unknown(format!("the script cannot be parsed: {e}"));
    let tokens = uncached_tokenize_str(script, &reading).map_err(|e| wrong(&e))?;
    brush_parser::parse_tokens(&tokens, &options, &SourceInfo::default()).map_err(|e| wrong(&e))
}

/// Texts that bring the library down instead of making it say no: here-documents in a brace, numbers that do not fit.
fn unsafe_to_parse(script: &str) -> bool {
    let long_number = |text: &str| {
        let digits = text.len() - text.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        digits > 9
    };
    let before_redirection = script.match_indices(['<', '>']).any(|(at, _)| long_number(&script[..at]));
    before_redirection || script.contains("<<") || script.contains("~+") || script.contains("~-")
}

/// An upper bound of how deep brackets and words such as `if` and `for` nest, quoted or not.
fn depth(script: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for letter in script.chars() {
        match letter {
            '(' | '{' => depth += 1,
            ')' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    let words = script.split(|c: char| !c.is_ascii_alphanumeric());
    let blocks = words.filter(|w| matches!(*w, "if" | "for" | "while" | "until" | "case")).count();
    let ticks = script.matches('`').count() / 2;
    deepest + blocks / 8 + ticks / 8
}
