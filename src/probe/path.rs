//! Paths into documents: `authentication.anonymous.enabled`, `resources[0].providers[*].name`.

use crate::text::quote;
use serde::Deserialize;
use serde_json::Value as Json;
use std::fmt;
use std::str::FromStr;

/// A path of keys and positions.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(with = "String", inline))]
#[serde(try_from = "String")]
pub struct DocumentPath {
    steps: Vec<Step>,
}

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Step {
    /// The value of a key.
    Key(String),
    /// The element at a position.
    Index(usize),
    /// Every element of a list.
    Every,
}

/// A text that is not a path.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} is not a path such as authentication.anonymous.enabled or rules[*].level", quote(.0))]
pub struct DocumentPathError(String);

impl FromStr for DocumentPath {
    type Err = DocumentPathError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || DocumentPathError(text.to_owned());
        let mut steps = Vec::new();
        for part in text.split('.') {
            let (key, mut rest) = part.find('[').map_or((part, ""), |at| part.split_at(at));
            if key.is_empty() || key.contains([']', ' ', '{', '}']) {
                return Err(wrong());
            }
            steps.push(Step::Key(key.to_owned()));
            while !rest.is_empty() {
                let (inside, after) = rest.strip_prefix('[').and_then(|r| r.split_once(']')).ok_or_else(wrong)?;
                steps.push(if inside == "*" { Step::Every } else { Step::Index(inside.parse().map_err(|_| wrong())?) });
                rest = after;
            }
        }
        Ok(Self { steps })
    }
}

impl TryFrom<String> for DocumentPath {
    type Error = DocumentPathError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl fmt::Display for DocumentPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, step) in self.steps.iter().enumerate() {
            match step {
                Step::Key(key) if index == 0 => f.write_str(key)?,
                Step::Key(key) => write!(f, ".{key}")?,
                Step::Index(position) => write!(f, "[{position}]")?,
                Step::Every => f.write_str("[*]")?,
            }
        }
        Ok(())
    }
}

impl DocumentPath {
    pub(super) fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The value at this path. `[*]` collects what is found in each element into a list.
    pub(crate) fn find(&self, document: &Json) -> Option<Json> {
        find(&self.steps, document)
    }
}

fn find(steps: &[Step], document: &Json) -> Option<Json> {
    let Some((step, rest)) = steps.split_first() else {
        return Some(document.clone());
    };
    match step {
        Step::Key(key) => find(rest, document.get(key)?),
        Step::Index(position) => find(rest, document.get(position)?),
        Step::Every => Some(Json::Array(document.as_array()?.iter().filter_map(|item| find(rest, item)).collect())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn finds_values() {
        let document = json!({"a": {"b": [{"c": 1}, {"d": 2}, {"c": 3}]}, "n": null});
        let cases = [
            ("a.b[0].c", Some(json!(1))),
            ("a.b[*].c", Some(json!([1, 3]))),
            ("a.b[7].c", None),
            ("a.x", None),
            ("n", Some(json!(null))),
            ("a.b.c", None),
        ];
        for (path, expected) in cases {
            let parsed: DocumentPath = path.parse().expect(path);
            assert_eq!(parsed.find(&document), expected, "{path}");
            assert_eq!(parsed.to_string(), path);
        }
    }

    #[test]
    fn refuses_other_texts() {
        for text in ["", "a..b", "a[", "a[x]", "[0]", "{.a}", "a[0]b"] {
            assert!(text.parse::<DocumentPath>().is_err(), "{text}");
        }
    }
}
