//! How Go's YAML library (go-yaml 2) reads plain scalars: the words and numbers of YAML 1.1.

use serde_json::{Number, Value as Json};

/// The value of a plain scalar.
pub(crate) fn go_scalar(text: &str) -> Json {
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
            assert_eq!(go_scalar(text), expected, "{text}");
        }
    }
}
