//! The text that a command reads from its files or from standard input.

use super::invocation::Invocation;
use crate::kube_bench::shell::error::ScriptError;

/// The texts of the inputs, and the errors for those that cannot be read.
#[derive(Default)]
pub(super) struct Inputs {
    /// Each with its file's name, or `None` for standard input.
    pub(super) texts: Vec<(Option<String>, String)>,
    pub(super) errors: String,
}

/// Reads the files, where `-` is standard input, or standard input if there are none. `describe` makes a program's message
/// from the file and the error.
pub(super) fn read_inputs(
    invocation: &Invocation<'_, '_>,
    files: &[&str],
    program: &str,
    describe: fn(&str, &str) -> String,
) -> Result<Inputs, ScriptError> {
    let mut inputs = Inputs::default();
    if files.is_empty() {
        inputs.texts.push((None, invocation.stdin()?.to_owned()));
    }
    for file in files {
        if *file == "-" {
            inputs.texts.push((None, invocation.stdin()?.to_owned()));
            continue;
        }
        match invocation.context.read_text(file)? {
            Ok(text) => inputs.texts.push((Some((*file).to_owned()), text)),
            Err(error) => inputs.errors.push_str(&format!("{program}: {}\n", describe(file, error))),
        }
    }
    Ok(inputs)
}

/// How most programs report a file that cannot be read.
pub(super) fn file_error(file: &str, error: &str) -> String {
    format!("{file}: {error}")
}

/// The lines of a text, without line ends.
pub(super) fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.strip_suffix('\n').unwrap_or(text).split('\n').filter(|_| !text.is_empty())
}
