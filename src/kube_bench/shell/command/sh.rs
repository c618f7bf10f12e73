//! `sh -c SCRIPT [NAME [ARGUMENT…]]`.

use super::invocation::Invocation;
use crate::kube_bench::shell::error::{ScriptError, unsupported};
use crate::kube_bench::shell::output::CommandOutput;

pub(super) fn run(invocation: &Invocation<'_, '_>) -> Result<CommandOutput, ScriptError> {
    match invocation.arguments {
        [flag, script, rest @ ..] if flag == "-c" => {
            let mut shells = invocation.shells.to_vec();
            shells.push(format!("{} {}", invocation.name, invocation.arguments.join(" ")));
            let positional = rest.get(1..).unwrap_or_default();
            invocation.runner.run_script(invocation.context, script, positional, invocation.stdin, &shells)
        }
        _ => Err(unsupported("`sh` without `-c`")),
    }
}
