//! Reads a tree into the very types that the loader reads, and goes on behind a fault: what is wrong is told, cut out, and
//! the rest is read again, until nothing is left to tell. So the types alone say what a definition file may hold.

use super::tree::{Content, Fault, Mark, Node};
use crate::definition::near_names;
use serde::Deserializer;
use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, EnumAccess, Error as _, IntoDeserializer, MapAccess, SeqAccess, VariantAccess,
    Visitor,
};
use serde_json::Value as Json;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What a type reads out of a tree.
pub(super) struct Shaped<T> {
    /// The value, without what had to be cut out; none if nothing could be saved.
    pub(super) value: Option<T>,
    /// Everything that the type refuses.
    pub(super) faults: Vec<Fault>,
    /// Keys that the type passes over.
    pub(super) passed_over: Vec<Fault>,
}

/// Reads `T`, with all faults.
pub(super) fn read<T: DeserializeOwned>(node: &Node) -> Shaped<T> {
    let mut patient = Patient { root: node.clone(), wounds: BTreeMap::new(), holes: BTreeSet::new(), faults: vec![] };
    loop {
        let ignored = RefCell::new(BTreeMap::new());
        match T::deserialize(Reader { node: &patient.root, ignored: &ignored }) {
            Ok(value) => {
                let passed_over = ignored.into_inner().into_values().collect();
                return Shaped { value: Some(value), faults: patient.faults, passed_over };
            }
            Err(wrong) => {
                if !patient.heal(wrong) {
                    return Shaped { value: None, faults: patient.faults, passed_over: Vec::new() };
                }
            }
        }
    }
}

/// A tree whose faults are cut out one by one.
struct Patient {
    root: Node,
    /// What was cut out of a node: keys, or nothing for an element of a list.
    wounds: BTreeMap<usize, Vec<String>>,
    holes: BTreeSet<usize>,
    faults: Vec<Fault>,
}

impl Patient {
    /// Tells a fault and cuts it out; false if nothing is left then.
    fn heal(&mut self, wrong: Wrong) -> bool {
        let at = wrong.at.unwrap_or(self.root.id);
        if self.holes.contains(&at) {
            return self.play_another(at) || parent(&self.root, at).is_some_and(|around| self.cut(around));
        }
        let cut_out = self.wounds.get(&at);
        if let What::Missing(key) = wrong.what {
            let is_known = cut_out.is_some_and(|keys| {
                keys.iter().any(|cut| cut == key || !near_names(cut, std::iter::once(key)).is_empty())
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
        self.faults.push(Fault { mark, message });
    }

    fn fill(&mut self, at: usize, key: &str) -> bool {
        // Above every number of the file, and different for each hole.
        let id = usize::MAX / 2 + 2 * self.holes.len();
        self.holes.insert(id + 1);
        let Some(Node { mark, content: Content::Mapping(entries), .. }) = find(&mut self.root, at) else {
            return false;
        };
        let name = Content::Scalar { text: key.to_owned(), plain: true };
        entries.push((
            Node { id, mark: *mark, content: name },
            Node { id: id + 1, mark: *mark, content: Content::Hole(0) },
        ));
        true
    }

    /// Lets a hole be another value, so that what is missing behind it is told as well; false if it has been each.
    fn play_another(&mut self, hole: usize) -> bool {
        match find(&mut self.root, hole) {
            Some(Node { content: Content::Hole(part), .. }) if *part < 5 => {
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
        self.wounds.entry(around).or_default().push(key);
        true
    }
}

fn find(node: &mut Node, id: usize) -> Option<&mut Node> {
    if node.id == id {
        return Some(node);
    }
    match &mut node.content {
        Content::Sequence(items) => items.iter_mut().find_map(|item| find(item, id)),
        Content::Mapping(entries) => {
            entries.iter_mut().find_map(|(key, value)| if key.id == id { Some(key) } else { find(value, id) })
        }
        Content::Scalar { .. } | Content::Hole(_) => None,
    }
}

fn parent(node: &Node, id: usize) -> Option<usize> {
    let below = |child: &Node| if child.id == id { Some(node.id) } else { parent(child, id) };
    match &node.content {
        Content::Sequence(items) => items.iter().find_map(below),
        Content::Mapping(entries) => entries.iter().find_map(|(key, value)| below(key).or_else(|| below(value))),
        Content::Scalar { .. } | Content::Hole(_) => None,
    }
}

/// Takes a node out of its parent, with its key; gives the parent's number and the key.
fn remove(node: &mut Node, id: usize) -> Option<(usize, String)> {
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
        Content::Scalar { .. } | Content::Hole(_) => None,
    }
}

/// What a type refuses, and the number of the node where.
#[derive(Debug)]
struct Wrong {
    at: Option<usize>,
    what: What,
}

#[derive(Debug)]
enum What {
    UnknownKey(String, &'static [&'static str]),
    UnknownName(String, &'static [&'static str]),
    Missing(&'static str),
    Else(String),
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownKey(key, known) => f.write_str(&unknown_key(key, known)),
            Self::UnknownName(name, known) => write!(f, "`{name}` is not known here{}", near_or_all(name, known)),
            Self::Missing(key) => write!(f, "`{key}` is missing"),
            Self::Else(message) => f.write_str(message),
        }
    }
}

fn unknown_key(key: &str, known: &[&str]) -> String {
    format!("unknown key `{key}`{}", near_or_all(key, known))
}

/// The names that are near, or else all that can stand here.
fn near_or_all(wrong: &str, known: &[&str]) -> String {
    let near = near_names(wrong, known.iter().copied());
    if near.is_empty() && !known.is_empty() { format!("; there are {}", known.join(", ")) } else { near }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.what.fmt(f)
    }
}

