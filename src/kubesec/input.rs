//! Splits an input into its documents, each of which is read by itself: an error in one loses no other.

use super::json::{JsonValue, json_values};
use crate::yaml::go_documents;
use serde_json::Value as Json;
use std::borrow::Cow;

/// A document of an input.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct InputDocument {
    pub(super) value: Json,
    /// A name that an object has twice, if the input is JSON as a whole: kubesec reads everything else as YAML, where the last
    /// one counts.
    pub(super) duplicate: Option<String>,
}

impl InputDocument {
    const fn of_yaml(value: Json) -> Self {
        Self { value, duplicate: None }
    }
}

/// A text with one document, or with several that no line separates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part<'t> {
    bytes: &'t [u8],
    /// The line of the input that it starts on, from 1.
    line: usize,
    /// Whether it is all of the input.
    is_whole: bool,
}

/// The text of an input: without a byte-order mark, and UTF-16 as UTF-8.
pub(super) fn decoded(bytes: &[u8]) -> Cow<'_, [u8]> {
    let utf16 = |rest: &[u8], unit: fn([u8; 2]) -> u16| {
        let units = rest.as_chunks::<2>().0.iter().map(|pair| unit(*pair));
        let text: String = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
        Cow::Owned(text.into_bytes())
    };
    match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => Cow::Borrowed(rest),
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        _ => Cow::Borrowed(bytes),
    }
}

/// The parts of an input that have content. A JSON text has no such separator, so it is one part.
pub(super) fn parts(bytes: &[u8]) -> Vec<Part<'_>> {
    let mut splitter = Splitter { bytes, start: 0, start_line: 1, follows_end: false, parts: Vec::new() };
    let mut offset = 0;
    for (index, line) in bytes.split_inclusive(|b| *b == b'\n').enumerate() {
        if is_marker(line, b"---") && !is_directives(&bytes[splitter.start..offset]) {
            splitter.end_part(offset, index + 1);
            splitter.follows_end = false;
        } else if is_marker(line, b"...") {
            splitter.end_part(offset, index + 2);
            splitter.start = offset + line.len();
            splitter.follows_end = true;
        }
        offset += line.len();
    }
    splitter.end_part(bytes.len(), 0);
    splitter.parts
}

struct Splitter<'t> {
    bytes: &'t [u8],
    start: usize,
    start_line: usize,
    /// Whether the part follows a line `...`, after which comments are no document.
    follows_end: bool,
    parts: Vec<Part<'t>>,
}

impl<'t> Splitter<'t> {
    /// Ends the part before an offset. The next one starts there, on this line.
    fn end_part(&mut self, end: usize, next_line: usize) {
        let bytes = &self.bytes[self.start..end];
        let is_whole = bytes.len() == self.bytes.len() && !bytes.starts_with(b"---");
        let part = Part { bytes, line: self.start_line, is_whole };
        let content = content(part.bytes);
        let only_comments = || lines(content).all(|line| line.is_empty() || line.starts_with(b"#"));
        let is_blank = content.trim_ascii().is_empty() || (self.follows_end && only_comments());
        if !is_blank {
            self.parts.push(part);
        }
        (self.start, self.start_line) = (end, next_line);
    }
}

/// Whether a line is `---` or `...`, perhaps with more behind a blank.
fn is_marker(line: &[u8], marker: &[u8]) -> bool {
    line.strip_prefix(marker).is_some_and(|rest| rest.first().is_none_or(u8::is_ascii_whitespace))
}

/// What stands in a part, without the comment in the line of its separator.
fn content(part: &[u8]) -> &[u8] {
    let Some(rest) = part.strip_prefix(b"---") else {
        return part;
    };
    let line_end = rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len());
    let is_comment = rest[..line_end].trim_ascii_start().starts_with(b"#");
    if is_comment { &rest[line_end..] } else { rest }
}

/// Whether a text has directives, such as `%YAML 1.1`, and nothing else: they belong to the document behind them.
fn is_directives(text: &[u8]) -> bool {
    lines(text).any(|line| line.starts_with(b"%"))
        && lines(text).all(|line| line.is_empty() || line.starts_with(b"#") || line.starts_with(b"%"))
}

fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split(|b| *b == b'\n').map(<[u8]>::trim_ascii)
}

