//! Reads the documents of a YAML text into values as Go's YAML library (go-yaml 2) does, within limits of size and depth.

use super::diagnostic::Position;
use super::go_scalar::go_scalar;
use super::reason::syntax_reason;
use serde_json::{Map, Value as Json};
use serde_saphyr::granit_parser::{Event, Parser, ScalarStyle, Span, StrInput, Tag};
use std::borrow::Cow;
use std::collections::HashMap;

/// Levels of a document, aliases expanded.
const MAX_DEPTH: usize = 128;
/// Values of a text, aliases expanded.
pub(crate) const MAX_VALUES: usize = 1_000_000;
/// Bytes of the texts that aliases copy.
const MAX_COPIED_BYTES: usize = 64 << 20;

/// Why a text is not read, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {}, column {}: {message}", .position.line, .position.column)]
pub(crate) struct GoYamlError {
    /// Where the parser stopped.
    pub(crate) position: Position,
    /// What is wrong there.
    pub(crate) message: String,
}

/// The documents of a text; none if it has only comments. Words and numbers are those of YAML 1.1, merge keys are merged in
/// their order, and of duplicate keys the last one counts. A value with a tag of its own is a text.
pub(crate) fn go_documents(text: &str) -> Result<Vec<Json>, GoYamlError> {
    let mut reader = Reader {
        parser: Parser::new_from_str(text),
        anchors: HashMap::new(),
        values: 0,
        depth: 0,
        anchored_values: 0,
        copied_bytes: 0,
    };
    let mut documents = Vec::new();
    loop {
        let (event, span) = reader.next()?;
        match event {
            Event::StreamStart | Event::DocumentStart(..) | Event::DocumentEnd => {}
            Event::StreamEnd => return Ok(documents),
            event => documents.push(reader.value(event, span)?),
        }
    }
}

struct Reader<'t> {
    parser: Parser<'t, StrInput<'t>>,
    anchors: HashMap<usize, Anchored>,
    values: usize,
    depth: usize,
    anchored_values: usize,
    copied_bytes: usize,
}

/// What an alias stands for, with its size.
struct Anchored {
    value: Json,
    values: usize,
    bytes: usize,
    height: usize,
}

