//! Values that a message quotes.

/// Characters of a value that a message shows.
const MAX_CHARS: usize = 80;

/// The text in backticks. A longer one ends with `…` after its first 80 characters.
pub(crate) fn quote(text: &str) -> String {
    match text.char_indices().nth(MAX_CHARS) {
        Some((end, _)) => format!("`{}…`", &text[..end]),
        None => format!("`{text}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_are_cut_at_80_characters() {
        assert_eq!(quote("a"), "`a`");
        assert_eq!(quote(""), "``");
        assert_eq!(quote(&"é".repeat(80)), format!("`{}`", "é".repeat(80)));
        assert_eq!(quote(&"é".repeat(81)), format!("`{}…`", "é".repeat(80)));
    }
}
