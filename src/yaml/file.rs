//! A text file of the user's.

use super::diagnostic::{Diagnostic, Level, Position};
use super::user_file::{UserFileError, may_be_regular, read_user_file};
use std::borrow::Cow;
use std::io;
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
    /// How what programs read differently is read.
    pub(super) dialect: Dialect,
    /// Lines of the whole file before the text.
    pub(super) lines_before: usize,
}

/// How the parts of YAML that programs read differently are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// A definition file: no merge keys, no duplicate keys, one document. A plain scalar may stand for a text.
    Definition,
    /// As Go's YAML library fills a structure: merge keys are merged, and of duplicate keys the last one counts.
    Lenient,
    /// As `kubectl` reads a manifest: merge keys are merged, duplicate keys are refused, words and numbers are those of YAML 1.1, and
    /// a number is no text.
    Manifest,
}

impl TextFile {
    /// A file of this name with this text.
    pub fn new(name: impl Into<String>, text: impl Into<Cow<'static, str>>) -> Self {
        Self { name: name.into(), text: text.into(), dialect: Dialect::Definition, lines_before: 0 }
    }

    /// The same file, read as Go's YAML library fills a structure: the last of duplicate keys counts, merge keys (`<<`) are
    /// merged, and what follows the first document is ignored. Duplicate keys and further documents are warnings then.
    #[must_use]
    pub(crate) fn lenient(self) -> Self {
        Self { dialect: Dialect::Lenient, ..self }
    }

    /// The same text, read as `kubectl` reads a manifest: one document of a file, after `lines_before` lines of it.
    #[must_use]
    pub(crate) fn manifest(self, lines_before: usize) -> Self {
        Self { dialect: Dialect::Manifest, lines_before, ..self }
    }

    /// The same file with another text.
    #[must_use]
    pub(crate) fn with_text(self, text: String) -> Self {
        Self { text: text.into(), ..self }
    }

    /// Reads a file that the user named.
    pub(crate) fn read(path: &Path) -> Result<Self, Diagnostic> {
        let bytes = read_user_file(path, MAX_BYTES).map_err(|error| match error {
            UserFileError::TooLarge(_) => Diagnostic::of_path(path, error.to_string()),
            UserFileError::Io(_) | UserFileError::NotRegular(_) => Diagnostic::unreadable(path, &error.to_string()),
        })?;
        let name = path.display().to_string();
        String::from_utf8(bytes).map(|text| Self::new(name.as_str(), text)).map_err(|error| {
            let valid = error.utf8_error().valid_up_to();
            let text = String::from_utf8_lossy(&error.as_bytes()[..valid]);
            let message = "this byte is not UTF-8 text; save the file as UTF-8";
            Diagnostic::new(&name, Position::of_byte(&text, valid), Level::Error, message)
        })
    }

    /// Reads a file that was found in a folder.
    pub(crate) fn read_regular(path: &Path) -> Result<Self, Diagnostic> {
        if may_be_regular(path) {
            Self::read(path)
        } else {
            Err(Diagnostic::of_path(path, "not a regular file; remove it from the folder"))
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
