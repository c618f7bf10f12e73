//! A parsed template.

/// A JSONPath template such as `{.authentication.anonymous.enabled}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonPath(pub(super) Vec<JsonPathToken>);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum JsonPathToken {
    Text(String),
    Path(Vec<JsonPathStep>),
    /// `{range PATH}…{end}`
    Range(Vec<JsonPathStep>, Vec<Self>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum JsonPathStep {
    /// `$`
    Document,
    Field(String),
    /// `*` or `[*]`
    All,
    /// Negative from the end.
    Index(i64),
    Slice(Option<i64>, Option<i64>),
}
