//! JSON that a terminal does not obey.

use serde::Serialize;
use std::io::{self, Write};

/// Writes a document on one line, without the line feed.
pub(super) fn write_json(document: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(escaped(serde_json::to_string(document)?).as_bytes())
}

/// Writes a document with indentation, and a line feed.
pub(super) fn write_pretty_json(document: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(escaped(serde_json::to_string_pretty(document)?).as_bytes())?;
    writeln!(out)
}

/// Escapes what JSON allows in texts although terminals obey it or editors hide it. It occurs in texts only.
fn escaped(json: String) -> String {
    if json.is_ascii() && !json.contains('\u{7f}') {
        return json;
    }
    let mut out = String::with_capacity(json.len());
    for letter in json.chars() {
        match letter {
            '\u{7f}'..='\u{9f}'
            | '\u{61c}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}' => {
                out.push_str(&format!("\\u{:04x}", u32::from(letter)));
            }
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_escaped() {
        let mut out = Vec::new();
        write_json(&"é\u{1b}\u{7f}\u{9b}\u{202e}\0", &mut out).expect("memory takes everything");
        assert_eq!(String::from_utf8(out).expect("UTF-8"), r#""é\u001b\u007f\u009b\u202e\u0000""#);
    }
}
