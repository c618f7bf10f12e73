//! `wc` with one count, of standard input or of one file.

use super::{Call, plainly};
use crate::kube_bench::shell::{Output, ScriptError, unknown};

pub(super) fn run(call: &Call<'_, '_>) -> Result<Output, ScriptError> {
    let (flags, files): (Vec<&str>, Vec<&str>) =
        call.arguments.iter().map(String::as_str).partition(|a| a.starts_with('-') && *a != "-");
    let count: fn(&str) -> usize = match flags.as_slice() {
        ["-l" | "--lines"] => |text| text.matches('\n').count(),
        ["-w" | "--words"] => |text| text.split_ascii_whitespace().count(),
        ["-c" | "--bytes"] => str::len,
        other => return Err(unknown(format!("wc {}", other.join(" ")))),
    };
    if files.len() > 1 {
        return Err(unknown("wc of several files"));
    }
    let inputs = call.inputs(&files, "wc", plainly)?;
    if !inputs.errors.is_empty() {
        return if inputs.errors.contains("Is a directory") {
            Err(unknown("wc of a directory"))
        } else {
            Ok(Output::with_errors(inputs.errors, String::new(), 1))
        };
    }
    let mut text = String::new();
    for (name, input) in &inputs.texts {
        let named = name.as_ref().map(|n| format!(" {n}")).unwrap_or_default();
        text.push_str(&format!("{}{named}\n", count(input)));
    }
    Ok(Output::of(text, 0))
}
