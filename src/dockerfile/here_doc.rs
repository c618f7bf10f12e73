//! Here-documents: text behind an instruction that belongs to it.

use super::error::DockerfileError;
use super::source::Source;
use super::words::{is_closed, split, unquote};
use crate::yaml::Position;

/// A here-document of `RUN`, `COPY` or `ADD`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HereDoc {
    /// The word that ends it. It is the name of the file that `COPY` makes.
    pub(crate) name: String,
    /// Its text.
    pub(crate) content: Source,
    /// Whether leading tabs are removed.
    pub(super) strips_tabs: bool,
}

impl HereDoc {
    /// Adds a line, with its end.
    pub(super) fn add(&mut self, line: &str, number: usize) {
        let text = if self.strips_tabs { line.trim_start_matches('\t') } else { line };
        let column = line.chars().count() - text.chars().count() + 1;
        self.content.push(Position { line: number, column }, text);
    }
}

/// The here-documents that an instruction announces, without their text.
pub(super) fn here_docs(source: &Source, escape: char) -> Result<Vec<HereDoc>, DockerfileError> {
    if !source.text.contains("<<") || !can_have(&source.text) {
        return Ok(Vec::new());
    }
    if !is_closed(&source.text, escape) {
        return Err(DockerfileError::new(source.position(0), "a quote in a line with `<<` has no end"));
    }
    Ok(split(&source.text, escape).into_iter().filter_map(|(_, word)| here_doc(word, escape)).collect())
}

/// A word such as `<<EOF`, `3<<-"EOF"`.
pub(super) fn here_doc(word: &str, escape: char) -> Option<HereDoc> {
    let name = word.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix("<<")?;
    let (name, strips_tabs) = name.strip_prefix('-').map_or((name, false), |name| (name, true));
    let text = unquote(name, escape);
    (!text.is_empty() && !name.contains('<')).then(|| HereDoc { name: text, content: Source::default(), strips_tabs })
}

/// Only some instructions have them, and none in JSON form.
fn can_have(line: &str) -> bool {
    let (keyword, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    match keyword.to_ascii_lowercase().as_str() {
        "onbuild" => {
            let inner = rest.trim_start().split(char::is_whitespace).next().unwrap_or_default();
            !inner.eq_ignore_ascii_case("onbuild") && can_have(rest.trim_start())
        }
        "add" | "copy" | "run" => {
            let json = rest.trim_start().strip_prefix('[').map(str::trim_start);
            !json.is_some_and(|json| json.starts_with(['"', ']']))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(line: &str) -> Vec<String> {
        let mut source = Source::default();
        source.push(Position::START, line);
        here_docs(&source, '\\').expect("quotes that are closed").into_iter().map(|document| document.name).collect()
    }

    #[test]
    fn here_documents_are_found_anywhere_in_the_line() {
        let cases: [(&str, &[&str]); 15] = [
            ("RUN <<EOF", &["EOF"]),
            ("run cat <<EOF > /x", &["EOF"]),
            ("RUN <<-EOF", &["EOF"]),
            ("RUN <<\"E F\"", &["E F"]),
            ("RUN cat <<'a' <<b", &["a", "b"]),
            ("RUN 3<<x", &["x"]),
            ("COPY <<a.txt <<b.txt /d/", &["a.txt", "b.txt"]),
            ("ADD <<x /", &["x"]),
            ("ONBUILD RUN <<EOF", &["EOF"]),
            ("RUN cat <<<word", &[]),
            ("RUN echo \"<<EOF\"", &[]),
            ("RUN echo $((1<<2))", &[]),
            ("RUN [\"cat\", \"<<EOF\"]", &[]),
            ("LABEL a=<<EOF", &[]),
            ("RUN cat << EOF", &[]),
        ];
        for (line, expected) in cases {
            assert_eq!(names(line), expected, "{line}");
        }
    }
}
