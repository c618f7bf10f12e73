//! A text file of the user's. Such files are read from the disk here and nowhere else.

use super::diagnostic::{Diagnostic, Level, Position};
use crate::text::system_error;
use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Bytes of a file that are read. A snapshot of a large node has a few million.
const MAX_BYTES: u64 = 64 << 20;

/// Name and text of a file.
#[derive(Debug, Clone)]
pub struct TextFile {
    /// Its path as the user named it.
    pub name: String,
    /// Its content.
    pub text: Cow<'static, str>,
}

impl TextFile {
    /// A file of this name with this text.
    pub fn new(name: impl Into<String>, text: impl Into<Cow<'static, str>>) -> Self {
        Self { name: name.into(), text: text.into() }
    }

    /// Reads a file that the user named, which may be a pipe.
    pub(crate) fn read(path: &Path) -> Result<Self, Diagnostic> {
        let bytes = read_limited(path).map_err(|error| Diagnostic::unreadable(path, &system_error(&error)))?;
        if bytes.len() as u64 > MAX_BYTES {
            return Err(Diagnostic::of_path(path, format!("the file is larger than {} MiB", MAX_BYTES >> 20)));
        }
        let name = path.display().to_string();
        String::from_utf8(bytes).map(|text| Self::new(name.as_str(), text)).map_err(|error| {
            let valid = error.utf8_error().valid_up_to();
            let text = String::from_utf8_lossy(&error.as_bytes()[..valid]);
            let message = "this byte is not UTF-8 text; save the file as UTF-8";
            Diagnostic::new(&name, Position::of_byte(&text, valid), Level::Error, message)
        })
    }

    /// Reads a file that was found in a folder. A pipe there is refused: reading it could block forever.
    #[expect(clippy::disallowed_methods, reason = "files that the user names are not part of the node")]
    pub(crate) fn read_regular(path: &Path) -> Result<Self, Diagnostic> {
        match std::fs::metadata(path) {
            Ok(found) if !found.is_file() => {
                Err(Diagnostic::of_path(path, "not a regular file; remove it from the folder"))
            }
            Ok(_) | Err(_) => Self::read(path),
        }
    }

    /// Whether a file or folder of this name is there. One that cannot be examined counts: it must not be left out silently.
    pub(crate) fn is_present(path: &Path) -> bool {
        path.symlink_metadata().map_or_else(
            |error| !matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory),
            |_| true,
        )
    }

    /// An error at a position.
    pub(crate) fn error(&self, position: Position, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(&self.name, position, Level::Error, message)
    }

    /// An error where `word` first stands as a word of its own; at the start of the file if it does not.
    pub(crate) fn error_at_word(&self, word: &str, message: impl Into<String>) -> Diagnostic {
        let in_word = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
        let offset = self.text.match_indices(word).map(|(offset, _)| offset).find(|offset| {
            !self.text[..*offset].ends_with(in_word) && !self.text[offset + word.len()..].starts_with(in_word)
        });
        self.error(Position::of_byte(&self.text, offset.unwrap_or_default()), message)
    }
}

#[expect(clippy::disallowed_methods, reason = "files that the user names are not part of the node")]
fn read_limited(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}
