//! Reports in files and on standard input, one after the other. No more than one of them is in memory.

use super::report_files::{REPORTS, files_in};
use crate::commands::Failure;
use crate::text::system_error;
use crate::yaml::open_user_file;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};

/// The most bytes of one report. One of a node has less than one mebibyte.
const MAX_BYTES: u64 = 16 << 20;

/// Receives each document, or why there is none, and its name.
pub(super) type Visit<'v> = dyn FnMut(&str, Result<&[u8], String>) + 'v;

/// The files that paths name: themselves, or the reports of a directory.
pub(super) fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            files.extend(files_in(path, &["json", "jsonl"], REPORTS)?)
        } else {
            files.push(path.clone())
        }
    }
    Ok(files)
}

/// Reads the documents of a file, or of standard input (`-`): one, or one on each line.
pub(super) fn each_document(path: &Path, buffer: &mut Vec<u8>, visit: &mut Visit<'_>) {
    let name = path.display().to_string();
    let read = if path == Path::new("-") {
        documents(io::stdin(), "stdin", buffer, visit)
    } else {
        match open_user_file(path) {
            Ok(file) => documents(file, &name, buffer, visit),
            Err(error) => return visit(&name, Err(format!("cannot be read: {error}"))),
        }
    };
    if let Err(error) = read {
        visit(&name, Err(format!("cannot be read: {}", system_error(&error))));
    }
}

fn documents(mut input: impl Read, name: &str, buffer: &mut Vec<u8>, visit: &mut Visit<'_>) -> io::Result<()> {
    buffer.clear();
    input.by_ref().take(MAX_BYTES + 1).read_to_end(buffer)?;
    let is_whole = buffer.len() as u64 <= MAX_BYTES;
    match (has_lines(buffer), is_whole) {
        (false, true) => visit(name, Ok(buffer)),
        (false, false) => visit(name, Err(too_large())),
        (true, true) => lines(buffer.as_slice(), name, visit)?,
        (true, false) => {
            let front = std::mem::take(buffer);
            lines(BufReader::new(Cursor::new(front).chain(input)), name, visit)?;
        }
    }
    Ok(())
}

/// Whether there is a document on each line: a second line begins with a brace, too.
fn has_lines(text: &[u8]) -> bool {
    let mut lines = text.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    lines.next().is_some() && lines.next().is_some_and(|line| line.starts_with(b"{"))
}

fn lines(mut input: impl BufRead, name: &str, visit: &mut Visit<'_>) -> io::Result<()> {
    let mut line = Vec::new();
    for number in 1_usize.. {
        line.clear();
        input.by_ref().take(MAX_BYTES + 1).read_until(b'\n', &mut line)?;
        let place = || format!("{name} line {number}");
        if line.is_empty() {
            break;
        }
        if line.len() as u64 > MAX_BYTES {
            visit(&place(), Err(too_large()));
            if !line.ends_with(b"\n") {
                skip_line(&mut input)?;
            }
        } else if !line.trim_ascii().is_empty() {
            visit(&place(), Ok(line.trim_ascii_end()));
        }
    }
    Ok(())
}

/// Leaves out the rest of a line.
fn skip_line(input: &mut impl BufRead) -> io::Result<()> {
    loop {
        let part = input.fill_buf()?;
        let end = part.iter().position(|byte| *byte == b'\n');
        let length = end.map_or(part.len(), |end| end + 1);
        if length == 0 {
            return Ok(());
        }
        input.consume(length);
        if end.is_some() {
            return Ok(());
        }
    }
}

fn too_large() -> String {
    format!("the report is larger than {} MiB", MAX_BYTES >> 20)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8]) -> Vec<(String, Result<String, String>)> {
        let mut found = Vec::new();
        let mut visit = |name: &str, document: Result<&[u8], String>| {
            let document = document.map(|bytes| String::from_utf8_lossy(&bytes[..bytes.len().min(20)]).into_owned());
            found.push((name.to_owned(), document));
        };
        documents(text, "a", &mut Vec::new(), &mut visit).expect("memory is readable");
        found
    }

    #[test]
    fn a_file_has_one_document_or_one_on_each_line() {
        let ok = |name: &str, text: &str| (name.to_owned(), Ok(text.to_owned()));
        assert_eq!(read(b"{\n \"a\": 1\n}\n"), [ok("a", "{\n \"a\": 1\n}\n")]);
        assert_eq!(read(b"{\"a\":1}\n"), [ok("a", "{\"a\":1}\n")]);
        assert_eq!(read(b"{\"a\":1}\n\n{\"b\":2}"), [ok("a line 1", "{\"a\":1}"), ok("a line 3", "{\"b\":2}")]);
        assert_eq!(read(b""), [ok("a", "")]);
    }

    #[test]
    fn a_document_that_is_too_large_is_skipped() {
        let large = vec![b' '; usize::try_from(MAX_BYTES).expect("a length") + 2];
        assert_eq!(read(&large), [("a".to_owned(), Err(too_large()))]);
        let text = [b"{\"a\":1}\n{".as_slice(), &large, b"\n{\"c\":3}\n"].concat();
        let found = read(&text);
        assert_eq!(found.len(), 3);
        assert_eq!(found[1], ("a line 2".to_owned(), Err(too_large())));
        assert_eq!(found[2], ("a line 3".to_owned(), Ok("{\"c\":3}".to_owned())));
    }
}
