//! Reads a tree into the types of the definitions, and goes on behind a fault: what is wrong is told, cut out, and
//! the rest is read again, until nothing is left to tell. So the types alone say what a definition file may hold.

use super::reader::{DeserializeError, NodeDeserializer, What};
use super::tree::{Content, Mark, YamlDiagnostic, YamlNode};
use crate::text::suggestions;
use serde::de::DeserializeOwned;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// What a type reads out of a tree.
pub(crate) struct Shaped<T> {
    /// The value, without what had to be cut out; none if nothing could be saved.
    pub(crate) value: Option<T>,
    /// Everything that the type refuses.
    pub(crate) faults: Vec<YamlDiagnostic>,
    /// Keys that the type passes over.
    pub(crate) ignored: Vec<YamlDiagnostic>,
}

/// Reads `T`, with all faults.
pub(crate) fn read<T: DeserializeOwned>(node: &YamlNode) -> Shaped<T> {
    let mut patient =
        Recovery { root: node.clone(), removed: BTreeMap::new(), placeholders: BTreeSet::new(), faults: vec![] };
    loop {
        let ignored = RefCell::new(BTreeMap::new());
        match T::deserialize(NodeDeserializer { node: &patient.root, ignored: &ignored }) {
            Ok(value) => {
                let ignored = ignored.into_inner().into_values().collect();
                return Shaped { value: Some(value), faults: patient.faults, ignored };
            }
            Err(wrong) => {
                if !patient.retry(wrong) {
                    return Shaped { value: None, faults: patient.faults, ignored: Vec::new() };
                }
            }
        }
    }
}

/// A tree whose faults are cut out one by one.
struct Recovery {
    root: YamlNode,
    /// What was cut out of a node: keys, or nothing for an element of a list.
    removed: BTreeMap<usize, Vec<String>>,
    placeholders: BTreeSet<usize>,
    faults: Vec<YamlDiagnostic>,
}

impl Recovery {
    /// Tells a fault and cuts it out; false if nothing is left then.
    fn retry(&mut self, wrong: DeserializeError) -> bool {
        let at = wrong.at.unwrap_or(self.root.id);
        if self.placeholders.contains(&at) {
            return self.next_placeholder(at) || parent(&self.root, at).is_some_and(|around| self.cut(around));
        }
        let cut_out = self.removed.get(&at);
        if let What::Missing(key) = wrong.what {
            let is_known = cut_out.is_some_and(|keys| {
                keys.iter().any(|cut| cut == key || !suggestions(cut, std::iter::once(key)).is_empty())
            });
            if !is_known {
                self.tell(at, wrong.what.to_string());
            }
            return self.fill(at, key);
        }
        if cut_out.is_none() {
            self.tell(at, wrong.what.to_string());
        }
        self.cut(at)
    }

    fn tell(&mut self, at: usize, message: String) {
        let mark = find(&mut self.root, at).map_or(Mark { line: 1, column: 1 }, |node| node.mark);
        self.faults.push(YamlDiagnostic { mark, message });
    }

    fn fill(&mut self, at: usize, key: &str) -> bool {
        // Above every number of the file, and different for each hole.
        let id = usize::MAX / 2 + 2 * self.placeholders.len();
        self.placeholders.insert(id + 1);
        let Some(YamlNode { mark, content: Content::Mapping(entries), .. }) = find(&mut self.root, at) else {
            return false;
        };
        let name = Content::Scalar { text: key.to_owned(), plain: true };
        entries.push((
            YamlNode { id, mark: *mark, content: name },
            YamlNode { id: id + 1, mark: *mark, content: Content::Placeholder(0) },
        ));
        true
    }

    /// Lets a hole be another value, so that what is missing behind it is told as well; false if it has been each.
    fn next_placeholder(&mut self, hole: usize) -> bool {
        match find(&mut self.root, hole) {
            Some(YamlNode { content: Content::Placeholder(part), .. }) if *part < 5 => {
                *part += 1;
                true
            }
            _ => false,
        }
    }

    fn cut(&mut self, at: usize) -> bool {
        let Some((around, key)) = remove(&mut self.root, at) else {
            return false;
        };
        self.removed.entry(around).or_default().push(key);
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

fn parent(node: &YamlNode, id: usize) -> Option<usize> {
    let below = |child: &YamlNode| if child.id == id { Some(node.id) } else { parent(child, id) };
    match &node.content {
        Content::Sequence(items) => items.iter().find_map(below),
        Content::Mapping(entries) => entries.iter().find_map(|(key, value)| below(key).or_else(|| below(value))),
        Content::Scalar { .. } | Content::Placeholder(_) => None,
    }
}

/// Takes a node out of its parent, with its key; gives the parent's number and the key.
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
    use super::super::tree;
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

    fn faults<T: DeserializeOwned>(text: &str) -> Vec<String> {
        let node = tree::read(text, &mut Vec::new()).expect("YAML");
        let shaped = read::<T>(&node);
        shaped.faults.iter().map(|f| format!("{}:{} {}", f.mark.line, f.mark.column, f.message)).collect()
    }

    #[test]
    fn every_fault_is_told_once_at_its_place() {
        let cases: [(&str, &[&str]); 8] = [
            ("name: a\nrooms: [{ size: 1, heated: true }]\n", &[]),
            ("name: a\nroms: []\n", &["2:1 unknown key `roms`; did you mean `rooms`?"]),
            (
                "rooms:\n- { size: big, heated: maybe }\n- { size: 2, heatd: true }\n",
                &[
                    "2:11 invalid type: string \"big\", expected u32",
                    "2:24 invalid type: string \"maybe\", expected a boolean",
                    "3:14 unknown key `heatd`; did you mean `heated`?",
                    "1:1 `name` is missing",
                ],
            ),
            ("name: a\nrooms: [{}]\n", &["2:9 `size` is missing", "2:9 `heated` is missing"]),
            ("name: a\nrooms: []\ncolour: rad\n", &["3:9 `rad` is not known here; did you mean `red`?"]),
            ("name: a\nrooms: []\ncolour: { mixd: [a] }\n", &["3:11 `mixd` is not known here; did you mean `mixed`?"]),
            (
                "name: a\nrooms: []\ncolour: { mixed: [a], red: 1 }\n",
                &["3:9 exactly one key is expected here, one of red, mixed"],
            ),
            ("[1]\n", &["1:1 a mapping is expected here, with the keys name, rooms, colour"]),
        ];
        for (text, expected) in cases {
            let mut told = faults::<House>(text);
            let mut expected: Vec<String> = expected.iter().map(|e| (*e).to_owned()).collect();
            told.sort();
            expected.sort();
            assert_eq!(told, expected, "{text}");
        }
    }

    #[test]
    fn what_is_right_is_kept() {
        let node = tree::read("a: { size: 1, heated: true }\nb: 5\n", &mut Vec::new());
        let shaped = read::<IndexMap<String, Room>>(&node.expect("YAML"));
        assert_eq!(shaped.value.map(|rooms| rooms.keys().cloned().collect::<Vec<_>>()), Some(vec!["a".to_owned()]));
        assert_eq!(shaped.faults.len(), 1);
    }
}
