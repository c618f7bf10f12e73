//! Values of settings and documents, and the notations that components accept for them.

use crate::text::quote;
use serde_json::Value as Json;
use std::fmt;
use std::time::Duration;

/// An observed value, in the type of its setting.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Value {
    /// True or false.
    Bool(bool),
    /// A whole number.
    Number(i64),
    /// A time span.
    Duration(Duration),
    /// A text, unchanged.
    Text(String),
    /// A list of texts.
    List(Vec<String>),
}

/// The type of a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ValueKind {
    /// Text.
    #[default]
    Text,
    /// A boolean, as Go parses it.
    Bool,
    /// A whole number, as Go parses it.
    Number,
    /// A duration, as Go parses it: `1h30m`.
    Duration,
    /// Several texts, separated by commas; the lists of a repeated flag are joined.
    List,
    /// `KEY=VALUE` pairs; the value is the boolean of one key.
    Map,
}

impl ValueKind {
    /// Reads the values of a flag or variable, in order. The error says what is expected.
    pub fn of_texts(self, texts: &[&str], keys: &[String]) -> Result<Option<Value>, String> {
        let last = texts.last().copied().unwrap_or_default();
        let value = match self {
            Self::Text => Value::Text(last.to_owned()),
            Self::Bool => {
                Value::Bool(parse_bool(last).ok_or_else(|| format!("{} is neither true nor false", quote(last)))?)
            }
            Self::Number => {
                Value::Number(parse_number(last).ok_or_else(|| format!("{} is not a number", quote(last)))?)
            }
            Self::Duration => Value::Duration(
                parse_duration(last).ok_or_else(|| format!("{} is not a duration such as 5m0s", quote(last)))?,
            ),
            Self::List => Value::List(texts.iter().flat_map(|t| split_list(t)).collect()),
            Self::Map => {
                let pairs: Vec<(&str, Option<&str>)> = texts
                    .iter()
                    .flat_map(|t| t.split(','))
                    .map(|p| p.split_once('=').map_or((p.trim(), None), |(k, v)| (k.trim(), Some(v.trim()))))
                    // The gates of the control plane can have the name of their component before them since 1.31; the
                    // gates of Kubernetes itself have `kube` or none.
                    .map(|(k, v)| (k.strip_prefix("kube:").unwrap_or(k), v))
                    .collect();
                let found = keys.iter().find_map(|key| pairs.iter().rev().find(|(k, _)| k == key));
                return found
                    .map(|(k, v)| {
                        let value = v.and_then(parse_bool).map(Value::Bool);
                        value.ok_or_else(|| {
                            let pair = quote(&format!("{k}={}", v.unwrap_or_default()));
                            format!("{pair} is neither true nor false")
                        })
                    })
                    .transpose();
            }
        };
        Ok(Some(value).filter(|v| !v.is_empty()))
    }

    /// Reads a value of a YAML or JSON document. Null and empty values are none. The error says what is expected.
    pub fn of_json(self, json: &Json, keys: &[String]) -> Result<Option<Value>, String> {
        let wrong = || format!("{} is not {}", quote(&json.to_string()), self.describe());
        let value = match (self, json) {
            (_, Json::Null) => return Ok(None),
            (Self::Bool, Json::Bool(b)) => Value::Bool(*b),
            (Self::Number, Json::Number(n)) => Value::Number(whole_number(n).ok_or_else(wrong)?),
            (Self::Duration, Json::String(text)) => Value::Duration(parse_duration(text).ok_or_else(wrong)?),
            (Self::Text, Json::String(text)) => Value::Text(text.clone()),
            (Self::Text, Json::Bool(_) | Json::Number(_)) => Value::Text(json.to_string()),
            (Self::List, Json::Array(items)) => Value::List(items.iter().map(text_of).collect()),
            (Self::Map, Json::Object(map)) => {
                return match keys.iter().find_map(|key| map.get(key)) {
                    None | Some(Json::Null) => Ok(None),
                    Some(Json::Bool(b)) => Ok(Some(Value::Bool(*b))),
                    Some(other) => Err(format!("{} is neither true nor false", quote(&other.to_string()))),
                };
            }
            (Self::Text | Self::Bool | Self::Number | Self::Duration | Self::List | Self::Map, _) => {
                return Err(wrong());
            }
        };
        Ok(Some(value).filter(|v| !v.is_empty()))
    }

