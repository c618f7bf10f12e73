//! YAML: parsed as a whole, within limits.

use super::document::{Document, ListMeta, Origin, in_words};
use super::item::Item;
use crate::source::cluster::lists::ObjectLists;
use crate::yaml::document_reason;
use serde_json::Value as Json;
use std::collections::BTreeSet;

/// Adds the documents of a YAML text to the lists.
pub(in crate::source::cluster) fn read_yaml(text: &str, origin: &Origin, lists: &mut ObjectLists) {
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: 64,
            max_nodes: 200_000_000,
            max_events: 400_000_000,
            max_total_scalar_bytes: 2 << 30,
            max_documents: 1_000_000,
            max_aliases: 10_000,
            max_anchors: 10_000,
        },
    };
    let documents = match serde_saphyr::from_multiple_with_options::<Json>(text, options) {
        Ok(documents) => documents,
        Err(error) => {
            return Document::new(lists, origin).fail(&document_reason(&error));
        }
    };
    if documents.is_empty() {
        Document::new(lists, origin).fail("the file is empty");
    }
    let mut kinds = BTreeSet::new();
    for tree in documents {
        let mut document = Document::new(lists, origin).after(&kinds);
        if let Err(reason) = read_tree(tree, &mut document) {
            document.fail(&reason);
        }
        kinds.extend(document.seen());
    }
}

fn read_tree(mut tree: Json, document: &mut Document<'_>) -> Result<(), String> {
    let Some(fields) = tree.as_object_mut() else {
        return Err("not a list or an object of Kubernetes".to_owned());
    };
    let Some(items) = fields.remove("items") else {
        return document.end_object(Item(&text_of(&tree)?));
    };
    let text = |name: &str| match fields.get(name) {
        None | Some(Json::Null) => Ok(None),
        Some(Json::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(format!("`{name}` of the list has the wrong type")),
    };
    let (kind, api_version) = (text("kind")?, text("apiVersion")?);
    let meta: ListMeta = match fields.remove("metadata") {
        None | Some(Json::Null) => ListMeta::default(),
        Some(meta) => {
            serde_json::from_value(meta).map_err(|_| "`metadata` of the list has the wrong type".to_owned())?
        }
    };
    document.start_items(kind.as_deref(), api_version.as_deref());
    match items {
        Json::Null => {}
        Json::Array(items) => {
            for item in items {
                if !item.is_object() {
                    return Err("an element of `items` is not an object".to_owned());
                }
                document.add(Item(&text_of(&item)?)).map_err(in_words)?;
            }
        }
        Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Object(_) => {
            return Err("`items` is not a list".to_owned());
        }
    }
    document.end_list(kind.as_deref(), api_version.as_deref(), meta).map(drop)
}

/// The JSON text of an object, since objects are decoded from text alone.
fn text_of(object: &Json) -> Result<Vec<u8>, String> {
    serde_json::to_vec(object).map_err(|_| "an object that JSON cannot have".to_owned())
}
