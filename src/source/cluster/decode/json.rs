//! JSON as it arrives: one object at a time, so that memory does not grow with the size of a list.

use super::document::{Document, ListMeta, Origin};
use super::item::{Item, add_field, without_position};
use crate::source::cluster::lists::ObjectLists;
use crate::text::quote;
use serde::Deserializer;
use serde::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;
use serde_json::value::RawValue;
use std::fmt;
use std::io::Read;

/// Adds the documents of a JSON text to the lists: one, or several after each other. Returns the mark of the next page.
pub(in crate::source::cluster) fn read_json(
    input: impl Read,
    origin: &Origin,
    lists: &mut ObjectLists,
) -> Option<String> {
    let mut deserializer = serde_json::Deserializer::from_reader(input);
    let mut next_page = None;
    loop {
        let mut document = Document::new(lists, origin);
        match DocumentSeed(&mut document).deserialize(&mut deserializer) {
            Ok(mark) => next_page = next_page.or(mark),
            Err(error) => {
                document.fail(&reason(&error));
                return None;
            }
        }
        if deserializer.end().is_ok() {
            return next_page;
        }
    }
}

/// Why a text is not read, in our words.
fn reason(error: &serde_json::Error) -> String {
    let (line, column) = (error.line(), error.column());
    match error.classify() {
        Category::Io => "it cannot be read to its end".to_owned(),
        Category::Eof => format!("it ends at line {line}, in the middle of a value: a part is missing"),
        Category::Syntax => format!("not JSON at line {line}, column {column}"),
        Category::Data => format!("line {line}: {}", without_position(error)),
    }
}

/// Reads one document.
struct DocumentSeed<'d, 'a>(&'d mut Document<'a>);

impl<'de> DeserializeSeed<'de> for DocumentSeed<'_, '_> {
    type Value = Option<String>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for DocumentSeed<'_, '_> {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list or an object of Kubernetes")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields: Vec<(String, Box<RawValue>)> = Vec::new();
        let mut is_list = false;
        while let Some(key) = map.next_key::<String>()? {
            if key != "items" {
                add_field(&mut fields, key, &mut map)?;
                continue;
            }
            if is_list {
                return Err(A::Error::custom("duplicate field `items`"));
            }
            is_list = true;
            self.0.start_items(text(&fields, "kind")?.as_deref(), text(&fields, "apiVersion")?.as_deref());
            map.next_value_seed(ItemsSeed(self.0))?;
        }
        if !is_list {
            return self.0.end_object(Item::Fields(fields)).map(|()| None).map_err(A::Error::custom);
        }
        let meta = field::<_, ListMeta>(&fields, "metadata")?.unwrap_or_default();
        let kind = text(&fields, "kind")?;
        self.0.end_list(kind.as_deref(), text(&fields, "apiVersion")?.as_deref(), meta).map_err(A::Error::custom)
    }
}

fn text<E: serde::de::Error>(fields: &[(String, Box<RawValue>)], name: &str) -> Result<Option<String>, E> {
    field(fields, name)
}

fn field<E: serde::de::Error, T: serde::de::DeserializeOwned>(
    fields: &[(String, Box<RawValue>)],
    name: &str,
) -> Result<Option<T>, E> {
    let raw = fields.iter().find(|(key, _)| key == name);
    raw.map_or(Ok(None), |(_, raw)| {
        serde_json::from_str(raw.get())
            .map_err(|_| E::custom(format!("{} of the list has the wrong type", quote(name))))
    })
}

/// Adds the elements of `items`, of which there may be none.
struct ItemsSeed<'d, 'a>(&'d mut Document<'a>);

impl<'de> DeserializeSeed<'de> for ItemsSeed<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ItemsSeed<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of objects as `items`")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while let Some(item) = items.next_element::<Item>()? {
            self.0.add(item).map_err(A::Error::custom)?;
        }
        Ok(())
    }
}
