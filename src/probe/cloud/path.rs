//! Paths to fields of a document: `legacyAbac.enabled`, `logging.clusterLogging[enabled=true].types[*]`.

use crate::text::quote;
use serde::Deserialize;
use serde_json::Value as Json;
use std::fmt;
use std::str::FromStr;

/// A path of fields. Unlike a path into a component's file, it never skips what has another form than expected.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(with = "String", inline))]
#[serde(try_from = "String")]
pub(in crate::probe) struct CloudPath {
    steps: Vec<Step>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Step {
    Field(String),
    /// Every element of a list. Each must have what the rest of the path names.
    Every,
    /// The elements in which a field has this value, or is a list that contains it.
    Where {
        field: Vec<String>,
        value: String,
    },
}

/// What is at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// The field, or one on the way to it, is not there or null.
    Absent,
    Value(Json),
}

impl FromStr for CloudPath {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{} is not a path such as legacyAbac.enabled or list[key=value].name", quote(text));
        let mut steps = Vec::new();
        for part in split(text) {
            let (field, mut rest) = part.find('[').map_or((part, ""), |at| part.split_at(at));
            if field.is_empty() || field.contains([']', ' ', '{', '}', '=']) {
                return Err(wrong());
            }
            steps.push(Step::Field(field.to_owned()));
            while !rest.is_empty() {
                let (inside, after) = rest.strip_prefix('[').and_then(|r| r.split_once(']')).ok_or_else(wrong)?;
                steps.push(match inside.split_once('=') {
                    None if inside == "*" => Step::Every,
                    Some((field, value)) if !field.is_empty() && !value.is_empty() => {
                        let field = field.split('.').map(str::to_owned).collect();
                        Step::Where { field, value: value.to_owned() }
                    }
                    None | Some(_) => return Err(wrong()),
                });
                rest = after;
            }
        }
        Ok(Self { steps })
    }
}

/// The parts between dots that are outside of brackets.
fn split(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0_usize);
    for (at, letter) in text.char_indices() {
        match letter {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            '.' if depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

impl TryFrom<String> for CloudPath {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl fmt::Display for CloudPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.steps.iter().enumerate() {
            match step {
                Step::Field(field) if index == 0 => f.write_str(field)?,
                Step::Field(field) => write!(f, ".{field}")?,
                Step::Every => f.write_str("[*]")?,
                Step::Where { field, value } => write!(f, "[{}={value}]", field.join("."))?,
            }
        }
        Ok(())
    }
}

impl CloudPath {
    /// The last field.
    pub(super) fn last(&self) -> &str {
        let fields = self.steps.iter().rev().find_map(|step| match step {
            Step::Field(field) => Some(field.as_str()),
            Step::Every | Step::Where { .. } => None,
        });
        fields.unwrap_or_default()
    }

    /// What is at this path. The elements of lists are collected into one list; lists in it are joined. An error where the
    /// document has another form than the path.
    pub(super) fn find(&self, document: &Json) -> Result<Found, String> {
        let is_list = self.steps.iter().any(|step| !matches!(step, Step::Field(_)));
        if !is_list {
            return Ok(field(document, self.fields())?.map_or(Found::Absent, |found| Found::Value(found.clone())));
        }
        let mut found = Vec::new();
        Ok(if collect(&self.steps, document, &mut found)? { Found::Value(Json::Array(found)) } else { Found::Absent })
    }

    fn fields(&self) -> impl Iterator<Item = &str> {
        self.steps.iter().filter_map(|step| match step {
            Step::Field(field) => Some(field.as_str()),
            Step::Every | Step::Where { .. } => None,
        })
    }
}

/// The value of nested fields; none if one of them is not there or null.
fn field<'j, 'f>(mut json: &'j Json, fields: impl Iterator<Item = &'f str>) -> Result<Option<&'j Json>, String> {
    for name in fields {
        match json {
            Json::Object(object) => match object.get(name) {
                None | Some(Json::Null) => return Ok(None),
                Some(inner) => json = inner,
            },
            Json::Null => return Ok(None),
            _ => return Err(format!("`{name}` is asked for below a value that has no fields")),
        }
    }
    Ok(Some(json))
}

