//! What one script may cost: commands, bytes, files. A script of a definition file meets texts of a machine that may be
//! hostile; whatever both hold, it comes to an end.

use super::{MAX_OUTPUT, ScriptError};
use std::cell::Cell;

/// Commands that one script may run.
const MAX_STEPS: usize = 100_000;
/// Bytes that its commands may print, and that they may read, each time they do.
const MAX_BYTES: usize = 64 * MAX_OUTPUT;
/// Bytes of one text in the making: more is printed by no command.
const MAX_TEXT: usize = MAX_BYTES;
/// Files that it may look at.
const MAX_FILES: usize = 500_000;
/// Commands that may run one another, as `xargs find` does.
const MAX_COMMANDS: usize = 16;
/// Lines, times what is done with each, that one command may work through.
const MAX_WORK: usize = 20_000_000;

/// What has been spent.
#[derive(Debug, Default)]
pub(super) struct Budget {
    steps: Cell<usize>,
    printed: Cell<usize>,
    read: Cell<usize>,
    files: Cell<usize>,
    commands: Cell<usize>,
}

impl Budget {
    /// Begins a script.
    pub(super) fn renew(&self) {
        for spent in [&self.steps, &self.printed, &self.read, &self.files, &self.commands] {
            spent.set(0);
        }
    }

    /// Counts a command, or a turn of a loop.
    pub(super) fn step(&self) -> Result<(), ScriptError> {
        spend(&self.steps, 1, MAX_STEPS, "runs more than", "commands")
    }

    /// Counts what a command printed.
    pub(super) fn print(&self, bytes: usize) -> Result<(), ScriptError> {
        spend(&self.printed, bytes, MAX_BYTES, "prints more than", "bytes")
    }

    /// Counts what a command reads, of files and of its standard input.
    pub(super) fn read(&self, bytes: usize) -> Result<(), ScriptError> {
        spend(&self.read, bytes, MAX_BYTES, "reads more than", "bytes")
    }

    /// Counts names of files.
    pub(super) fn look(&self, files: usize) -> Result<(), ScriptError> {
        spend(&self.files, files, MAX_FILES, "looks at more than", "files")
    }

    /// Runs a command, maybe inside of another.
    pub(super) fn nest<T>(&self, run: impl FnOnce() -> Result<T, ScriptError>) -> Result<T, ScriptError> {
        let depth = self.commands.get();
        if depth >= MAX_COMMANDS {
            return Err(super::unknown("commands in commands in commands"));
        }
        self.commands.set(depth + 1);
        let result = run();
        self.commands.set(depth);
        result
    }
}

fn spend(spent: &Cell<usize>, more: usize, most: usize, does: &str, what: &str) -> Result<(), ScriptError> {
    spent.set(spent.get().saturating_add(more));
    if spent.get() > most { Err(ScriptError::Failed(format!("the script {does} {most} {what}"))) } else { Ok(()) }
}

/// Refuses a text that grows beyond what may be printed, while it is being made; `bytes` is its length.
pub(super) fn room(bytes: usize) -> Result<(), ScriptError> {
    if bytes > MAX_TEXT {
        return Err(ScriptError::Failed(format!("a command of the script makes a text of more than {MAX_TEXT} bytes")));
    }
    Ok(())
}

/// Refuses a command that does very much with each of very many lines.
pub(super) fn work(input: &str, with_each: usize) -> Result<(), ScriptError> {
    let lines = input.len().min(input.matches('\n').count() + 1);
    if lines.saturating_mul(with_each) > MAX_WORK {
        return Err(ScriptError::Failed(format!(
            "a command of the script does {with_each} things with each of {lines} lines"
        )));
    }
    Ok(())
}
