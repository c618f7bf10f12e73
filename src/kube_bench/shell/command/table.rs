//! The commands by name.

use super::arguments::program_name;
use super::invocation::Invocation;
use super::{
    awk, cat, cut, echo, exit_status, find, grep, helper_script, journalctl, ps, sed, sh, sort, stat, test, tr, wc,
    xargs,
};
use crate::kube_bench::shell::error::{ScriptError, unsupported};
use crate::kube_bench::shell::output::CommandOutput;
use crate::text::quote;

type CommandFn = fn(&Invocation<'_, '_>) -> Result<CommandOutput, ScriptError>;

const COMMANDS: [(&str, CommandFn); 24] = [
    (":", exit_status::succeed),
    ("[", test::bracket),
    ("awk", awk::run),
    ("cat", cat::cat),
    ("cut", cut::run),
    ("echo", echo::echo),
    ("false", exit_status::fail),
    ("find", find::run),
    ("grep", grep::run),
    ("head", cat::head),
    ("journalctl", journalctl::run),
    ("printf", echo::printf),
    ("ps", ps::run),
    ("sed", sed::run),
    ("sh", sh::run),
    ("sort", sort::sort),
    ("stat", stat::run),
    ("tail", cat::tail),
    ("test", test::run),
    ("tr", tr::run),
    ("true", exit_status::succeed),
    ("uniq", sort::uniq),
    ("wc", wc::run),
    ("xargs", xargs::run),
];

/// Scripts of kube-bench's image. One that is installed may be another.
const HELPER_SCRIPTS: [(&str, CommandFn); 1] =
    [("check_files_owner_in_dir.sh", helper_script::check_files_owner_in_dir)];

fn find_command(name: &str) -> Option<CommandFn> {
    let name = program_name(name);
    COMMANDS.iter().chain(&HELPER_SCRIPTS).find(|(known, _)| *known == name).map(|(_, command)| *command)
}

/// Whether the interpreter supports a command of this name. A helper script counts only if it may stand in for one.
pub(crate) fn is_known(name: &str, helper_scripts: bool) -> bool {
    find_command(name).is_some() && (helper_scripts || !name.ends_with(".sh"))
}

/// Runs a command within the script's budget.
pub(crate) fn run(invocation: &Invocation<'_, '_>) -> Result<CommandOutput, ScriptError> {
    let budget = &invocation.context.budget;
    budget.add_step()?;
    let output = budget.nest(|| match find_command(invocation.name) {
        Some(command) => command(invocation),
        None => Err(unsupported(format!("the command {}", quote(program_name(invocation.name))))),
    })?;
    budget.add_output(output.size())?;
    Ok(output)
}
