//! The text of a scalar, whatever its type.

use serde_json::Value as Json;

/// The text of a string, number or boolean; none for null, a list or a mapping.
pub(crate) fn scalar_text(json: &Json) -> Option<String> {
    match json {
        Json::String(text) => Some(text.clone()),
        Json::Bool(_) | Json::Number(_) => Some(json.to_string()),
        Json::Null | Json::Array(_) | Json::Object(_) => None,
    }
}
