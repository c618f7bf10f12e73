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

/// One name of a path through mappings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Name<'p> {
    /// A field, which some components read in any case.
    Field(&'p str),
    /// A key of a map that has any keys.
    Key(&'p str),
}

/// Whether encoding/json of Go takes a key for the name of a field.
pub(super) fn any_case(name: &str, key: &str) -> bool {
    // Two letters beyond ASCII have a lower case in ASCII: the Kelvin sign and the long s.
    let fold = |letter: char| match letter {
        '\u{212a}' => 'k',
        '\u{17f}' => 's',
        other => other.to_ascii_lowercase(),
    };
    name.chars().map(fold).eq(key.chars().map(fold))
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

    /// The names of the path and of a key below it; `None` if it leads through a list.
    pub(super) fn names<'p>(&'p self, key: Option<&'p String>) -> Option<Vec<Name<'p>>> {
        let fields = self.steps.iter().map(|step| match step {
            Step::Key(name) => Some(Name::Field(name)),
            Step::Index(_) | Step::Every => None,
        });
        fields.chain(key.map(|key| Some(Name::Key(key)))).collect()
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
    fn names_of_fields_are_compared_as_go_does() {
        for key in ["readOnlyPort", "ReadOnlyPort", "READONLYPORT", "readonlyport"] {
            assert!(any_case("readOnlyPort", key), "{key}");
        }
        assert!(
            any_case("tlsCipherSuites", "tl\u{17f}CipherSuites") && any_case("kubeletCgroups", "\u{212a}ubeletCgroups")
        );
        for key in ["read-only-port", "readOnlyPorts", "r\u{117}adOnlyPort", ""] {
            assert!(!any_case("readOnlyPort", key), "{key}");
        }
    }

    #[test]
    fn refuses_other_texts() {
        for text in ["", "a..b", "a[", "a[x]", "[0]", "{.a}", "a[0]b"] {
            assert!(text.parse::<DocumentPath>().is_err(), "{text}");
        }
    }
}
