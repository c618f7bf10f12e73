//! Runs a script's syntax tree: lists, pipelines, compound and simple commands. The commands themselves are in `command/`.

use super::command::{self, Invocation, Runner};
use super::context::ShellContext;
use super::error::{ScriptError, unsupported};
use super::output::{CommandOutput, MAX_OUTPUT};
use super::scope::Scope;
use super::{expand, extended_test, parse, redirect, supported};
use crate::text::quote;
use brush_parser::ast::{
    AndOr, AndOrList, AssignmentName, AssignmentValue, Command, CommandPrefixOrSuffixItem, CompoundCommand,
    CompoundList, IoRedirect, Pipeline, Program, SeparatorOperator, SimpleCommand, Word,
};

/// The text on a command's standard input, or `None` where that would be the script itself.
type Stdin<'a> = Option<&'a str>;

/// Runs what commands start.
struct CommandRunner;

impl Runner for CommandRunner {
    fn run_command(&self, invocation: &Invocation<'_, '_>) -> Result<CommandOutput, ScriptError> {
        command::run(invocation)
    }

    fn run_script(
        &self,
        context: &ShellContext<'_>,
        text: &str,
        positional: &[String],
        stdin: Option<&str>,
        shells: &[String],
    ) -> Result<CommandOutput, ScriptError> {
        script(context, text, positional, stdin, shells)
    }
}

/// Runs a script in a new shell process; `shells` ends with its command line.
pub(super) fn script(
    context: &ShellContext<'_>,
    text: &str,
    positional: &[String],
    stdin: Stdin<'_>,
    shells: &[String],
) -> Result<CommandOutput, ScriptError> {
    let mut scope = Scope::new(context, positional, shells, substitution)?;
    let program = supported::check(parse::program(text)?, context.helper_scripts.get())?;
    run_program(&mut scope, &program, stdin)
}

/// Runs the script of a command substitution. What it prints on standard error is kept for the command that contains it.
fn substitution(scope: &mut Scope<'_, '_>, text: &str) -> Result<String, ScriptError> {
    let mut inner = scope.subshell()?;
    inner.errors.clear();
    let program = supported::check(parse::program(text)?, scope.context.helper_scripts.get())?;
    let output = run_program(&mut inner, &program, None)?;
    scope.status = output.status;
    scope.errors.extend(output.errors().map(|(_, text)| text.as_str()));
    if scope.errors.len() > MAX_OUTPUT {
        return Err(ScriptError::Failed(format!("command substitutions print more than {MAX_OUTPUT} bytes of errors")));
    }
    Ok(output.stdout())
}

/// What the command substitutions of the current command printed on standard error. A shell prints it before the command runs, so
/// that the redirections of the command do not apply.
fn take_errors(scope: &mut Scope<'_, '_>) -> CommandOutput {
    CommandOutput::with_errors(std::mem::take(&mut scope.errors), String::new(), scope.status)
}

fn run_program(scope: &mut Scope<'_, '_>, program: &Program, stdin: Stdin<'_>) -> Result<CommandOutput, ScriptError> {
    let mut output = CommandOutput::default();
    for commands in &program.complete_commands {
        output.append(run_list(scope, commands, stdin)?);
    }
    Ok(output)
}

fn run_list(scope: &mut Scope<'_, '_>, list: &CompoundList, stdin: Stdin<'_>) -> Result<CommandOutput, ScriptError> {
    let mut output = CommandOutput::default();
    for item in &list.0 {
        match item.1 {
            SeparatorOperator::Sequence => output.append(run_and_or(scope, &item.0, stdin)?),
            SeparatorOperator::Async => return Err(unsupported("a background command (`&`)")),
        }
    }
    Ok(output)
}

fn run_and_or(scope: &mut Scope<'_, '_>, list: &AndOrList, stdin: Stdin<'_>) -> Result<CommandOutput, ScriptError> {
    let mut output = run_pipeline(scope, &list.first, stdin)?;
    for next in &list.additional {
        let (runs, next) = match next {
            AndOr::And(next) => (output.status == 0, next),
            AndOr::Or(next) => (output.status != 0, next),
        };
        if runs {
            output.append(run_pipeline(scope, next, stdin)?);
        }
    }
    Ok(output)
}

fn run_pipeline(
    scope: &mut Scope<'_, '_>,
    pipeline: &Pipeline,
    stdin: Stdin<'_>,
) -> Result<CommandOutput, ScriptError> {
    if pipeline.timed.is_some() {
        return Err(unsupported("the keyword `time`"));
    }
    let mut output = match pipeline.seq.as_slice() {
        [single] => run_command(scope, single, stdin, &[])?,
        several => run_piped(scope, several, stdin)?,
    };
    if pipeline.bang {
        output.status = i32::from(output.status == 0);
    }
    scope.status = output.status;
    Ok(output)
}

