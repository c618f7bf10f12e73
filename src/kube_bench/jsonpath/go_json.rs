//! Values as Go's `encoding/json` writes them: lists and maps that a template renders.

use serde_json::{Number, Value as Json};

/// A value as JSON: keys are sorted, and `<`, `>`, `&` and the two line separators escaped.
pub(super) fn text(value: &Json, is_json: bool) -> String {
    let mut out = String::new();
    write(value, is_json, &mut out);
    out
}

fn write(value: &Json, is_json: bool, out: &mut String) {
    match value {
        Json::Null | Json::Bool(_) => out.push_str(&value.to_string()),
        Json::Number(number) => out.push_str(&number_text(number, is_json)),
        Json::String(text) => write_string(text, out),
        Json::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index > 0 { "," } else { "" });
                write(item, is_json, out);
            }
            out.push(']');
        }
        Json::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            out.push('{');
            for (index, (key, value)) in entries.into_iter().enumerate() {
                out.push_str(if index > 0 { "," } else { "" });
                write_string(key, out);
                out.push(':');
                write(value, is_json, out);
            }
            out.push('}');
        }
    }
}

/// Every number of a JSON document is a float to Go. Very small and very large ones have an exponent.
fn number_text(number: &Number, is_json: bool) -> String {
    if !is_json && (number.is_i64() || number.is_u64()) {
        return number.to_string();
    }
    let float = number.as_f64().unwrap_or_default();
    let size = float.abs();
    if size == 0.0 || (1e-6..1e21).contains(&size) {
        return format!("{float}");
    }
    // Rust writes `1e21` where Go writes `1e+21`.
    let text = format!("{float:e}");
    if size < 1.0 { text } else { text.replace('e', "e+") }
}

fn write_string(text: &str, out: &mut String) {
    for c in Json::from(text).to_string().chars() {
        match c {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            other => out.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_as_go_does() {
        let cases = [
            ("[1.0, 1e3, 1000000, 12345678901234567890]", "[1,1000,1000000,12345678901234567000]"),
            (
                "[1e21, 1.5e300, 1e20, 0.000001, 0.0000001, -0.5]",
                "[1e+21,1.5e+300,100000000000000000000,0.000001,1e-7,-0.5]",
            ),
            ("{\"b\": 1, \"a\": {\"d\": null, \"c\": true}}", "{\"a\":{\"c\":true,\"d\":null},\"b\":1}"),
            ("[\"<a>&\u{2028}é\\n\"]", "[\"\\u003ca\\u003e\\u0026\\u2028é\\n\"]"),
        ];
        for (document, expected) in cases {
            let value = serde_json::from_str(document).expect(document);
            assert_eq!(text(&value, true), expected, "{document}");
        }
        let value = serde_json::json!([1, 1.5, 12_345_678_901_234_567_890_u64]);
        assert_eq!(text(&value, false), "[1,1.5,12345678901234567890]");
    }
}
