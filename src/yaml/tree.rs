//! Builds the tree of a YAML document from the parser's events, within limits of size and depth.

use super::diagnostic::{Diagnostic, Level, Position};
use super::file::{Dialect, TextFile};
use super::mapping_entries::MappingEntries;
use super::node::{Content, YamlNode};
use super::reason::syntax_reason;
use crate::text::quote;
use serde_saphyr::granit_parser::{Event, Marker, Parser, ScalarStyle, Span, StrInput};
use std::collections::BTreeMap;

/// Levels and nodes of a definition file. The content of an alias counts wherever the alias is used.
const MAX_DEPTH: usize = 64;
const MAX_NODES: usize = 200_000;
/// Bytes that aliases and anchors may copy.
const MAX_COPIED_BYTES: usize = 64 << 20;

/// Reads the only document of a file. Duplicate keys are added to `diagnostics`; their first value is kept, or the last of a
/// lenient file. So are the tags beyond YAML's core schema and the merge keys, neither of which has a meaning here.
pub(super) fn read(file: &TextFile, diagnostics: &mut Vec<Diagnostic>) -> Result<YamlNode, Diagnostic> {
    let mut builder = TreeBuilder {
        file,
        parser: Parser::new_from_str(&file.text),
        anchors: BTreeMap::new(),
        nodes: 0,
        depth: 0,
        anchored_nodes: 0,
        copied_bytes: 0,
        diagnostics,
    };
    let mut document = None;
    loop {
        let (event, span) = builder.next()?;
        match event {
            Event::StreamStart | Event::DocumentStart(..) | Event::DocumentEnd => {}
            Event::StreamEnd => break,
            event if document.is_none() => document = Some(builder.node(event, span)?),
            _ => {
                let second = builder.error(span, "a second YAML document starts here; write it to a file of its own");
                if file.dialect != Dialect::Lenient {
                    return Err(second);
                }
                builder.diagnostics.push(Diagnostic { level: Level::Warning, ..second });
                break;
            }
        }
    }
    document.ok_or_else(|| file.error(Position::START, "the file is empty"))
}

