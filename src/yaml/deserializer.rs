//! Lets serde read a tree of YAML nodes, so that each error has the id of its node. Knows no type of its own.

use super::node::{Content, Placeholder, YamlNode};
use super::renamed::renamed_to;
use crate::text::{quote, suggestions};
use serde::Deserializer;
use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeSeed, EnumAccess, Error as _, Expected, IntoDeserializer, MapAccess, SeqAccess, Unexpected,
    VariantAccess, Visitor,
};
use serde_json::Value as Json;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;

/// Why a type refuses a node.
#[derive(Debug)]
pub(super) struct DeserializeError {
    /// Id of the node, once known.
    pub(super) node: Option<usize>,
    pub(super) reason: Reason,
}

#[derive(Debug)]
pub(super) enum Reason {
    MissingKey(&'static str),
    /// The old and the new name of a key.
    RenamedKey(String, &'static str),
    UnknownVariant(String, &'static [&'static str]),
    Other(String),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingKey(key) => write!(f, "missing key `{key}`"),
            Self::RenamedKey(old, new) => write!(f, "unknown key `{old}`; its new name is `{new}`"),
            Self::UnknownVariant(name, known) => {
                write!(f, "unknown value {}{}", quote(name), similar_or_all(name, known))
            }
            Self::Other(message) => f.write_str(message),
        }
    }
}

impl fmt::Display for DeserializeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.reason.fmt(f)
    }
}

impl std::error::Error for DeserializeError {}

/// Every constructor is our own: serde's default texts name Rust types.
impl serde::de::Error for DeserializeError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self { node: None, reason: Reason::Other(message.to_string()) }
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::custom(format_args!("expected {}, found {}", describe_expected(expected), describe_found(found)))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid_type(found, expected)
    }

    fn invalid_length(length: usize, expected: &dyn Expected) -> Self {
        Self::custom(format_args!("expected {}, found {length} elements", describe_expected(expected)))
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        match renamed_to(field, expected) {
            Some(new) => Self { node: None, reason: Reason::RenamedKey(field.to_owned(), new) },
            None => Self::custom(unknown_key(field, expected)),
        }
    }

    fn unknown_variant(variant: &str, expected: &'static [&'static str]) -> Self {
        Self { node: None, reason: Reason::UnknownVariant(variant.to_owned(), expected) }
    }

    fn missing_field(field: &'static str) -> Self {
        Self { node: None, reason: Reason::MissingKey(field) }
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::custom(format_args!("duplicate key `{field}`"))
    }
}

fn unknown_key(key: &str, known: &[&str]) -> String {
    format!("unknown key {}{}", quote(key), similar_or_all(key, known))
}

/// The names that are similar, or else all that are accepted.
fn similar_or_all(mistyped: &str, known: &[&str]) -> String {
    let similar = suggestions(mistyped, known.iter().copied());
    if similar.is_empty() && !known.is_empty() { format!("; expected one of {}", known.join(", ")) } else { similar }
}

/// What a type expects. Types of serde and the standard library name themselves as Rust does.
fn describe_expected(expected: &dyn Expected) -> String {
    let text = expected.to_string();
    let integer = |low: &dyn fmt::Display, high: &dyn fmt::Display| format!("a whole number from {low} to {high}");
    match text.as_str() {
        "u8" => integer(&u8::MIN, &u8::MAX),
        "u16" => integer(&u16::MIN, &u16::MAX),
        "u32" => integer(&u32::MIN, &u32::MAX),
        "u64" | "usize" => integer(&u64::MIN, &u64::MAX),
        "i32" => integer(&i32::MIN, &i32::MAX),
        "i64" | "isize" => integer(&i64::MIN, &i64::MAX),
        "f32" | "f64" => "a number".to_owned(),
        "a boolean" => "true or false".to_owned(),
        "a string" | "string" | "path string" => "text".to_owned(),
        "a sequence" => "a list".to_owned(),
        "a map" => "a mapping".to_owned(),
        "unit" => "nothing".to_owned(),
        text if text.starts_with("struct ") => "a mapping".to_owned(),
        text if text.starts_with("enum ") || text.starts_with("variant ") => "one of its names".to_owned(),
        _ => text,
    }
}

fn describe_found(found: Unexpected<'_>) -> String {
    match found {
        Unexpected::Bool(value) => format!("`{value}`"),
        Unexpected::Unsigned(value) => format!("`{value}`"),
        Unexpected::Signed(value) => format!("`{value}`"),
        Unexpected::Float(value) => format!("`{value}`"),
        Unexpected::Char(value) => format!("`{value}`"),
        Unexpected::Str(text) => quote(text),
        Unexpected::Other(text) => text.to_owned(),
        Unexpected::Unit | Unexpected::Option => "no value".to_owned(),
        Unexpected::Bytes(_) => "bytes".to_owned(),
        Unexpected::Seq => "a list".to_owned(),
        Unexpected::Map | Unexpected::NewtypeStruct | Unexpected::StructVariant => "a mapping".to_owned(),
        Unexpected::Enum | Unexpected::UnitVariant | Unexpected::NewtypeVariant | Unexpected::TupleVariant => {
            "a name".to_owned()
        }
    }
}

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
}

impl<'t> NodeDeserializer<'t> {
    const fn child(self, node: &'t YamlNode) -> Self {
        NodeDeserializer { node, ignored: self.ignored }
    }

    /// A scalar without quotes, in the type that YAML gives it.
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
        if !self.fields.is_empty() && !self.fields.contains(&name) {
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
