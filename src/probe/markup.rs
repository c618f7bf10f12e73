//! Files of the audited machine, which may be hostile: YAML within a budget of nodes, depth and aliases, unit files and
//! certificates. JSON is read as YAML; booleans are those of YAML 1.1, which the components accept.

use crate::source::node::SourceError;
use crate::yaml::document_reason;
use serde_json::Value as Json;
use serde_saphyr::options::DuplicateKeyPolicy;

/// Levels of nested lists and mappings; documents of components have far fewer.
pub(crate) const MAX_DEPTH: usize = 64;
/// Nodes and bytes of one document. The largest that components are given, audit policies, have a few thousand nodes.
pub(crate) const MAX_NODES: usize = 20_000;
const MAX_BYTES: usize = 1 << 20;

/// What a component does with a key that a mapping has twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DuplicateKeys {
    /// The last one counts.
    LastCounts,
    /// It refuses the document.
    Refused,
}

/// Parses the first document of a YAML or JSON file. One without a mapping is malformed.
pub(crate) fn parse(bytes: &[u8], duplicates: DuplicateKeys) -> Result<Json, SourceError> {
    if bytes.len() > MAX_BYTES {
        return Err(SourceError::TooLarge(MAX_BYTES as u64));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| SourceError::Malformed("not UTF-8 text".to_owned()))?;
    if let Some((position, letter)) =
        text.char_indices().find(|(_, letter)| matches!(letter, '\u{85}' | '\u{2028}' | '\u{2029}'))
    {
        return Err(SourceError::Malformed(line_break_reason(&text[..position], letter)));
    }
    let options = serde_saphyr::options! {
        with_snippet: false,
        duplicate_keys: match duplicates {
            DuplicateKeys::LastCounts => DuplicateKeyPolicy::LastWins,
            DuplicateKeys::Refused => DuplicateKeyPolicy::Error,
        },
        // `010` is 8 for go-yaml.
        legacy_octal_numbers: true,
        budget: serde_saphyr::budget! { max_depth: MAX_DEPTH, max_nodes: MAX_NODES },
    };
    let json: Json = serde_saphyr::from_str_with_options(first_document(text), options)
        .map_err(|e| SourceError::Malformed(document_reason(&e)))?;
    if json.is_object() {
        Ok(json)
    } else {
        Err(SourceError::Malformed("expected a mapping of keys to values".to_owned()))
    }
}

/// Why a document with a character that ends a line in YAML 1.1 alone is refused. The components end lines, and so comments, there;
/// people and editors do not see it.
fn line_break_reason(before: &str, letter: char) -> String {
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
    format!(
        "it contains the invisible line break U+{:04X} at line {line}, column {column}; remove it",
        u32::from(letter)
    )
}

/// The text up to the second document. The components read no further (`yaml.Unmarshal` of Go).
fn first_document(text: &str) -> &str {
    let mut has_begun = false;
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let is = |marker: &str| {
            let rest = line.strip_prefix(marker);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n']))
        };
        if has_begun && (is("---") || is("...")) {
            return &text[..offset];
        }
        let is_before_the_first = line.trim().is_empty() || line.trim_start().starts_with('#') || line.starts_with('%');
        has_begun |= is("---") || !is_before_the_first;
        offset += line.len();
    }
    text
}

/// Characters that separate words in a unit file. Other Unicode white space does not.
pub(crate) const BLANKS: [char; 4] = [' ', '\t', '\n', '\r'];

