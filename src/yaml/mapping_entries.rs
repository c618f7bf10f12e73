//! The entries of a mapping while it is read: duplicate and merged keys.

use super::diagnostic::Position;
use super::node::{Content, YamlNode};
use foldhash::{HashMap, HashMapExt as _};

/// Keys that are searched one by one. Nearly all mappings have fewer.
const FEW: usize = 24;

/// The entries of a mapping while it is read.
#[derive(Default)]
pub(super) struct MappingEntries {
    pub(super) list: Vec<(YamlNode, YamlNode)>,
    /// Where the name of each entry was first; `None` if it was merged.
    firsts: Vec<Option<Position>>,
    /// The place of each name in the list, of a mapping with many.
    places: Option<HashMap<String, usize>>,
}

impl MappingEntries {
    /// The name of a key and where it was first, if it was there before.
    pub(super) fn first_with_name_of<'k>(&self, key: &'k YamlNode) -> Option<(&'k str, Position)> {
        let name = key.text()?;
        self.place_of(name).and_then(|place| Some((name, (*self.firsts.get(place)?)?)))
    }

    /// Adds an entry, or replaces that of the same name.
    pub(super) fn put(&mut self, key: YamlNode, value: YamlNode) {
        let position = key.position;
        self.put_from(Some(position), key, value);
    }

    fn place_of(&self, name: &str) -> Option<usize> {
        match &self.places {
            Some(places) => places.get(name).copied(),
            None => self.list.iter().position(|(key, _)| key.text() == Some(name)),
        }
    }

    fn put_from(&mut self, position: Option<Position>, key: YamlNode, value: YamlNode) {
        let place = key.text().and_then(|name| self.place_of(name));
        if let Some(place) = place
            && let (Some(entry), Some(first)) = (self.list.get_mut(place), self.firsts.get_mut(place))
        {
            *first = first.or(position);
            *entry = (key, value);
            return;
        }
        if let (Some(places), Some(name)) = (&mut self.places, key.text()) {
            places.insert(name.to_owned(), self.list.len());
        }
        self.list.push((key, value));
        self.firsts.push(position);
        if self.places.is_none() && self.list.len() > FEW {
            let names = self.list.iter().enumerate();
            let mut places = HashMap::new();
            places.extend(names.filter_map(|(place, (key, _))| Some((key.text()?.to_owned(), place))));
            self.places = Some(places);
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