/// Runs the commands of a pipeline, each in its own subshell, one after the other.
fn run_piped(scope: &Scope<'_, '_>, commands: &[Command], stdin: Stdin<'_>) -> Result<CommandOutput, ScriptError> {
    let lines = command_lines(scope, commands)?;
    let mut errors = CommandOutput::default();
    let mut input: Option<String> = stdin.map(str::to_owned);
    let mut last = CommandOutput::default();
    for (index, command) in commands.iter().enumerate() {
        let siblings: Vec<String> =
            lines.iter().enumerate().filter(|(i, _)| *i != index).map(|(_, line)| line.clone()).collect();
        let mut inner = scope.clone();
        inner.reader = commands
            .get(index + 1)
            .filter(|_| without_substitution(command).is_some())
            .and_then(without_substitution)
            .and_then(|next| expand_arguments(&mut scope.clone(), next).ok());
        last = run_command(&mut inner, command, input.as_deref(), &siblings)?;
        if index + 1 < commands.len() {
            errors.chunks.extend(last.errors().cloned());
            input = Some(last.stdout());
        }
    }
    errors.append(last);
    Ok(errors)
}

/// The command lines that `ps` shows for the commands of a pipeline.
fn command_lines(scope: &Scope<'_, '_>, commands: &[Command]) -> Result<Vec<String>, ScriptError> {
    let mut lines = Vec::new();
    for command in commands {
        lines.push(match without_substitution(command) {
            Some(simple) => expand_arguments(&mut scope.clone(), simple)?.join(" "),
            None => scope.shells.last().cloned().unwrap_or_default(),
        });
    }
    Ok(lines)
}

/// A simple command that can be expanded before it runs: a substitution would run twice, a pattern read the disk twice.
fn without_substitution(command: &Command) -> Option<&SimpleCommand> {
    let plain = |word: &Word| !word.value.contains(['`', '*', '?']) && !word.value.contains("$(");
    match command {
        Command::Simple(simple) => {
            let suffix_is_plain = simple.suffix.iter().flat_map(|s| &s.0).all(|item| match item {
                CommandPrefixOrSuffixItem::Word(word) | CommandPrefixOrSuffixItem::AssignmentWord(_, word) => {
                    plain(word)
                }
                CommandPrefixOrSuffixItem::IoRedirect(_) | CommandPrefixOrSuffixItem::ProcessSubstitution(..) => true,
            });
            Some(simple).filter(|s| s.word_or_name.as_ref().is_some_and(plain) && suffix_is_plain)
        }
        Command::Compound(..) | Command::Function(_) | Command::ExtendedTest(_) => None,
    }
}

fn run_command(
    scope: &mut Scope<'_, '_>,
    command: &Command,
    stdin: Stdin<'_>,
    siblings: &[String],
) -> Result<CommandOutput, ScriptError> {
    scope.context.budget.add_step()?;
    let output = match command {
        Command::Simple(command) => run_simple(scope, command, stdin, siblings)?,
        Command::Compound(command, redirects) => {
            let redirects: Vec<&IoRedirect> = redirects.iter().flat_map(|list| &list.0).collect();
            let (redirects, file) = redirect::evaluate(scope, &redirects)?;
            let stdin = file.as_deref().or(stdin);
            redirects.apply(run_compound(scope, command, stdin)?)
        }
        Command::Function(_) => return Err(unsupported("a function")),
        Command::ExtendedTest(test) => CommandOutput::silent(i32::from(!extended_test::evaluate(scope, &test.expr)?)),
    };
    scope.status = output.status;
    let mut all = take_errors(scope);
    all.append(output);
    Ok(all)
}

fn run_compound(
    scope: &mut Scope<'_, '_>,
    command: &CompoundCommand,
    stdin: Stdin<'_>,
) -> Result<CommandOutput, ScriptError> {
    match command {
        CompoundCommand::BraceGroup(group) => run_list(scope, &group.list, stdin),
        CompoundCommand::Subshell(group) => run_list(&mut scope.clone(), &group.list, stdin),
        CompoundCommand::IfClause(clause) => {
            let mut output = run_list(scope, &clause.condition, stdin)?;
            if output.status == 0 {
                output.append(run_list(scope, &clause.then, stdin)?);
                return Ok(output);
            }
            for branch in clause.elses.iter().flatten() {
                if let Some(condition) = &branch.condition {
                    output.append(run_list(scope, condition, stdin)?);
                    if output.status != 0 {
                        continue;
                    }
                }
                output.append(run_list(scope, &branch.body, stdin)?);
                return Ok(output);
            }
            output.status = 0;
            Ok(output)
        }
        CompoundCommand::ForClause(clause) => {
            let values = clause.values.as_ref().ok_or_else(|| unsupported("`for` without `in`"))?;
            let arguments = expand::arguments(scope, values.iter().map(|word| word.value.as_str()))?;
            let mut output = take_errors(scope);
            output.status = 0;
            for argument in arguments {
                scope.context.budget.add_step()?;
                scope.variables.insert(clause.variable_name.clone(), argument);
                output.append(run_list(scope, &clause.body.list, stdin)?);
            }
            Ok(output)
        }
        CompoundCommand::Arithmetic(_)
        | CompoundCommand::ArithmeticForClause(_)
        | CompoundCommand::CaseClause(_)
        | CompoundCommand::WhileClause(_)
        | CompoundCommand::UntilClause(_) => {
            Err(unsupported("a compound command other than `if`, `for`, `{ … }` and `( … )`"))
        }
    }
}

