//! The entries of a mapping while it is read: duplicate and merged keys.

use super::diagnostic::Position;
use super::node::{Content, YamlNode};
use std::collections::HashMap;

/// The entries of a mapping while it is read.
#[derive(Default)]
pub(super) struct MappingEntries {
    pub(super) list: Vec<(YamlNode, YamlNode)>,
    /// The place of each name in the list, and where it was first; `None` if it was merged.
    named: HashMap<String, (usize, Option<Position>)>,
}

impl MappingEntries {
    /// The name of a key and where it was first, if it was there before.
    pub(super) fn first_with_name_of<'k>(&self, key: &'k YamlNode) -> Option<(&'k str, Position)> {
        let name = key.text()?;
        self.named.get(name).and_then(|(_, first)| Some((name, (*first)?)))
    }

    /// Adds an entry, or replaces that of the same name.
    pub(super) fn put(&mut self, key: YamlNode, value: YamlNode) {
        let position = key.position;
        self.put_from(Some(position), key, value);
    }

    fn put_from(&mut self, position: Option<Position>, key: YamlNode, value: YamlNode) {
        let Some(name) = key.text() else {
            self.list.push((key, value));
            return;
        };
        let (index, first) = self.named.entry(name.to_owned()).or_insert((self.list.len(), position));
        *first = first.or(position);
        match self.list.get_mut(*index) {
            Some(entry) => *entry = (key, value),
            None => self.list.push((key, value)),
        }
    }

    /// Adds the entries of a mapping, or of several in a list. The first mapping counts.
    pub(super) fn merge(&mut self, value: YamlNode) {
        match value.content {
            Content::Mapping(merged) => merged.into_iter().for_each(|(key, value)| self.put_from(None, key, value)),
            Content::Sequence(items) => items.into_iter().rev().for_each(|item| self.merge(item)),
            Content::Scalar { .. } | Content::Placeholder(_) => {}
        }
    }
}