/// The values of a key in a section of a unit file, in order. A line that ends in `\` goes on with the next one that is no comment, in
/// place of a blank.
pub(crate) fn unit_values(bytes: &[u8], section: &str, key: &str) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let mut in_section = false;
    let mut values = Vec::new();
    let mut read = |line: &str| {
        let line = line.trim_matches(BLANKS);
        if line.starts_with(['#', ';']) {
            return;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            in_section = name == section;
        } else if in_section
            && let Some((name, value)) = line.split_once('=')
            && name.trim_matches(BLANKS) == key
        {
            values.push(value.trim_matches(BLANKS).to_owned());
        }
    };
    let mut begun = String::new();
    for line in text.lines().map(|line| line.trim_matches(BLANKS)).filter(|line| !line.starts_with(['#', ';'])) {
        begun.push_str(line);
        // Of two backslashes the first quotes the second.
        let backslashes = begun.chars().rev().take_while(|letter| *letter == '\\').count();
        if backslashes % 2 == 1 {
            begun.pop();
            begun.push(' ');
        } else {
            read(&begun);
            begun.clear();
        }
    }
    read(&begun);
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn reads_json_as_yaml() {
        for text in ["a: {b: no}", "a:\n  b: false", "{\"a\": {\"b\": false}}", "---\na:\n  b: off\n"] {
            assert_eq!(parse(text.as_bytes(), DuplicateKeys::Refused), Ok(json!({"a": {"b": false}})), "{text}");
        }
    }

    #[test]
    fn other_texts_are_malformed_and_not_quoted() {
        let deep = format!("a: {}", "[".repeat(10_000));
        let bomb = format!(
            "a0: &a0 [x, x]\n{}",
            (1..60).map(|i| format!("a{i}: &a{i} [*a{p}, *a{p}, *a{p}, *a{p}]\n", p = i - 1)).collect::<String>()
        );
        for text in [
            "",
            "a",
            "- a",
            "a: [",
            "a: 1\na: 2",
            "---\n---\na: 1",
            "...\n---\n---\na: 1",
            "\u{0}",
            deep.as_str(),
            bomb.as_str(),
        ] {
            assert!(
                matches!(parse(text.as_bytes(), DuplicateKeys::Refused), Err(SourceError::Malformed(_))),
                "{:.40}",
                text
            );
        }
        for text in ["hunter2: 1\nhunter2: 2", "a: 987654e400", "a: *hunter2", "a: {hunter2", "a: !!int hunter2"] {
            match parse(text.as_bytes(), DuplicateKeys::Refused) {
                Err(SourceError::Malformed(reason)) => {
                    assert!(!reason.contains("hunter2") && !reason.contains("987654"), "{reason}");
                    assert!(reason.contains("line"), "{reason}");
                }
                other => panic!("{text}: {other:?}"),
            }
        }
        assert!(matches!(parse(b"a: \xff", DuplicateKeys::Refused), Err(SourceError::Malformed(_))));
    }

    #[test]
    fn documents_are_read_as_go_reads_them() {
        let read = |text: &str| parse(text.as_bytes(), DuplicateKeys::LastCounts);
        let cases = [
            ("a: 1\nb: 2\na: 3", json!({"a": 3, "b": 2})),
            ("{\"a\": 1, \"a\": {\"b\": 2}}", json!({"a": {"b": 2}})),
            ("a: {b: 1, b: 2}", json!({"a": {"b": 2}})),
            ("a: 010", json!({"a": 8})),
            ("a: 0o10", json!({"a": 8})),
            ("a: 0x10", json!({"a": 16})),
            ("a: '010'", json!({"a": "010"})),
            ("a: 1_000", json!({"a": 1000})),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text), Ok(expected), "{text}");
        }
        for (text, place) in [
            ("a: 1 # \u{2028}b: 2", "U+2028 at line 1, column 8"),
            ("a: 1\n#\u{85}b: 2", "U+0085 at line 2, column 2"),
            ("\u{2029}a: 1", "U+2029 at line 1, column 1"),
        ] {
            assert!(matches!(read(text), Err(SourceError::Malformed(reason)) if reason.contains(place)), "{text:?}");
        }
    }

    #[test]
    fn only_the_first_document_is_read() {
        for text in [
            "a: 1\n---\na: 2\n",
            "a: 1\n---\n",
            "a: 1\n...\na: 2\n",
            "# x\n\n---\na: 1\n--- # y\n[",
            "%YAML 1.2\n---\na: 1\r\n---\r\na: 2",
            "a: 1\n---",
        ] {
            assert_eq!(parse(text.as_bytes(), DuplicateKeys::Refused), Ok(json!({"a": 1})), "{text:?}");
        }
        let text = "a: |\n  ---\n  x\nb: ' ---'\n---x: 1\n";
        assert_eq!(
            parse(text.as_bytes(), DuplicateKeys::Refused),
            Ok(json!({"a": "---\nx\n", "b": " ---", "---x": 1}))
        );
    }

    #[test]
    fn reads_unit_files() {
        let unit = b"[Unit]\nIPAddressDeny=none\n[Service]\nIPAddressDeny = any\n#x\n";
        assert_eq!(unit_values(unit, "Service", "IPAddressDeny"), ["any"]);
        assert_eq!(unit_values(b"[Service]\nA=1\nA=\nB=x \\\n# y\nA=2\nA=3\n", "Service", "A"), ["1", "", "3"]);
        let cases: [(&str, &[&str]); 7] = [
            ("A=\\\n any", &["any"]),
            ("A=\\\n# comment \\\n; comment\n any\\\nB=1", &["any B=1"]),
            ("A=1\\\\\nA=2", &["1\\\\", "2"]),
            ("A=1 \\", &["1"]),
            ("A=1 \\\n\nA=2", &["1", "2"]),
            ("# A=1 \\\nA=2", &["2"]),
            ("B=\\\n[Other]\nA=1", &["1"]),
        ];
        for (lines, values) in cases {
            assert_eq!(unit_values(format!("[Service]\n{lines}").as_bytes(), "Service", "A"), values, "{lines:?}");
        }
    }
}
