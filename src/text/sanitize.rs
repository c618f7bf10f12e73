//! Makes texts that may come from the audited machine safe for a terminal and a report: escapes control characters and those
//! that change the writing direction or break lines, removes the credentials of URLs, and limits the length.

use super::credentials::without_credentials;
use std::borrow::Cow;

/// Characters of one text that are shown.
const MAX_CHARS: usize = 4096;

/// The text on one line: control characters are escaped, the credentials of URLs are replaced, a very long text is cut.
pub(crate) fn line(text: &str) -> String {
    into_line(text.to_owned())
}

/// Like [`line`], without a copy where nothing changes.
pub(crate) fn into_line(mut text: String) -> String {
    if let Cow::Owned(redacted) = without_credentials(&text) {
        text = redacted;
    }
    // Most texts need no change.
    if text.len() <= MAX_CHARS && text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return text;
    }
    let mut out = String::with_capacity(text.len().min(MAX_CHARS));
    for (index, c) in text.chars().enumerate() {
        if index == MAX_CHARS {
            out.push('…');
            break;
        }
        push(&mut out, c);
    }
    out
}

/// Like [`line`], for a message of several lines.
pub(crate) fn message(text: &str) -> String {
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

/// The whole output of an audit command: line breaks and tabs stay, since readers of the JSON report compare it; never truncated.
pub(crate) fn output(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\n' | '\t' | '\r') { out.push(c) } else { push(&mut out, c) }
    }
    out
}

fn push(out: &mut String, c: char) {
    let is_unsafe =
        matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if is_unsafe || c.is_control() {
        out.extend(c.escape_unicode());
    } else {
        out.push(c);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_of_urls_are_replaced() {
        assert_eq!(
            line("--etcd-servers is https://me:pw@etcd:2379 (flag)"),
            "--etcd-servers is https://redacted@etcd:2379 (flag)"
        );
    }

    #[test]
    fn control_characters_are_escaped() {
        assert_eq!(line("a\u{1b}[31mb\u{7f}\u{9b}\u{202e}\nc"), "a\\u{1b}[31mb\\u{7f}\\u{9b}\\u{202e}\\u{a}c");
        assert_eq!(line("a\u{61c}b\u{2028}c\u{2029}"), "a\\u{61c}b\\u{2028}c\\u{2029}");
        assert_eq!(line(&"x".repeat(5000)).chars().count(), MAX_CHARS + 1);
        assert_eq!(message("a\r\n\u{1b}b"), "a\\u{d}\n\\u{1b}b");
        assert_eq!(output("a\r\n\tb\u{1b}\u{202e}"), "a\r\n\tb\\u{1b}\\u{202e}");
    }
}
