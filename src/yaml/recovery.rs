//! Reads a tree into a type and continues after errors: each error is reported, its node removed, and the rest read again,
//! until nothing is left to report. So a type alone defines what a file may hold.

use super::deserialize_error::{DeserializeError, Reason};
use super::deserializer::NodeDeserializer;
use super::diagnostic::{Diagnostic, Level, Position};
use super::file::TextFile;
use super::node::{Content, Placeholder, YamlNode};
use crate::text::{quote, suggestions};
use serde::de::DeserializeOwned;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// Errors that are reported for one file. Each costs another reading of it.
const MAX_ERRORS: usize = 100;

/// What a type reads from a tree.
pub(crate) struct Recovered<T> {
    /// The value without the nodes that were removed; none if nothing was left.
    pub(crate) value: Option<T>,
    /// Everything that the type refuses.
    pub(crate) errors: Vec<Diagnostic>,
    /// Warnings about keys that the type ignores.
    pub(crate) ignored: Vec<Diagnostic>,
}

/// Reads `T` from a node of `file`, with all errors.
pub(crate) fn read<T: DeserializeOwned>(file: &TextFile, node: &YamlNode) -> Recovered<T> {
    let mut recovery = Recovery {
        file,
        root: node.clone(),
        removed: BTreeMap::new(),
        placeholders: BTreeSet::new(),
        errors: Vec::new(),
    };
    loop {
        let ignored = RefCell::new(BTreeMap::new());
        match T::deserialize(NodeDeserializer { node: &recovery.root, ignored: &ignored, dialect: file.dialect }) {
            Ok(value) => {
                let ignored = ignored.into_inner().into_iter();
                let ignored = ignored.map(|(id, message)| recovery.diagnostic(id, Level::Warning, message)).collect();
                return Recovered { value: Some(value), errors: recovery.errors, ignored };
            }
            Err(error) => {
                if !recovery.retry(error) || recovery.errors.len() >= MAX_ERRORS {
                    return Recovered { value: None, errors: recovery.errors, ignored: Vec::new() };
                }
            }
        }
    }
}

/// Reads `T` from a node of `file`; what it ignores is not reported.
pub(crate) fn decode<T: DeserializeOwned>(file: &TextFile, node: &YamlNode) -> Result<T, Vec<Diagnostic>> {
    let ignored = RefCell::new(BTreeMap::new());
    T::deserialize(NodeDeserializer { node, ignored: &ignored, dialect: file.dialect })
        .map_err(|_| read::<T>(file, node).errors)
}

/// A tree from which the nodes with errors are removed one by one.
struct Recovery<'f> {
    file: &'f TextFile,
    root: YamlNode,
    /// By parent: the keys that were removed, empty for an element of a sequence.
    removed: BTreeMap<usize, Vec<String>>,
    placeholders: BTreeSet<usize>,
    errors: Vec<Diagnostic>,
}

