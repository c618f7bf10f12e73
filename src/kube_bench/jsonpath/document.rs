//! The document that a template is rendered for, and how Go prints its values.

use super::{go_json, go_yaml};
use crate::yaml::document_reason;
use serde_json::Value as Json;

/// A JSON or YAML document.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct JsonPathDocument {
    value: Json,
    is_json: bool,
}

/// A text that is neither JSON nor YAML.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct JsonPathDocumentError(String);

impl JsonPathDocument {
    /// Parses JSON, or YAML if the text is not JSON.
    pub(crate) fn parse(text: &str) -> Result<Self, JsonPathDocumentError> {
        if let Ok(value) = serde_json::from_str(text) {
            return Ok(Self { value, is_json: true });
        }
        let options = serde_saphyr::options! { with_snippet: false };
        let value: Json = serde_saphyr::from_str_with_options(text, options)
            .map_err(|error| JsonPathDocumentError(document_reason(&error)))?;
        // A text without a document, such as an empty one, has no tree.
        if value.is_null() {
            return Ok(Self { value, is_json: false });
        }
        let value = go_yaml::correct(text, value).map_err(|error| JsonPathDocumentError(error.message))?;
        Ok(Self { value, is_json: false })
    }

    pub(super) const fn value(&self) -> &Json {
        &self.value
    }

    /// A value of the document as Go prints it; `None` for a map of a YAML document, which Go cannot write as JSON.
    pub(super) fn format(&self, value: &Json) -> Option<String> {
        Some(match value {
            Json::Null => "null".to_owned(),
            Json::Bool(b) => b.to_string(),
            Json::String(text) => text.clone(),
            Json::Number(number) => match number.as_f64() {
                // Go reads every number of a JSON document, but not of a YAML one, as a float.
                Some(float) if self.is_json || !(number.is_i64() || number.is_u64()) => format_float(float),
                Some(_) | None => number.to_string(),
            },
            Json::Array(_) | Json::Object(_) if !self.is_json && contains_map(value) => return None,
            Json::Array(_) | Json::Object(_) => go_json::text(value, self.is_json),
        })
    }
}

fn contains_map(value: &Json) -> bool {
    match value {
        Json::Object(_) => true,
        Json::Array(items) => items.iter().any(contains_map),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => false,
    }
}

/// Go's `%v` of a float: with an exponent below 1e-4 and from a million on.
fn format_float(float: f64) -> String {
    let text = format!("{float:e}");
    let Some((digits, exponent)) = text.split_once('e') else {
        return text;
    };
    match exponent.parse::<i32>() {
        Ok(exponent) if float != 0.0 && !(-4..6).contains(&exponent) => {
            let sign = if exponent < 0 { '-' } else { '+' };
            format!("{digits}e{sign}{:02}", exponent.abs())
        }
        Ok(_) | Err(_) => format!("{float}"),
    }
}
