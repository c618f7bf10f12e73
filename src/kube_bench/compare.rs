//! kube-bench's comparisons of a value with an expected text, and the wording of the expectation. Pure.

use regex::Regex;

/// How a value is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CompareOperator {
    /// The texts are equal.
    Eq,
    /// The texts differ.
    NotEq,
    /// Greater.
    Gt,
    /// Greater or equal.
    Gte,
    /// Less.
    Lt,
    /// Less or equal.
    Lte,
    /// The value contains the text.
    Has,
    /// The value does not contain the text.
    NotHave,
    /// The value matches a regular expression.
    Regex,
    /// Each element of the value is in the list.
    ValidElements,
    /// The value, an octal mode, has no bit outside the mask.
    Bitmask,
    /// An unknown operator, which never passes.
    Unknown(String),
}

impl CompareOperator {
    /// The known operators, as written in definition files.
    pub const KNOWN: [&str; 11] =
        ["eq", "noteq", "gt", "gte", "lt", "lte", "has", "nothave", "regex", "valid_elements", "bitmask"];

    /// Parses an operator; the result may be [`Self::Unknown`].
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

    /// Whether the `value` of `name` passes, and the expectation in kube-bench's words.
    pub(super) fn compare(&self, name: &str, value: &str, expected: &str) -> (bool, String) {
        let numbers = |passes: fn(i64, i64) -> bool, relation: &str| match (number(value), number(expected)) {
            (Some(a), Some(b)) => (passes(a, b), format!("'{name}' is {relation} {expected}")),
            _ => (false, format!("Invalid Number(s) used for comparison: '{value}' '{expected}'")),
        };
        match self {
            Self::Eq => (normalize_boolean(value) == expected, format!("'{name}' is equal to '{expected}'")),
            Self::NotEq => (normalize_boolean(value) != expected, format!("'{name}' is not equal to '{expected}'")),
            Self::Gt => numbers(|a, b| a > b, "greater than"),
            Self::Gte => numbers(|a, b| a >= b, "greater or equal to"),
            Self::Lt => numbers(|a, b| a < b, "lower than"),
            Self::Lte => numbers(|a, b| a <= b, "lower or equal to"),
            Self::Has => (value.contains(expected), format!("'{name}' has '{expected}'")),
            Self::NotHave => (!value.contains(expected), format!("'{name}' does not have '{expected}'")),
            Self::Regex => {
                // kube-bench fails the test, too, if the expression is invalid.
                let passes = Regex::new(expected).is_ok_and(|regex| regex.is_match(value));
                (passes, format!("'{name}' matched by regex expression '{expected}'"))
            }
            Self::ValidElements => {
                (all_valid(value, expected), format!("'{name}' contains valid elements from '{expected}'"))
            }
            Self::Bitmask => {
                let bits = |text| i64::from_str_radix(text, 8).map_err(|_| text);
                match bits(value).and_then(|bits_of_value| Ok(bits_of_value & !bits(expected)? == 0)) {
                    Ok(passes) => {
                        (passes, format!("{name} has permissions {value}, expected {expected} or more restrictive"))
                    }
                    Err(text) => (false, format!("Not numeric value - flag: {text}")),
                }
            }
            Self::Unknown(_) => (false, String::new()),
        }
    }
}

/// Converts a boolean to lower case; other texts are unchanged.
fn normalize_boolean(value: &str) -> String {
    let lower = value.to_lowercase();
    if matches!(lower.as_str(), "true" | "false") { lower } else { value.to_owned() }
}

fn number(text: &str) -> Option<i64> {
    text.trim().parse().ok()
}

fn all_valid(value: &str, expected: &str) -> bool {
    let split = |text: &str| -> Vec<String> {
        let text = text.trim().trim_end_matches(',');
        if text.is_empty() { Vec::new() } else { text.split(',').map(|e| e.trim().to_owned()).collect() }
    };
    let (elements, list) = (split(value), split(expected));
    if elements.is_empty() || list.is_empty() {
        return elements.is_empty() && list.is_empty();
    }
    elements.iter().all(|e| list.contains(e))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_compare_and_describe() {
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
            ("valid_elements", "a,b,,", "a,b,c,,", true, "'--f' contains valid elements from 'a,b,c,,'"),
            ("valid_elements", ",a", "a", false, "'--f' contains valid elements from 'a'"),
            ("valid_elements", "a, ,", "a", false, "'--f' contains valid elements from 'a'"),
            ("valid_elements", ",", "", true, "'--f' contains valid elements from ''"),
            ("valid_elements", "a,d", "a,b,c", false, "'--f' contains valid elements from 'a,b,c'"),
            ("valid_elements", "", "", true, "'--f' contains valid elements from ''"),
            ("valid_elements", "", "a", false, "'--f' contains valid elements from 'a'"),
            ("valid_elements", "a", "", false, "'--f' contains valid elements from ''"),
            ("bitmask", "600", "644", true, "--f has permissions 600, expected 644 or more restrictive"),
            ("bitmask", "640", "600", false, "--f has permissions 640, expected 600 or more restrictive"),
            ("bitmask", "0444", "644", true, "--f has permissions 0444, expected 644 or more restrictive"),
            ("bitmask", "rw", "644", false, "Not numeric value - flag: rw"),
            ("bitmask", "688", "644", false, "Not numeric value - flag: 688"),
            ("bitmask", "", "644", false, "Not numeric value - flag: "),
            ("bitmask", "600", "0x1", false, "Not numeric value - flag: 0x1"),
            ("bitmask", "rw", "ro", false, "Not numeric value - flag: rw"),
            ("equals", "a", "a", false, ""),
        ];
        for (operator, value, expected, passes, text) in cases {
            let got = CompareOperator::parse(operator).compare(n, value, expected);
            assert_eq!(got, (passes, text.to_owned()), "{operator} {value} {expected}");
        }
        assert!(
            CompareOperator::KNOWN.iter().all(|w| !matches!(CompareOperator::parse(w), CompareOperator::Unknown(_)))
        );
    }
}
