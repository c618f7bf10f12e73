//! The script that kube-bench's image has for its own audits, for where it is not installed.

use super::invocation::Invocation;
use crate::kube_bench::shell::error::{ScriptError, unsupported};
use crate::kube_bench::shell::output::CommandOutput;
use crate::kube_bench::shell::pattern;
use crate::text::quote;

/// `check_files_owner_in_dir.sh DIRECTORY`: prints whether the directory and the files in it belong to root:root, those for etcd
/// perhaps to etcd:etcd. Hidden files and what is below do not count, and an empty directory gives `false`.
pub(super) fn check_files_owner_in_dir(invocation: &Invocation<'_, '_>) -> Result<CommandOutput, ScriptError> {
    let directory = match invocation.arguments.first().map(String::as_str) {
        Some("") | None => return Ok(answer(CommandOutput::default(), false)),
        Some(directory) => directory,
    };
    if directory.contains([' ', '\t', '\n', '*', '?', '[', '\\']) {
        return Err(unsupported(format!("the directory {} for a helper script", quote(directory))));
    }
    let (owner, mut errors) = stat(invocation, "%U:%G", vec![directory.to_owned()])?;
    if owner.trim_end_matches('\n') != "root:root" {
        return Ok(answer(errors, false));
    }
    let mut files: Vec<(char, bool)> = directory.trim_end_matches('/').chars().map(|c| (c, true)).collect();
    files.extend([('/', false), ('*', false)]);
    let files = pattern::file_names(invocation.context, &files)?;
    let (lines, more) = stat(invocation, "%n %U:%G", files)?;
    errors.append(more);
    if lines.contains(['*', '?', '[']) {
        return Err(unsupported("a file name with `*`, `?` or `[` in a helper script"));
    }
    let all = lines.trim_end_matches('\n').split('\n').all(has_expected_owner);
    Ok(answer(errors, all))
}

/// Whether a line `FILE OWNER` has an owner that the script accepts. A blank in the file's name ends it.
fn has_expected_owner(line: &str) -> bool {
    let mut words = line.split_ascii_whitespace();
    let file = words.next().unwrap_or_default();
    let owner = words.next().unwrap_or(file);
    let name = file.rsplit('/').next().unwrap_or_default();
    owner == "root:root" || owner == "etcd:etcd" && name.starts_with("kube-etcd-")
}

/// What `stat` prints on standard output, and its errors.
fn stat(
    invocation: &Invocation<'_, '_>,
    format: &str,
    files: Vec<String>,
) -> Result<(String, CommandOutput), ScriptError> {
    let arguments: Vec<String> = ["-c", format].map(str::to_owned).into_iter().chain(files).collect();
    let output = invocation.run("stat", &arguments, Some(""))?;
    let errors = CommandOutput { chunks: output.errors().cloned().collect(), status: 0 };
    Ok((output.stdout(), errors))
}

fn answer(errors: CommandOutput, result: bool) -> CommandOutput {
    let mut output = errors;
    output.append(CommandOutput::stdout_text(format!("{result}\n"), 0));
    output
}
