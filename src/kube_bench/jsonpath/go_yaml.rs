//! How Go's YAML library (go-yaml 2) reads plain scalars: the words and numbers of YAML 1.1.

use crate::yaml::{Content, Diagnostic, TextFile, YamlNode};
use serde_json::{Map, Number, Value as Json};

/// Put before a key that is no text, such as `n`, which is a boolean. Paths find texts only.
const NO_TEXT: char = '\0';

/// Corrects the values of a document that was read by the rules of YAML 1.2. A tag decides by itself how its scalar is read.
pub(super) fn correct(text: &str, value: Json) -> Result<Json, Diagnostic> {
    let root = TextFile::new("document", text.to_owned()).tree(&mut Vec::new())?;
    Ok(corrected(value, &root))
}

fn corrected(value: Json, node: &YamlNode) -> Json {
    match (value, &node.content) {
        (Json::Array(items), Content::Sequence(nodes)) if items.len() == nodes.len() => {
            Json::Array(items.into_iter().zip(nodes).map(|(item, node)| corrected(item, node)).collect())
        }
        (Json::Object(mut map), Content::Mapping(entries)) => {
            let mut out = Map::new();
            for (key, node) in entries {
                let Some((name, value)) = key.text().and_then(|name| map.remove_entry(name)) else { continue };
                let is_text = !is_plain(key) || scalar(&name).is_string();
                let name = if is_text { name } else { format!("{NO_TEXT}{name}") };
                out.insert(name, corrected(value, node));
            }
            // Those of merge keys.
            out.extend(map);
            Json::Object(out)
        }
        (_, Content::Scalar { text, is_plain: true }) => scalar(text),
        (value, _) => value,
    }
}

const fn is_plain(node: &YamlNode) -> bool {
    matches!(node.content, Content::Scalar { is_plain: true, .. })
}

/// The value of a plain scalar.
fn scalar(text: &str) -> Json {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Json::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => return Json::Bool(true),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            return Json::Bool(false);
        }
        _ => {}
    }
    let is_number_like = text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.'));
    let digits = text.replace('_', "");
    let number = if is_number_like { integer(&digits).or_else(|| float(&digits)) } else { None };
    number.map_or_else(|| Json::String(text.to_owned()), Json::Number)
}

/// Go's `strconv.ParseInt` with base 0: a leading zero means octal.
fn integer(text: &str) -> Option<Number> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let lower = rest.to_ascii_lowercase();
    let (digits, base) = match lower.get(..2) {
        Some("0x") => (&lower[2..], 16),
        Some("0o") => (&lower[2..], 8),
        Some("0b") => (&lower[2..], 2),
        Some(_) if lower.starts_with('0') => (&lower[1..], 8),
        Some(_) | None => (lower.as_str(), 10),
    };
    if !digits.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return None;
    }
    let signed = i64::from_str_radix(&format!("{sign}{digits}"), base).ok().map(Number::from);
    signed.or_else(|| if sign.is_empty() { u64::from_str_radix(digits, base).ok().map(Number::from) } else { None })
}

fn float(text: &str) -> Option<Number> {
    let has_digit = text.contains(|c: char| c.is_ascii_digit());
    let is_decimal = text.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | 'e' | 'E'));
    if has_digit && is_decimal { text.parse().ok().and_then(Number::from_f64) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_tag_counts_for_its_own_scalar_only() {
        let text = "# !!\na: yes\nb: !!str yes\nc: '!!'\n";
        let value = json!({"a": "yes", "b": "yes", "c": "!!"});
        assert_eq!(correct(text, value).ok(), Some(json!({"a": true, "b": "yes", "c": "!!"})));
    }

    #[test]
    fn a_document_without_a_tree_is_refused() {
        assert!(correct(&"[".repeat(10_000), json!(null)).is_err());
    }

    #[test]
    fn reads_plain_scalars_as_go_yaml_does() {
        let cases = [
            ("010", json!(8)),
            ("-010", json!(-8)),
            ("08", json!(8.0)),
            ("0", json!(0)),
            ("0x1F", json!(31)),
            ("0o17", json!(15)),
            ("0b101", json!(5)),
            ("1_000", json!(1000)),
            ("+5", json!(5)),
            ("18446744073709551615", json!(u64::MAX)),
            ("1.5", json!(1.5)),
            ("1e3", json!(1000.0)),
            ("y", json!(true)),
            ("Off", json!(false)),
            ("yEs", json!("yEs")),
            ("~", json!(null)),
            ("-", json!("-")),
            ("1.2.3", json!("1.2.3")),
            ("10s", json!("10s")),
            ("0x", json!("0x")),
            ("é1", json!("é1")),
        ];
        for (text, expected) in cases {
            assert_eq!(scalar(text), expected, "{text}");
        }
    }
}
