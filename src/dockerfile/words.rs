//! Words of an instruction, with quotes and the escape character.

/// The words that blanks separate outside quotes, each with its offset. Quotes and escapes stay.
pub(super) fn split(text: &str, escape: char) -> Vec<(usize, &str)> {
    let mut words = Vec::new();
    let mut start = None;
    scan(text, escape, |index, c, is_plain| {
        if is_plain && c.is_whitespace() {
            if let Some(start) = start.take() {
                words.push((start, &text[start..index]));
            }
        } else if start.is_none() {
            start = Some(index);
        }
        true
    });
    if let Some(start) = start {
        words.push((start, &text[start..]));
    }
    words
}

/// The word that a text starts with.
pub(super) fn first(text: &str, escape: char) -> &str {
    let mut end = text.len();
    scan(text, escape, |index, c, is_plain| {
        let is_end = is_plain && c.is_whitespace();
        end = if is_end { index } else { end };
        !is_end
    });
    &text[..end]
}

/// Whether every quote has its end.
pub(super) fn is_closed(text: &str, escape: char) -> bool {
    scan(text, escape, |_, _, _| true).is_none()
}

/// Visits each character until the answer is no; the last argument says that the character is neither quoted nor escaped.
/// Returns the quote that is open at the end.
fn scan(text: &str, escape: char, mut visit: impl FnMut(usize, char, bool) -> bool) -> Option<char> {
    let (mut quote, mut is_escaped) = (None, false);
    for (index, c) in text.char_indices() {
        if !visit(index, c, quote.is_none() && !is_escaped) {
            break;
        }
        if is_escaped {
            is_escaped = false;
        } else if c == escape && quote != Some('\'') {
            is_escaped = true;
        } else if quote == Some(c) {
            quote = None;
        } else if quote.is_none() && matches!(c, '\'' | '"') {
            quote = Some(c);
        }
    }
    quote
}

/// A word without its quotes and escape characters.
pub(super) fn unquote(word: &str, escape: char) -> String {
    let mut out = String::with_capacity(word.len());
    let (mut quote, mut is_escaped) = (None, false);
    for c in word.chars() {
        if is_escaped {
            if quote == Some('"') && c != '"' && c != '$' && c != escape {
                out.push(escape);
            }
            out.push(c);
            is_escaped = false;
        } else if c == escape && quote != Some('\'') {
            is_escaped = true;
        } else if quote == Some(c) {
            quote = None;
        } else if quote.is_none() && matches!(c, '\'' | '"') {
            quote = Some(c);
        } else {
            out.push(c);
        }
    }
    if is_escaped {
        out.push(escape);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_outside_quotes() {
        let words = |text| split(text, '\\').into_iter().map(|(_, word)| word).collect::<Vec<_>>();
        assert_eq!(words(" a  b=\"c d\" e\\ f 'g h' "), ["a", "b=\"c d\"", "e\\ f", "'g h'"]);
        assert_eq!(words("a \"b c"), ["a", "\"b c"]);
        assert_eq!(words(""), [""; 0]);
        assert_eq!(split("a` b", '`'), [(0, "a` b")]);
        assert!(is_closed("it\\'s", '\\') && !is_closed("it's", '\\') && is_closed("\"it's\"", '\\'));
    }

    #[test]
    fn quotes_and_escapes_are_removed() {
        for (word, expected) in [
            ("a", "a"),
            ("\"a b\"'c'", "a bc"),
            ("a\\ b", "a b"),
            ("\"a\\\"\\n\"", "a\"\\n"),
            ("'a\\'", "a\\"),
            ("a\\", "a\\"),
        ] {
            assert_eq!(unquote(word, '\\'), expected, "{word}");
        }
    }
}
