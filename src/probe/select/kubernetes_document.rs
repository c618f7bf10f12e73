//! What selectors share that know a kind of Kubernetes document.

use crate::source::node::SourceError;
use crate::text::quote;
use serde_json::Value as Json;

/// Refuses a document of another kind: the component would not start with it.
pub(super) fn verify_kind(document: &Json, kind: &str) -> Result<(), SourceError> {
    match document.get("kind").and_then(Json::as_str) {
        Some(found) if found == kind => Ok(()),
        Some(found) => Err(SourceError::Malformed(format!("its kind is {}, not {kind}", quote(found)))),
        None => Err(SourceError::Malformed(format!("it has no kind; expected {kind}"))),
    }
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
