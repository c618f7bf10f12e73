//! Checks before a script runs that the interpreter knows every command in it, including those in branches that would not
//! run. Whether a script is supported then does not depend on the state of the node.

use super::command;
use super::error::{ScriptError, unsupported};
use crate::text::quote;
use brush_parser::ast::{AndOr, Command, CompoundCommand, CompoundList, Program, SimpleCommand};

/// Returns the program if all its command names are known or computed. `helper_scripts` says whether the interpreter may stand in
/// for helper scripts.
pub(super) fn check(program: Program, helper_scripts: bool) -> Result<Program, ScriptError> {
    program.complete_commands.iter().try_for_each(|list| check_list(list, helper_scripts))?;
    Ok(program)
}

fn check_list(list: &CompoundList, helper_scripts: bool) -> Result<(), ScriptError> {
    for item in &list.0 {
        let others = item.0.additional.iter().map(|next| match next {
            AndOr::And(next) | AndOr::Or(next) => next,
        });
        for command in std::iter::once(&item.0.first).chain(others).flat_map(|p| &p.seq) {
            check_command(command, helper_scripts)?;
        }
    }
    Ok(())
}

fn check_command(command: &Command, helper_scripts: bool) -> Result<(), ScriptError> {
    let check_list = |list: &CompoundList| check_list(list, helper_scripts);
    match command {
        Command::Simple(SimpleCommand { word_or_name: Some(name), .. })
            if !name.value.contains(['$', '`', '"', '\'', '\\']) && !command::is_known(&name.value, helper_scripts) =>
        {
            Err(if name.value.ends_with(".sh") {
                ScriptError::HelperScript(name.value.clone())
            } else {
                unsupported(format!("the command {}", quote(&name.value)))
            })
        }
        Command::Compound(CompoundCommand::BraceGroup(group), _) => check_list(&group.list),
        Command::Compound(CompoundCommand::Subshell(group), _) => check_list(&group.list),
        Command::Compound(CompoundCommand::ForClause(clause), _) => check_list(&clause.body.list),
        Command::Compound(CompoundCommand::IfClause(clause), _) => {
            check_list(&clause.condition)?;
            check_list(&clause.then)?;
            for branch in clause.elses.iter().flatten() {
                branch.condition.iter().try_for_each(check_list)?;
                check_list(&branch.body)?;
            }
            Ok(())
        }
        // The interpreter refuses the others when it reaches them.
        Command::Simple(_) | Command::Compound(..) | Command::Function(_) | Command::ExtendedTest(_) => Ok(()),
    }
}
