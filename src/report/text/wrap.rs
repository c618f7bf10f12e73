//! Breaks lines between words. What stands in backticks is to be copied, so it is never broken.

/// A blank between two words that stay on one line.
pub(super) const NO_BREAK: char = '\u{a0}';

/// The lines of a text. A word that is longer than a line stands on a line of its own.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        let mut current = String::new();
        for word in words(line) {
            let fits = current.chars().count() + 1 + word.chars().count() <= width;
            if current.is_empty() {
                current.push_str(word);
            } else if fits {
                current.push(' ');
                current.push_str(word);
            } else {
                lines.push(std::mem::replace(&mut current, word.to_owned()));
            }
        }
        lines.push(current);
    }
    lines.iter_mut().for_each(|line| *line = line.replace(NO_BREAK, " "));
    lines
}

/// The words of a line; blanks between two backticks belong to a word.
fn words(line: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let (mut start, mut quoted) = (None, false);
    let is_closed = |at: usize| line[at + 1..].contains('`');
    for (at, letter) in line.char_indices() {
        match letter {
            '`' => {
                // One that nothing closes is a letter like others.
                quoted = !quoted && is_closed(at);
                start.get_or_insert(at);
            }
            NO_BREAK => {}
            blank if blank.is_whitespace() && !quoted => words.extend(start.take().map(|start| &line[start..at])),
            _ => {
                start.get_or_insert(at);
            }
        }
    }
    words.extend(start.map(|start| &line[start..]));
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words_and_never_in_backticks() {
        let cases: [(&str, &[&str]); 9] = [
            ("one two three", &["one two", "three"]),
            ("one two", &["one two"]),
            ("", &[]),
            ("a\n\nb", &["a", "", "b"]),
            ("averylongword a", &["averylongword", "a"]),
            ("run `ls -l /tmp` now", &["run", "`ls -l /tmp`", "now"]),
            ("one two\u{a0}x", &["one", "two x"]),
            ("a ` b c d e", &["a ` b c", "d e"]),
            ("größe 😀 größe", &["größe 😀", "größe"]),
        ];
        for (text, expected) in cases {
            assert_eq!(wrap(text, 8), expected, "{text}");
        }
    }
}