    const fn describe(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Bool => "true or false",
            Self::Number => "a whole number",
            Self::Duration => "a duration such as \"5m0s\"",
            Self::List => "a list",
            Self::Map => "a mapping",
        }
    }
}

impl Value {
    /// Reads a value of a document whose type is not known.
    pub fn of_any(json: &Json) -> Option<Self> {
        let value = match json {
            Json::Null => return None,
            Json::Bool(b) => Self::Bool(*b),
            Json::Number(n) => n.as_i64().map_or_else(|| Self::Text(n.to_string()), Self::Number),
            Json::String(text) => Self::Text(text.clone()),
            Json::Array(items) => Self::List(items.iter().map(text_of).collect()),
            Json::Object(map) => Self::List(map.keys().cloned().collect()),
        };
        Some(value).filter(|v| !v.is_empty())
    }

    /// The elements of a list; of any other value, those of its text split at commas.
    pub(crate) fn elements(&self) -> Vec<String> {
        match self {
            Self::List(items) => items.clone(),
            Self::Bool(_) | Self::Number(_) | Self::Duration(_) | Self::Text(_) => split_list(&self.to_string()),
        }
    }

    /// An empty text or list, which the components treat as not set.
    fn is_empty(&self) -> bool {
        match self {
            Self::Text(text) => text.is_empty(),
            Self::List(items) => items.is_empty(),
            Self::Bool(_) | Self::Number(_) | Self::Duration(_) => false,
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(b) => write!(f, "{b}"),
            Self::Number(n) => write!(f, "{n}"),
            Self::Duration(d) => f.write_str(&show_duration(*d)),
            Self::Text(text) => f.write_str(text),
            Self::List(items) => f.write_str(&items.join(",")),
        }
    }
}

/// Parses a boolean as strconv.ParseBool of Go does.
pub fn parse_bool(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Some(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Some(false),
        _ => None,
    }
}

/// A number without a fraction, also one that is written with a point or an exponent: the components read `4e3` as 4000.
fn whole_number(number: &serde_json::Number) -> Option<i64> {
    /// Up to here each whole number is a float of its own.
    const MAX_EXACT: f64 = 9_007_199_254_740_992.0;
    let float = || number.as_f64().filter(|float| float.fract() == 0.0 && float.abs() <= MAX_EXACT);
    #[allow(clippy::cast_possible_truncation, reason = "it is whole and small enough")]
    number.as_i64().or_else(|| float().map(|float| float as i64))
}

/// Parses a whole number as the flags of Go do: decimal, or by its prefix hexadecimal, binary or octal, with single
/// underscores between the digits. `030` is 24.
pub fn parse_number(text: &str) -> Option<i64> {
    let (negative, body) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let lower = body.to_ascii_lowercase();
    let (radix, digits) = match lower.get(..2) {
        Some("0x") => (16, &lower[2..]),
        Some("0b") => (2, &lower[2..]),
        Some("0o") => (8, &lower[2..]),
        _ => match lower.strip_prefix('0') {
            Some(rest) if !rest.is_empty() => (8, rest),
            _ => (10, lower.as_str()),
        },
    };
    // An underscore may also follow the prefix, but stands at no end and beside no other.
    if digits.ends_with('_') || digits.contains("__") || radix == 10 && digits.starts_with('_') {
        return None;
    }
    let digits = digits.replace('_', "");
    // Rust accepts a sign here, Go does not accept a second one.
    let number = i64::from_str_radix(&digits, radix).ok().filter(|_| !digits.starts_with(['+', '-']))?;
    Some(if negative { -number } else { number })
}

/// Parses a duration as time.ParseDuration of Go does, except negative ones: `1h30m`, `1.5s`, `0`.
pub fn parse_duration(text: &str) -> Option<Duration> {
    if text == "0" {
        return Some(Duration::ZERO);
    }
    let mut rest = text.strip_prefix('+').unwrap_or(text);
    let mut seconds = 0.0_f64;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let number: f64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let unit_end = rest.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(rest.len());
        let unit = match &rest[..unit_end] {
            "ns" => 1e-9,
            "us" | "µs" | "μs" => 1e-6,
            "ms" => 1e-3,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            _ => return None,
        };
        seconds += number * unit;
        rest = &rest[unit_end..];
    }
    Duration::try_from_secs_f64(seconds).ok()
}