struct TreeBuilder<'a> {
    file: &'a TextFile,
    parser: Parser<'a, StrInput<'a>>,
    anchors: BTreeMap<usize, YamlNode>,
    nodes: usize,
    depth: usize,
    /// Nodes in `anchors`.
    anchored_nodes: usize,
    /// Bytes of the texts that were copied.
    copied_bytes: usize,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl<'a> TreeBuilder<'a> {
    fn next(&mut self) -> Result<(Event<'a>, Span), Diagnostic> {
        match self.parser.next() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => {
                let message = format!("syntax error: {}", syntax_reason(error.kind()));
                Err(self.file.error(self.position(error.marker()), message))
            }
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    fn node(&mut self, event: Event<'a>, span: Span) -> Result<YamlNode, Diagnostic> {
        self.nodes += 1;
        self.depth += 1;
        self.check_nodes(self.nodes, span)?;
        self.check_depth(self.depth, span)?;
        let id = self.nodes;
        if event.tag().is_some_and(|tag| !tag.is_yaml_core_schema()) {
            let error = self.error(span, "unsupported tag; remove the `!` and what follows it");
            self.diagnostics.push(error);
        }
        let (anchor, content) = match event {
            Event::Scalar(text, style, anchor, tag) => {
                let is_plain = matches!(style, ScalarStyle::Plain) && tag.is_none();
                (anchor, Content::Scalar { text: text.into_owned(), is_plain })
            }
            Event::SequenceStart(_, anchor, _) => (anchor, Content::Sequence(self.sequence()?)),
            Event::MappingStart(_, anchor, _) => (anchor, Content::Mapping(self.mapping()?)),
            Event::Alias(anchor) => (0, self.alias(anchor, span)?),
            _ => return Err(self.error(span, "syntax error: expected a value")),
        };
        self.depth -= 1;
        let node = YamlNode { id, position: self.position(&span.start), content };
        if anchor != 0 {
            self.keep_anchor(anchor, &node, span)?;
        }
        Ok(node)
    }

    fn sequence(&mut self) -> Result<Vec<YamlNode>, Diagnostic> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd | Event::StreamEnd, _) => return Ok(items),
                (event, span) => items.push(self.node(event, span)?),
            }
        }
    }

    fn mapping(&mut self) -> Result<Vec<(YamlNode, YamlNode)>, Diagnostic> {
        let mut entries = MappingEntries::default();
        loop {
            let key = match self.next()? {
                (Event::MappingEnd | Event::StreamEnd, _) => return Ok(entries.list),
                (event, span) => self.node(event, span)?,
            };
            let (event, span) = self.next()?;
            let value = self.node(event, span)?;
            if matches!(&key.content, Content::Scalar { text, is_plain: true } if text == "<<") {
                if self.file.dialect != Dialect::Definition {
                    entries.merge(value);
                } else {
                    let message = "merge keys (`<<`) are not supported; write out what is to be merged";
                    self.diagnostics.push(self.file.error(key.position, message));
                }
                continue;
            }
            if let Some((name, first)) = entries.first_with_name_of(&key) {
                let message = format!("duplicate key {} (first on line {})", quote(name), first.line);
                self.diagnostics.push(if self.file.dialect == Dialect::Lenient {
                    let message = format!("{message}; the last value counts");
                    Diagnostic { level: Level::Warning, ..self.file.error(key.position, message) }
                } else {
                    self.file.error(key.position, message)
                });
                if self.file.dialect != Dialect::Lenient {
                    continue;
                }
            }
            entries.put(key, value);
        }
    }

    /// A copy of what an alias refers to, with new node ids.
    fn alias(&mut self, anchor: usize, span: Span) -> Result<Content, Diagnostic> {
        let Some(anchored) = self.anchors.get(&anchor) else {
            return Err(self.error(span, "the alias refers to a value that contains it"));
        };
        self.copied_bytes += bytes(anchored);
        self.check_copied_bytes(span)?;
        let mut node = anchored.clone();
        self.check_depth(self.depth + height(&node), span)?;
        self.renumber(&mut node);
        Ok(node.content)
    }

    /// Keeps a copy for aliases. Nested anchors copy the nodes inside of both.
    fn keep_anchor(&mut self, anchor: usize, node: &YamlNode, span: Span) -> Result<(), Diagnostic> {
        self.anchored_nodes += self.nodes - node.id + 1;
        self.check_nodes(self.anchored_nodes, span)?;
        self.copied_bytes += bytes(node);
        self.check_copied_bytes(span)?;
        self.anchors.insert(anchor, node.clone());
        Ok(())
    }

    fn renumber(&mut self, node: &mut YamlNode) {
        self.nodes += 1;
        node.id = self.nodes;
        match &mut node.content {
            Content::Sequence(items) => items.iter_mut().for_each(|item| self.renumber(item)),
            Content::Mapping(entries) => {
                for (key, value) in entries {
                    self.renumber(key);
                    self.renumber(value);
                }
            }
            Content::Scalar { .. } | Content::Placeholder(_) => {}
        }
    }

    fn check_nodes(&self, nodes: usize, span: Span) -> Result<(), Diagnostic> {
        if nodes > MAX_NODES {
            let message = format!("the file has more than {MAX_NODES} values, aliases expanded; split it");
            return Err(self.error(span, &message));
        }
        Ok(())
    }

    fn check_copied_bytes(&self, span: Span) -> Result<(), Diagnostic> {
        if self.copied_bytes > MAX_COPIED_BYTES {
            let message = format!("its aliases expand to more than {} MiB", MAX_COPIED_BYTES >> 20);
            return Err(self.error(span, &message));
        }
        Ok(())
    }

    fn check_depth(&self, depth: usize, span: Span) -> Result<(), Diagnostic> {
        if depth > MAX_DEPTH {
            return Err(self.error(span, &format!("nested more than {MAX_DEPTH} levels deep")));
        }
        Ok(())
    }

    fn position(&self, marker: &Marker) -> Position {
        Position { line: self.file.lines_before + marker.line(), column: marker.col() + 1 }
    }

    fn error(&self, span: Span, message: &str) -> Diagnostic {
        self.file.error(self.position(&span.start), message)
    }
}

/// Levels below a node.
fn height(node: &YamlNode) -> usize {
    match &node.content {
        Content::Sequence(items) => items.iter().map(|item| height(item) + 1).max().unwrap_or_default(),
        Content::Mapping(entries) => {
            entries.iter().map(|(key, value)| height(key).max(height(value)) + 1).max().unwrap_or_default()
        }
        Content::Scalar { .. } | Content::Placeholder(_) => 0,
    }
}

