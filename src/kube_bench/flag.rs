//! The value of a flag in the output of an audit, as kube-bench finds it. Pure.

use crate::text::quote;
use regex::Regex;

/// What ends a value: Go's `\s`.
const BLANKS: [char; 5] = [' ', '\t', '\n', '\r', '\u{c}'];

/// The value behind the first occurrence of the flag, even inside another word. `None` if the text does not contain the flag.
pub(super) fn flag_value(text: &str, flag: &str) -> Result<Option<String>, String> {
    if flag.is_empty() || !text.contains(flag) {
        return Ok(None);
    }
    // kube-bench looks for the flag as it is written, but for its value with the flag as a regular expression.
    if flag.contains(['.', '+', '*', '?', '(', ')', '|', '[', ']', '{', '}', '^', '$', '\\']) {
        return match_value(text, flag).map(Some);
    }
    let Some((_, mut rest)) = text.split_once(flag) else { return Ok(None) };
    loop {
        if let Some(after) = rest.strip_prefix('=') {
            rest = after;
        } else if let Some(after) = rest.strip_prefix(':') {
            rest = after.trim_start_matches(' ');
        } else {
            break;
        }
    }
    let value = rest.split(BLANKS).next().unwrap_or_default();
    Ok(Some(value_or_default(value, flag, flag)))
}

/// The value if the flag is a regular expression. Groups in it count, so that another group than usual can be the value.
fn match_value(text: &str, flag: &str) -> Result<String, String> {
    let pattern = Regex::new(&format!("({flag})(=|: *)*([^\\t\\n\\f\\r ]*) *"))
        .map_err(|_| format!("the flag {} is not a regular expression", quote(flag)))?;
    let found = pattern
        .captures(text)
        .ok_or_else(|| format!("the flag {} as a regular expression does not match itself", quote(flag)))?;
    let group = |number| found.get(number).map_or("", |group| group.as_str());
    Ok(value_or_default(group(3), flag, group(1)))
}

/// A flag without a value is `true`, another text its own value.
fn value_or_default(value: &str, flag: &str, found: &str) -> String {
    match value {
        "" if flag.starts_with("--") => "true",
        "" => found,
        value => value,
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_are_passed_over() {
        // `=` and `:` may follow each other; blanks only behind a colon are passed over.
        let cases = [
            ("a: =x", "x"),
            ("a:= x", "a"),
            ("a==x", "x"),
            ("a: : x", "x"),
            ("a\tx", "a"),
            ("a=x\u{b}y z", "x\u{b}y"),
            ("ba=1 a=2", "1"),
        ];
        for (text, value) in cases {
            assert_eq!(flag_value(text, "a"), Ok(Some(value.to_owned())), "{text:?}");
        }
        assert_eq!(flag_value("--a --b", "--a"), Ok(Some("true".to_owned())));
        assert_eq!(flag_value("anything", ""), Ok(None));
        assert_eq!(flag_value("anything", "a.y"), Ok(None), "it must also be there as it is written");
    }

    #[test]
    fn a_flag_is_a_regular_expression_where_its_value_is_looked_for() {
        let cases = [
            ("axb=1 a.b=2", "a.b", Ok("1")),
            ("--axb --a.b=2", "--a.b", Ok("true")),
            ("x (a)=1", "(a)", Ok("a")),
            ("ax=1 (a)x", "(a)x", Ok("=")),
            ("a(b)c=1", "a(b)c", Err("the flag `a(b)c` as a regular expression does not match itself")),
            ("a+b", "a+b", Err("the flag `a+b` as a regular expression does not match itself")),
            ("a[b", "a[b", Err("the flag `a[b` is not a regular expression")),
            ("k8s.io/v1: y", "k8s.io/v1", Ok("y")),
        ];
        for (text, flag, value) in cases {
            assert_eq!(flag_value(text, flag), value.map(|v| Some(v.to_owned())).map_err(str::to_owned), "{flag}");
        }
    }
}