impl Recovery<'_> {
    /// Reports an error and changes the tree so that the next attempt gets further; false if nothing is left.
    fn retry(&mut self, error: DeserializeError) -> bool {
        let id = error.node.unwrap_or(self.root.id);
        if self.placeholders.contains(&id) {
            return self.next_placeholder(id) || parent(&self.root, id).is_some_and(|parent| self.remove(parent));
        }
        let removed = self.removed.get(&id);
        if let Reason::MissingKey(key) = error.reason {
            // The key was removed with its error, or was mistyped.
            let is_reported = removed.is_some_and(|keys| {
                keys.iter().any(|removed| removed == key || !suggestions(removed, std::iter::once(key)).is_empty())
            });
            if !is_reported {
                self.report(id, error.reason.to_string());
            }
            return self.add_placeholder(id, key);
        }
        if removed.is_none() {
            let reason = error.reason.to_string();
            // A mapping or list may begin on a line below its key.
            let key = key_of(&self.root, id).filter(|_| reason.starts_with("expected "));
            self.report(id, key.map_or_else(|| reason.clone(), |key| format!("{}: {reason}", quote(key))));
        }
        match error.reason {
            Reason::RenamedKey(_, new) => self.rename(id, new),
            Reason::MissingKey(_) | Reason::UnknownVariant(..) | Reason::Other(_) => self.remove(id),
        }
    }

    /// Gives a key its new name, so that it is not reported as missing; beside the new key it is removed.
    fn rename(&mut self, id: usize, new: &str) -> bool {
        let has_new = parent(&self.root, id).and_then(|parent| find(&mut self.root, parent)?.get(new).map(|_| ()));
        match (has_new, find(&mut self.root, id)) {
            (None, Some(key)) => {
                key.content = Content::Scalar { text: new.to_owned(), is_plain: true };
                true
            }
            (Some(()), _) | (None, None) => self.remove(id),
        }
    }

    fn report(&mut self, id: usize, message: String) {
        let error = self.diagnostic(id, Level::Error, message);
        self.errors.push(error);
    }

    fn diagnostic(&mut self, id: usize, level: Level, message: String) -> Diagnostic {
        let position = find(&mut self.root, id).map_or(Position::START, |node| node.position);
        Diagnostic::new(&self.file.name, position, level, message)
    }

    /// Adds a missing key with a placeholder.
    fn add_placeholder(&mut self, id: usize, key: &str) -> bool {
        // Larger than every id of the file.
        let key_id = usize::MAX / 2 + 2 * self.placeholders.len();
        let value_id = key_id + 1;
        self.placeholders.insert(value_id);
        let Some(YamlNode { position, content: Content::Mapping(entries), .. }) = find(&mut self.root, id) else {
            return false;
        };
        let name = Content::Scalar { text: key.to_owned(), is_plain: true };
        entries.push((
            YamlNode { id: key_id, position: *position, content: name },
            YamlNode { id: value_id, position: *position, content: Content::Placeholder(Placeholder::EmptyText) },
        ));
        true
    }

    /// Tries another value for a missing key, so that errors after it are found as well; false if none is left.
    fn next_placeholder(&mut self, id: usize) -> bool {
        let Some(YamlNode { content: Content::Placeholder(placeholder), .. }) = find(&mut self.root, id) else {
            return false;
        };
        placeholder.next().is_some_and(|next| {
            *placeholder = next;
            true
        })
    }

    fn remove(&mut self, id: usize) -> bool {
        let Some((parent, key)) = remove(&mut self.root, id) else {
            return false;
        };
        self.removed.entry(parent).or_default().push(key);
        true
    }
}

fn find(node: &mut YamlNode, id: usize) -> Option<&mut YamlNode> {
    if node.id == id {
        return Some(node);
    }
    match &mut node.content {
        Content::Sequence(items) => items.iter_mut().find_map(|item| find(item, id)),
        Content::Mapping(entries) => {
            entries.iter_mut().find_map(|(key, value)| if key.id == id { Some(key) } else { find(value, id) })
        }
        Content::Scalar { .. } | Content::Placeholder(_) => None,
    }
}

/// The key of a mapping or list that is the value of one.
fn key_of(node: &YamlNode, id: usize) -> Option<&str> {
    match &node.content {
        Content::Sequence(items) => items.iter().find_map(|item| key_of(item, id)),
        Content::Mapping(entries) => entries.iter().find_map(|(key, value)| match &value.content {
            Content::Mapping(_) | Content::Sequence(_) if value.id == id => key.text(),
            Content::Mapping(_) | Content::Sequence(_) | Content::Scalar { .. } | Content::Placeholder(_) => {
                key_of(value, id)
            }
        }),
        Content::Scalar { .. } | Content::Placeholder(_) => None,
    }
}

fn parent(node: &YamlNode, id: usize) -> Option<usize> {
    let below = |child: &YamlNode| if child.id == id { Some(node.id) } else { parent(child, id) };
    match &node.content {
        Content::Sequence(items) => items.iter().find_map(below),
        Content::Mapping(entries) => entries.iter().find_map(|(key, value)| below(key).or_else(|| below(value))),
        Content::Scalar { .. } | Content::Placeholder(_) => None,
    }
}