/// Bytes of the texts in a node.
fn bytes(node: &YamlNode) -> usize {
    match &node.content {
        Content::Scalar { text, .. } => text.len(),
        Content::Sequence(items) => items.iter().map(bytes).sum(),
        Content::Mapping(entries) => entries.iter().map(|(key, value)| bytes(key) + bytes(value)).sum(),
        Content::Placeholder(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<(YamlNode, Vec<Diagnostic>), String> {
        let mut diagnostics = Vec::new();
        let root = read(&TextFile::new("a.yaml", text.to_owned()), &mut diagnostics).map_err(|e| e.to_string())?;
        Ok((root, diagnostics))
    }

    #[test]
    fn each_node_has_its_position() {
        let (root, diagnostics) = parse("# note\n- id: a\n  list: [x, 'y']\n  deep: { k: v }\n").expect("YAML");
        let position = |path: &[&str]| root.follow(&path.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>()).position;
        assert_eq!(position(&["0"]), Position { line: 2, column: 3 });
        assert_eq!(position(&["0", "id"]), Position { line: 2, column: 7 });
        assert_eq!(position(&["0", "list", "1"]), Position { line: 3, column: 13 });
        assert_eq!(position(&["0", "deep", "k"]), Position { line: 4, column: 14 });
        assert_eq!(position(&["0", "deep", "none"]), Position { line: 4, column: 9 });
        assert_eq!(diagnostics, []);
    }

    #[test]
    fn only_a_single_valid_document_is_accepted() {
        let cases = [
            ("a: [1\n", "a.yaml:1:4: syntax error: unclosed `[`"),
            ("a: 1\n b: 2\n", "a.yaml:2:3: syntax error: unexpected `:`"),
            ("---\na: 1\n---\nb: 2\n", "a.yaml:4:1: a second YAML document starts here"),
            ("", "a.yaml:1:1: the file is empty"),
            ("a: &a [*a]\n", "a.yaml:1:8: the alias refers to a value that contains it"),
        ];
        for (text, expected) in cases {
            let error = parse(text).map(drop).expect_err(text);
            assert!(error.starts_with(expected), "{text:?}: {error}");
        }
    }

    #[test]
    fn size_and_depth_are_limited_with_aliases_expanded() {
        let bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n".to_owned()
            + &(b'b'..b'k')
                .map(|c| {
                    let (this, last) = (char::from(c), char::from(c - 1));
                    format!("{this}: &{this} [{}]\n", vec![format!("*{last}"); 9].join(","))
                })
                .collect::<String>();
        // Each alias nests the value of the one before 40 levels deeper.
        let level = |n: usize, inner: String| format!("a{n}: &a{n} {}{inner}{}\n", "[".repeat(40), "]".repeat(40));
        let chain: String = (1..40).map(|n| level(n, format!("*a{}", n - 1))).collect();
        let nested_anchors: String = (0..50).map(|n| format!("&a{n} [")).collect();
        let cases = [
            (bomb, "more than 200000 values"),
            (level(0, String::new()) + &chain, "nested more than 64 levels deep"),
            (format!("{nested_anchors}{}{}", "x,".repeat(20_000), "]".repeat(50)), "more than 200000 values"),
            ("[".repeat(65) + &"]".repeat(65), "nested more than 64 levels deep"),
            (format!("- &a {}\n{}", "x".repeat(1 << 20), "- *a\n".repeat(100)), "expand to more than 64 MiB"),
        ];
        for (text, expected) in cases {
            let error = parse(&text).map(drop).expect_err(expected);
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn tags_and_merge_keys_without_a_meaning_are_reported() {
        let (root, diagnostics) =
            parse("a: !!str 1\nb: !!binary aGk=\nc: !x { <<: { d: 1 }, '<<': 2 }\n").expect("YAML");
        let messages: Vec<String> = diagnostics.iter().map(ToString::to_string).collect();
        let tag = "unsupported tag; remove the `!` and what follows it";
        assert_eq!(
            messages,
            [
                &format!("a.yaml:2:13: {tag}"),
                &format!("a.yaml:3:7: {tag}"),
                "a.yaml:3:9: merge keys (`<<`) are not supported; write out what is to be merged",
            ]
        );
        assert_eq!(root.get("c").and_then(|c| c.get("<<")).and_then(YamlNode::text), Some("2"));
    }

    #[test]
    fn a_lenient_file_is_read_as_go_fills_a_structure() {
        let text = "a: 1\nb: &b { c: 1, d: 2 }\n'a': 3\ne: { d: 4, <<: *b }\nf: { <<: [*b, { c: 5, g: 6 }], c: 7 }\n--- # more\nx: [\n";
        let mut diagnostics = Vec::new();
        let root = read(&TextFile::new("a.yaml", text.to_owned()).lenient(), &mut diagnostics).expect("YAML");
        let value = |path: &[&str]| {
            root.follow(&path.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>()).text().map(str::to_owned)
        };
        let cases: [(&[&str], &str); 7] = [
            (&["a"], "3"),
            (&["b", "d"], "2"),
            (&["e", "c"], "1"),
            (&["e", "d"], "2"),
            (&["f", "c"], "7"),
            (&["f", "d"], "2"),
            (&["f", "g"], "6"),
        ];
        for (path, expected) in cases {
            assert_eq!(value(path).as_deref(), Some(expected), "{path:?}");
        }
        assert!(root.get("x").is_none());
        let messages: Vec<String> = diagnostics.iter().map(|d| format!("{}: {d}", d.level.id())).collect();
        assert_eq!(
            messages,
            [
                "warning: a.yaml:3:1: duplicate key `a` (first on line 1); the last value counts",
                "warning: a.yaml:7:1: a second YAML document starts here; write it to a file of its own",
            ]
        );
    }

    #[test]
    fn a_duplicate_key_is_reported_at_its_second_position() {
        let (root, diagnostics) = parse("a: 1\nb: 2\n'a': 3\n").expect("YAML");
        assert_eq!(root.get("a").and_then(YamlNode::text), Some("1"));
        let messages: Vec<String> = diagnostics.iter().map(ToString::to_string).collect();
        assert_eq!(messages, ["a.yaml:3:1: duplicate key `a` (first on line 1)"]);
    }
}
