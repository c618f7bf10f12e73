//! Lines that the library logrus writes: `time="…" level=info msg="…"`.

/// What a line of a log is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Line {
    /// A line of logrus with this message.
    Message(String),
    /// A line of logrus, or the beginning of one, that cannot be read, and why.
    Broken(&'static str),
    /// Another line.
    Plain,
}

/// Reads a line. All of it must have the form, with one message.
pub(super) fn read_line(line: &str) -> Line {
    if !line.starts_with("time=") {
        return Line::Plain;
    }
    let (mut rest, mut message) = (line, None);
    loop {
        let Some((name, value)) = rest.split_once('=') else {
            return Line::Broken("it does not end as a line of logrus");
        };
        let (text, after) = match value.strip_prefix('"') {
            Some(quoted) => {
                let Some(end) = end_of_quotes(quoted) else { return Line::Broken("it is cut: its quotes do not end") };
                match unquoted(&quoted[..end]) {
                    Some(text) => (text, &quoted[end + 1..]),
                    None => return Line::Broken("it has an escape sequence that is not known"),
                }
            }
            None => {
                let end = value.find(' ').unwrap_or(value.len());
                (value[..end].to_owned(), &value[end..])
            }
        };
        if name.is_empty() || name.contains([' ', '"']) {
            return Line::Broken("it does not have the form of a line of logrus");
        }
        if name == "msg" && message.replace(text).is_some() {
            return Line::Broken("it has more than one message");
        }
        if after.is_empty() {
            return message.map_or(Line::Broken("it has no message"), Line::Message);
        }
        let Some(next) = after.strip_prefix(' ') else {
            return Line::Broken("it does not have the form of a line of logrus");
        };
        rest = next;
    }
}

/// Where the quotes end that are open at the start of a text.
fn end_of_quotes(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.char_indices().find_map(|(at, c)| {
        let is_end = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        is_end.then_some(at)
    })
}

/// A text that Go has quoted. `None` with an escape sequence that Go does not write, or if the bytes are not UTF-8.
fn unquoted(inside: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(inside.len());
    let mut rest = inside;
    while let Some((before, after)) = rest.split_once('\\') {
        bytes.extend_from_slice(before.as_bytes());
        let kind = after.chars().next()?;
        rest = after.strip_prefix(kind)?;
        let digits = match kind {
            'x' => 2,
            'u' => 4,
            'U' => 8,
            _ => 0,
        };
        let hex = rest.get(..digits)?;
        rest = rest.get(digits..)?;
        match kind {
            'a' => bytes.push(7),
            'b' => bytes.push(8),
            'f' => bytes.push(12),
            'n' => bytes.push(b'\n'),
            'r' => bytes.push(b'\r'),
            't' => bytes.push(b'\t'),
            'v' => bytes.push(11),
            '"' | '\\' => bytes.extend_from_slice(kind.to_string().as_bytes()),
            'x' | 'u' | 'U' if hex.bytes().all(|b| b.is_ascii_hexdigit()) => {
                let number = u32::from_str_radix(hex, 16).ok()?;
                match (kind, u8::try_from(number)) {
                    ('x', Ok(byte)) => bytes.push(byte),
                    _ => bytes.extend_from_slice(char::from_u32(number)?.to_string().as_bytes()),
                }
            }
            _ => return None,
        }
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_messages() {
        let message = |text: &str| Line::Message(text.to_owned());
        let cases = [
            (r#"time="2026" level=info msg="a b""#, message("a b")),
            (r#"time="2026" level=info msg=a"#, message("a")),
            (r#"time="2026" level=info msg=a error="x""#, message("a")),
            (r#"time="2026" msg="\a\b\f\n\r\t\v\\\"""#, message("\u{7}\u{8}\u{c}\n\r\t\u{b}\\\"")),
            (r#"time="2026" msg="\xc3\xa9""#, message("é")),
            ("level=info msg=a", Line::Plain),
            ("", Line::Plain),
        ];
        for (line, expected) in cases {
            assert_eq!(read_line(line), expected, "{line}");
        }
        for line in ["time=", r#"time="2026""#, r#"time="2026" msg=a  b=c"#, r#"time="2026" msg="\1""#] {
            assert!(matches!(read_line(line), Line::Broken(_)), "{line}");
        }
    }
}