impl Part<'_> {
    /// The documents of the part. An error names the line of the input.
    pub(super) fn documents(&self) -> Result<Vec<InputDocument>, String> {
        let text = str::from_utf8(self.bytes).map_err(|error| {
            let line = self.bytes[..error.valid_up_to()].iter().filter(|b| **b == b'\n').count() + self.line;
            format!("line {line}: not UTF-8 text")
        })?;
        // The content starts behind a separator or at a line break, not inside of a character.
        if let Some(values) = json_values(&text[text.len() - content(self.bytes).len()..]) {
            let is_json = self.is_whole && values.len() == 1;
            let document = |v: JsonValue| InputDocument { value: v.value, duplicate: v.duplicate.filter(|_| is_json) };
            return Ok(values.into_iter().map(document).collect());
        }
        let values = go_documents(text).map_err(|mut error| {
            error.position.line += self.line - 1;
            error.to_string()
        })?;
        // A text of comments is a document without a value.
        let values = if values.is_empty() { vec![Json::Null] } else { values };
        Ok(values.into_iter().map(InputDocument::of_yaml).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// The documents of a text, each with its error.
    fn read(text: &str) -> Vec<Result<Json, String>> {
        let documents = |part: &Part<'_>| match part.documents() {
            Ok(documents) => documents.into_iter().map(|d| Ok(d.value)).collect(),
            Err(error) => vec![Err(error)],
        };
        parts(text.as_bytes()).iter().flat_map(documents).collect()
    }

    #[test]
    fn every_document_is_read() {
        let both = [Ok(json!({"a": 1})), Ok(json!({"b": 2}))];
        for text in [
            "a: 1\n---\nb: 2\n",
            "---\na: 1\n---\n---\n\n---\nb: 2\n---\n",
            "a: 1\n--- # more\nb: 2\n",
            "a: 1\n--- \nb: 2\n",
            "a: 1\n---\t\nb: 2\n",
            "a: 1\r\n---\r\nb: 2\r\n",
            "a: 1\n--- {b: 2}\n",
            "a: 1\n---",
            "a: 1\n...\nb: 2\n",
            "a: 1\n...\n---\nb: 2\n...\n# end\n",
            "%YAML 1.1\n---\na: 1\n...\n# more\n%YAML 1.1\n---\nb: 2\n",
            "{\"a\": 1}\n{\"b\": 2}\n",
            "{\"a\": 1}{\"b\": 2}",
            "{\"a\": 1}\n---\n{\"b\": 2}\n",
            "---\n{\"a\": 1}\n{\"b\": 2}\n",
        ] {
            let expected = if text == "a: 1\n---" { &both[..1] } else { &both[..] };
            assert_eq!(read(text), expected, "{text:?}");
        }
    }

    #[test]
    fn comments_between_separators_are_a_document_without_a_value() {
        assert_eq!(read("# a\n"), [Ok(json!(null))]);
        assert_eq!(read("# a\n---\nb: 2\n---\n# c"), [Ok(json!(null)), Ok(json!({"b": 2})), Ok(json!(null))]);
        assert_eq!(read("--- # a\n---\nb: 2\n"), [Ok(json!({"b": 2}))]);
        for empty in ["", " \n\t\n", "---", "---\n---\n", "--- \n"] {
            assert_eq!(read(empty), [], "{empty:?}");
        }
    }

    #[test]
    fn separators_are_whole_words_at_the_start_of_a_line() {
        assert_eq!(read("a: |\n  ---\n  x\n"), [Ok(json!({"a": "---\nx\n"}))]);
        assert_eq!(read("---x: 1\n"), [Ok(json!({"---x": 1}))]);
        assert_eq!(read("a: 1\n----\n").len(), 1);
    }

    #[test]
    fn an_error_loses_no_other_document() {
        let documents = read("a: 1\n---\nkey: [unclosed\n---\nb: 2\n");
        assert_eq!(documents[0], Ok(json!({"a": 1})));
        assert_eq!(documents[1].as_ref().err().map(|e| &e[..7]), Some("line 3,"));
        assert_eq!(documents[2], Ok(json!({"b": 2})));
        let bytes = b"a: 1\n---\nb:\n- \xff\n";
        let error = parts(bytes)[1].documents().expect_err("not UTF-8");
        assert_eq!(error, "line 4: not UTF-8 text");
    }

    #[test]
    fn duplicate_names_count_in_json_as_a_whole() {
        let cases = [
            ("{\"a\": 1, \"a\": 2}\n", Some("a")),
            ("---\n{\"a\": 1, \"a\": 2}\n", None),
            ("{\"a\": 1, \"a\": 2} {}", None),
            ("{\"a\": 1, \"a\": 2}\n---\n{}\n", None),
            ("{a: 1, a: 2}\n", None),
        ];
        for (text, expected) in cases {
            let documents = parts(text.as_bytes())[0].documents().expect(text);
            assert_eq!(
                (documents[0].duplicate.as_deref(), &documents[0].value),
                (expected, &json!({"a": 2})),
                "{text}"
            );
        }
    }

    #[test]
    fn marks_of_the_encoding_are_understood() {
        let utf16 = |text: &str, bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
        let big = utf16("\u{feff}a: ä", u16::to_be_bytes);
        let little = utf16("\u{feff}a: ä", u16::to_le_bytes);
        for bytes in ["a: ä".as_bytes(), "\u{feff}a: ä".as_bytes(), &big, &little] {
            assert_eq!(decoded(bytes), "a: ä".as_bytes());
        }
    }
}