fn run_simple(
    scope: &mut Scope<'_, '_>,
    command: &SimpleCommand,
    stdin: Stdin<'_>,
    siblings: &[String],
) -> Result<CommandOutput, ScriptError> {
    let arguments = expand_arguments(scope, command)?;
    let items = command.prefix.iter().flat_map(|p| &p.0).chain(command.suffix.iter().flat_map(|s| &s.0));
    let redirects: Vec<&IoRedirect> = items
        .filter_map(|item| match item {
            CommandPrefixOrSuffixItem::IoRedirect(redirect) => Some(redirect),
            CommandPrefixOrSuffixItem::Word(_)
            | CommandPrefixOrSuffixItem::AssignmentWord(..)
            | CommandPrefixOrSuffixItem::ProcessSubstitution(..) => None,
        })
        .collect();
    let (redirects, file) = redirect::evaluate(scope, &redirects)?;
    let Some((name, arguments)) = arguments.split_first() else {
        let assigned = assign(scope, command)?;
        // Here the redirections come first.
        let mut output = take_errors(scope);
        output.append(assigned);
        return Ok(redirects.apply(output));
    };
    if command.prefix.iter().flat_map(|p| &p.0).any(|i| matches!(i, CommandPrefixOrSuffixItem::AssignmentWord(..))) {
        return Err(unsupported("a variable that is set for one command"));
    }
    let line = format!("{name} {}", arguments.join(" "));
    let mut processes = scope.shells.clone();
    processes.extend(siblings.iter().cloned());
    processes.push(line.trim_end().to_owned());
    let invocation = Invocation {
        context: scope.context,
        runner: &CommandRunner,
        name,
        arguments,
        stdin: file.as_deref().or(stdin),
        shells: &scope.shells,
        processes: &processes,
        reader: scope.reader.as_deref(),
    };
    Ok(redirects.apply(command::run(&invocation)?))
}

/// A command's name and arguments, expanded.
fn expand_arguments(scope: &mut Scope<'_, '_>, command: &SimpleCommand) -> Result<Vec<String>, ScriptError> {
    let mut words: Vec<&str> = command.word_or_name.iter().map(|name| name.value.as_str()).collect();
    for item in command.suffix.iter().flat_map(|s| &s.0) {
        match item {
            CommandPrefixOrSuffixItem::Word(word) | CommandPrefixOrSuffixItem::AssignmentWord(_, word) => {
                words.push(&word.value);
            }
            CommandPrefixOrSuffixItem::IoRedirect(_) => {}
            CommandPrefixOrSuffixItem::ProcessSubstitution(..) => return Err(unsupported("`<( … )`")),
        }
    }
    expand::arguments(scope, words.into_iter())
}

/// Runs a command that only sets variables. Its status is that of the last command substitution in it.
fn assign(scope: &mut Scope<'_, '_>, command: &SimpleCommand) -> Result<CommandOutput, ScriptError> {
    let mut status = 0;
    for item in command.prefix.iter().flat_map(|p| &p.0) {
        let CommandPrefixOrSuffixItem::AssignmentWord(assignment, _) = item else {
            continue;
        };
        match (&assignment.name, &assignment.value, assignment.append) {
            (AssignmentName::VariableName(name), AssignmentValue::Scalar(word), false) => {
                if matches!(name.as_str(), "IFS" | "PATH" | "LC_ALL" | "LANG") {
                    return Err(unsupported(format!("setting the variable `{name}`")));
                }
                let value = expand::text(scope, &word.value)?;
                if word.value.contains("$(") || word.value.contains('`') {
                    status = scope.status;
                }
                if value.len() > MAX_OUTPUT {
                    let name = quote(name);
                    return Err(ScriptError::Failed(format!("the variable {name} has more than {MAX_OUTPUT} bytes")));
                }
                scope.variables.insert(name.clone(), value);
            }
            (AssignmentName::VariableName(_) | AssignmentName::ArrayElementName(..), _, _) => {
                return Err(unsupported("an array, or `+=`"));
            }
        }
    }
    Ok(CommandOutput::silent(status))
}