impl std::error::Error for Wrong {}

impl serde::de::Error for Wrong {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self { at: None, what: What::Else(message.to_string()) }
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        Self { at: None, what: What::UnknownKey(field.to_owned(), expected) }
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        Self { at: None, what: What::UnknownName(variant.to_owned(), expected) }
    }

    fn missing_field(field: &'static str) -> Self {
        Self { at: None, what: What::Missing(field) }
    }
}

/// Gives a fault that has no place yet the place of this node.
fn placed<T>(node: &Node, result: Result<T, Wrong>) -> Result<T, Wrong> {
    result.map_err(|wrong| Wrong { at: wrong.at.or(Some(node.id)), ..wrong })
}

type Ignored = RefCell<BTreeMap<usize, Fault>>;

#[derive(Clone, Copy)]
struct Reader<'t> {
    node: &'t Node,
    ignored: &'t Ignored,
}

impl<'t> Reader<'t> {
    const fn child(self, node: &'t Node) -> Self {
        Reader { node, ignored: self.ignored }
    }

    /// A scalar without quotes in the type that the YAML parser gives it.
    fn resolved(text: &str) -> Json {
        match serde_saphyr::from_str::<Json>(text) {
            Ok(Json::Array(_) | Json::Object(_)) | Err(_) => Json::String(text.to_owned()),
            Ok(scalar) => scalar,
        }
    }

    fn is_null(self) -> bool {
        match &self.node.content {
            Content::Scalar { text, plain: true } => matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"),
            Content::Hole(_) => true,
            Content::Scalar { .. } | Content::Sequence(_) | Content::Mapping(_) => false,
        }
    }

    fn any<'de, V: Visitor<'de>>(self, fields: &'static [&'static str], visitor: V) -> Result<V::Value, Wrong> {
        match &self.node.content {
            Content::Scalar { text, plain: true } => match Self::resolved(text) {
                Json::Null => visitor.visit_unit(),
                Json::Bool(b) => visitor.visit_bool(b),
                Json::Number(n) => match (n.as_u64(), n.as_i64(), n.as_f64()) {
                    (Some(n), ..) => visitor.visit_u64(n),
                    (None, Some(n), _) => visitor.visit_i64(n),
                    (None, None, n) => visitor.visit_f64(n.unwrap_or(f64::NAN)),
                },
                Json::String(text) => visitor.visit_string(text),
                Json::Array(_) | Json::Object(_) => visitor.visit_str(text),
            },
            Content::Scalar { text, .. } => visitor.visit_str(text),
            Content::Sequence(items) => visitor.visit_seq(Items { reader: self, items: items.iter() }),
            Content::Mapping(entries) => {
                visitor.visit_map(Entries { reader: self, fields, entries: entries.iter(), value: None })
            }
            Content::Hole(0) => visitor.visit_str(""),
            Content::Hole(1) => visitor.visit_str("/"),
            Content::Hole(2) => visitor.visit_u64(0),
            Content::Hole(3) => visitor.visit_bool(false),
            Content::Hole(4) => visitor.visit_seq(Items { reader: self, items: [].iter() }),
            Content::Hole(_) => visitor.visit_map(Entries { reader: self, fields, entries: [].iter(), value: None }),
        }
    }
}

