//! Limits on what one script may cost: commands, bytes, files. Scripts process text of a node that may be hostile; the limits
//! make every script end.

use super::error::{ScriptError, unsupported};
use super::output::MAX_OUTPUT;
use std::cell::Cell;

/// Commands and loop turns of one script.
const MAX_STEPS: usize = 100_000;
/// Bytes that a script's commands may print in total, and that they may read in total.
const MAX_BYTES: usize = 64 * MAX_OUTPUT;
/// Bytes of one text while a command builds it.
const MAX_TEXT: usize = MAX_BYTES;
/// Files that a script may look up.
const MAX_FILES: usize = 500_000;
/// Commands that run inside one another, as in `xargs find`.
const MAX_NESTED_COMMANDS: usize = 16;
/// Lines of an input, times the operations that a command applies to each.
const MAX_LINE_OPERATIONS: usize = 20_000_000;

/// What the current script has used.
#[derive(Debug, Default)]
pub(super) struct ScriptBudget {
    steps: Cell<usize>,
    output: Cell<usize>,
    input: Cell<usize>,
    files: Cell<usize>,
    nested_commands: Cell<usize>,
}

impl ScriptBudget {
    /// Starts a new script.
    pub(super) fn reset(&self) {
        for used in [&self.steps, &self.output, &self.input, &self.files, &self.nested_commands] {
            used.set(0);
        }
    }

    /// Counts a command or a loop turn.
    pub(super) fn add_step(&self) -> Result<(), ScriptError> {
        add(&self.steps, 1, MAX_STEPS, "runs more than", "commands")
    }

    /// Counts bytes that a command printed.
    pub(super) fn add_output(&self, bytes: usize) -> Result<(), ScriptError> {
        add(&self.output, bytes, MAX_BYTES, "prints more than", "bytes")
    }

    /// Counts bytes that a command reads from files or standard input.
    pub(super) fn add_input(&self, bytes: usize) -> Result<(), ScriptError> {
        add(&self.input, bytes, MAX_BYTES, "reads more than", "bytes")
    }

    /// Counts file names.
    pub(super) fn add_files(&self, files: usize) -> Result<(), ScriptError> {
        add(&self.files, files, MAX_FILES, "looks up more than", "files")
    }

    /// Runs a command that may run others.
    pub(super) fn nest<T>(&self, run: impl FnOnce() -> Result<T, ScriptError>) -> Result<T, ScriptError> {
        let depth = self.nested_commands.get();
        if depth >= MAX_NESTED_COMMANDS {
            return Err(unsupported(format!("more than {MAX_NESTED_COMMANDS} nested commands")));
        }
        self.nested_commands.set(depth + 1);
        let result = run();
        self.nested_commands.set(depth);
        result
    }
}

fn add(used: &Cell<usize>, more: usize, limit: usize, verb: &str, unit: &str) -> Result<(), ScriptError> {
    used.set(used.get().saturating_add(more));
    if used.get() > limit { Err(ScriptError::Failed(format!("the script {verb} {limit} {unit}"))) } else { Ok(()) }
}

/// Fails if a text that is being built has grown to more `bytes` than a script may print.
pub(super) fn check_text_size(bytes: usize) -> Result<(), ScriptError> {
    if bytes > MAX_TEXT {
        return Err(ScriptError::Failed(format!(
            "a command of the script builds a text of more than {MAX_TEXT} bytes"
        )));
    }
    Ok(())
}

/// Fails if a command applies very many operations to very many lines.
pub(super) fn check_line_operations(input: &str, per_line: usize) -> Result<(), ScriptError> {
    let lines = input.len().min(input.matches('\n').count() + 1);
    if lines.saturating_mul(per_line) > MAX_LINE_OPERATIONS {
        return Err(ScriptError::Failed(format!(
            "a command of the script applies {per_line} operations to each of {lines} lines; at most \
             {MAX_LINE_OPERATIONS} operations are allowed"
        )));
    }
    Ok(())
}
