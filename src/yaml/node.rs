//! A YAML document as a tree, each node with its position.

use super::diagnostic::Position;

/// A value or key of a YAML document.
#[derive(Debug, Clone)]
pub(crate) struct YamlNode {
    /// Unique in the tree, also after aliases are expanded.
    pub(crate) id: usize,
    pub(crate) position: Position,
    pub(crate) content: Content,
}

/// What a node holds.
#[derive(Debug, Clone)]
pub(crate) enum Content {
    /// `is_plain` without quotes and tag, so that it may be a number, a boolean or null.
    Scalar {
        text: String,
        is_plain: bool,
    },
    Sequence(Vec<YamlNode>),
    Mapping(Vec<(YamlNode, YamlNode)>),
    /// Takes the place of a missing value while the rest of the file is read.
    Placeholder(Placeholder),
}

/// The values that a missing key gets in turn, until its type accepts one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Placeholder {
    EmptyText,
    Path,
    Zero,
    False,
    EmptySequence,
    EmptyMapping,
}

impl Placeholder {
    pub(super) const fn next(self) -> Option<Self> {
        match self {
            Self::EmptyText => Some(Self::Path),
            Self::Path => Some(Self::Zero),
            Self::Zero => Some(Self::False),
            Self::False => Some(Self::EmptySequence),
            Self::EmptySequence => Some(Self::EmptyMapping),
            Self::EmptyMapping => None,
        }
    }
}

impl YamlNode {
    /// The text of a scalar.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Scalar { text, .. } => Some(text),
            Content::Sequence(_) | Content::Mapping(_) | Content::Placeholder(_) => None,
        }
    }

    pub(crate) const fn is_sequence(&self) -> bool {
        matches!(self.content, Content::Sequence(_))
    }

    /// The entries of a mapping, none for other nodes.
    pub(crate) fn entries(&self) -> &[(Self, Self)] {
        match &self.content {
            Content::Mapping(entries) => entries,
            Content::Scalar { .. } | Content::Sequence(_) | Content::Placeholder(_) => &[],
        }
    }

    /// The value of a key of a mapping.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|(_, value)| value)
    }

    /// The node of a key of a mapping.
    pub(crate) fn key(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|(key, _)| key)
    }

    fn entry(&self, key: &str) -> Option<&(Self, Self)> {
        self.entries().iter().find(|(k, _)| k.text() == Some(key))
    }

    /// The node at the end of a path of keys and indices, or the last one on the way that exists.
    pub(crate) fn follow<'n>(&'n self, path: &[String]) -> &'n Self {
        let Some((step, rest)) = path.split_first() else {
            return self;
        };
        let next = match &self.content {
            Content::Sequence(items) => step.parse::<usize>().ok().and_then(|index| items.get(index)),
            Content::Mapping(_) => self.get(step),
            Content::Scalar { .. } | Content::Placeholder(_) => None,
        };
        next.map_or(self, |node| node.follow(rest))
    }

    /// Adds the text of every scalar value in this node.
    pub(crate) fn scalars<'n>(&'n self, texts: &mut Vec<&'n str>) {
        match &self.content {
            Content::Scalar { text, .. } => texts.push(text),
            Content::Sequence(items) => items.iter().for_each(|item| item.scalars(texts)),
            Content::Mapping(entries) => entries.iter().for_each(|(_, value)| value.scalars(texts)),
            Content::Placeholder(_) => {}
        }
    }

    /// The position in `file` of the character at byte `offset` of this scalar's text. It must be a character that no YAML
    /// notation adds or removes, such as a brace: the occurrences before it are counted.
    pub(crate) fn position_of(&self, offset: usize, file: &str) -> Position {
        let text = self.text().unwrap_or_default();
        let Some(character) = text.get(offset..).and_then(|rest| rest.chars().next()) else {
            return self.position;
        };
        let before = text[..offset].matches(character).count();
        let Position { line: first, column } = self.position;
        let lines = file.lines().enumerate().skip(first - 1);
        let mut occurrences = lines.flat_map(|(index, line)| {
            let skipped = if index + 1 == first { column - 1 } else { 0 };
            let columns = line.chars().enumerate().skip(skipped).filter(move |(_, c)| *c == character);
            columns.map(move |(column, _)| Position { line: index + 1, column: column + 1 })
        });
        occurrences.nth(before).unwrap_or(self.position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml::TextFile;

    #[test]
    fn braces_are_located_in_every_scalar_style() {
        let text =
            "plain: a {x} {y}\nquoted: \"\\ta {y}\"\nblock: |\n  one {x}\n\n    two {{ {y}\nfolded: >\n  a\n  b {y}\n";
        let root = TextFile::new("a.yaml", text).tree(&mut Vec::new()).expect("YAML");
        let cases = [("plain", 1, 14), ("quoted", 2, 14), ("block", 6, 12), ("folded", 9, 5)];
        for (key, line, column) in cases {
            let node = root.get(key).expect(key);
            let offset = node.text().and_then(|t| t.find("{y}")).expect(key);
            assert_eq!(node.position_of(offset, text), Position { line, column }, "{key}");
        }
    }
}
