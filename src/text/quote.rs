//! Quotes text in messages.

/// The longest text that is quoted whole, in characters.
const MAX_CHARS: usize = 80;

/// The text in backticks, cut after 80 characters.
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
    fn cuts_long_text() {
        let cases = [
            (String::new(), "``".to_owned()),
            ("ä".repeat(80), format!("`{}`", "ä".repeat(80))),
            ("ä".repeat(81), format!("`{}…`", "ä".repeat(80))),
        ];
        for (text, expected) in cases {
            assert_eq!(quote(&text), expected);
        }
    }
}
