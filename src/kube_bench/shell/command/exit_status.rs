//! `true`, `false` and `:`.

use super::invocation::Invocation;
use crate::kube_bench::shell::error::ScriptError;
use crate::kube_bench::shell::output::CommandOutput;

pub(super) const fn succeed(_: &Invocation<'_, '_>) -> Result<CommandOutput, ScriptError> {
    Ok(CommandOutput::silent(0))
}

pub(super) const fn fail(_: &Invocation<'_, '_>) -> Result<CommandOutput, ScriptError> {
    Ok(CommandOutput::silent(1))
}