impl<'t> Reader<'t> {
    fn next(&mut self) -> Result<(Event<'t>, Span), GoYamlError> {
        match self.parser.next() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => {
                let marker = error.marker();
                let position = Position { line: marker.line(), column: marker.col() + 1 };
                Err(GoYamlError { position, message: format!("syntax error: {}", syntax_reason(error.kind())) })
            }
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    fn value(&mut self, event: Event<'t>, span: Span) -> Result<Json, GoYamlError> {
        let before = self.values;
        self.count(1, span)?;
        self.depth += 1;
        self.check_depth(0, span)?;
        let (anchor, value) = match event {
            Event::Scalar(text, style, anchor, tag) => (anchor, scalar(text, style, tag.as_deref())),
            Event::SequenceStart(_, anchor, _) => (anchor, self.sequence()?),
            Event::MappingStart(_, anchor, _) => (anchor, self.mapping()?),
            Event::Alias(anchor) => (0, self.alias(anchor, span)?),
            _ => return Err(error(span, "syntax error: expected a value")),
        };
        self.depth -= 1;
        if anchor != 0 {
            self.keep(anchor, &value, self.values - before, span)?;
        }
        Ok(value)
    }

    fn sequence(&mut self) -> Result<Json, GoYamlError> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd | Event::StreamEnd, _) => return Ok(Json::Array(items)),
                (event, span) => items.push(self.value(event, span)?),
            }
        }
    }

    fn mapping(&mut self) -> Result<Json, GoYamlError> {
        let mut entries = Map::new();
        loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::MappingEnd | Event::StreamEnd) {
                return Ok(Json::Object(entries));
            }
            let is_merge = is_merge_key(&event);
            let key = self.value(event, span)?;
            let (event, value_span) = self.next()?;
            let value = self.value(event, value_span)?;
            if is_merge {
                if !merge(value, &mut entries) {
                    return Err(error(value_span, "the merge key `<<` needs a mapping or a list of mappings"));
                }
                continue;
            }
            let name = match key {
                Json::String(text) => text,
                Json::Null | Json::Bool(_) | Json::Number(_) => key.to_string(),
                Json::Array(_) | Json::Object(_) => {
                    return Err(error(span, "a list or a mapping cannot be a key"));
                }
            };
            entries.insert(name, value);
        }
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Result<Json, GoYamlError> {
        let Some(anchored) = self.anchors.get(&anchor) else {
            return Err(error(span, "the alias refers to a value that contains it"));
        };
        let (values, bytes, height) = (anchored.values, anchored.bytes, anchored.height);
        self.count(values, span)?;
        self.copy(bytes, span)?;
        self.check_depth(height, span)?;
        Ok(self.anchors.get(&anchor).map_or(Json::Null, |anchored| anchored.value.clone()))
    }

    /// Keeps a copy for aliases. Nested anchors copy the values inside of both.
    fn keep(&mut self, anchor: usize, value: &Json, values: usize, span: Span) -> Result<(), GoYamlError> {
        self.anchored_values += values;
        check_values(self.anchored_values, span)?;
        let bytes = bytes(value);
        self.copy(bytes, span)?;
        self.anchors.insert(anchor, Anchored { value: value.clone(), values, bytes, height: height(value) });
        Ok(())
    }

    fn count(&mut self, values: usize, span: Span) -> Result<(), GoYamlError> {
        self.values += values;
        check_values(self.values, span)
    }

    fn copy(&mut self, bytes: usize, span: Span) -> Result<(), GoYamlError> {
        self.copied_bytes += bytes;
        if self.copied_bytes > MAX_COPIED_BYTES {
            return Err(error(span, &format!("its aliases expand to more than {} MiB", MAX_COPIED_BYTES >> 20)));
        }
        Ok(())
    }

    fn check_depth(&self, more: usize, span: Span) -> Result<(), GoYamlError> {
        if self.depth + more > MAX_DEPTH {
            return Err(error(span, &format!("nested more than {MAX_DEPTH} levels deep")));
        }
        Ok(())
    }
}

fn check_values(values: usize, span: Span) -> Result<(), GoYamlError> {
    if values > MAX_VALUES {
        return Err(error(span, &format!("more than {MAX_VALUES} values, aliases expanded")));
    }
    Ok(())
}

fn is_merge_key(event: &Event<'_>) -> bool {
    matches!(event, Event::Scalar(text, ScalarStyle::Plain, _, None) if text == "<<")
}

/// Adds the entries of a mapping, or of several in a list, of which the first counts. Whether the value can be merged.
fn merge(value: Json, entries: &mut Map<String, Json>) -> bool {
    match value {
        Json::Object(merged) => {
            entries.extend(merged);
            true
        }
        Json::Array(items) if items.iter().all(Json::is_object) => {
            items.into_iter().rev().for_each(|item| {
                merge(item, entries);
            });
            true
        }
        Json::Array(_) | Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => false,
    }
}

fn scalar(text: Cow<'_, str>, style: ScalarStyle, tag: Option<&Tag>) -> Json {
    let resolves = match tag {
        None => matches!(style, ScalarStyle::Plain),
        Some(tag) => matches!(tag.core_suffix(), Some("null" | "bool" | "int" | "float")),
    };
    if resolves { go_scalar(&text) } else { Json::String(text.into_owned()) }
}

/// Levels of a value.
fn height(value: &Json) -> usize {
    match value {
        Json::Array(items) => items.iter().map(|item| height(item) + 1).max().unwrap_or_default(),
        Json::Object(entries) => entries.values().map(|value| height(value) + 1).max().unwrap_or_default(),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => 0,
    }
}

/// Bytes of the texts in a value.
fn bytes(value: &Json) -> usize {
    match value {
        Json::String(text) => text.len(),
        Json::Array(items) => items.iter().map(bytes).sum(),
        Json::Object(entries) => entries.iter().map(|(key, value)| key.len() + bytes(value)).sum(),
        Json::Null | Json::Bool(_) | Json::Number(_) => 0,
    }
}

