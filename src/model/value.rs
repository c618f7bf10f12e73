//! Values of settings and documents.

use super::go_values::{parse_bool, parse_duration, parse_number, split_list, split_urls};
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
    /// The URLs of a setting of etcd, separated by commas. Versions of etcd differ in which of several flags counts, so that
    /// the value has the URLs of all of them.
    Urls,
    /// `GROUP/RESOURCE#SERVER;SERVER` of the API server, separated by commas; the value has all servers.
    Overrides,
    /// `KEY=VALUE` pairs; the value is the boolean of one key.
    Map,
}

/// Names in `--feature-gates` that set every gate of one stage.
const GATE_GROUPS: [&str; 2] = ["AllAlpha", "AllBeta"];

/// The least number without a sign of more than 63 bits.
const LEAST_TOO_LARGE: f64 = 9_223_372_036_854_775_808.0;

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
            Self::Urls => {
                let mut urls: Vec<String> = Vec::new();
                for url in texts.iter().flat_map(|t| split_urls(t)) {
                    if !urls.contains(&url) {
                        urls.push(url);
                    }
                }
                Value::List(urls)
            }
            Self::Overrides => {
                let entries = texts.iter().flat_map(|t| split_list(t));
                Value::List(entries.flat_map(|entry| servers_of(&entry)).collect())
            }
            Self::Map => {
                let found = keys.iter().find_map(|key| boolean_of(texts, key).transpose());
                return found.transpose().map(|found| found.map(Value::Bool));
            }
        };
        Ok(Some(value).filter(|v| !v.is_empty()))
    }

    /// Reads a value of a YAML or JSON document. Null and empty values are none. The error says what is expected.
    pub fn of_json(self, json: &Json, keys: &[String]) -> Result<Option<Value>, String> {
        // A number beyond 64 bits is kept as a float, whose text nobody wrote.
        let is_too_large = json.as_f64().is_some_and(|number| number.abs() >= LEAST_TOO_LARGE);
        let wrong = || {
            let text = if is_too_large { "a number beyond 64 bits".to_owned() } else { quote(&json.to_string()) };
            format!("{text} is not {}", self.describe())
        };
        let value = match (self, json) {
            (_, Json::Null) => return Ok(None),
            (Self::Bool, Json::Bool(b)) => Value::Bool(*b),
            (Self::Number, Json::Number(n)) => Value::Number(whole_number(n).ok_or_else(wrong)?),
            (Self::Duration, Json::String(text)) => Value::Duration(parse_duration(text).ok_or_else(wrong)?),
            (Self::Text, Json::String(text)) => Value::Text(text.clone()),
            (Self::Text, Json::Bool(_) | Json::Number(_)) => Value::Text(json.to_string()),
            (Self::List, Json::Array(items)) => Value::List(items.iter().map(text_of).collect()),
            (Self::Urls, Json::String(text)) => Value::List(split_urls(text)),
            (Self::Map, Json::Object(map)) => {
                return match keys.iter().find_map(|key| map.get(key)) {
                    None | Some(Json::Null) => Ok(None),
                    Some(Json::Bool(b)) => Ok(Some(Value::Bool(*b))),
                    Some(other) => Err(format!("{} is neither true nor false", quote(&other.to_string()))),
                };
            }
            (
                Self::Text
                | Self::Bool
                | Self::Number
                | Self::Duration
                | Self::List
                | Self::Urls
                | Self::Overrides
                | Self::Map,
                _,
            ) => return Err(wrong()),
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
            Self::Urls => "a text of URLs with commas between them",
            Self::Overrides => "a text of servers for resources",
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

/// The boolean of a key in `KEY=VALUE` pairs: the last one.
fn boolean_of(texts: &[&str], key: &str) -> Result<Option<bool>, String> {
    let mut before = None;
    for text in texts {
        let pairs =
            text.split(',').map(|p| p.split_once('=').map_or((p.trim(), None), |(k, v)| (k.trim(), Some(v.trim()))));
        // The gates of the control plane can have the name of their component before them since 1.31; the gates of
        // Kubernetes itself have `kube` or none.
        let mut pairs = pairs.map(|(k, v)| (k.strip_prefix("kube:").unwrap_or(k), v));
        let Some((_, value)) = pairs.rfind(|(k, _)| *k == key) else {
            continue;
        };
        let value = value.unwrap_or_default();
        let value = parse_bool(value)
            .ok_or_else(|| format!("{} is neither true nor false", quote(&format!("{key}={value}"))))?;
        // Up to 1.30 the first flag sets all gates of the group, and a later one only those that are not set.
        if GATE_GROUPS.contains(&key) && before.is_some_and(|before| before != value) {
            return Err(format!(
                "{key} is true in one flag and false in another, and versions differ in which one counts"
            ));
        }
        before = Some(value);
    }
    Ok(before)
}

/// The servers of one resource: those after `#`, separated by `;`. Without `#` it is kept as it is.
fn servers_of(entry: &str) -> Vec<String> {
    let servers = entry.split_once('#').map_or(entry, |(_, servers)| servers);
    servers.split(';').map(|server| server.trim().to_owned()).collect()
}

/// A number without a fraction, also one that is written with a point or an exponent: the components read `4e3` as 4000.
fn whole_number(number: &serde_json::Number) -> Option<i64> {
    /// Up to here each whole number is a float of its own.
    const MAX_EXACT: f64 = 9_007_199_254_740_992.0;
    let float = || number.as_f64().filter(|float| float.fract() == 0.0 && float.abs() <= MAX_EXACT);
    #[allow(clippy::cast_possible_truncation, reason = "it is whole and small enough")]
    number.as_i64().or_else(|| float().map(|float| float as i64))
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
            // etcd splits at every comma: neither a line nor a quote ends a list.
            (ValueKind::Urls, &["https://a:1,\nhttp://b:2 "], none, Ok(Some(list(&["https://a:1", "http://b:2"])))),
            (ValueKind::Urls, &["https://a,http://b", "https://a"], none, Ok(Some(list(&["https://a", "http://b"])))),
            (ValueKind::Urls, &[r#""https://a,http://b""#], none, Ok(Some(list(&["\"https://a", "http://b\""])))),
            (ValueKind::Urls, &[""], none, Ok(None)),
            (
                ValueKind::Overrides,
                &["/events#https://a:1;http://b:2,apps/deployments#https://c:3", "/secrets#http://d:4"],
                none,
                Ok(Some(list(&["https://a:1", "http://b:2", "https://c:3", "http://d:4"]))),
            ),
            (ValueKind::Overrides, &["/events"], none, Ok(Some(list(&["/events"])))),
            (ValueKind::Overrides, &["/events#"], none, Ok(Some(list(&[""])))),
            (ValueKind::Overrides, &[""], none, Ok(None)),
            (ValueKind::Map, &["A=true,RotateKubeletServerCertificate=false"], &keys, Ok(Some(Value::Bool(false)))),
            (ValueKind::Map, &["AllBeta=false", "B=1"], &keys, Ok(Some(Value::Bool(false)))),
            (ValueKind::Map, &["kube:AllBeta=false"], &keys, Ok(Some(Value::Bool(false)))),
            (ValueKind::Map, &["AllBeta=true,kube:AllBeta=false"], &keys, Ok(Some(Value::Bool(false)))),
            (ValueKind::Map, &["other:AllBeta=false"], &keys, Ok(None)),
            (ValueKind::Map, &["A=true"], &keys, Ok(None)),
            (ValueKind::Map, &["AllBeta=x"], &keys, Err(())),
            (ValueKind::Map, &["AllBeta"], &keys, Err(())),
            // In one flag the last pair counts; of several flags, that depends on the version.
            (ValueKind::Map, &["AllBeta=false,AllBeta=true"], &keys, Ok(Some(Value::Bool(true)))),
            (ValueKind::Map, &["AllBeta=true", "A=true", "AllBeta=1"], &keys, Ok(Some(Value::Bool(true)))),
            (ValueKind::Map, &["AllBeta=false", "AllBeta=true"], &keys, Err(())),
            (ValueKind::Map, &["AllBeta=true", "kube:AllBeta=false"], &keys, Err(())),
            // A gate of its own has the last value, and the group does not change it.
            (
                ValueKind::Map,
                &["RotateKubeletServerCertificate=false", "RotateKubeletServerCertificate=true"],
                &keys,
                Ok(Some(Value::Bool(true))),
            ),
            (
                ValueKind::Map,
                &["AllBeta=false", "AllBeta=true,RotateKubeletServerCertificate=true"],
                &keys,
                Ok(Some(Value::Bool(true))),
            ),
        ];
        for (kind, texts, keys, expected) in cases {
            assert_eq!(kind.of_texts(texts, keys).map_err(drop), *expected, "{kind:?} {texts:?}");
        }
    }

    #[test]
    fn shows_durations_in_hours_minutes_and_seconds() {
        assert_eq!(Value::Duration(Duration::from_secs(14_400)).to_string(), "4h0m0s");
        assert_eq!(Value::Duration(Duration::from_secs(300)).to_string(), "5m0s");
    }

    #[test]
    fn a_number_that_is_too_large_is_named_as_such() {
        let error = ValueKind::Number.of_json(&json!(1e20), &[]).expect_err("too large");
        assert_eq!(error, "a number beyond 64 bits is not a whole number");
        let error = ValueKind::Number.of_json(&json!(0.5), &[]).expect_err("a fraction");
        assert_eq!(error, "`0.5` is not a whole number");
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
            (
                ValueKind::Urls,
                json!("https://a,\nhttp://b\n"),
                Ok(Some(Value::List(vec!["https://a".into(), "http://b".into()]))),
            ),
            (ValueKind::Urls, json!(["https://a"]), Err(())),
            (ValueKind::Urls, json!(""), Ok(None)),
            (ValueKind::Overrides, json!("/events#https://a"), Err(())),
            (ValueKind::Text, json!(null), Ok(None)),
            (ValueKind::Text, json!({"a": 1}), Err(())),
        ];
        for (kind, json, expected) in cases {
            assert_eq!(kind.of_json(&json, &[]).map_err(drop), expected, "{kind:?} {json}");
        }
    }
}
