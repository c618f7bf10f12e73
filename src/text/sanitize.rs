//! Texts that may come from the audited machine, made fit for a terminal and for a report: no control character, nothing that
//! turns the direction of writing, nothing endless. Knows no report.

/// Letters of one text that are shown at most.
const MAX_LETTERS: usize = 4096;

/// A text on one line: what a terminal would obey is shown by its number, what is very long is cut.
pub(crate) fn line(text: &str) -> String {
    into_line(text.to_owned())
}

/// The same, of a text that is not needed any more.
pub(crate) fn into_line(text: String) -> String {
    // Most texts are fit as they are.
    if text.len() <= MAX_LETTERS && text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return text;
    }
    let mut out = String::with_capacity(text.len().min(MAX_LETTERS));
    for (index, letter) in text.chars().enumerate() {
        if index == MAX_LETTERS {
            out.push('…');
            break;
        }
        push(&mut out, letter);
    }
    out
}

/// A message of several lines, which stay lines.
pub(crate) fn message(text: &str) -> String {
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

/// What an audit of kube-bench's dialect printed, as a whole: readers of JSON compare it, so all that is text stays.
pub(crate) fn output(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '\n' | '\t' | '\r') { out.push(letter) } else { push(&mut out, letter) }
    }
    out
}

fn push(out: &mut String, letter: char) {
    let turns = matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if turns || letter.is_control() {
        out.extend(letter.escape_unicode());
    } else {
        out.push(letter);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_shown_by_number() {
        assert_eq!(line("a\u{1b}[31mb\u{7f}\u{9b}\u{202e}\nc"), "a\\u{1b}[31mb\\u{7f}\\u{9b}\\u{202e}\\u{a}c");
        assert_eq!(line(&"x".repeat(5000)).chars().count(), MAX_LETTERS + 1);
        assert_eq!(message("a\r\n\u{1b}b"), "a\\u{d}\n\\u{1b}b");
        assert_eq!(output("a\r\n\tb\u{1b}\u{202e}"), "a\r\n\tb\\u{1b}\\u{202e}");
    }
}