fn error(span: Span, message: &str) -> GoYamlError {
    let position = Position { line: span.start.line(), column: span.start.col() + 1 };
    GoYamlError { position, message: message.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(text: &str) -> Vec<Json> {
        go_documents(text).unwrap_or_else(|e| panic!("{text:?}: {e}"))
    }

    #[test]
    fn reads_values_as_go_does() {
        let cases = [
            (
                "a: yes\nb: 'yes'\nc: 023421\nd: 20_000\ne: 2e4",
                json!({"a": true, "b": "yes", "c": 10001, "d": 20000, "e": 20000.0}),
            ),
            ("a: 1\nb: 2\na: 3", json!({"a": 3, "b": 2})),
            ("a: !mine yes\nb: !!str 5\nc: !!int '5'\nd: ! off", json!({"a": "yes", "b": "5", "c": 5, "d": "off"})),
            ("on: 1\n5: 2\n~: 3", json!({"true": 1, "5": 2, "null": 3})),
            ("a: &a [x]\nb: *a", json!({"a": ["x"], "b": ["x"]})),
            ("a: &a {x: 1, z: 2}\nb: {<<: *a, z: 3}", json!({"a": {"x": 1, "z": 2}, "b": {"x": 1, "z": 3}})),
            ("a: {z: 3, <<: {z: 2}}", json!({"a": {"z": 2}})),
            ("a: {<<: [{x: 1}, {x: 2, z: 3}]}", json!({"a": {"x": 1, "z": 3}})),
            ("a: {'<<': 1}", json!({"a": {"<<": 1}})),
            ("a: |\n  yes\nb: >-\n  no", json!({"a": "yes\n", "b": "no"})),
            ("a:", json!({"a": null})),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text), [expected], "{text}");
        }
    }

    #[test]
    fn reads_every_document() {
        assert_eq!(read("a\n--- # more\n- b\n...\n---\nc\n"), [json!("a"), json!(["b"]), json!("c")]);
        assert_eq!(read("# nothing\n"), [] as [Json; 0]);
        assert_eq!(read("---\n# nothing\n"), [json!(null)]);
    }

    #[test]
    fn refuses_what_go_refuses() {
        let cases = [
            ("a: [1", "line 1, column 4: syntax error: unclosed `[`"),
            ("a: {<<: 5}", "line 1, column 9: the merge key `<<` needs a mapping or a list of mappings"),
            ("? [a]\n: b", "line 1, column 3: a list or a mapping cannot be a key"),
            ("a: &a [*a]", "line 1, column 8: the alias refers to a value that contains it"),
        ];
        for (text, expected) in cases {
            assert_eq!(go_documents(text).expect_err(text).to_string(), expected, "{text}");
        }
    }

    #[test]
    fn size_and_depth_are_limited_with_aliases_expanded() {
        let mut bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n".to_owned();
        for c in b'b'..b'k' {
            let (this, last) = (char::from(c), char::from(c - 1));
            bomb += &format!("{this}: &{this} [{}]\n", vec![format!("*{last}"); 9].join(","));
        }
        let deep = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        let chain: String = (0..4_i32)
            .map(|n| format!("a{n}: &a{n} {}*a{}{}\n", "[".repeat(40), n - 1, "]".repeat(40)).replace("*a-1", "x"))
            .collect();
        let long = format!("- &a {}\n{}", "x".repeat(1 << 20), "- *a\n".repeat(100));
        let cases = [
            (bomb, "more than 1000000 values"),
            (deep(129), "nested more than 128 levels deep"),
            (chain, "nested more than 128 levels deep"),
            (long, "expand to more than 64 MiB"),
        ];
        for (text, expected) in cases {
            let error = go_documents(&text).expect_err(expected).to_string();
            assert!(error.contains(expected), "{error}");
        }
        assert!(go_documents(&deep(128)).is_ok());
    }
}