/// Removes a node from its parent, with its key. Returns the parent's id and the key, empty for an element of a sequence.
fn remove(node: &mut YamlNode, id: usize) -> Option<(usize, String)> {
    match &mut node.content {
        Content::Sequence(items) => match items.iter().position(|item| item.id == id) {
            Some(at) => {
                items.remove(at);
                Some((node.id, String::new()))
            }
            None => items.iter_mut().find_map(|item| remove(item, id)),
        },
        Content::Mapping(entries) => match entries.iter().position(|(k, v)| k.id == id || v.id == id) {
            Some(at) => {
                let (key, _) = entries.remove(at);
                Some((node.id, key.text().unwrap_or_default().to_owned()))
            }
            None => entries.iter_mut().find_map(|(_, value)| remove(value, id)),
        },
        Content::Scalar { .. } | Content::Placeholder(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use indexmap::IndexMap;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "only its shape matters")]
    struct House {
        name: String,
        rooms: Vec<Room>,
        colour: Option<Colour>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "only its shape matters")]
    struct Room {
        size: u32,
        heated: bool,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    #[allow(dead_code, reason = "only its shape matters")]
    enum Colour {
        Red,
        Mixed(Vec<String>),
    }

    fn recover<T: DeserializeOwned>(text: &str) -> Recovered<T> {
        let file = TextFile::new("a", text.to_owned());
        read(&file, &file.tree(&mut Vec::new()).expect("YAML"))
    }

    #[test]
    fn every_error_is_reported_once_at_its_position() {
        let cases: [(&str, &[&str]); 10] = [
            ("name: a\nrooms: [{ size: 1, heated: true }]\n", &[]),
            ("name: a\nroms: []\n", &["a:2:1: unknown key `roms`; did you mean `rooms`?"]),
            (
                "rooms:\n- { size: big, heated: maybe }\n- { size: 2, heatd: true }\n",
                &[
                    "a:2:11: expected a whole number from 0 to 4294967295, found `big`",
                    "a:2:24: expected true or false, found `maybe`",
                    "a:3:14: unknown key `heatd`; did you mean `heated`?",
                    "a:1:1: missing key `name`",
                ],
            ),
            (
                "name: a\nrooms: [{ size: -1, heated: true }]\n",
                &["a:2:17: expected a whole number from 0 to 4294967295, found `-1`"],
            ),
            (
                "name: [a]\nrooms: {}\n",
                &["a:1:7: `name`: expected text, found a list", "a:2:8: `rooms`: expected a list, found a mapping"],
            ),
            ("name: a\nrooms: [{}]\n", &["a:2:9: missing key `size`", "a:2:9: missing key `heated`"]),
            ("name: a\nrooms: []\ncolour: rad\n", &["a:3:9: unknown value `rad`; did you mean `red`?"]),
            ("name: a\nrooms: []\ncolour: { mixd: [a] }\n", &["a:3:11: unknown key `mixd`; did you mean `mixed`?"]),
            (
                "name: a\nrooms: []\ncolour: { mixed: [a], red: 1 }\n",
                &["a:3:9: `colour`: expected exactly one of the keys red, mixed"],
            ),
            ("[1]\n", &["a:1:1: expected a mapping with the keys name, rooms, colour"]),
        ];
        for (text, expected) in cases {
            let mut errors: Vec<String> = recover::<House>(text).errors.iter().map(ToString::to_string).collect();
            let mut expected: Vec<String> = expected.iter().map(|e| (*e).to_owned()).collect();
            errors.sort();
            expected.sort();
            assert_eq!(errors, expected, "{text}");
        }
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "only its shape matters")]
    struct Advice {
        rationale: String,
        remediation: String,
    }

    #[test]
    fn the_old_name_of_a_key_is_refused_with_the_new_name() {
        let cases: [(&str, &[&str]); 3] = [
            (
                "why: a\nfix: [b]\n",
                &[
                    "a:1:1: unknown key `why`; its new name is `rationale`",
                    "a:2:1: unknown key `fix`; its new name is `remediation`",
                    "a:2:6: `remediation`: expected text, found a list",
                ],
            ),
            ("rationale: a\nremediation: b\nwhy: c\n", &["a:3:1: unknown key `why`; its new name is `rationale`"]),
            ("why: c\nrationale: a\nremediation: b\n", &["a:1:1: unknown key `why`; its new name is `rationale`"]),
        ];
        for (text, expected) in cases {
            let errors: Vec<String> = recover::<Advice>(text).errors.iter().map(ToString::to_string).collect();
            assert_eq!(errors, expected, "{text}");
        }
        // Only types that have the new key.
        let errors: Vec<String> =
            recover::<Room>("size: 1\nheated: true\nwhy: a\n").errors.iter().map(ToString::to_string).collect();
        assert_eq!(errors, ["a:3:1: unknown key `why`; expected one of size, heated"]);
    }

    #[test]
    fn the_valid_rest_is_kept() {
        let recovered = recover::<IndexMap<String, Room>>("a: { size: 1, heated: true }\nb: 5\n");
        assert_eq!(recovered.value.map(|rooms| rooms.keys().cloned().collect::<Vec<_>>()), Some(vec!["a".to_owned()]));
        assert_eq!(recovered.errors.len(), 1);
    }
}
