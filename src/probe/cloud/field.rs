//! The type of a field, and the value of one.

use crate::model::Value;
use crate::text::quote;
use serde_json::Value as Json;

/// The type of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(super) enum FieldKind {
    /// A text; a boolean or number as its text.
    #[default]
    Text,
    /// True or false.
    Bool,
    /// A whole number, also one in a text.
    Number,
    /// A list of texts.
    List,
    /// Whether there is a value at all. The value itself is not read, since it may be secret.
    Presence,
}

impl FieldKind {
    /// Reads a field. An empty text or list is like an absent field, as in the APIs.
    pub(super) fn read(self, json: &Json) -> Result<Option<Value>, String> {
        let wrong = |what: &str| format!("{} is not {what}", quote(&json.to_string()));
        let value = match (self, json) {
            (_, Json::Null) => return Ok(None),
            (Self::Presence, Json::String(text)) => Value::Bool(!text.is_empty()),
            (Self::Presence, Json::Array(items)) => Value::Bool(!items.is_empty()),
            (Self::Presence, Json::Object(fields)) => Value::Bool(!fields.is_empty()),
            (Self::Presence, Json::Bool(_) | Json::Number(_)) => Value::Bool(true),
            (Self::Text, Json::String(text)) if text.is_empty() => return Ok(None),
            (Self::Text, Json::String(text)) => Value::Text(text.clone()),
            (Self::Text, Json::Bool(_) | Json::Number(_)) => Value::Text(json.to_string()),
            (Self::Bool, Json::Bool(value)) => Value::Bool(*value),
            (Self::Number, Json::Number(number)) => {
                Value::Number(number.as_i64().ok_or_else(|| wrong("a whole number"))?)
            }
            (Self::Number, Json::String(text)) => Value::Number(text.parse().map_err(|_| wrong("a whole number"))?),
            (Self::List, Json::Array(items)) if items.is_empty() => return Ok(None),
            (Self::List, Json::Array(items)) => {
                let texts = items.iter().map(|item| item.as_str().map(str::to_owned)).collect::<Option<_>>();
                Value::List(texts.ok_or_else(|| wrong("a list of texts"))?)
            }
            (Self::Text | Self::Bool | Self::Number | Self::List, _) => return Err(wrong(self.describe())),
        };
        Ok(Some(value))
    }

    /// Reads a value of a definition file, where an empty list is one.
    pub(super) fn read_default(self, json: &Json) -> Result<Value, String> {
        match (self, json) {
            (Self::List, Json::Array(items)) if items.is_empty() => Ok(Value::List(Vec::new())),
            (Self::Presence, Json::Bool(value)) => Ok(Value::Bool(*value)),
            _ => self.read(json)?.ok_or_else(|| format!("a default is {}", self.describe())),
        }
    }

    const fn describe(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Bool | Self::Presence => "true or false",
            Self::Number => "a whole number",
            Self::List => "a list of texts",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_field_has_its_type_or_is_wrong() {
        let list = |items: &[&str]| Some(Value::List(items.iter().map(|item| (*item).to_owned()).collect()));
        let cases = [
            (FieldKind::Bool, json!(true), Ok(Some(Value::Bool(true)))),
            (FieldKind::Bool, json!("true"), Err(())),
            (FieldKind::Bool, json!({}), Err(())),
            (FieldKind::Bool, json!(null), Ok(None)),
            (FieldKind::Text, json!("x"), Ok(Some(Value::Text("x".to_owned())))),
            (FieldKind::Text, json!(true), Ok(Some(Value::Text("true".to_owned())))),
            (FieldKind::Text, json!(""), Ok(None)),
            (FieldKind::Text, json!([]), Err(())),
            (FieldKind::Number, json!("90"), Ok(Some(Value::Number(90)))),
            (FieldKind::Number, json!(1.5), Err(())),
            (FieldKind::List, json!(["a", "b"]), Ok(list(&["a", "b"]))),
            (FieldKind::List, json!([]), Ok(None)),
            (FieldKind::List, json!([1]), Err(())),
            (FieldKind::List, json!("a"), Err(())),
            (FieldKind::Presence, json!("secret"), Ok(Some(Value::Bool(true)))),
            (FieldKind::Presence, json!(""), Ok(Some(Value::Bool(false)))),
            (FieldKind::Presence, json!([{}]), Ok(Some(Value::Bool(true)))),
            (FieldKind::Presence, json!([]), Ok(Some(Value::Bool(false)))),
        ];
        for (kind, json, expected) in cases {
            assert_eq!(kind.read(&json).map_err(drop), expected, "{kind:?} {json}");
        }
    }
}
