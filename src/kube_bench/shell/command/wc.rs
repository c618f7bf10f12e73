//! `wc` with one count, of standard input or of one file.

use super::input::{file_error, read_inputs};
use super::invocation::Invocation;
use crate::kube_bench::shell::error::{ScriptError, unsupported};
use crate::kube_bench::shell::output::CommandOutput;
use crate::text::quote;

pub(super) fn run(invocation: &Invocation<'_, '_>) -> Result<CommandOutput, ScriptError> {
    let (flags, files): (Vec<&str>, Vec<&str>) =
        invocation.arguments.iter().map(String::as_str).partition(|a| a.starts_with('-') && *a != "-");
    let count: fn(&str) -> usize = match flags.as_slice() {
        ["-l" | "--lines"] => |text| text.matches('\n').count(),
        ["-w" | "--words"] => |text| text.split_ascii_whitespace().count(),
        ["-c" | "--bytes"] => str::len,
        other => return Err(unsupported(quote(&format!("wc {}", other.join(" "))))),
    };
    if files.len() > 1 {
        return Err(unsupported("`wc` on several files"));
    }
    let inputs = read_inputs(invocation, &files, "wc", file_error)?;
    if !inputs.errors.is_empty() {
        return if inputs.errors.contains("Is a directory") {
            Err(unsupported("`wc` on a directory"))
        } else {
            Ok(CommandOutput::with_errors(inputs.errors, String::new(), 1))
        };
    }
    let mut text = String::new();
    for (name, input) in &inputs.texts {
        let suffix = name.as_ref().map(|n| format!(" {n}")).unwrap_or_default();
        text.push_str(&format!("{}{suffix}\n", count(input)));
    }
    Ok(CommandOutput::stdout_text(text, 0))
}
