//! Parses templates.

use super::template::{JsonPath, JsonPathStep, JsonPathToken};
use crate::text::quote;

/// Maximum depth of nested ranges.
const MAX_DEPTH: usize = 16;

/// Why a template cannot be parsed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonPathError {
    /// An action is not closed.
    #[error("missing `}}`")]
    MissingBrace,
    /// A bracket is not closed.
    #[error("missing `]`")]
    MissingBracket,
    /// A string is not closed.
    #[error("missing closing quote")]
    MissingQuote,
    /// `{range}` without `{end}`.
    #[error("`{{range}}` without `{{end}}`")]
    MissingEnd,
    /// `{end}` without `{range}`.
    #[error("`{{end}}` without `{{range}}`")]
    MissingRange,
    /// Too many ranges in one another.
    #[error("more than {MAX_DEPTH} nested ranges")]
    TooDeep,
    /// Valid JSONPath, or not, that is not implemented; the text is quoted already.
    #[error("{0} is not supported")]
    Unsupported(String),
}

impl JsonPath {
    /// Parses a template. Text outside braces stands for itself.
    pub fn parse(text: &str) -> Result<Self, JsonPathError> {
        let mut parser = JsonPathParser { rest: text };
        let tokens = parser.tokens(0)?;
        if !parser.rest.is_empty() {
            return Err(JsonPathError::MissingRange);
        }
        Ok(Self(tokens))
    }
}

struct JsonPathParser<'t> {
    rest: &'t str,
}

impl JsonPathParser<'_> {
    /// The tokens up to the end of the text, or up to the `{end}` of a range.
    fn tokens(&mut self, depth: usize) -> Result<Vec<JsonPathToken>, JsonPathError> {
        if depth > MAX_DEPTH {
            return Err(JsonPathError::TooDeep);
        }
        let mut tokens = Vec::new();
        loop {
            let Some(at) = self.rest.find('{') else {
                if depth > 0 {
                    return Err(JsonPathError::MissingEnd);
                }
                tokens.push(JsonPathToken::Text(std::mem::take(&mut self.rest).to_owned()));
                return Ok(tokens);
            };
            tokens.push(JsonPathToken::Text(self.rest[..at].to_owned()));
            self.rest = self.rest[at + 1..].trim_start();
            if let Some(rest) = self.rest.strip_prefix("end") {
                self.rest = rest;
                self.closing_brace()?;
                return if depth > 0 { Ok(tokens) } else { Err(JsonPathError::MissingRange) };
            }
            if let Some(rest) = self.rest.strip_prefix("range ") {
                self.rest = rest;
                let steps = self.path()?;
                self.closing_brace()?;
                tokens.push(JsonPathToken::Range(steps, self.tokens(depth + 1)?));
                continue;
            }
            self.action(&mut tokens)?;
        }
    }

    /// Strings and paths up to the closing brace.
    fn action(&mut self, tokens: &mut Vec<JsonPathToken>) -> Result<(), JsonPathError> {
        let mut is_empty = true;
        loop {
            self.rest = self.rest.trim_start();
            if let Some(rest) = self.rest.strip_prefix('}') {
                self.rest = rest;
                if is_empty {
                    tokens.push(JsonPathToken::Path(Vec::new()));
                }
                return Ok(());
            }
            if self.rest.is_empty() {
                return Err(JsonPathError::MissingBrace);
            }
            is_empty = false;
            if self.rest.starts_with(['\'', '"']) {
                let text = self.string()?;
                tokens.push(JsonPathToken::Text(text));
            } else {
                let before = self.rest.len();
                let steps = self.path()?;
                if self.rest.len() == before {
                    return Err(JsonPathError::Unsupported(quote(self.rest)));
                }
                tokens.push(JsonPathToken::Path(steps));
            }
        }
    }

    fn closing_brace(&mut self) -> Result<(), JsonPathError> {
        self.rest = self.rest.trim_start().strip_prefix('}').ok_or(JsonPathError::MissingBrace)?;
        Ok(())
    }

    fn string(&mut self) -> Result<String, JsonPathError> {
        let mut chars = self.rest.chars();
        let quote = chars.next().ok_or(JsonPathError::MissingQuote)?;
        let mut text = String::new();
        loop {
            match chars.next().ok_or(JsonPathError::MissingQuote)? {
                c if c == quote => break,
                '\\' => text.push(match chars.next().ok_or(JsonPathError::MissingQuote)? {
                    'n' => '\n',
                    't' => '\t',
                    'r' => '\r',
                    other => other,
                }),
                other => text.push(other),
            }
        }
        self.rest = chars.as_str();
        Ok(text)
    }

    fn path(&mut self) -> Result<Vec<JsonPathStep>, JsonPathError> {
        self.rest = self.rest.trim_start();
        let mut steps = Vec::new();
        if let Some(rest) = self.rest.strip_prefix('$') {
            self.rest = rest;
            steps.push(JsonPathStep::Document);
        } else if let Some(rest) = self.rest.strip_prefix('@') {
            self.rest = rest;
        }
        loop {
            if self.rest.starts_with("..") {
                return Err(JsonPathError::Unsupported(quote("..")));
            } else if let Some(rest) = self.rest.strip_prefix('.') {
                self.rest = rest;
                steps.extend(self.field());
            } else if let Some(rest) = self.rest.strip_prefix('[') {
                self.rest = rest;
                steps.push(self.bracket()?);
            } else {
                return Ok(steps);
            }
        }
    }

    /// The name after a dot. A backslash escapes what would end it.
    fn field(&mut self) -> Option<JsonPathStep> {
        let mut name = String::new();
        let mut chars = self.rest.char_indices();
        let mut end = self.rest.len();
        while let Some((at, c)) = chars.next() {
            match c {
                '\\' => name.extend(chars.next().map(|(_, escaped)| escaped)),
                '.' | '[' | '}' | ' ' | '\'' | '"' | ',' | '(' | ')' | '|' => {
                    end = at;
                    break;
                }
                other => name.push(other),
            }
        }
        self.rest = &self.rest[end..];
        match name.as_str() {
            "" => None,
            "*" => Some(JsonPathStep::All),
            _ => Some(JsonPathStep::Field(name)),
        }
    }

    /// `[…]`, after its opening bracket.
    fn bracket(&mut self) -> Result<JsonPathStep, JsonPathError> {
        if self.rest.starts_with(['\'', '"']) {
            let name = self.string()?;
            self.rest = self.rest.strip_prefix(']').ok_or(JsonPathError::MissingBracket)?;
            return Ok(JsonPathStep::Field(name));
        }
        let (inner, rest) = self.rest.split_once(']').ok_or(JsonPathError::MissingBracket)?;
        self.rest = rest;
        let unsupported = || JsonPathError::Unsupported(quote(&format!("[{inner}]")));
        let number = |text: &str| text.parse::<i64>().map_err(|_| unsupported());
        let bound = |text: &str| if text.is_empty() { Ok(None) } else { number(text).map(Some) };
        match inner.trim() {
            "*" => Ok(JsonPathStep::All),
            inner => match inner.split_once(':') {
                Some((from, to)) => Ok(JsonPathStep::Slice(bound(from)?, bound(to)?)),
                None => number(inner).map(JsonPathStep::Index),
            },
        }
    }
}
