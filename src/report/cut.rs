//! Texts cut to a length.

use std::borrow::Cow;

/// The text, or its beginning and `…`: at most `most` bytes, at least three.
pub(super) fn cut(text: &str, most: usize) -> Cow<'_, str> {
    if text.len() <= most {
        return Cow::Borrowed(text);
    }
    let mut end = most.saturating_sub("…".len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    Cow::Owned(format!("{}…", &text[..end]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_between_characters() {
        let cases = [
            ("abc", 3, "abc"),
            ("abcdef", 5, "ab…"),
            ("ééé", 6, "ééé"),
            ("éééé", 6, "é…"),
            ("abcd", 3, "…"),
            ("", 3, ""),
        ];
        for (text, most, expected) in cases {
            assert_eq!(cut(text, most), expected, "{text} {most}");
        }
    }
}
