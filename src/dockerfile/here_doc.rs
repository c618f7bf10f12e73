//! Here-documents: text behind an instruction that belongs to it.

use super::error::DockerfileError;
use super::source::Source;
use super::words::{is_closed, split, unquote};
use crate::yaml::Position;
use std::ops::Range;

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

/// The words of here-documents have this escape character, whatever the file has.
const ESCAPE: char = '\\';

/// The here-documents that an instruction announces, without their text.
pub(super) fn here_docs(source: &Source) -> Result<Vec<HereDoc>, DockerfileError> {
    if !source.text.contains("<<") || !can_have(&source.text) {
        return Ok(Vec::new());
    }
    if !is_closed(&source.text, ESCAPE) {
        return Err(DockerfileError::new(source.position(0), "a quote in a line with `<<` has no end"));
    }
    let words: Vec<&str> = split(&source.text, ESCAPE).into_iter().map(|(_, word)| word).collect();
    Ok(announced(&words).into_iter().map(|(_, document)| document).collect())
}

/// The here-documents of words, each with the number of words that it takes: a blank may follow `<<`.
pub(super) fn announced(words: &[&str]) -> Vec<(Range<usize>, HereDoc)> {
    let mut found = Vec::new();
    let mut index = 0;
    while let Some(word) = words.get(index) {
        let operator = word.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix("<<");
        let Some(name) = operator else {
            index += 1;
            continue;
        };
        let (name, strips_tabs) = name.strip_prefix('-').map_or((name, false), |name| (name, true));
        let (name, next) = match words.get(index + 1) {
            Some(next) if name.is_empty() => (*next, index + 2),
            Some(_) | None => (name, index + 1),
        };
        let text = unquote(name, ESCAPE);
        if !text.is_empty() && !name.contains('<') {
            found.push((index..next, HereDoc { name: text, content: Source::default(), strips_tabs }));
        }
        index = next;
    }
    found
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
        here_docs(&source).expect("quotes that are closed").into_iter().map(|document| document.name).collect()
    }

    #[test]
    fn here_documents_are_found_anywhere_in_the_line() {
        let cases: [(&str, &[&str]); 19] = [
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
            ("RUN cat << EOF > x", &["EOF"]),
            ("RUN cat <<- EOF", &["EOF"]),
            ("RUN cat << -EOF", &["-EOF"]),
            ("RUN <<eo\\'f", &["eo'f"]),
            ("RUN cat <<", &[]),
        ];
        for (line, expected) in cases {
            assert_eq!(names(line), expected, "{line}");
        }
    }
}
