//! Files of the audited machine, which may be hostile: YAML within a budget of nodes, depth and aliases, unit files and
//! certificates. JSON is read as YAML; booleans are those of YAML 1.1, which the components accept.

use crate::source::node::SourceError;
use crate::yaml::document_reason;
use serde_json::Value as Json;

/// Levels of nested lists and mappings; documents of components have far fewer.
pub(crate) const MAX_DEPTH: usize = 64;
/// Nodes and bytes of one document. The largest that components are given, audit policies, have a few thousand nodes.
pub(crate) const MAX_NODES: usize = 20_000;
const MAX_BYTES: usize = 1 << 20;

/// Parses the first document of a YAML or JSON file. One without a mapping is malformed.
pub(crate) fn parse(bytes: &[u8]) -> Result<Json, SourceError> {
    if bytes.len() > MAX_BYTES {
        return Err(SourceError::TooLarge(MAX_BYTES as u64));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| SourceError::Malformed("not UTF-8 text".to_owned()))?;
    let options = serde_saphyr::options! {
        with_snippet: false,
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

/// The values of a key in a section of a unit file, in order. The line after one that ends in `\` continues that one and is
/// skipped; the trailing backslash stays in the value.
pub(crate) fn unit_values(bytes: &[u8], section: &str, key: &str) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let mut in_section = false;
    let mut continues = false;
    let mut values = Vec::new();
    for line in text.lines().map(|line| line.trim_matches(BLANKS)) {
        if line.starts_with(['#', ';']) {
            continue;
        }
        let is_continuation = std::mem::replace(&mut continues, line.ends_with('\\'));
        if is_continuation {
            continue;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            in_section = name == section;
        } else if in_section
            && let Some((name, value)) = line.split_once('=')
            && name.trim_matches(BLANKS) == key
        {
            values.push(value.trim_matches(BLANKS).to_owned());
        }
    }
    values
}

/// The certificates of a PEM file, as base64.
pub(crate) fn certificates(bytes: &[u8]) -> Result<Vec<String>, SourceError> {
    const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
    const END: &str = "-----END CERTIFICATE-----";
    let text = String::from_utf8_lossy(bytes);
    let found: Vec<String> = text
        .split(BEGIN)
        .skip(1)
        .filter_map(|rest| Some(rest.split_once(END)?.0.split_whitespace().collect::<String>()))
        .filter(|body| !body.is_empty() && body.bytes().all(is_base64))
        .collect();
    if found.is_empty() { Err(SourceError::Malformed("it has no PEM certificate".to_owned())) } else { Ok(found) }
}

const fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn reads_json_as_yaml() {
        for text in ["a: {b: no}", "a:\n  b: false", "{\"a\": {\"b\": false}}", "---\na:\n  b: off\n"] {
            assert_eq!(parse(text.as_bytes()), Ok(json!({"a": {"b": false}})), "{text}");
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
            assert!(matches!(parse(text.as_bytes()), Err(SourceError::Malformed(_))), "{:.40}", text);
        }
        for text in ["hunter2: 1\nhunter2: 2", "a: 987654e400", "a: *hunter2", "a: {hunter2", "a: !!int hunter2"] {
            match parse(text.as_bytes()) {
                Err(SourceError::Malformed(reason)) => {
                    assert!(!reason.contains("hunter2") && !reason.contains("987654"), "{reason}");
                    assert!(reason.contains("line"), "{reason}");
                }
                other => panic!("{text}: {other:?}"),
            }
        }
        assert!(matches!(parse(b"a: \xff"), Err(SourceError::Malformed(_))));
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
            assert_eq!(parse(text.as_bytes()), Ok(json!({"a": 1})), "{text:?}");
        }
        let text = "a: |\n  ---\n  x\nb: ' ---'\n---x: 1\n";
        assert_eq!(parse(text.as_bytes()), Ok(json!({"a": "---\nx\n", "b": " ---", "---x": 1})));
    }

    #[test]
    fn reads_unit_files_and_certificates() {
        let unit = b"[Unit]\nIPAddressDeny=none\n[Service]\nIPAddressDeny = any\n#x\n";
        assert_eq!(unit_values(unit, "Service", "IPAddressDeny"), ["any"]);
        assert_eq!(unit_values(b"[Service]\nA=1\nA=\nB=x \\\n# y\nA=2\nA=3\n", "Service", "A"), ["1", "", "3"]);
        let pem = b"x\n-----BEGIN CERTIFICATE-----\nQUJD\nREVG\n-----END CERTIFICATE-----\n";
        assert_eq!(certificates(pem), Ok(vec!["QUJDREVG".to_owned()]));
        assert!(certificates(b"-\n").is_err());
        let swallowed = b"-----BEGIN CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----\nQUJD\n-----END CERTIFICATE-----\n";
        assert!(certificates(swallowed).is_err());
    }
}