/// A duration in hours, minutes and seconds: `1h0m30s`, `1.500s`. What is less than a millisecond is cut off.
fn show_duration(span: Duration) -> String {
    let whole = span.as_secs();
    let (hours, minutes, seconds) = (whole / 3600, whole / 60 % 60, whole % 60);
    let fraction = span.subsec_millis();
    let tail = if fraction > 0 { format!("{seconds}.{fraction:03}s") } else { format!("{seconds}s") };
    match (hours, minutes) {
        (0, 0) => tail,
        (0, _) => format!("{minutes}m{tail}"),
        _ => format!("{hours}h{minutes}m{tail}"),
    }
}

/// Splits a list of a flag at commas; whitespace around elements and empty elements are dropped. An element can be in double
/// quotes, and only the first line that is not empty counts, because the components read one record of CSV.
pub fn split_list(text: &str) -> Vec<String> {
    let mut elements = vec![String::new()];
    let mut quoted = false;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let element = elements.last_mut();
        match (letter, element) {
            ('"', Some(element)) if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                element.push('"');
            }
            ('"', Some(element)) if quoted || element.trim().is_empty() => quoted = !quoted,
            (',', _) if !quoted => elements.push(String::new()),
            ('\n', _) if !quoted => {
                // A line break may be two characters.
                let is_empty = elements.len() == 1 && matches!(elements[0].as_str(), "" | "\r");
                if !is_empty {
                    break;
                }
                elements[0].clear();
            }
            (letter, Some(element)) => element.push(letter),
            (_, None) => {}
        }
    }
    elements.iter().map(|e| e.trim().to_owned()).filter(|e| !e.is_empty()).collect()
}

