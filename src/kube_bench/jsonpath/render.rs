//! Renders templates for a document.

use super::document::JsonPathDocument;
use super::template::{JsonPath, JsonPathStep, JsonPathToken};
use serde_json::Value as Json;

/// Maximum bytes of a rendered text.
const MAX_TEXT: usize = 1 << 20;
/// Maximum elements that the ranges of a template visit in total.
const MAX_ELEMENTS: usize = 100_000;

/// Why a template cannot be rendered for a document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum JsonPathRenderError {
    #[error("an index or slice needs a list")]
    NotAList,
    #[error("index {index} is out of range for a list of {length} elements")]
    IndexOutOfRange { index: i64, length: usize },
    #[error("slice [{}:{}] is out of range for a list of {length} elements", bound(.from), bound(.to))]
    SliceOutOfRange { from: Option<i64>, to: Option<i64>, length: usize },
    #[error("it leads to a map of a YAML document, which kube-bench cannot print")]
    Map,
    #[error("the result has more than {MAX_TEXT} bytes")]
    TooLong,
    #[error("its ranges visit more than {MAX_ELEMENTS} elements")]
    TooManyElements,
}

fn bound(bound: &Option<i64>) -> String {
    bound.map(|number| number.to_string()).unwrap_or_default()
}

impl JsonPath {
    /// The text for a document. Missing fields render empty.
    pub(crate) fn render(&self, document: &JsonPathDocument) -> Result<String, JsonPathRenderError> {
        let mut renderer = Renderer { document, out: String::new(), elements: 0 };
        renderer.render(&self.0, document.value())?;
        Ok(renderer.out)
    }
}

struct Renderer<'d> {
    document: &'d JsonPathDocument,
    out: String,
    /// Elements that ranges have visited.
    elements: usize,
}

impl Renderer<'_> {
    fn render(&mut self, tokens: &[JsonPathToken], current: &Json) -> Result<(), JsonPathRenderError> {
        let document = self.document;
        for token in tokens {
            match token {
                JsonPathToken::Text(text) => self.out.push_str(text),
                JsonPathToken::Path(steps) => {
                    let values = follow(steps, document.value(), current)?;
                    let texts: Option<Vec<String>> = values.into_iter().map(|v| document.format(v)).collect();
                    self.out.push_str(&texts.ok_or(JsonPathRenderError::Map)?.join(" "));
                }
                JsonPathToken::Range(steps, inner) => {
                    for value in follow(steps, document.value(), current)? {
                        self.elements += 1;
                        self.render(inner, value)?;
                    }
                }
            }
            if self.out.len() > MAX_TEXT {
                return Err(JsonPathRenderError::TooLong);
            }
            if self.elements > MAX_ELEMENTS {
                return Err(JsonPathRenderError::TooManyElements);
            }
        }
        Ok(())
    }
}

/// The values that a path leads to.
fn follow<'d>(steps: &[JsonPathStep], root: &'d Json, current: &'d Json) -> Result<Vec<&'d Json>, JsonPathRenderError> {
    let mut values = vec![current];
    for step in steps {
        let mut next = Vec::new();
        for value in values {
            match (step, value) {
                (JsonPathStep::Document, _) => next.push(root),
                (_, Json::Null) => {}
                (JsonPathStep::Field(name), value) => next.extend(value.get(name)),
                (JsonPathStep::All, Json::Array(items)) => next.extend(items),
                (JsonPathStep::All, Json::Object(map)) => next.extend(map.values()),
                (JsonPathStep::All, _) => {}
                (JsonPathStep::Index(index), Json::Array(items)) => {
                    let at = if *index < 0 { items.len() as i64 + index } else { *index };
                    let item = usize::try_from(at).ok().and_then(|i| items.get(i));
                    next.push(item.ok_or(JsonPathRenderError::IndexOutOfRange { index: *index, length: items.len() })?);
                }
                (JsonPathStep::Slice(from, to), Json::Array(items)) => next.extend(slice(items, *from, *to)?),
                (JsonPathStep::Index(_) | JsonPathStep::Slice(..), _) => return Err(JsonPathRenderError::NotAList),
            }
        }
        values = next;
    }
    Ok(values)
}

fn slice(items: &[Json], from: Option<i64>, to: Option<i64>) -> Result<&[Json], JsonPathRenderError> {
    let length = items.len() as i64;
    let from_start = |number: i64| if number < 0 { number + length } else { number };
    let start = from.map_or(0, from_start);
    let end = to.map_or(length, from_start).min(length);
    if start == end {
        return Ok(&[]);
    }
    let bounds = usize::try_from(start).ok().zip(usize::try_from(end).ok());
    let found = bounds.and_then(|(start, end)| items.get(start..end));
    found.ok_or(JsonPathRenderError::SliceOutOfRange { from, to, length: items.len() })
}
