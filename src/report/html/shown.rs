//! Texts of the report as a page shows them. Every text of a report goes through here.

use crate::report::cut::cut;
use maud::Render;

/// The most bytes of one text.
const MOST: usize = 4096;

/// A text as it is: markup is escaped, and characters that a browser or a terminal obeys, or that no HTML may have, are named.
pub(super) struct Shown<'t>(pub(super) &'t str);

impl Render for Shown<'_> {
    fn render_to(&self, buffer: &mut String) {
        let text = cut(self.0, MOST);
        let mut rest = text.as_ref();
        while let Some(at) = rest.find(is_special) {
            let (plain, behind) = rest.split_at(at);
            buffer.push_str(plain);
            let mut letters = behind.chars();
            match letters.next() {
                Some('&') => buffer.push_str("&amp;"),
                Some('<') => buffer.push_str("&lt;"),
                Some('>') => buffer.push_str("&gt;"),
                Some('"') => buffer.push_str("&quot;"),
                Some('\r') if letters.as_str().starts_with('\n') => {}
                Some(letter) => buffer.extend(letter.escape_unicode()),
                None => {}
            }
            rest = letters.as_str();
        }
        buffer.push_str(rest);
    }
}

/// What is not shown as it is.
fn is_special(letter: char) -> bool {
    match letter {
        '&' | '<' | '>' | '"' => true,
        '\n' | '\t' => false,
        ' '..='~' => false,
        // What changes the direction of writing, or breaks lines.
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
        // No characters.
        '\u{fdd0}'..='\u{fdef}' => true,
        _ => letter.is_control() || u32::from(letter) & 0xfffe == 0xfffe,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_shown_as_they_are() {
        let cases = [
            ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
            ("a\" onclick=\"x & y", "a&quot; onclick=&quot;x &amp; y"),
            ("&lt; 'x'", "&amp;lt; 'x'"),
            ("a\r\nb\tc\rd", "a\nb\tc\\u{d}d"),
            ("\u{0}\u{1b}[31m\u{9b}", "\\u{0}\\u{1b}[31m\\u{9b}"),
            ("\u{202e}\u{ffff}\u{1fffe}\u{fdd0}\u{fffd}ö😀", "\\u{202e}\\u{ffff}\\u{1fffe}\\u{fdd0}\u{fffd}ö😀"),
            ("", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(Shown(text).render().into_string(), expected, "{text:?}");
        }
        assert_eq!(Shown(&"ö".repeat(MOST)).render().into_string().len(), MOST - 1);
    }
}
