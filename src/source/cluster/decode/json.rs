//! JSON as it arrives: one object at a time.

use super::buffer::Buffer;
use super::document::{Document, ListMeta, Origin};
use super::item::{Item, ItemError};
use crate::source::cluster::lists::ObjectLists;
use std::collections::BTreeSet;
use std::io::Read;

/// Adds the documents of a JSON text to the lists: one, or several after each other. Returns what is around the
/// items of the last list.
pub(in crate::source::cluster) fn read_json(input: impl Read, origin: &Origin, lists: &mut ObjectLists) -> ListMeta {
    let mut buffer = Buffer::new(input);
    let mut last = ListMeta::default();
    let mut kinds = BTreeSet::new();
    for number in 0.. {
        let mut document = Document::new(lists, origin).after(&kinds);
        match read_document(&mut buffer, &mut document, number == 0) {
            Ok(Some(meta)) => last = meta,
            Ok(None) => break,
            Err(reason) => {
                document.fail(&format!("line {}: {reason}", buffer.line()));
                break;
            }
        }
        kinds.extend(document.seen());
    }
    last
}

const CUT_OFF: &str = "it ends in the middle of a value: a part is missing";

/// Reads one document; `None` at the end of the text.
fn read_document<R: Read>(
    buffer: &mut Buffer<R>,
    document: &mut Document<'_>,
    is_first: bool,
) -> Result<Option<ListMeta>, String> {
    match peek(buffer)? {
        None if is_first => return Err("the file is empty".to_owned()),
        None => return Ok(None),
        Some(b'{') => buffer.skip(),
        Some(_) => return Err("not a list or an object of Kubernetes".to_owned()),
    }
    let mut fields = Fields::default();
    let mut is_list = false;
    loop {
        match peek(buffer)? {
            Some(b'}') => {
                buffer.skip();
                break;
            }
            Some(b',') if !fields.is_empty() || is_list => buffer.skip(),
            Some(_) if fields.is_empty() && !is_list => {}
            Some(_) => return Err("not JSON: a comma or a brace is missing".to_owned()),
            None => return Err(CUT_OFF.to_owned()),
        }
        let key: String = next(buffer, |text| Item(text).decode())?;
        match peek(buffer)? {
            Some(b':') => buffer.skip(),
            Some(_) => return Err("not JSON: a colon is missing".to_owned()),
            None => return Err(CUT_OFF.to_owned()),
        }
        if key != "items" {
            peek(buffer)?;
            let value = next(buffer, |text| {
                let length = Item(text).length()?;
                Ok((text.get(..length).unwrap_or_default().to_vec(), length))
            })?;
            fields.add(key, value)?;
            continue;
        }
        if is_list {
            return Err("duplicate field `items`".to_owned());
        }
        is_list = true;
        document.start_items(fields.text("kind")?.as_deref(), fields.text("apiVersion")?.as_deref());
        read_items(buffer, document)?;
    }
    if !is_list {
        return document.end_object(Item(&fields.object())).map(|()| Some(ListMeta::default()));
    }
    let meta: Option<ListMeta> = fields.value("metadata")?;
    let (kind, api_version) = (fields.text("kind")?, fields.text("apiVersion")?);
    document.end_list(kind.as_deref(), api_version.as_deref(), meta.unwrap_or_default()).map(Some)
}

/// Reads the elements of `items`, of which there may be none.
fn read_items<R: Read>(buffer: &mut Buffer<R>, document: &mut Document<'_>) -> Result<(), String> {
    match peek(buffer)? {
        Some(b'[') => buffer.skip(),
        Some(b'n') => return next(buffer, |text| Item(text).decode::<()>()),
        Some(_) => return Err("`items` is not a list".to_owned()),
        None => return Err(CUT_OFF.to_owned()),
    }
    let mut is_first = true;
    loop {
        match peek(buffer)? {
            Some(b']') => {
                buffer.skip();
                return Ok(());
            }
            Some(b',') if !is_first => {
                buffer.skip();
                peek(buffer)?;
            }
            Some(_) if is_first => {}
            Some(_) => return Err("not JSON: a comma or a bracket is missing".to_owned()),
            None => return Err(CUT_OFF.to_owned()),
        }
        is_first = false;
        next(buffer, |text| document.add(Item(text)).map(|length| ((), length)))?;
    }
}

fn peek<R: Read>(buffer: &mut Buffer<R>) -> Result<Option<u8>, String> {
    buffer.peek().map_err(|error| unreadable(&error))
}

fn next<R: Read, T>(
    buffer: &mut Buffer<R>,
    decode: impl FnMut(&[u8]) -> Result<(T, usize), ItemError>,
) -> Result<T, String> {
    match buffer.next(decode).map_err(|error| unreadable(&error))? {
        Ok(value) => Ok(value),
        Err(ItemError::Incomplete) => Err(CUT_OFF.to_owned()),
        Err(ItemError::Wrong(reason)) => Err(reason),
    }
}

fn unreadable(error: &std::io::Error) -> String {
    format!("it cannot be read to its end: {}", crate::text::system_error(error))
}

/// The fields of a document other than its items, as text.
#[derive(Default)]
struct Fields(Vec<(String, Vec<u8>)>);

impl Fields {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn add(&mut self, key: String, value: Vec<u8>) -> Result<(), String> {
        if self.0.iter().any(|(known, _)| *known == key) {
            return Err(format!("duplicate field `{}`", crate::text::sanitize::line(&key)));
        }
        self.0.push((key, value));
        Ok(())
    }

    fn text(&self, name: &str) -> Result<Option<String>, String> {
        self.value(name)
    }

    fn value<T: serde::de::DeserializeOwned>(&self, name: &str) -> Result<Option<T>, String> {
        let field = self.0.iter().find(|(key, _)| key == name);
        let value = field.map_or(Ok(None), |(_, text)| serde_json::from_slice(text));
        value.map_err(|_| format!("`{name}` of the list has the wrong type"))
    }

    /// The text of the object that they are.
    fn object(&self) -> Vec<u8> {
        let mut text = Vec::new();
        for (key, value) in &self.0 {
            text.push(if text.is_empty() { b'{' } else { b',' });
            text.extend(serde_json::Value::from(key.as_str()).to_string().into_bytes());
            text.push(b':');
            text.extend(value);
        }
        text.extend(if text.is_empty() { &b"{}"[..] } else { &b"}"[..] });
        text
    }
}
