//! YAML with the place of each node. Knows the notation, not what it means.

use serde_saphyr::granit_parser::{Event, Marker, Parser, ScalarStyle, Span, StrInput};
use std::collections::{BTreeMap, HashMap};

/// As deep and as large as a definition file may be; aliases are counted where they are used.
const MAX_DEPTH: usize = 64;
const MAX_NODES: usize = 200_000;

/// A place in a file, both numbers from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Mark {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// A node, its place, and a number that no other node of the file has.
#[derive(Debug, Clone)]
pub(crate) struct YamlNode {
    pub(crate) id: usize,
    pub(crate) mark: Mark,
    pub(crate) content: Content,
}

#[derive(Debug, Clone)]
pub(crate) enum Content {
    /// Text; `plain` if it was written without quotes, so that it may mean a number, true, false or null.
    Scalar {
        text: String,
        plain: bool,
    },
    Sequence(Vec<YamlNode>),
    Mapping(Vec<(YamlNode, YamlNode)>),
    /// Stands in for what is missing; the number tells which value it plays.
    Placeholder(usize),
}

/// Something wrong at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct YamlDiagnostic {
    pub(crate) mark: Mark,
    pub(crate) message: String,
}

/// Reads a file's only document; keys that stand twice are told in `faults`, and their first value is kept.
pub(crate) fn read(text: &str, faults: &mut Vec<YamlDiagnostic>) -> Result<YamlNode, YamlDiagnostic> {
    let mut reader = TreeBuilder {
        parser: Parser::new_from_str(text),
        anchors: BTreeMap::new(),
        nodes: 0,
        depth: 0,
        kept: 0,
        faults,
    };
    let mut document = None;
    loop {
        let (event, span) = reader.next()?;
        match event {
            Event::StreamStart | Event::DocumentStart(..) | Event::DocumentEnd => {}
            Event::StreamEnd => break,
            event if document.is_none() => document = Some(reader.node(event, span)?),
            _ => return Err(fault(span, "a second YAML document begins; a definition file has one")),
        }
    }
    document
        .ok_or_else(|| YamlDiagnostic { mark: Mark { line: 1, column: 1 }, message: "the file is empty".to_owned() })
}

struct TreeBuilder<'a> {
    parser: Parser<'a, StrInput<'a>>,
    anchors: BTreeMap<usize, YamlNode>,
    nodes: usize,
    depth: usize,
    /// Nodes that are kept for aliases.
    kept: usize,
    faults: &'a mut Vec<YamlDiagnostic>,
}

