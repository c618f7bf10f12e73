//! Texts of which each byte has a position in the file.

use crate::yaml::Position;

/// Lines that were joined, with their positions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Source {
    /// The text.
    pub(crate) text: String,
    /// Where the parts start: offset in the text, position in the file.
    starts: Vec<(usize, Position)>,
}

impl Source {
    /// Adds a part.
    pub(super) fn push(&mut self, position: Position, text: &str) {
        self.starts.push((self.text.len(), position));
        self.text.push_str(text);
    }

    /// The position of a byte.
    pub(crate) fn position(&self, offset: usize) -> Position {
        let index = self.starts.partition_point(|(start, _)| *start <= offset);
        let Some((start, position)) = index.checked_sub(1).and_then(|index| self.starts.get(index)) else {
            return Position::START;
        };
        let before = self.text.get(*start..offset).unwrap_or_default();
        Position { line: position.line, column: position.column + before.chars().count() }
    }

    /// The lines that were joined, each with its position.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (Position, &str)> {
        let ends = self.starts.iter().skip(1).map(|(start, _)| *start).chain([self.text.len()]);
        self.starts
            .iter()
            .zip(ends)
            .map(|((start, position), end)| (*position, self.text.get(*start..end).unwrap_or_default()))
    }

    /// The text from a byte on, without the blanks at both ends.
    pub(super) fn rest(&self, offset: usize) -> Self {
        let text = self.text.get(offset..).unwrap_or_default();
        let offset = offset + text.len() - text.trim_start().len();
        let later = self.starts.iter().filter(|(start, _)| *start > offset);
        let later = later.map(|(start, position)| (start - offset, *position));
        Self {
            text: text.trim().to_owned(),
            starts: std::iter::once((0, self.position(offset))).chain(later).collect(),
        }
    }
}