/// Adds what the path leads to. False if the list itself is not there.
fn collect(steps: &[Step], json: &Json, found: &mut Vec<Json>) -> Result<bool, String> {
    let Some((step, rest)) = steps.split_first() else {
        match json {
            Json::Array(items) => found.extend(items.iter().cloned()),
            one => found.push(one.clone()),
        }
        return Ok(true);
    };
    let of_element = |element: &Json, found: &mut Vec<Json>| match collect(rest, element, found)? {
        true => Ok(()),
        false => Err("an element of the list lacks the field".to_owned()),
    };
    match step {
        Step::Field(name) => match field(json, std::iter::once(name.as_str()))? {
            Some(inner) => collect(rest, inner, found),
            None => Ok(false),
        },
        Step::Every => {
            for element in elements(json)? {
                of_element(element, found)?;
            }
            Ok(true)
        }
        Step::Where { field: path, value } => {
            for element in elements(json)? {
                let own = field(element, path.iter().map(String::as_str))?;
                if own.is_some_and(|own| is_value(own, value)) {
                    of_element(element, found)?;
                }
            }
            Ok(true)
        }
    }
}

fn elements(json: &Json) -> Result<&[Json], String> {
    json.as_array().map(Vec::as_slice).ok_or_else(|| "a list is expected, and it is none".to_owned())
}

/// Whether a value is this text, or a list that contains it.
fn is_value(json: &Json, value: &str) -> bool {
    match json {
        Json::Array(items) => items.iter().any(|item| !item.is_array() && is_value(item, value)),
        // A text is no boolean.
        Json::String(text) => text == value && value.parse::<bool>().is_err(),
        Json::Bool(own) => value.parse() == Ok(*own),
        Json::Number(own) => own.to_string().as_str() == value,
        Json::Null | Json::Object(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn finds_fields_and_lists() {
        let document = json!({
            "a": { "b": false, "n": null },
            "logging": [{ "types": ["api", "audit"], "enabled": true }, { "types": ["scheduler"], "enabled": false }],
            "texts": [{ "types": ["api"], "enabled": "true" }],
            "keys": [{ "resources": ["secrets"], "arn": "k" }],
            "pools": [{ "name": "one", "config": { "box": { "type": "G" } } }, { "name": "two", "config": {} }],
            "empty": [],
        });
        let cases = [
            ("a.b", Ok(Found::Value(json!(false)))),
            ("a.n", Ok(Found::Absent)),
            ("a.x.y", Ok(Found::Absent)),
            ("logging[enabled=true].types", Ok(Found::Value(json!(["api", "audit"])))),
            ("logging[*].types[*]", Ok(Found::Value(json!(["api", "audit", "scheduler"])))),
            ("texts[enabled=true].types", Ok(Found::Value(json!([])))),
            ("keys[resources=secrets].arn", Ok(Found::Value(json!(["k"])))),
            ("keys[resources=configmaps].arn", Ok(Found::Value(json!([])))),
            ("pools[config.box.type=G].name", Ok(Found::Value(json!(["one"])))),
            ("empty[*].x", Ok(Found::Value(json!([])))),
            ("none[*].x", Ok(Found::Absent)),
            ("pools[*].config.box.type", Err("an element of the list lacks the field")),
            ("a[*].b", Err("a list is expected, and it is none")),
            ("a.b.c", Err("`c` is asked for below a value that has no fields")),
        ];
        for (path, expected) in cases {
            let parsed: CloudPath = path.parse().expect(path);
            assert_eq!(parsed.find(&document), expected.map_err(str::to_owned), "{path}");
            assert_eq!(parsed.to_string(), path);
        }
    }

    #[test]
    fn refuses_other_texts() {
        for text in ["", "a..b", "a[", "a[1]", "[*]", "a[=b]", "a[b=]", "a b", "{.a}"] {
            assert!(text.parse::<CloudPath>().is_err(), "{text}");
        }
    }
}
