//! Rationales and remediations: paragraphs, with the commands in them.

use super::code::code;
use super::shown::Shown;
use crate::report::cut::cut;
use crate::report::is_command;
use maud::{Markup, html};

/// The most bytes of one text.
const MOST: usize = 8000;

/// The paragraphs of a text. Commands and what is indented keep their lines.
pub(super) fn prose(text: &str) -> Markup {
    let text = cut(text, MOST);
    let lines: Vec<&str> = text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    html! {
        @for part in lines.chunk_by(|line, next| is_code(line) && is_code(next)) {
            @if part.first().is_some_and(|line| is_code(line)) {
                pre { code { @for line in part { (Shown(line)) "\n" } } }
            } @else {
                @for line in part { p { (inline(line)) } }
            }
        }
    }
}

fn is_code(line: &str) -> bool {
    line.starts_with("  ") || is_command(line)
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
