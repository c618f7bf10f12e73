//! Turns a script's text into its syntax tree, by a library. Refuses what would cost too much before it is parsed.

use super::{ScriptError, unknown};
use brush_parser::ast::Program;
use brush_parser::{ParserOptions, SourceInfo, TokenizerOptions, uncached_tokenize_str};

/// Bytes of a script.
const MAX_SCRIPT: usize = 16 << 10;
/// How deep brackets may stand in brackets; the library's cost grows fast with it.
const MAX_DEPTH: usize = 8;
/// Everything that can open something: no quotes or comments make what is open deeper than this, and the library needs
/// stack for each level.
const MAX_OPENERS: usize = 80;

/// The way of reading that comes nearest to a plain `sh`.
pub(super) fn options() -> ParserOptions {
    ParserOptions { enable_extended_globbing: false, posix_mode: true, sh_mode: true, tilde_expansion: true }
}

/// Parses a script.
pub(super) fn program(script: &str) -> Result<Program, ScriptError> {
    if script.len() > MAX_SCRIPT {
        return Err(unknown(format!("the script is longer than {MAX_SCRIPT} bytes")));
    }
    if openers(script) > MAX_OPENERS {
        return Err(unknown(format!("the script has more than {MAX_OPENERS} brackets and blocks")));
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

/// How deep brackets and words such as `if` and `for` nest, where no bracket is quoted.
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
    deepest + blocks(script) / 8 + ticks(script) / 8
}

/// How much the script opens, quoted or not, and whether or not it closes it.
fn openers(script: &str) -> usize {
    script.matches(['(', '{']).count() + blocks(script) + ticks(script)
}

fn blocks(script: &str) -> usize {
    let words = script.split(|c: char| !c.is_ascii_alphanumeric());
    words.filter(|w| matches!(*w, "if" | "elif" | "for" | "while" | "until" | "case")).count()
}

fn ticks(script: &str) -> usize {
    script.matches('`').count() / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_brackets_do_not_hide_how_deep_a_script_is() {
        for one in ["( echo ')'; ", "{ echo '}'; ", "$( echo \\)", "\"$(echo ')' ", "# )\n( "] {
            assert!(program(&one.repeat(200)).is_err(), "{one}");
        }
        let ends = |n: usize| "if true; then ".repeat(n) + "true; " + &"fi; ".repeat(n);
        assert!(program(&ends(200)).is_err());
        assert!(program(&ends(4)).is_ok());
    }
}
