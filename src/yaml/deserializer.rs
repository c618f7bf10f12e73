//! Lets serde read a tree of YAML nodes, so that each error has the id of its node. Knows no type of its own.

use super::deserialize_error::{DeserializeError, Reason, unknown_key};
use super::file::Dialect;
use super::go_scalar::go_scalar;
use super::node::{Content, Placeholder, YamlNode};
use serde::Deserializer;
use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeSeed, EnumAccess, Error as _, IntoDeserializer, MapAccess, SeqAccess, VariantAccess, Visitor,
};
use serde_json::Value as Json;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// Gives an error that has no node yet this one.
fn at_node<T>(node: &YamlNode, result: Result<T, DeserializeError>) -> Result<T, DeserializeError> {
    result.map_err(|error| DeserializeError { node: error.node.or(Some(node.id)), ..error })
}

/// Messages about keys that a type ignores, by the ids of their nodes.
pub(super) type IgnoredKeys = RefCell<BTreeMap<usize, String>>;

/// A node that serde reads.
#[derive(Clone, Copy)]
pub(super) struct NodeDeserializer<'t> {
    pub(super) node: &'t YamlNode,
    pub(super) ignored: &'t IgnoredKeys,
    pub(super) dialect: Dialect,
}

impl<'t> NodeDeserializer<'t> {
    const fn child(self, node: &'t YamlNode) -> Self {
        NodeDeserializer { node, ..self }
    }

    /// A scalar without quotes, in the type that YAML gives it.
    fn resolved(self, text: &str) -> Json {
        if self.dialect == Dialect::Manifest {
            return go_scalar(text);
        }
        match serde_saphyr::from_str::<Json>(text) {
            Ok(Json::Array(_) | Json::Object(_)) | Err(_) => Json::String(text.to_owned()),
            Ok(scalar) => scalar,
        }
    }

    fn is_null(self) -> bool {
        match &self.node.content {
            Content::Scalar { text, is_plain: true } => matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"),
            Content::Placeholder(_) => true,
            Content::Scalar { .. } | Content::Sequence(_) | Content::Mapping(_) => false,
        }
    }

    fn is_number_or_boolean(self, text: &str) -> bool {
        let is_plain = matches!(self.node.content, Content::Scalar { is_plain: true, .. });
        is_plain && matches!(go_scalar(text), Json::Bool(_) | Json::Number(_))
    }

    fn any<'de, V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DeserializeError> {
        match &self.node.content {
            Content::Scalar { text, is_plain: true } => match self.resolved(text) {
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
            Content::Sequence(items) => visitor.visit_seq(Items { parent: self, items: items.iter() }),
            Content::Mapping(entries) => {
                visitor.visit_map(Entries { parent: self, fields, entries: entries.iter(), value: None })
            }
            Content::Placeholder(placeholder) => match placeholder {
                Placeholder::EmptyText => visitor.visit_str(""),
                Placeholder::Path => visitor.visit_str("/"),
                Placeholder::Zero => visitor.visit_u64(0),
                Placeholder::False => visitor.visit_bool(false),
                Placeholder::EmptySequence => visitor.visit_seq(Items { parent: self, items: [].iter() }),
                Placeholder::EmptyMapping => {
                    visitor.visit_map(Entries { parent: self, fields, entries: [].iter(), value: None })
                }
            },
        }
    }
}

impl<'de> Deserializer<'de> for NodeDeserializer<'_> {
    type Error = DeserializeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        at_node(self.node, self.any(&[], visitor))
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        match self.node.text() {
            Some(text) if self.dialect == Dialect::Manifest && self.is_number_or_boolean(text) => {
                at_node(self.node, Err(DeserializeError::custom("expected a text, and without quotes this is none")))
            }
            // Ids keep their text: `1.10` is not 1.1.
            Some(text) if !self.is_null() => at_node(self.node, visitor.visit_str(text)),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        match self.node.text() {
            Some(text) => at_node(self.node, visitor.visit_str(text)),
            None => at_node(self.node, Err(DeserializeError::custom("expected a name"))),
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
        at_node(self.node, visitor.visit_newtype_struct(self))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DeserializeError> {
        // Serde would read a sequence as the fields in their order.
        let result = if self.node.is_sequence() {
            Err(DeserializeError::custom(format!("expected a mapping with the keys {}", fields.join(", "))))
        } else {
            self.any(fields, visitor)
        };
        at_node(self.node, result)
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
                visitor.visit_enum(VariantEntry { parent: self, entry: &entries[0] })
            }
            Content::Mapping(_) | Content::Sequence(_) => {
                Err(DeserializeError::custom(format!("expected exactly one of the keys {}", variants.join(", "))))
            }
        };
        at_node(self.node, result)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DeserializeError> {
        visitor.visit_unit()
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct seq tuple tuple_struct map
    }
}

struct Items<'t> {
    parent: NodeDeserializer<'t>,
    items: std::slice::Iter<'t, YamlNode>,
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = DeserializeError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, DeserializeError> {
        let Some(node) = self.items.next() else {
            return Ok(None);
        };
        at_node(node, seed.deserialize(self.parent.child(node))).map(Some)
    }
}

struct Entries<'t> {
    parent: NodeDeserializer<'t>,
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
        // What a manifest has beyond a view is no mistake.
        let is_checked = !self.fields.is_empty() && self.parent.dialect != Dialect::Manifest;
        if is_checked && !self.fields.contains(&name) {
            self.parent.ignored.borrow_mut().insert(key.id, unknown_key(name, self.fields));
        }
        // A key is its text, also where a value of that text would be null or a number.
        let read = match key.text() {
            Some(text) => seed.deserialize(IntoDeserializer::<DeserializeError>::into_deserializer(text)),
            None => seed.deserialize(self.parent.child(key)),
        };
        at_node(key, read).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, DeserializeError> {
        let Some(node) = self.value.take() else {
            return Err(DeserializeError::custom("a key has no value"));
        };
        at_node(node, seed.deserialize(self.parent.child(node)))
    }
}

struct VariantEntry<'t> {
    parent: NodeDeserializer<'t>,
    entry: &'t (YamlNode, YamlNode),
}

impl<'de, 't> EnumAccess<'de> for VariantEntry<'t> {
    type Error = DeserializeError;
    type Variant = VariantValue<'t>;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, VariantValue<'t>), DeserializeError> {
        let (key, value) = self.entry;
        let name: StrDeserializer<'_, DeserializeError> = key.text().unwrap_or_default().into_deserializer();
        let variant = seed.deserialize(name).map_err(|error| match error.reason {
            Reason::UnknownVariant(name, known) => DeserializeError::custom(unknown_key(&name, known)),
            Reason::MissingKey(_) | Reason::RenamedKey(..) | Reason::Other(_) => error,
        });
        Ok((at_node(key, variant)?, VariantValue(self.parent.child(value))))
    }
}

struct VariantValue<'t>(NodeDeserializer<'t>);

impl<'de> VariantAccess<'de> for VariantValue<'_> {
    type Error = DeserializeError;

    fn unit_variant(self) -> Result<(), DeserializeError> {
        at_node(self.0.node, Err(DeserializeError::custom("expected no value for this key")))
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, DeserializeError> {
        at_node(self.0.node, seed.deserialize(self.0))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, DeserializeError> {
        self.0.deserialize_any(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DeserializeError> {
        at_node(self.0.node, self.0.any(fields, visitor))
    }
}
