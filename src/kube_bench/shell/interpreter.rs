//! The interpreter as its callers see it.

use super::context::ShellContext;
use super::error::ScriptError;
use super::interpret;
use super::output::ScriptOutput;
use crate::source::node::NodeSource;
use std::path::PathBuf;

/// Runs scripts on one node without starting a process.
pub struct Interpreter<'s> {
    context: ShellContext<'s>,
}

impl<'s> Interpreter<'s> {
    /// Scripts on `source`. The process table is read once.
    pub fn new(source: &'s dyn NodeSource) -> Self {
        Self { context: ShellContext::new(source) }
    }

    /// Resolves relative paths from this directory; the default is `/`.
    #[must_use]
    pub fn in_directory(self, directory: PathBuf) -> Self {
        Self { context: self.context.in_directory(directory) }
    }

    /// What `/bin/sh` would print, given the script on its standard input.
    pub fn run(&self, script: &str) -> Result<ScriptOutput, ScriptError> {
        self.run_with(script, false)
    }

    /// The same, where the helper scripts of kube-bench's image are not installed: the interpreter stands in for those that it
    /// knows.
    pub fn run_with_helper_scripts(&self, script: &str) -> Result<ScriptOutput, ScriptError> {
        self.run_with(script, true)
    }

    fn run_with(&self, script: &str, helper_scripts: bool) -> Result<ScriptOutput, ScriptError> {
        self.context.budget.reset();
        self.context.helper_scripts.set(helper_scripts);
        let shells = ["/bin/sh".to_owned()];
        let output = interpret::script(&self.context, script, &[], None, &shells)?;
        Ok(output.into_script_output())
    }
}
