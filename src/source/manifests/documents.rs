//! The documents of a text. Each is read by itself, so that a wrong one does not hide the others.

use serde::de::IgnoredAny;

/// One document of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DocumentText<'t> {
    /// Its text.
    pub(super) text: &'t str,
    /// The lines before it.
    pub(super) lines_before: usize,
    /// What a comment `# Source: FILE` at its start names.
    pub(super) source: Option<&'t str>,
}

/// The documents of a text; those without content are left out.
pub(super) fn split(text: &str) -> Vec<DocumentText<'_>> {
    json_values(text).unwrap_or_else(|| yaml_documents(text))
}

/// The values of a JSON text; none if it is not JSON.
fn json_values(text: &str) -> Option<Vec<DocumentText<'_>>> {
    if !text.trim_start().starts_with(['{', '[']) {
        return None;
    }
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
    let mut documents = Vec::new();
    let (mut start, mut lines_before) = (0, 0);
    while let Some(value) = values.next() {
        value.ok()?;
        let end = values.byte_offset();
        let value = text.get(start..end)?;
        documents.push(DocumentText { text: value, lines_before, source: None });
        lines_before += value.matches('\n').count();
        start = end;
    }
    Some(documents)
}

/// The documents between lines that begin with `---` or `...`. No scalar can have such a line.
fn yaml_documents(text: &str) -> Vec<DocumentText<'_>> {
    let mut documents = Vec::new();
    let (mut start, mut first_line, mut offset) = (0, 0, 0);
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let is_start = number > 0 && is_marker(line, "---");
        let is_end = is_marker(line, "...");
        if is_start || is_end {
            documents.extend(document(text, start..offset, first_line));
            // What follows `---` on its line belongs to the document.
            (start, first_line) = if is_start { (offset, number) } else { (offset + line.len(), number + 1) };
        }
        offset += line.len();
    }
    documents.extend(document(text, start..text.len(), first_line));
    documents
}

/// Whether a line is a marker, with something else on it or nothing.
fn is_marker(line: &str, marker: &str) -> bool {
    line.strip_prefix(marker).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n']))
}

fn document(text: &str, range: std::ops::Range<usize>, lines_before: usize) -> Option<DocumentText<'_>> {
    let text = text.get(range)?;
    let mut source = None;
    for (number, line) in text.lines().enumerate() {
        let rest = if number == 0 && is_marker(line, "---") { line.get(3..).unwrap_or_default() } else { line };
        let rest = rest.trim();
        if let Some(comment) = rest.strip_prefix('#') {
            source = source.or_else(|| comment.trim().strip_prefix("Source:").map(str::trim));
        } else if !rest.is_empty() && !line.starts_with('%') {
            return Some(DocumentText { text, lines_before, source });
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> Vec<(&str, usize, Option<&str>)> {
        split(text).into_iter().map(|of| (of.text, of.lines_before, of.source)).collect()
    }

    #[test]
    fn documents_end_at_markers_and_keep_their_lines() {
        assert_eq!(parts("a: 1\n"), [("a: 1\n", 0, None)]);
        assert_eq!(
            parts("# one\n---\na: 1\n--- # two\nb: 1\n---\r\nc: 1\n---  \nd: 1"),
            [
                ("---\na: 1\n", 1, None),
                ("--- # two\nb: 1\n", 3, None),
                ("---\r\nc: 1\n", 5, None),
                ("---  \nd: 1", 7, None)
            ]
        );
        assert_eq!(parts("a: 1\n...\n# end\n"), [("a: 1\n", 0, None)]);
        assert_eq!(parts("--- {a: 1}\n--- {b: 1}\n"), [("--- {a: 1}\n", 0, None), ("--- {b: 1}\n", 1, None)]);
        assert_eq!(parts("a: |\n  ---\n  b\n---x: 1\n"), [("a: |\n  ---\n  b\n---x: 1\n", 0, None)]);
    }

    #[test]
    fn a_text_without_content_has_no_documents() {
        for text in ["", "\n", "# only a comment\n", "---\n---\n# x\n...\n", "---\r\n"] {
            assert_eq!(parts(text), [], "{text:?}");
        }
    }

    #[test]
    fn a_comment_of_a_tool_names_the_source() {
        let text = "---\n# Source: shop/templates/web.yaml\nkind: Pod\n---\nkind: Pod\n# Source: no\n";
        let sources: Vec<_> = split(text).into_iter().map(|of| of.source).collect();
        assert_eq!(sources, [Some("shop/templates/web.yaml"), None]);
    }

    #[test]
    fn json_values_in_a_row_are_documents() {
        assert_eq!(parts("{\"a\": 1}\n{\"b\":\n 2}\n"), [("{\"a\": 1}", 0, None), ("\n{\"b\":\n 2}", 0, None)]);
        assert_eq!(parts("{a: 1}\n---\n{b: 2}\n").len(), 2);
    }
}
