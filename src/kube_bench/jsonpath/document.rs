//! The document that a template is rendered for, and how Go prints its values.

use crate::yaml::document_reason;
use serde_json::Value as Json;

/// A JSON or YAML document.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct JsonPathDocument {
    value: Json,
    /// Go reads every number of a JSON document, but not of a YAML one, as a float.
    numbers_are_floats: bool,
}

/// A text that is neither JSON nor YAML.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct JsonPathDocumentError(String);

impl JsonPathDocument {
    /// Parses JSON, or YAML if the text is not JSON.
    pub(crate) fn parse(text: &str) -> Result<Self, JsonPathDocumentError> {
        if let Ok(value) = serde_json::from_str(text) {
            return Ok(Self { value, numbers_are_floats: true });
        }
        let options = serde_saphyr::options! { with_snippet: false };
        let value = serde_saphyr::from_str_with_options(text, options)
            .map_err(|error| JsonPathDocumentError(document_reason(&error)))?;
        Ok(Self { value, numbers_are_floats: false })
    }

    pub(super) const fn value(&self) -> &Json {
        &self.value
    }

    /// A value of the document as Go prints it.
    pub(super) fn format(&self, value: &Json) -> String {
        match value {
            Json::Null => "null".to_owned(),
            Json::Bool(b) => b.to_string(),
            Json::String(text) => text.clone(),
            Json::Number(number) => match number.as_f64() {
                Some(float) if self.numbers_are_floats || !(number.is_i64() || number.is_u64()) => format_float(float),
                Some(_) | None => number.to_string(),
            },
            Json::Array(_) | Json::Object(_) => value.to_string(),
        }
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
