//! `matches`: a regular expression matches a part of the text.

use super::operand::Operand;
use super::operator::{Operator, TypeMismatch};
use crate::model::{EvidenceKind, Value};
use crate::text::quote;
use regex::Regex;
use serde_json::Value as Json;
use std::fmt;

/// The text matches this regular expression.
#[derive(Debug, Clone)]
pub struct Matches(Regex);

impl Operator for Matches {
    fn evidence_kind(&self) -> Option<EvidenceKind> {
        Some(EvidenceKind::Value)
    }

    fn holds(&self, value: &Value) -> Result<bool, TypeMismatch> {
        Ok(self.0.is_match(&value.to_string()))
    }
}

impl fmt::Display for Matches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "matches {}", self.0.as_str())
    }
}

impl Operand for Matches {
    fn read(json: &Json) -> Result<Self, String> {
        let text = String::read(json)?;
        Regex::new(&text).map(Self).map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => format!("the regular expression {} is too large", quote(&text)),
            // The message has several lines with a drawing; the last line names the problem.
            other => {
                let drawing = other.to_string();
                let problem = drawing.lines().last().unwrap_or_default().trim_start_matches("error: ");
                format!("{} is not a regular expression: {problem}", quote(&text))
            }
        })
    }

    #[cfg(test)]
    fn schema() -> Json {
        serde_json::json!({ "type": "string", "format": "regex" })
    }
}

#[cfg(test)]
mod tests {
    use crate::expectation::tests::{refuse, text, verify};

    #[test]
    fn compares() {
        verify(&[
            ("matches: '^127[.]'", text("127.0.0.1"), true),
            ("matches: '^127[.]'", text("0.0.0.0127."), false),
            ("matches: '7[.]0'", text("127.0.0.1"), true),
        ]);
    }

    #[test]
    fn refuses_what_is_no_regular_expression() {
        refuse("matches: '('", "`(` is not a regular expression: unclosed group");
        refuse("matches: '(a{999}){999}'", "too large");
    }
}
