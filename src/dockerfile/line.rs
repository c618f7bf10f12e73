//! The lines of a Dockerfile as BuildKit puts them together: directives, comments, lines that continue, here-documents.
//! docs/dependencies.md says why no crate does this.

use super::error::DockerfileError;
use super::here_doc::{HereDoc, here_docs};
use super::source::Source;
use crate::text::quote;
use crate::yaml::Position;

/// The longest line that BuildKit reads, in bytes.
pub(super) const MAX_LINE: usize = 65_535;

/// An instruction with all its lines joined.
#[derive(Debug)]
pub(super) struct LogicalLine {
    pub(super) text: Source,
    pub(super) here_docs: Vec<HereDoc>,
}

/// The instructions of a file, and its directives.
#[derive(Debug)]
pub(super) struct Lines {
    pub(super) escape: char,
    pub(super) lines: Vec<LogicalLine>,
}

/// Puts the lines of a file together.
pub(super) fn join(text: &str) -> Result<Lines, DockerfileError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut physical = text.split_inclusive('\n').zip(1..).peekable();
    let mut out = Lines { escape: '\\', lines: Vec::new() };
    let mut seen = Vec::new();
    while let Some((line, number)) = physical.peek()
        && let Some((name, value)) = directive(line)
    {
        let at = Position { line: *number, column: 1 };
        if seen.contains(&name) {
            return Err(DockerfileError::new(at, format!("the directive `{name}` is given twice")));
        }
        match (name.as_str(), value) {
            ("escape", "\\" | "`") => out.escape = if value == "`" { '`' } else { '\\' },
            ("escape", _) => {
                return Err(DockerfileError::new(at, "the escape character must be a backslash or a backtick"));
            }
            ("syntax" | "check", _) => {}
            // It is a comment, and so is what follows.
            (_, _) => break,
        }
        seen.push(name);
        physical.next();
    }
    while let Some((line, number)) = physical.next() {
        check(line, number)?;
        let start = line.trim_start();
        if start.is_empty() || start.starts_with('#') {
            continue;
        }
        let mut source = Source::default();
        let column = line.chars().count() - start.chars().count() + 1;
        let (part, mut is_open) = continuation(start, out.escape);
        source.push(Position { line: number, column }, part);
        while is_open && let Some((line, number)) = physical.next() {
            check(line, number)?;
            if line.trim().is_empty() || line.trim_start().starts_with('#') {
                continue;
            }
            let (part, goes_on) = continuation(line, out.escape);
            source.push(Position { line: number, column: 1 }, part);
            is_open = goes_on;
        }
        if source.text.trim().is_empty() {
            continue;
        }
        let mut here_docs = here_docs(&source)?;
        for document in &mut here_docs {
            let mut closed = false;
            for (line, number) in physical.by_ref() {
                check(line, number)?;
                let end = line.trim_end_matches(['\n', '\r']);
                if (if document.strips_tabs { end.trim_start_matches('\t') } else { end }) == document.name {
                    closed = true;
                    break;
                }
                document.add(line, number);
            }
            if !closed {
                let message = format!("the here-document {} has no end", quote(&document.name));
                return Err(DockerfileError::new(source.position(0), message));
            }
        }
        out.lines.push(LogicalLine { text: source, here_docs });
    }
    Ok(out)
}

fn check(line: &str, number: usize) -> Result<(), DockerfileError> {
    if line.len() <= MAX_LINE {
        return Ok(());
    }
    let at = Position { line: number, column: 1 };
    Err(DockerfileError::new(at, format!("the line is longer than {MAX_LINE} bytes, which BuildKit refuses")))
}

/// Name and value of `# name=value`.
fn directive(line: &str) -> Option<(String, &str)> {
    let (name, value) = line.trim_start().strip_prefix('#')?.split_once('=')?;
    let (name, value) = (name.trim(), value.trim());
    let is_name =
        name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(|c| c.is_ascii_alphanumeric());
    (is_name && !value.is_empty()).then(|| (name.to_ascii_lowercase(), value))
}

/// A line without its end, and whether the next one continues it. An escape character that is escaped itself ends the line.
fn continuation(line: &str, escape: char) -> (&str, bool) {
    let line = line.trim_end_matches(['\n', '\r']);
    match line.trim_end_matches([' ', '\t']).strip_suffix(escape) {
        Some(front) if !front.ends_with(escape) => (front, true),
        Some(_) | None => (line, false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(file: &str) -> Vec<String> {
        join(file).expect("a file that BuildKit reads").lines.into_iter().map(|line| line.text.text).collect()
    }

    #[test]
    fn lines_are_joined_as_buildkit_does() {
        let cases: [(&str, &[&str]); 18] = [
            ("", &[]),
            ("# name=value\n# escape=`\nRUN a \\\nb", &["RUN a b"]),
            (" # check=x\n # escape=`\nRUN a `\nb", &["RUN a b"]),
            ("\n \n# comment\n", &[]),
            ("FROM a", &["FROM a"]),
            ("\u{feff}FROM a\n", &["FROM a"]),
            ("FROM a\r\nRUN b \\\r\n  c\r\n", &["FROM a", "RUN b   c"]),
            ("RUN a \\\n  b", &["RUN a   b"]),
            ("RUN a \\ \t\nb", &["RUN a b"]),
            ("RUN a \\\n# comment\n  # comment\n\nb", &["RUN a b"]),
            ("RUN a \\\\\nUSER b", &["RUN a \\\\", "USER b"]),
            ("RUN a # no comment \\\nb", &["RUN a # no comment b"]),
            ("# escape=`\nRUN a `\nb\\\nUSER c", &["RUN a b\\", "USER c"]),
            ("# Syntax = x\n# ESCAPE=`\nRUN a `\nb", &["RUN a b"]),
            ("# comment\n# escape=`\nRUN a \\\nb", &["RUN a b"]),
            ("\n# escape=`\nRUN a \\\nb", &["RUN a b"]),
            ("  \t USER a", &["USER a"]),
            ("RUN a \\", &["RUN a "]),
        ];
        for (file, expected) in cases {
            assert_eq!(texts(file), expected, "{file:?}");
        }
    }

    #[test]
    fn each_byte_has_its_position() {
        let lines = join("# x\nFROM a\n  RUN é \\\n # no\n  two\n").expect("a file").lines;
        let at = |index: usize, part: &str| {
            let source = &lines[index].text;
            let position = source.position(source.text.find(part).expect("the part"));
            (position.line, position.column)
        };
        assert_eq!(at(0, "FROM"), (2, 1));
        assert_eq!(at(0, "a"), (2, 6));
        assert_eq!(at(1, "RUN"), (3, 3));
        assert_eq!(at(1, "two"), (5, 3));
        let rest = lines[1].text.rest("RUN é ".len());
        assert_eq!(rest.text, "two");
        assert_eq!(rest.position(0), Position { line: 5, column: 3 });
    }

    #[test]
    fn a_file_is_refused_with_the_line() {
        let long = format!("FROM a\nRUN {}\n", "x".repeat(10 << 20));
        for (file, line, message) in [
            ("# escape=x\nFROM a", 1, "the escape character must be a backslash or a backtick"),
            ("# escape=`\n# escape=`\n", 2, "the directive `escape` is given twice"),
            ("FROM a\nRUN <<EOF\nx\n", 2, "the here-document `EOF` has no end"),
            (long.as_str(), 2, "the line is longer than 65535 bytes, which BuildKit refuses"),
        ] {
            let error = join(file).expect_err("an error");
            assert_eq!((error.position.line, error.message.as_str()), (line, message));
        }
    }
}
