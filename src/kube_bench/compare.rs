//! Comparisons of two texts, as kube-bench makes them, and how their expectation is put. Pure.

use regex::Regex;

/// How a value is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operator {
    /// The texts are equal.
    Eq,
    /// The texts differ.
    NotEq,
    /// Greater.
    Gt,
    /// Greater or equal.
    Gte,
    /// Lower.
    Lt,
    /// Lower or equal.
    Lte,
    /// The value holds the text.
    Has,
    /// The value does not hold the text.
    NotHave,
    /// The value matches a regular expression.
    Regex,
    /// Each element of the value is in the list.
    ValidElements,
    /// No permission bit is outside of the mask.
    Bitmask,
    /// A word that means nothing: it never holds.
    Unknown(String),
}

impl Operator {
    /// The words that mean something.
    pub const KNOWN: [&str; 11] =
        ["eq", "noteq", "gt", "gte", "lt", "lte", "has", "nothave", "regex", "valid_elements", "bitmask"];

    /// Reads a word.
    pub fn parse(word: &str) -> Self {
        match word {
            "eq" => Self::Eq,
            "noteq" => Self::NotEq,
            "gt" => Self::Gt,
            "gte" => Self::Gte,
            "lt" => Self::Lt,
            "lte" => Self::Lte,
            "has" => Self::Has,
            "nothave" => Self::NotHave,
            "regex" => Self::Regex,
            "valid_elements" => Self::ValidElements,
            "bitmask" => Self::Bitmask,
            other => Self::Unknown(other.to_owned()),
        }
    }

    /// Whether `value`, found under `name`, holds against `wanted`; and the expectation in words.
    pub(super) fn compare(&self, name: &str, value: &str, wanted: &str) -> (bool, String) {
        let numbers = |holds: fn(i64, i64) -> bool, words: &str| match (number(value), number(wanted)) {
            (Some(a), Some(b)) => (holds(a, b), format!("'{name}' is {words} {wanted}")),
            _ => (false, format!("Invalid Number(s) used for comparison: '{value}' '{wanted}'")),
        };
        match self {
            Self::Eq => (lowered(value) == wanted, format!("'{name}' is equal to '{wanted}'")),
            Self::NotEq => (lowered(value) != wanted, format!("'{name}' is not equal to '{wanted}'")),
            Self::Gt => numbers(|a, b| a > b, "greater than"),
            Self::Gte => numbers(|a, b| a >= b, "greater or equal to"),
            Self::Lt => numbers(|a, b| a < b, "lower than"),
            Self::Lte => numbers(|a, b| a <= b, "lower or equal to"),
            Self::Has => (value.contains(wanted), format!("'{name}' has '{wanted}'")),
            Self::NotHave => (!value.contains(wanted), format!("'{name}' does not have '{wanted}'")),
            Self::Regex => {
                let holds = Regex::new(wanted).is_ok_and(|regex| regex.is_match(value));
                (holds, format!("'{name}' matched by regex expression '{wanted}'"))
            }
            Self::ValidElements => {
                (all_valid(value, wanted), format!("'{name}' contains valid elements from '{wanted}'"))
            }
            Self::Bitmask => {
                let bits = |text: &str| i64::from_str_radix(text, 8).ok();
                let holds = bits(value).zip(bits(wanted)).is_some_and(|(value, mask)| value & !mask == 0);
                (holds, format!("{name} has permissions {value}, expected {wanted} or more restrictive"))
            }
            Self::Unknown(_) => (false, String::new()),
        }
    }
}

/// A boolean in any case is lowered; other texts stay.
fn lowered(value: &str) -> String {
    let lower = value.to_lowercase();
    if matches!(lower.as_str(), "true" | "false") { lower } else { value.to_owned() }
}

fn number(text: &str) -> Option<i64> {
    text.trim().parse().ok()
}

fn all_valid(value: &str, wanted: &str) -> bool {
    let split = |text: &str| -> Vec<String> {
        let text = text.trim();
        let text = text.strip_suffix(',').unwrap_or(text);
        if text.is_empty() { Vec::new() } else { text.split(',').map(|e| e.trim().to_owned()).collect() }
    };
    let (elements, list) = (split(value), split(wanted));
    if elements.is_empty() || list.is_empty() {
        return elements.is_empty() && list.is_empty();
    }
    elements.iter().all(|e| list.contains(e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_operator_holds_as_the_table_says() {
        let n = "--f";
        let cases = [
            ("eq", "false", "false", true, "'--f' is equal to 'false'"),
            ("eq", "FALSE", "false", true, "'--f' is equal to 'false'"),
            ("eq", "Abc", "abc", false, "'--f' is equal to 'abc'"),
            ("eq", "false", "False", false, "'--f' is equal to 'False'"),
            ("noteq", "TRUE", "true", false, "'--f' is not equal to 'true'"),
            ("noteq", "a", "b", true, "'--f' is not equal to 'b'"),
            ("gt", "31", "30", true, "'--f' is greater than 30"),
            ("gt", "30", "30", false, "'--f' is greater than 30"),
            ("gte", " 30 ", "30", true, "'--f' is greater or equal to 30"),
            ("lt", "29", "30", true, "'--f' is lower than 30"),
            ("lte", "31", "30", false, "'--f' is lower or equal to 30"),
            ("gte", "true", "30", false, "Invalid Number(s) used for comparison: 'true' '30'"),
            ("lt", "5", "5.5", false, "Invalid Number(s) used for comparison: '5' '5.5'"),
            ("has", "Node,RBAC", "RBAC", true, "'--f' has 'RBAC'"),
            ("has", "Node", "RBAC", false, "'--f' has 'RBAC'"),
            ("nothave", "Node", "AlwaysAllow", true, "'--f' does not have 'AlwaysAllow'"),
            ("nothave", "AlwaysAllow", "Always", false, "'--f' does not have 'Always'"),
            ("regex", "TLS_A", "^TLS_", true, "'--f' matched by regex expression '^TLS_'"),
            ("regex", "x", "(", false, "'--f' matched by regex expression '('"),
            ("valid_elements", "a, b,", "a,b,c", true, "'--f' contains valid elements from 'a,b,c'"),
            ("valid_elements", "a,d", "a,b,c", false, "'--f' contains valid elements from 'a,b,c'"),
            ("valid_elements", "", "", true, "'--f' contains valid elements from ''"),
            ("valid_elements", "", "a", false, "'--f' contains valid elements from 'a'"),
            ("valid_elements", "a", "", false, "'--f' contains valid elements from ''"),
            ("bitmask", "600", "644", true, "--f has permissions 600, expected 644 or more restrictive"),
            ("bitmask", "640", "600", false, "--f has permissions 640, expected 600 or more restrictive"),
            ("bitmask", "0444", "644", true, "--f has permissions 0444, expected 644 or more restrictive"),
            ("bitmask", "rw", "644", false, "--f has permissions rw, expected 644 or more restrictive"),
            ("equals", "a", "a", false, ""),
        ];
        for (operator, value, wanted, holds, expected) in cases {
            let got = Operator::parse(operator).compare(n, value, wanted);
            assert_eq!(got, (holds, expected.to_owned()), "{operator} {value} {wanted}");
        }
        assert!(Operator::KNOWN.iter().all(|w| !matches!(Operator::parse(w), Operator::Unknown(_))));
    }
}
