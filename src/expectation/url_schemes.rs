//! `url-schemes`: every URL of a list has one of these schemes.

use super::operand::{Operand, join};
use super::operator::{Operator, TypeMismatch};
use crate::model::{EvidenceKind, Value};
use serde_json::Value as Json;
use std::fmt;

/// Every URL of the list has one of these schemes.
#[derive(Debug, Clone)]
pub struct UrlSchemes(Vec<String>);

impl Operator for UrlSchemes {
    fn evidence_kind(&self) -> Option<EvidenceKind> {
        Some(EvidenceKind::Value)
    }

    fn holds(&self, value: &Value) -> Result<bool, TypeMismatch> {
        let has_one = |url: &String| {
            url.split_once("://")
                .is_some_and(|(scheme, _)| self.0.iter().any(|known| known.eq_ignore_ascii_case(scheme)))
        };
        Ok(value.elements().iter().all(has_one))
    }
}

impl fmt::Display for UrlSchemes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "has only URLs with the scheme {}", join(&self.0, " or "))
    }
}

impl Operand for UrlSchemes {
    fn read(json: &Json) -> Result<Self, String> {
        Vec::read(json).map(Self)
    }

    #[cfg(test)]
    fn schema() -> Json {
        Vec::<String>::schema()
    }
}

#[cfg(test)]
mod tests {
    use crate::expectation::Operator as _;
    use crate::expectation::tests::{list, read, refuse, text, verify};

    #[test]
    fn compares() {
        verify(&[
            ("url-schemes: https", list(&["https://192.0.2.1:2379", "HTTPS://127.0.0.1:2379"]), true),
            ("url-schemes: https", list(&["https://192.0.2.1:2379", "http://127.0.0.1:2379"]), false),
            ("url-schemes: https", text("https://192.0.2.1:2379,http://127.0.0.1:2379"), false),
            ("url-schemes: [https, unixs]", text("unixs://localhost:123"), true),
            ("url-schemes: https", text("192.0.2.1:2379"), false),
            ("url-schemes: https", text("httpss://192.0.2.1"), false),
            // Nothing listens.
            ("url-schemes: https", list(&[]), true),
        ]);
        assert!(!read("url-schemes: https").holds_unset());
        assert_eq!(read("url-schemes: [https, unixs]").to_string(), "has only URLs with the scheme https or unixs");
        refuse("url-schemes: []", "the list must not be empty");
    }
}
