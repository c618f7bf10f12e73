//! What selectors share that know a kind of Kubernetes document.

use crate::model::DocumentKind;
use crate::probe::context::CollectContext;
use crate::probe::excerpt::Leaf;
use crate::source::node::{HostPath, SourceError};
use serde_json::Value as Json;
use std::rc::Rc;

/// A document of which only these parts are read. Fails if the API server cannot have read it.
pub(super) fn parts(
    context: &CollectContext<'_>,
    file: &HostPath,
    parts: &'static [(&'static str, Leaf)],
    kind: &DocumentKind,
) -> Result<Rc<Json>, SourceError> {
    let document = context.documents.parts(file, parts)?;
    context.documents.verify_kind(file, kind, context.versions)?;
    Ok(document)
}

/// The list at a key that the document must have.
pub(super) fn list<'d>(document: &'d Json, key: &str) -> Result<&'d [Json], SourceError> {
    let list = document.get(key).and_then(Json::as_array).map(Vec::as_slice);
    list.ok_or_else(|| SourceError::Malformed(format!("it has no list of {key}")))
}

/// The texts of a list, which may be absent.
pub(super) fn texts(json: &Json, key: &str) -> Vec<String> {
    let items = json.get(key).and_then(Json::as_array).into_iter().flatten();
    items.filter_map(Json::as_str).map(str::to_owned).collect()
}
