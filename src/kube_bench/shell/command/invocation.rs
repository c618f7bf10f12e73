//! One invocation of a command.

use crate::kube_bench::shell::context::ShellContext;
use crate::kube_bench::shell::error::{ScriptError, unsupported};
use crate::kube_bench::shell::output::CommandOutput;

/// Runs what a command starts in turn: `xargs` and `find -exec` start commands, `sh -c` a script. The interpreter implements
/// it, so that commands do not depend on the interpreter.
pub(crate) trait Runner {
    /// Runs a command.
    fn run_command(&self, invocation: &Invocation<'_, '_>) -> Result<CommandOutput, ScriptError>;

    /// Runs a script in a new shell process; `shells` ends with its command line.
    fn run_script(
        &self,
        context: &ShellContext<'_>,
        script: &str,
        positional: &[String],
        stdin: Option<&str>,
        shells: &[String],
    ) -> Result<CommandOutput, ScriptError>;
}

/// A command with its arguments and what it can read.
pub(crate) struct Invocation<'a, 's> {
    pub(crate) context: &'a ShellContext<'s>,
    pub(crate) runner: &'a dyn Runner,
    /// The name as written, perhaps with a directory.
    pub(crate) name: &'a str,
    pub(crate) arguments: &'a [String],
    /// The text on standard input, or `None` where that would be the script itself.
    pub(crate) stdin: Option<&'a str>,
    /// Command lines of the shells that run the command, outermost first.
    pub(crate) shells: &'a [String],
    /// Command lines of all processes that the script would have at this moment.
    pub(crate) processes: &'a [String],
    /// Arguments, with the name, of the command that alone reads this one's output, if they are known.
    pub(crate) reader: Option<&'a [String]>,
}

impl Invocation<'_, '_> {
    /// The text on standard input.
    pub(super) fn stdin(&self) -> Result<&str, ScriptError> {
        let stdin = self.stdin.ok_or_else(|| unsupported("a command that reads the script itself"))?;
        self.context.budget.add_input(stdin.len())?;
        Ok(stdin)
    }

    /// Runs another command in the place of this one.
    pub(super) fn run(
        &self,
        name: &str,
        arguments: &[String],
        stdin: Option<&str>,
    ) -> Result<CommandOutput, ScriptError> {
        self.runner.run_command(&Invocation {
            context: self.context,
            runner: self.runner,
            name,
            arguments,
            stdin,
            shells: self.shells,
            processes: self.processes,
            reader: self.reader,
        })
    }
}