impl<'de> Deserializer<'de> for Reader<'_> {
    type Error = Wrong;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        placed(self.node, self.any(&[], visitor))
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self.node.text() {
            // Ids keep the text that was written: `1.10` is not 1.1.
            Some(text) if !self.is_null() => placed(self.node, visitor.visit_str(text)),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self.node.text() {
            Some(text) => placed(self.node, visitor.visit_str(text)),
            None => placed(self.node, Err(Wrong::custom("a name is expected here"))),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        if self.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Wrong> {
        placed(self.node, visitor.visit_newtype_struct(self))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        // Serde would take a list of values in the order of the fields; YAML that is written so is a mistake.
        let result = if self.node.is_list() {
            Err(Wrong::custom(format!("a mapping is expected here, with the keys {}", fields.join(", "))))
        } else {
            self.any(fields, visitor)
        };
        placed(self.node, result)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        let result = match &self.node.content {
            Content::Scalar { text, .. } => visitor.visit_enum(text.as_str().into_deserializer()),
            Content::Hole(_) => visitor.visit_enum(variants.first().copied().unwrap_or_default().into_deserializer()),
            Content::Mapping(entries) if entries.len() == 1 => {
                visitor.visit_enum(Choice { reader: self, entry: &entries[0] })
            }
            Content::Mapping(_) | Content::Sequence(_) => {
                Err(Wrong::custom(format!("exactly one key is expected here, one of {}", variants.join(", "))))
            }
        };
        placed(self.node, result)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct seq tuple tuple_struct map
    }
}

struct Items<'t> {
    reader: Reader<'t>,
    items: std::slice::Iter<'t, Node>,
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Wrong;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Wrong> {
        let Some(node) = self.items.next() else {
            return Ok(None);
        };
        placed(node, seed.deserialize(self.reader.child(node))).map(Some)
    }
}

struct Entries<'t> {
    reader: Reader<'t>,
    fields: &'static [&'static str],
    entries: std::slice::Iter<'t, (Node, Node)>,
    value: Option<&'t Node>,
}

impl<'de> MapAccess<'de> for Entries<'_> {
    type Error = Wrong;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Wrong> {
        let Some((key, value)) = self.entries.next() else {
            return Ok(None);
        };
        self.value = Some(value);
        let name = key.text().unwrap_or_default();
        if !self.fields.is_empty() && !self.fields.contains(&name) {
            let fault = Fault { mark: key.mark, message: unknown_key(name, self.fields) };
            self.reader.ignored.borrow_mut().insert(key.id, fault);
        }
        placed(key, seed.deserialize(self.reader.child(key))).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Wrong> {
        let Some(node) = self.value.take() else {
            return Err(Wrong::custom("a value is asked for before its key"));
        };
        placed(node, seed.deserialize(self.reader.child(node)))
    }
}

struct Choice<'t> {
    reader: Reader<'t>,
    entry: &'t (Node, Node),
}

impl<'de, 't> EnumAccess<'de> for Choice<'t> {
    type Error = Wrong;
    type Variant = Operand<'t>;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Operand<'t>), Wrong> {
        let (key, value) = self.entry;
        let name: StrDeserializer<'_, Wrong> = key.text().unwrap_or_default().into_deserializer();
        Ok((placed(key, seed.deserialize(name))?, Operand(self.reader.child(value))))
    }
}

struct Operand<'t>(Reader<'t>);

impl<'de> VariantAccess<'de> for Operand<'_> {
    type Error = Wrong;

    fn unit_variant(self) -> Result<(), Wrong> {
        placed(self.0.node, Err(Wrong::custom("nothing is expected behind this key")))
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Wrong> {
        placed(self.0.node, seed.deserialize(self.0))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Wrong> {
        self.0.deserialize_any(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, fields: &'static [&'static str], visitor: V) -> Result<V::Value, Wrong> {
        placed(self.0.node, self.0.any(fields, visitor))
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
