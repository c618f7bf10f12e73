//! Rationales and remediations: paragraphs, with the commands in them.

use super::code::code;
use super::shown::Shown;
use crate::report::cut::cut;
use crate::report::text::{Paragraph, paragraphs};
use maud::{Markup, html};

/// The most bytes of one text.
const MOST: usize = 8000;

/// The paragraphs of a text. Commands and what is indented keep their lines.
pub(super) fn prose(text: &str) -> Markup {
    let paragraphs = paragraphs(&cut(text, MOST));
    let paragraphs: Vec<&Paragraph> = paragraphs.iter().filter(|paragraph| !paragraph.text.is_empty()).collect();
    html! {
        @for part in paragraphs.chunk_by(|one, next| is_code(one) && is_code(next)) {
            @if part.first().is_some_and(|first| is_code(first)) {
                pre { code { @for Paragraph { indent, text, .. } in part { (" ".repeat(*indent)) (Shown(text)) "\n" } } }
            } @else {
                @for paragraph in part { p { (inline(&paragraph.text)) } }
            }
        }
    }
}

const fn is_code(paragraph: &Paragraph) -> bool {
    paragraph.indent >= 2 || paragraph.is_command
}

/// A line, with what is between backticks as code.
fn inline(line: &str) -> Markup {
    let parts: Vec<&str> = line.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return html! { (Shown(line)) };
    }
    html! {
        @for (index, part) in parts.into_iter().enumerate() {
            @if index % 2 == 1 { (code(part)) } @else { (Shown(part)) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_keep_their_lines() {
        let cases = [
            ("Set `a: <b>` in it.\n\nThen wait.\n", "<p>Set <code>a: &lt;b&gt;</code> in it.</p><p>Then wait.</p>"),
            (
                "chmod 600 /a\nchown root /a\nThis takes effect at once.",
                "<pre><code>chmod 600 /a\nchown root /a\n</code></pre><p>This takes effect at once.</p>",
            ),
            ("For example:\n  a:\n    b: 1\n", "<p>For example:</p><pre><code>  a:\n    b: 1\n</code></pre>"),
            ("one ` alone", "<p>one ` alone</p>"),
            ("", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(prose(text).into_string(), expected, "{text:?}");
        }
    }
}
