//! What is wrong in a user's file, and where.

use std::fmt;
use std::path::Path;

/// A position in a text file. Both numbers start at 1; a column is a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Position {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

impl Position {
    /// The first character of a file, also for what is wrong with the file as a whole.
    pub(crate) const START: Self = Self { line: 1, column: 1 };

    /// The position of a byte of `text`.
    pub(crate) fn of_byte(text: &str, offset: usize) -> Self {
        let before = &text[..offset];
        Self {
            line: before.matches('\n').count() + 1,
            column: before.rsplit('\n').next().unwrap_or_default().chars().count() + 1,
        }
    }
}

/// How serious a diagnostic is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The file is refused.
    Error,
    /// The file is accepted, but probably does not do what its author meant.
    Warning,
}

impl Level {
    /// `error` or `warning`.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// Something wrong in a user's file. Ordered by file and position.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Diagnostic {
    /// Path of the file, as the user named it.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Whether the file is refused.
    pub level: Level,
    /// Whether the file or folder cannot be read, so that nothing is known of its content.
    pub unreadable: bool,
    /// What is wrong, and what to write instead.
    pub message: String,
}

impl Diagnostic {
    pub(crate) fn new(file: &str, position: Position, level: Level, message: impl Into<String>) -> Self {
        let Position { line, column } = position;
        Self { file: file.to_owned(), line, column, level, unreadable: false, message: message.into() }
    }

    /// A file or folder that cannot be read.
    pub(crate) fn unreadable(path: &Path, reason: &str) -> Self {
        Self { unreadable: true, ..Self::of_path(path, format!("cannot be read: {reason}")) }
    }

    /// An error about a file or folder as a whole.
    pub(crate) fn of_path(path: &Path, message: impl Into<String>) -> Self {
        Self::new(&path.display().to_string(), Position::START, Level::Error, message)
    }
}

impl std::error::Error for Diagnostic {}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, column, message, unreadable, level: _ } = self;
        if *unreadable { write!(f, "{file}: {message}") } else { write!(f, "{file}:{line}:{column}: {message}") }
    }
}
