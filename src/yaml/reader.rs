//! Lets serde read a tree, so that each refusal has its place. Knows no type of its own.

use super::tree::{Content, YamlDiagnostic, YamlNode};
use crate::text::suggestions;
use serde::Deserializer;
use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeSeed, EnumAccess, Error as _, IntoDeserializer, MapAccess, SeqAccess, VariantAccess, Visitor,
};
use serde_json::Value as Json;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;

/// What a type refuses, and the number of the node where.
#[derive(Debug)]
pub(super) struct DeserializeError {
    pub(super) at: Option<usize>,
    pub(super) what: What,
}

/// What is refused.
#[derive(Debug)]
pub(super) enum What {
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
    let near = suggestions(wrong, known.iter().copied());
    if near.is_empty() && !known.is_empty() { format!("; there are {}", known.join(", ")) } else { near }
}

impl fmt::Display for DeserializeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.what.fmt(f)
    }
}

impl std::error::Error for DeserializeError {}

impl serde::de::Error for DeserializeError {
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
fn placed<T>(node: &YamlNode, result: Result<T, DeserializeError>) -> Result<T, DeserializeError> {
    result.map_err(|wrong| DeserializeError { at: wrong.at.or(Some(node.id)), ..wrong })
}

/// Keys that a type passes over, by the numbers of their nodes.
pub(super) type Ignored = RefCell<BTreeMap<usize, YamlDiagnostic>>;

/// A node that serde reads.
#[derive(Clone, Copy)]
pub(super) struct NodeDeserializer<'t> {
    pub(super) node: &'t YamlNode,
    pub(super) ignored: &'t Ignored,
}

impl<'t> NodeDeserializer<'t> {
    const fn child(self, node: &'t YamlNode) -> Self {
        NodeDeserializer { node, ignored: self.ignored }
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
            Content::Placeholder(_) => true,
            Content::Scalar { .. } | Content::Sequence(_) | Content::Mapping(_) => false,
        }
    }

    fn any<'de, V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DeserializeError> {
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
            Content::Placeholder(0) => visitor.visit_str(""),
            Content::Placeholder(1) => visitor.visit_str("/"),
            Content::Placeholder(2) => visitor.visit_u64(0),
            Content::Placeholder(3) => visitor.visit_bool(false),
            Content::Placeholder(4) => visitor.visit_seq(Items { reader: self, items: [].iter() }),
            Content::Placeholder(_) => {
                visitor.visit_map(Entries { reader: self, fields, entries: [].iter(), value: None })
            }
        }
    }
}

impl<'de> Deserializer<'de> for NodeDeserializer<'_> {
    type Error = DeserializeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        placed(self.node, self.any(&[], visitor))
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        match self.node.text() {
            // Ids keep the text that was written: `1.10` is not 1.1.
            Some(text) if !self.is_null() => placed(self.node, visitor.visit_str(text)),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        match self.node.text() {
            Some(text) => placed(self.node, visitor.visit_str(text)),
            None => placed(self.node, Err(DeserializeError::custom("a name is expected here"))),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        if self.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, DeserializeError> {
        placed(self.node, visitor.visit_newtype_struct(self))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DeserializeError> {
        // Serde would take a list of values in the order of the fields; YAML that is written so is a mistake.
        let result = if self.node.is_list() {
            Err(DeserializeError::custom(format!("a mapping is expected here, with the keys {}", fields.join(", "))))
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
    ) -> Result<V::Value, DeserializeError> {
        let result = match &self.node.content {
            Content::Scalar { text, .. } => visitor.visit_enum(text.as_str().into_deserializer()),
            Content::Placeholder(_) => {
                visitor.visit_enum(variants.first().copied().unwrap_or_default().into_deserializer())
            }
            Content::Mapping(entries) if entries.len() == 1 => {
                visitor.visit_enum(Choice { reader: self, entry: &entries[0] })
            }
            Content::Mapping(_) | Content::Sequence(_) => Err(DeserializeError::custom(format!(
                "exactly one key is expected here, one of {}",
                variants.join(", ")
            ))),
        };
        placed(self.node, result)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct seq tuple tuple_struct map
    }
}

struct Items<'t> {
    reader: NodeDeserializer<'t>,
    items: std::slice::Iter<'t, YamlNode>,
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = DeserializeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, DeserializeError> {
        let Some(node) = self.items.next() else {
            return Ok(None);
        };
        placed(node, seed.deserialize(self.reader.child(node))).map(Some)
    }
}

struct Entries<'t> {
    reader: NodeDeserializer<'t>,
    fields: &'static [&'static str],
    entries: std::slice::Iter<'t, (YamlNode, YamlNode)>,
    value: Option<&'t YamlNode>,
}

impl<'de> MapAccess<'de> for Entries<'_> {
    type Error = DeserializeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, DeserializeError> {
        let Some((key, value)) = self.entries.next() else {
            return Ok(None);
        };
        self.value = Some(value);
        let name = key.text().unwrap_or_default();
        if !self.fields.is_empty() && !self.fields.contains(&name) {
            let fault = YamlDiagnostic { mark: key.mark, message: unknown_key(name, self.fields) };
            self.reader.ignored.borrow_mut().insert(key.id, fault);
        }
        // A key is its text, also where that would be null or a number as a value.
        let read = match key.text() {
            Some(text) => seed.deserialize(IntoDeserializer::<DeserializeError>::into_deserializer(text)),
            None => seed.deserialize(self.reader.child(key)),
        };
        placed(key, read).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, DeserializeError> {
        let Some(node) = self.value.take() else {
            return Err(DeserializeError::custom("a value is asked for before its key"));
        };
        placed(node, seed.deserialize(self.reader.child(node)))
    }
}

struct Choice<'t> {
    reader: NodeDeserializer<'t>,
    entry: &'t (YamlNode, YamlNode),
}

impl<'de, 't> EnumAccess<'de> for Choice<'t> {
    type Error = DeserializeError;
    type Variant = Operand<'t>;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Operand<'t>), DeserializeError> {
        let (key, value) = self.entry;
        let name: StrDeserializer<'_, DeserializeError> = key.text().unwrap_or_default().into_deserializer();
        Ok((placed(key, seed.deserialize(name))?, Operand(self.reader.child(value))))
    }
}

struct Operand<'t>(NodeDeserializer<'t>);

impl<'de> VariantAccess<'de> for Operand<'_> {
    type Error = DeserializeError;

    fn unit_variant(self) -> Result<(), DeserializeError> {
        placed(self.0.node, Err(DeserializeError::custom("nothing is expected behind this key")))
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, DeserializeError> {
        placed(self.0.node, seed.deserialize(self.0))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, DeserializeError> {
        self.0.deserialize_any(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DeserializeError> {
        placed(self.0.node, self.0.any(fields, visitor))
    }
}