impl<'a> TreeBuilder<'a> {
    fn next(&mut self) -> Result<(Event<'a>, Span), YamlDiagnostic> {
        match self.parser.next() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => {
                Err(YamlDiagnostic { mark: mark(error.marker()), message: format!("wrong YAML: {}", error.kind()) })
            }
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    fn node(&mut self, event: Event<'a>, span: Span) -> Result<YamlNode, YamlDiagnostic> {
        self.nodes += 1;
        self.depth += 1;
        if self.nodes > MAX_NODES || self.depth > MAX_DEPTH {
            return Err(too_large(span));
        }
        let id = self.nodes;
        let (anchor, content) = match event {
            Event::Scalar(text, style, anchor, _) => {
                (anchor, Content::Scalar { text: text.into_owned(), plain: matches!(style, ScalarStyle::Plain) })
            }
            Event::SequenceStart(_, anchor, _) => (anchor, Content::Sequence(self.sequence()?)),
            Event::MappingStart(_, anchor, _) => (anchor, Content::Mapping(self.mapping()?)),
            Event::Alias(anchor) => (0, self.alias(anchor, span)?),
            _ => return Err(fault(span, "wrong YAML: a value is expected")),
        };
        self.depth -= 1;
        let node = YamlNode { id, mark: mark(&span.start), content };
        if anchor != 0 {
            self.keep(anchor, &node, span)?;
        }
        Ok(node)
    }

    fn sequence(&mut self) -> Result<Vec<YamlNode>, YamlDiagnostic> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd | Event::StreamEnd, _) => return Ok(items),
                (event, span) => items.push(self.node(event, span)?),
            }
        }
    }

    fn mapping(&mut self) -> Result<Vec<(YamlNode, YamlNode)>, YamlDiagnostic> {
        let mut entries: Vec<(YamlNode, YamlNode)> = Vec::new();
        let mut lines: HashMap<String, usize> = HashMap::new();
        loop {
            let key = match self.next()? {
                (Event::MappingEnd | Event::StreamEnd, _) => return Ok(entries),
                (event, span) => self.node(event, span)?,
            };
            let (event, span) = self.next()?;
            let value = self.node(event, span)?;
            match key.text().and_then(|name| Some((name, lines.get(name)?))) {
                Some((name, line)) => {
                    let message = format!("`{name}` stands twice; it is on line {line} already");
                    self.faults.push(YamlDiagnostic { mark: key.mark, message });
                }
                None => {
                    lines.extend(key.text().map(|name| (name.to_owned(), key.mark.line)));
                    entries.push((key, value));
                }
            }
        }
    }

    /// A copy of what an alias names; its nodes get numbers of their own.
    fn alias(&mut self, anchor: usize, span: Span) -> Result<Content, YamlDiagnostic> {
        let Some(mut node) = self.anchors.get(&anchor).cloned() else {
            return Err(fault(span, "the alias names an anchor that is not complete here"));
        };
        // What the alias stands for is as deep as if it were written here.
        if self.depth + height(&node) > MAX_DEPTH {
            return Err(too_large(span));
        }
        self.renumber(&mut node);
        Ok(node.content)
    }

    /// Keeps a copy for aliases. Anchors in anchors keep what is inside of both more than once.
    fn keep(&mut self, anchor: usize, node: &YamlNode, span: Span) -> Result<(), YamlDiagnostic> {
        self.kept += self.nodes - node.id + 1;
        if self.kept > MAX_NODES {
            return Err(too_large(span));
        }
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

fn too_large(span: Span) -> YamlDiagnostic {
    fault(span, "the file is too large or too deep for a definition file")
}

fn fault(span: Span, message: &str) -> YamlDiagnostic {
    YamlDiagnostic { mark: mark(&span.start), message: message.to_owned() }
}

fn mark(marker: &Marker) -> Mark {
    Mark { line: marker.line(), column: marker.col() + 1 }
}

impl YamlNode {
    /// A scalar's text.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Scalar { text, .. } => Some(text),
            Content::Sequence(_) | Content::Mapping(_) | Content::Placeholder(_) => None,
        }
    }

    /// Whether it is a sequence.
    pub(crate) const fn is_list(&self) -> bool {
        matches!(self.content, Content::Sequence(_))
    }

    /// A mapping's entries; of anything else none.
    pub(crate) fn entries(&self) -> &[(Self, Self)] {
        match &self.content {
            Content::Mapping(entries) => entries,
            Content::Scalar { .. } | Content::Sequence(_) | Content::Placeholder(_) => &[],
        }
    }

    /// A mapping's value.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().find(|(k, _)| k.text() == Some(key)).map(|(_, value)| value)
    }

    /// A mapping's key.
    pub(crate) fn key(&self, key: &str) -> Option<&Self> {
        self.entries().iter().find(|(k, _)| k.text() == Some(key)).map(|(k, _)| k)
    }

    /// The node at the end of a path of keys and positions, or the last one on the way that there is.
    pub(crate) fn follow<'n>(&'n self, path: &[String]) -> &'n Self {
        let Some((step, rest)) = path.split_first() else {
            return self;
        };
        let next = match &self.content {
            Content::Sequence(items) => step.parse::<usize>().ok().and_then(|at| items.get(at)),
            Content::Mapping(_) => self.get(step),
            Content::Scalar { .. } | Content::Placeholder(_) => None,
        };
        next.map_or(self, |node| node.follow(rest))
    }

    /// Every scalar at and below this node.
    pub(crate) fn scalars<'n>(&'n self, found: &mut Vec<&'n str>) {
        match &self.content {
            Content::Scalar { text, .. } => found.push(text),
            Content::Sequence(items) => items.iter().for_each(|item| item.scalars(found)),
            Content::Mapping(entries) => entries.iter().for_each(|(_, value)| value.scalars(found)),
            Content::Placeholder(_) => {}
        }
    }

    /// Where in the file the letter at `offset` of this scalar's text stands. No way of writing a scalar adds or removes a
    /// letter of the kinds that are asked for (braces), so they are counted.
    pub(crate) fn mark_of(&self, offset: usize, file: &str) -> Mark {
        let text = self.text().unwrap_or_default();
        let Some(letter) = text.get(offset..).and_then(|rest| rest.chars().next()) else {
            return self.mark;
        };
        let before = text[..offset].matches(letter).count();
        let mut seen = 0;
        for (number, line) in file.lines().enumerate().skip(self.mark.line - 1) {
            let skipped = if number + 1 == self.mark.line { self.mark.column - 1 } else { 0 };
            for (column, _) in line.chars().enumerate().skip(skipped).filter(|(_, c)| *c == letter) {
                if seen == before {
                    return Mark { line: number + 1, column: column + 1 };
                }
                seen += 1;
            }
        }
        self.mark
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(line: usize, column: usize) -> Mark {
        Mark { line, column }
    }

    #[test]
    fn each_node_has_its_place() {
        let mut faults = Vec::new();
        let text = "# note\n- id: a\n  list: [x, 'y']\n  deep: { k: v }\n";
        let root = read(text, &mut faults).expect("YAML");
        let path = |steps: &[&str]| root.follow(&steps.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>()).mark;
        assert_eq!(path(&["0"]), place(2, 3));
        assert_eq!(path(&["0", "id"]), place(2, 7));
        assert_eq!(path(&["0", "list", "1"]), place(3, 13));
        assert_eq!(path(&["0", "deep", "k"]), place(4, 14));
        assert_eq!(path(&["0", "deep", "none"]), place(4, 9));
        assert!(faults.is_empty());
    }

    #[test]
    fn braces_are_found_in_every_way_of_writing() {
        let text =
            "plain: a {x} {y}\nquoted: \"\\ta {y}\"\nblock: |\n  one {x}\n\n    two {{ {y}\nfolded: >\n  a\n  b {y}\n";
        let root = read(text, &mut Vec::new()).expect("YAML");
        let cases = [("plain", 1, 14), ("quoted", 2, 14), ("block", 6, 12), ("folded", 9, 5)];
        for (key, line, column) in cases {
            let node = root.get(key).expect(key);
            let offset = node.text().and_then(|t| t.find("{y}")).expect(key);
            assert_eq!(node.mark_of(offset, text), place(line, column), "{key}");
        }
    }

    #[test]
    fn what_is_no_single_document_is_refused() {
        let cases = [
            ("a: [1\n", place(1, 4)),
            ("a: 1\n b: 2\n", place(2, 3)),
            ("---\na: 1\n---\nb: 2\n", place(4, 1)),
            ("", place(1, 1)),
        ];
        for (text, at) in cases {
            let fault = read(text, &mut Vec::new()).expect_err(text);
            assert_eq!(fault.mark, at, "{text:?}: {}", fault.message);
        }
        let bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n".to_owned()
            + &(b'b'..b'k')
                .map(|c| {
                    let (this, last) = (char::from(c), char::from(c - 1));
                    format!("{this}: &{this} [{}]\n", vec![format!("*{last}"); 9].join(","))
                })
                .collect::<String>();
        assert!(read(&bomb, &mut Vec::new()).is_err());
        // Aliases that each name the one before make no tree that is deeper than any that is written.
        let level = |n: usize, inner: String| format!("a{n}: &a{n} {}{inner}{}\n", "[".repeat(40), "]".repeat(40));
        let chain: String = (1..40).map(|n| level(n, format!("*a{}", n - 1))).collect();
        assert!(read(&(level(0, String::new()) + &chain), &mut Vec::new()).is_err());
        let anchors: String = (0..50).map(|n| format!("&a{n} [")).collect();
        assert!(read(&format!("{anchors}{}{}", "x,".repeat(20_000), "]".repeat(50)), &mut Vec::new()).is_err());
    }

    #[test]
    fn a_key_that_stands_twice_is_told_at_its_second_place() {
        let mut faults = Vec::new();
        let root = read("a: 1\nb: 2\n'a': 3\n", &mut faults).expect("YAML");
        assert_eq!(root.get("a").and_then(YamlNode::text), Some("1"));
        assert_eq!(faults.len(), 1);
        assert_eq!(faults[0].mark, place(3, 1));
    }
}