fn text_of(json: &Json) -> String {
    match json {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn parses_booleans_like_go() {
        for text in ["1", "t", "T", "TRUE", "true", "True"] {
            assert_eq!(parse_bool(text), Some(true), "{text}");
        }
        for text in ["0", "f", "F", "FALSE", "false", "False"] {
            assert_eq!(parse_bool(text), Some(false), "{text}");
        }
        for text in ["", "yes", "no", "tRUE", " true", "on"] {
            assert_eq!(parse_bool(text), None, "{text}");
        }
    }

    #[test]
    fn parses_durations_like_go() {
        let cases = [
            ("60s", 60_000),
            ("1m0s", 60_000),
            ("4h0m0s", 14_400_000),
            ("1h30m", 5_400_000),
            ("1.5s", 1500),
            ("0", 0),
            ("0s", 0),
            ("300ms", 300),
        ];
        for (text, milliseconds) in cases {
            assert_eq!(parse_duration(text), Some(Duration::from_millis(milliseconds)), "{text}");
        }
        for text in ["", "60", "5 m", "m", "-1s", "1x", "1e99h"] {
            assert_eq!(parse_duration(text), None, "{text}");
        }
        assert_eq!(Value::Duration(Duration::from_secs(14_400)).to_string(), "4h0m0s");
        assert_eq!(Value::Duration(Duration::from_secs(300)).to_string(), "5m0s");
    }

    #[test]
    fn reads_texts_in_the_type_of_the_setting() {
        let none: &[String] = &[];
        let keys = ["RotateKubeletServerCertificate".to_owned(), "AllBeta".to_owned()];
        let list = |items: &[&str]| Value::List(items.iter().map(|i| (*i).to_owned()).collect());
        type Case<'a> = (ValueKind, &'a [&'a str], &'a [String], Result<Option<Value>, ()>);
        let cases: &[Case<'_>] = &[
            (ValueKind::Bool, &["false", "true"], none, Ok(Some(Value::Bool(true)))),
            (ValueKind::Bool, &["maybe"], none, Err(())),
            (ValueKind::Number, &["30"], none, Ok(Some(Value::Number(30)))),
            (ValueKind::Number, &["-1"], none, Ok(Some(Value::Number(-1)))),
            (ValueKind::Number, &["30d"], none, Err(())),
            (ValueKind::Number, &["+30"], none, Ok(Some(Value::Number(30)))),
            (ValueKind::Number, &["030"], none, Ok(Some(Value::Number(24)))),
            (ValueKind::Number, &["0x1E"], none, Ok(Some(Value::Number(30)))),
            (ValueKind::Number, &["0b11"], none, Ok(Some(Value::Number(3)))),
            (ValueKind::Number, &["00"], none, Ok(Some(Value::Number(0)))),
            (ValueKind::Number, &["08"], none, Err(())),
            (ValueKind::Number, &["3_0"], none, Ok(Some(Value::Number(30)))),
            (ValueKind::Number, &["0x_1_E"], none, Ok(Some(Value::Number(30)))),
            (ValueKind::Number, &["0_3_6"], none, Ok(Some(Value::Number(30)))),
            (ValueKind::Number, &["_30"], none, Err(())),
            (ValueKind::Number, &["30_"], none, Err(())),
            (ValueKind::Number, &["3__0"], none, Err(())),
            (ValueKind::Number, &["0_x1"], none, Err(())),
            (ValueKind::Number, &["--1"], none, Err(())),
            (ValueKind::Number, &["0x-1"], none, Err(())),
            (ValueKind::Number, &[""], none, Err(())),
            (ValueKind::Text, &[""], none, Ok(None)),
            (ValueKind::List, &["Node, RBAC", "AlwaysAllow"], none, Ok(Some(list(&["Node", "RBAC", "AlwaysAllow"])))),
            (ValueKind::List, &[","], none, Ok(None)),
            (ValueKind::List, &[r#""A",B"#], none, Ok(Some(list(&["A", "B"])))),
            (ValueKind::List, &[r#""A,B",C"#], none, Ok(Some(list(&["A,B", "C"])))),
            (ValueKind::List, &[r#""A""B""#], none, Ok(Some(list(&["A\"B"])))),
            (ValueKind::List, &[r#"A"B"#], none, Ok(Some(list(&["A\"B"])))),
            // Only the first line that is not empty is read.
            (ValueKind::List, &["AlwaysAllow\nNode,RBAC"], none, Ok(Some(list(&["AlwaysAllow"])))),
            (ValueKind::List, &["\n\r\nA,B\r\nC"], none, Ok(Some(list(&["A", "B"])))),
            (ValueKind::List, &[",\nA"], none, Ok(None)),
            (ValueKind::List, &["\"A\nB\",C\nD"], none, Ok(Some(list(&["A\nB", "C"])))),
            (ValueKind::Map, &["A=true,RotateKubeletServerCertificate=false"], &keys, Ok(Some(Value::Bool(false)))),
            (ValueKind::Map, &["AllBeta=false", "B=1"], &keys, Ok(Some(Value::Bool(false)))),
            (ValueKind::Map, &["kube:AllBeta=false"], &keys, Ok(Some(Value::Bool(false)))),
            (ValueKind::Map, &["AllBeta=true,kube:AllBeta=false"], &keys, Ok(Some(Value::Bool(false)))),
            (ValueKind::Map, &["other:AllBeta=false"], &keys, Ok(None)),
            (ValueKind::Map, &["A=true"], &keys, Ok(None)),
            (ValueKind::Map, &["AllBeta=x"], &keys, Err(())),
            (ValueKind::Map, &["AllBeta"], &keys, Err(())),
        ];
        for (kind, texts, keys, expected) in cases {
            assert_eq!(kind.of_texts(texts, keys).map_err(drop), *expected, "{kind:?} {texts:?}");
        }
    }

    #[test]
    fn a_value_of_a_document_must_have_the_type_of_the_setting() {
        let cases = [
            (ValueKind::Bool, json!(false), Ok(Some(Value::Bool(false)))),
            (ValueKind::Bool, json!("false"), Err(())),
            (ValueKind::Number, json!("0"), Err(())),
            (ValueKind::Number, json!(0), Ok(Some(Value::Number(0)))),
            (ValueKind::Number, json!(0.0), Ok(Some(Value::Number(0)))),
            (ValueKind::Number, json!(4e3), Ok(Some(Value::Number(4000)))),
            (ValueKind::Number, json!(0.5), Err(())),
            (ValueKind::Number, json!(1e300), Err(())),
            (ValueKind::Duration, json!(0), Err(())),
            (ValueKind::Duration, json!("0s"), Ok(Some(Value::Duration(Duration::ZERO)))),
            (ValueKind::List, json!("a"), Err(())),
            (ValueKind::List, json!([]), Ok(None)),
            (ValueKind::Text, json!(null), Ok(None)),
            (ValueKind::Text, json!({"a": 1}), Err(())),
        ];
        for (kind, json, expected) in cases {
            assert_eq!(kind.of_json(&json, &[]).map_err(drop), expected, "{kind:?} {json}");
        }
    }
}
