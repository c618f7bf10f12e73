//! AuditAnswers a shell script that only looks at files and processes, by looking through the host: the text is what the commands
//! would have printed. Starts no process. What it does not know for certain it refuses, and says what it was.
//!
//! A script is parsed by a library; every command that can be answered is one small file under `command/`.

mod budget;
mod command;
mod expand;
mod interpret;
mod parse;
mod pattern;
mod posix_regex;
mod system;

use crate::source::node::{HostPath, Journal, JournalQuery, NodeSource, NonRegularFile, ProcessTable, SourceError};
use budget::Budget;
use std::cell::{OnceCell, RefCell};
use std::path::PathBuf;
use std::rc::Rc;

pub use system::SystemShell;

/// Bytes of one script's output that are kept.
pub const MAX_OUTPUT: usize = 1 << 20;

/// AuditAnswers of the journal that are kept, and the entries of each.
const KEPT_ANSWERS: usize = 16;
const KEPT_ENTRIES: usize = 1000;

/// What a script printed, and how it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Standard output and standard error as one text.
    pub text: String,
    /// The exit status; 0 is success.
    pub status: i32,
}

/// Why a script was not answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScriptError {
    /// It uses something that is not known here.
    #[error("{0}")]
    Unknown(String),
    /// It was understood, and cannot be carried to its end.
    #[error("{0}")]
    Failed(String),
}

/// What was found in the journal.
type JournalAnswer = Rc<Result<Journal, SourceError>>;

/// AuditAnswers scripts on one machine.
pub struct Interpreter<'h> {
    host: &'h dyn NodeSource,
    folder: PathBuf,
    table: OnceCell<Result<ProcessTable, SourceError>>,
    journals: RefCell<Vec<(JournalQuery, JournalAnswer)>>,
    budget: Budget,
}

/// Which of a command's two streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stream {
    Out,
    Err,
}

/// What a command printed, in order, and its status.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Output {
    chunks: Vec<(Stream, String)>,
    status: i32,
}

impl Output {
    /// Text on standard output.
    fn of(text: impl Into<String>, status: i32) -> Self {
        Self { chunks: vec![(Stream::Out, text.into())], status }
    }

    /// Text on standard error, and beside it what was printed: a program writes its errors at once, its output at the end.
    fn with_errors(errors: String, text: String, status: i32) -> Self {
        Self { chunks: vec![(Stream::Err, errors), (Stream::Out, text)], status }
    }

    fn status(status: i32) -> Self {
        Self { chunks: Vec::new(), status }
    }

    fn stdout(&self) -> String {
        self.chunks.iter().filter(|(s, _)| *s == Stream::Out).map(|(_, t)| t.as_str()).collect()
    }

    fn errors(&self) -> impl Iterator<Item = &(Stream, String)> {
        self.chunks.iter().filter(|(s, _)| *s == Stream::Err)
    }

    fn bytes(&self) -> usize {
        self.chunks.iter().map(|(_, text)| text.len()).sum()
    }

    fn append(&mut self, other: Self) {
        self.chunks.extend(other.chunks);
        self.status = other.status;
    }
}

impl<'h> Interpreter<'h> {
    /// AuditAnswers about `host`. The process table is read once.
    pub fn new(host: &'h dyn NodeSource) -> Self {
        Self {
            host,
            folder: "/".into(),
            table: OnceCell::new(),
            journals: RefCell::default(),
            budget: Budget::default(),
        }
    }

    /// Takes relative paths from this folder; from `/` otherwise.
    #[must_use]
    pub fn in_folder(self, folder: PathBuf) -> Self {
        Self { folder, ..self }
    }

    /// A path as the script means it.
    fn place(&self, path: &str) -> HostPath {
        HostPath::host(self.folder.join(path))
    }

    /// What `/bin/sh` would have printed, given the script on its standard input.
    pub fn answer(&self, script: &str) -> Result<Answer, ScriptError> {
        self.budget.renew();
        let shells = vec!["/bin/sh".to_owned()];
        let output = interpret::script(self, script, &[], None, &shells)?;
        Ok(Answer { text: output.chunks.into_iter().map(|(_, text)| text).collect(), status: output.status })
    }

    fn processes(&self) -> Result<&ProcessTable, ScriptError> {
        let table = self.table.get_or_init(|| self.host.process_table());
        table.as_ref().map_err(|trouble| ScriptError::Failed(format!("the process table {trouble}")))
    }

    /// What the journal answers. The audits of a benchmark ask the same over and over, so answers are kept: those of few
    /// entries, and the last one.
    fn journal(&self, query: &JournalQuery) -> JournalAnswer {
        let mut journals = self.journals.borrow_mut();
        if let Some((_, answer)) = journals.iter().find(|(known, _)| known == query) {
            return answer.clone();
        }
        let is_small =
            |answer: &JournalAnswer| answer.as_ref().as_ref().map_or(true, |j| j.entries.len() <= KEPT_ENTRIES);
        journals.retain(|(_, answer)| is_small(answer));
        if journals.len() >= KEPT_ANSWERS {
            journals.remove(0);
        }
        let answer = Rc::new(self.host.journal(query));
        journals.push((query.clone(), answer.clone()));
        answer
    }

    /// A file's text, or the words that a program would say of it.
    fn text(&self, path: &str) -> Result<Result<String, String>, ScriptError> {
        match self.host.read(&self.place(path)) {
            Ok(bytes) => match String::from_utf8(bytes) {
                Ok(text) if !text.contains('\0') => self.budget.read(text.len()).map(|()| Ok(text)),
                Ok(_) | Err(_) => Err(unknown(format!("{path} is no text"))),
            },
            Err(trouble) => said(path, &trouble).map(Err),
        }
    }
}

/// A trouble in the C library's words.
fn said(path: &str, trouble: &SourceError) -> Result<String, ScriptError> {
    Ok(match trouble {
        // A script that runs in a container sees nothing there either.
        SourceError::NotFound | SourceError::NotMounted(_) => "No such file or directory",
        SourceError::PermissionDenied(_) => "Permission denied",
        SourceError::NotDirectory => "Not a directory",
        SourceError::NotRegular(NonRegularFile::Directory) => "Is a directory",
        SourceError::NotRegular(_) => return Err(unknown(format!("{path} {trouble}"))),
        SourceError::TooLarge(_)
        | SourceError::Changed
        | SourceError::Malformed(_)
        | SourceError::TimedOut(_)
        | SourceError::DeadlineExceeded(_)
        | SourceError::Io(_) => {
            return Err(ScriptError::Failed(format!("{path} {trouble}")));
        }
    }
    .to_owned())
}

fn unknown(what: impl Into<String>) -> ScriptError {
    ScriptError::Unknown(what.into())
}

#[cfg(test)]
mod tests;
