//! Kubernetes' JSONPath templates, as far as definition files use them: text, fields, indices, slices, `[*]` and `range`. Pure.

mod document;
mod go_json;
mod go_yaml;
mod parse;
mod render;
mod template;

pub(crate) use document::JsonPathDocument;
pub use parse::JsonPathError;
pub use template::JsonPath;

#[cfg(test)]
mod tests;
