//! Values as flags of Go programs are written: booleans, numbers, durations and lists.

use std::time::Duration;

/// Parses a boolean as strconv.ParseBool of Go does.
pub fn parse_bool(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Some(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Some(false),
        _ => None,
    }
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

/// Splits the URLs of a flag of etcd as strings.Split of Go does, and trims them. etcd does not start with an empty one.
pub(super) fn split_urls(text: &str) -> Vec<String> {
    text.split(',').map(|url| url.trim().to_owned()).filter(|url| !url.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

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
    }
}
