//! Carries a script's syntax tree out, command by command. Knows no command itself.

use super::{Interpreter, MAX_OUTPUT, Output, ScriptError, Stream, command, expand, parse, unknown};
use brush_parser::ast::{
    AndOr, AndOrList, AssignmentName, AssignmentValue, Command, CommandPrefixOrSuffixItem, CompoundCommand,
    CompoundList, IoFileRedirectKind, IoFileRedirectTarget, IoRedirect, Pipeline, Program, SeparatorOperator,
    SimpleCommand, Word,
};
use std::collections::HashMap;

/// How deep scripts may run scripts.
const MAX_SHELLS: usize = 8;

/// What a shell process knows.
#[derive(Clone)]
pub(super) struct Scope<'w, 'h> {
    pub(super) world: &'w Interpreter<'h>,
    pub(super) variables: HashMap<String, String>,
    pub(super) positional: Vec<String>,
    pub(super) status: i32,
    /// The command lines of the shells, outermost first: a listing of processes shows them.
    pub(super) shells: Vec<String>,
    /// The words of the command that reads what this one command prints.
    reader: Option<Vec<String>>,
}

/// What stands at a command's standard input: nothing that is known, or a text.
type Input<'a> = Option<&'a str>;

/// Runs a script in a shell of its own.
pub(super) fn script(
    world: &Interpreter<'_>,
    text: &str,
    positional: &[String],
    stdin: Input<'_>,
    shells: &[String],
) -> Result<Output, ScriptError> {
    if shells.len() > MAX_SHELLS {
        return Err(unknown("shells in shells in shells"));
    }
    let mut scope = Scope {
        world,
        variables: HashMap::new(),
        positional: positional.to_vec(),
        status: 0,
        shells: shells.to_vec(),
        reader: None,
    };
    let program = understood(parse::program(text)?)?;
    program_in(&mut scope, &program, stdin)
}

/// The standard output of a script in `$(…)`; what it says on standard error is not taken along, so it is refused.
pub(super) fn substitution(scope: &mut Scope<'_, '_>, text: &str) -> Result<String, ScriptError> {
    if scope.shells.len() > MAX_SHELLS {
        return Err(unknown("shells in shells in shells"));
    }
    let mut inner = scope.clone();
    inner.shells.push("/bin/sh".to_owned());
    let program = understood(parse::program(text)?)?;
    let output = program_in(&mut inner, &program, None)?;
    scope.status = output.status;
    if output.errors().any(|(_, text)| !text.is_empty()) {
        return Err(unknown("a substitution that prints errors"));
    }
    Ok(output.stdout())
}

fn program_in(scope: &mut Scope<'_, '_>, program: &Program, stdin: Input<'_>) -> Result<Output, ScriptError> {
    let mut output = Output::default();
    for commands in &program.complete_commands {
        output.append(list(scope, commands, stdin)?);
    }
    Ok(output)
}

fn list(scope: &mut Scope<'_, '_>, list: &CompoundList, stdin: Input<'_>) -> Result<Output, ScriptError> {
    let mut output = Output::default();
    for item in &list.0 {
        match item.1 {
            SeparatorOperator::Sequence => output.append(and_or(scope, &item.0, stdin)?),
            SeparatorOperator::Async => return Err(unknown("a command in the background (&)")),
        }
    }
    Ok(output)
}

fn and_or(scope: &mut Scope<'_, '_>, list: &AndOrList, stdin: Input<'_>) -> Result<Output, ScriptError> {
    let mut output = pipeline(scope, &list.first, stdin)?;
    for next in &list.additional {
        let (runs, next) = match next {
            AndOr::And(next) => (output.status == 0, next),
            AndOr::Or(next) => (output.status != 0, next),
        };
        if runs {
            output.append(pipeline(scope, next, stdin)?);
        }
    }
    Ok(output)
}

fn pipeline(scope: &mut Scope<'_, '_>, pipeline: &Pipeline, stdin: Input<'_>) -> Result<Output, ScriptError> {
    if pipeline.timed.is_some() {
        return Err(unknown("time"));
    }
    let mut output = match pipeline.seq.as_slice() {
        [single] => one(scope, single, stdin, &[])?,
        several => piped(scope, several, stdin)?,
    };
    if pipeline.bang {
        output.status = i32::from(output.status == 0);
    }
    scope.status = output.status;
    Ok(output)
}

/// Each command reads what the one before it printed, in a shell of its own.
fn piped(scope: &Scope<'_, '_>, commands: &[Command], stdin: Input<'_>) -> Result<Output, ScriptError> {
    let siblings = lines_of(scope, commands)?;
    let mut errors = Output::default();
    let mut input: Option<String> = stdin.map(str::to_owned);
    let mut last = Output::default();
    for (index, command) in commands.iter().enumerate() {
        let others: Vec<String> =
            siblings.iter().enumerate().filter(|(i, _)| *i != index).map(|(_, line)| line.clone()).collect();
        let mut own = scope.clone();
        own.reader = commands
            .get(index + 1)
            .filter(|_| listed(command).is_some())
            .and_then(listed)
            .and_then(|next| arguments_of(&mut scope.clone(), next).ok());
        last = one(&mut own, command, input.as_deref(), &others)?;
        if index + 1 < commands.len() {
            errors.chunks.extend(last.errors().cloned());
            input = Some(last.stdout());
        }
    }
    errors.append(last);
    Ok(errors)
}

/// How a listing of processes would show the commands of a pipeline.
fn lines_of(scope: &Scope<'_, '_>, commands: &[Command]) -> Result<Vec<String>, ScriptError> {
    let mut lines = Vec::new();
    for command in commands {
        lines.push(match listed(command) {
            Some(simple) => arguments_of(&mut scope.clone(), simple)?.join(" "),
            None => scope.shells.last().cloned().unwrap_or_default(),
        });
    }
    Ok(lines)
}

/// A simple command whose words can be known before it runs; one with a substitution would be run twice.
fn listed(command: &Command) -> Option<&SimpleCommand> {
    match command {
        Command::Simple(simple) if is_listed(simple) => Some(simple),
        Command::Simple(_) | Command::Compound(..) | Command::Function(_) | Command::ExtendedTest(_) => None,
    }
}

fn is_listed(command: &SimpleCommand) -> bool {
    let plain = |word: &Word| !word.value.contains(['`', '*', '?']) && !word.value.contains("$(");
    command.word_or_name.as_ref().is_some_and(plain)
        && command.suffix.iter().flat_map(|s| &s.0).all(|item| match item {
            CommandPrefixOrSuffixItem::Word(word) | CommandPrefixOrSuffixItem::AssignmentWord(_, word) => plain(word),
            CommandPrefixOrSuffixItem::IoRedirect(_) | CommandPrefixOrSuffixItem::ProcessSubstitution(..) => true,
        })
}

fn one(
    scope: &mut Scope<'_, '_>,
    command: &Command,
    stdin: Input<'_>,
    siblings: &[String],
) -> Result<Output, ScriptError> {
    scope.world.budget.step()?;
    let output = match command {
        Command::Simple(command) => simple(scope, command, stdin, siblings)?,
        Command::Compound(command, redirects) => {
            let redirects: Vec<&IoRedirect> = redirects.iter().flat_map(|list| &list.0).collect();
            let (streams, file) = redirected(scope, &redirects)?;
            let stdin = file.as_deref().or(stdin);
            streams.apply(compound(scope, command, stdin)?)
        }
        Command::Function(_) => return Err(unknown("a function")),
        Command::ExtendedTest(_) => return Err(unknown("[[ … ]]")),
    };
    scope.status = output.status;
    Ok(output)
}

fn compound(scope: &mut Scope<'_, '_>, command: &CompoundCommand, stdin: Input<'_>) -> Result<Output, ScriptError> {
    match command {
        CompoundCommand::BraceGroup(group) => list(scope, &group.list, stdin),
        CompoundCommand::Subshell(group) => list(&mut scope.clone(), &group.list, stdin),
        CompoundCommand::IfClause(clause) => {
            let mut output = list(scope, &clause.condition, stdin)?;
            if output.status == 0 {
                output.append(list(scope, &clause.then, stdin)?);
                return Ok(output);
            }
            for branch in clause.elses.iter().flatten() {
                if let Some(condition) = &branch.condition {
                    output.append(list(scope, condition, stdin)?);
                    if output.status != 0 {
                        continue;
                    }
                }
                output.append(list(scope, &branch.body, stdin)?);
                return Ok(output);
            }
            output.status = 0;
            Ok(output)
        }
        CompoundCommand::ForClause(clause) => {
            let values = clause.values.as_ref().ok_or_else(|| unknown("for without in"))?;
            let arguments = expand::arguments(scope, values.iter().map(|word| word.value.as_str()))?;
            let mut output = Output::default();
            for argument in arguments {
                scope.world.budget.step()?;
                scope.variables.insert(clause.variable_name.clone(), argument);
                output.append(list(scope, &clause.body.list, stdin)?);
            }
            Ok(output)
        }
        CompoundCommand::Arithmetic(_)
        | CompoundCommand::ArithmeticForClause(_)
        | CompoundCommand::CaseClause(_)
        | CompoundCommand::WhileClause(_)
        | CompoundCommand::UntilClause(_) => Err(unknown("a compound command other than if, for, { } and ( )")),
    }
}

fn simple(
    scope: &mut Scope<'_, '_>,
    command: &SimpleCommand,
    stdin: Input<'_>,
    siblings: &[String],
) -> Result<Output, ScriptError> {
    let arguments = arguments_of(scope, command)?;
    let items = command.prefix.iter().flat_map(|p| &p.0).chain(command.suffix.iter().flat_map(|s| &s.0));
    let redirects: Vec<&IoRedirect> = items
        .filter_map(|item| match item {
            CommandPrefixOrSuffixItem::IoRedirect(redirect) => Some(redirect),
            CommandPrefixOrSuffixItem::Word(_)
            | CommandPrefixOrSuffixItem::AssignmentWord(..)
            | CommandPrefixOrSuffixItem::ProcessSubstitution(..) => None,
        })
        .collect();
    let (streams, file) = redirected(scope, &redirects)?;
    let Some((name, arguments)) = arguments.split_first() else {
        return assignments(scope, command);
    };
    if command.prefix.iter().flat_map(|p| &p.0).any(|i| matches!(i, CommandPrefixOrSuffixItem::AssignmentWord(..))) {
        return Err(unknown("a variable set for one command"));
    }
    let own = format!("{name} {}", arguments.join(" "));
    let mut processes = scope.shells.clone();
    processes.extend(siblings.iter().cloned());
    processes.push(own.trim_end().to_owned());
    let call = command::Call {
        world: scope.world,
        arguments,
        stdin: file.as_deref().or(stdin),
        shells: &scope.shells,
        processes: &processes,
        reader: scope.reader.as_deref(),
    };
    Ok(streams.apply(command::run(name, &call)?))
}

/// The words of a command, expanded.
fn arguments_of(scope: &mut Scope<'_, '_>, command: &SimpleCommand) -> Result<Vec<String>, ScriptError> {
    let mut words: Vec<&str> = command.word_or_name.iter().map(|name| name.value.as_str()).collect();
    for item in command.suffix.iter().flat_map(|s| &s.0) {
        match item {
            CommandPrefixOrSuffixItem::Word(word) | CommandPrefixOrSuffixItem::AssignmentWord(_, word) => {
                words.push(&word.value);
            }
            CommandPrefixOrSuffixItem::IoRedirect(_) => {}
            CommandPrefixOrSuffixItem::ProcessSubstitution(..) => return Err(unknown("<( … )")),
        }
    }
    expand::arguments(scope, words.into_iter())
}

/// A command that only sets variables. Its status is that of the last substitution in it.
fn assignments(scope: &mut Scope<'_, '_>, command: &SimpleCommand) -> Result<Output, ScriptError> {
    let mut status = 0;
    for item in command.prefix.iter().flat_map(|p| &p.0) {
        let CommandPrefixOrSuffixItem::AssignmentWord(assignment, _) = item else {
            continue;
        };
        match (&assignment.name, &assignment.value, assignment.append) {
            (AssignmentName::VariableName(name), AssignmentValue::Scalar(word), false) => {
                if matches!(name.as_str(), "IFS" | "PATH" | "LC_ALL" | "LANG") {
                    return Err(unknown(format!("setting {name}")));
                }
                let value = expand::text(scope, &word.value)?;
                if word.value.contains("$(") || word.value.contains('`') {
                    status = scope.status;
                }
                if value.len() > MAX_OUTPUT {
                    return Err(ScriptError::Failed(format!("the variable {name} holds more than {MAX_OUTPUT} bytes")));
                }
                scope.variables.insert(name.clone(), value);
            }
            (AssignmentName::VariableName(_) | AssignmentName::ArrayElementName(..), _, _) => {
                return Err(unknown("an assignment of a kind that is not known"));
            }
        }
    }
    Ok(Output::status(status))
}

/// Where a command's two streams go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Streams {
    out: Option<Stream>,
    err: Option<Stream>,
}

impl Streams {
    fn apply(self, output: Output) -> Output {
        let goes = |stream: Stream| match stream {
            Stream::Out => self.out,
            Stream::Err => self.err,
        };
        let chunks = output.chunks.into_iter().filter_map(|(stream, text)| Some((goes(stream)?, text)));
        Output { chunks: chunks.collect(), status: output.status }
    }
}

/// Where the streams go, and the text that is read in place of standard input.
fn redirected(scope: &mut Scope<'_, '_>, redirects: &[&IoRedirect]) -> Result<(Streams, Option<String>), ScriptError> {
    let mut streams = Streams { out: Some(Stream::Out), err: Some(Stream::Err) };
    let mut file = None;
    for redirect in redirects {
        let IoRedirect::File(number, kind, target) = redirect else {
            return Err(unknown("a redirection of a kind that is not known"));
        };
        match (kind, target) {
            (IoFileRedirectKind::Read, IoFileRedirectTarget::Filename(word)) if number.is_none_or(|n| n == 0) => {
                let path = expand::text(scope, &word.value)?;
                file = Some(if path == "/dev/null" {
                    String::new()
                } else {
                    scope.world.text(&path)?.map_err(|_| unknown(format!("reading from {path}, which fails")))?
                });
            }
            (IoFileRedirectKind::Write | IoFileRedirectKind::Append, IoFileRedirectTarget::Filename(word)) => {
                if expand::text(scope, &word.value)? != "/dev/null" {
                    return Err(unknown("writing to a file"));
                }
                *stream(&mut streams, number.unwrap_or(1))? = None;
            }
            (IoFileRedirectKind::DuplicateOutput, IoFileRedirectTarget::Fd(from)) => {
                duplicate(&mut streams, number.unwrap_or(1), *from)?;
            }
            (IoFileRedirectKind::DuplicateOutput, IoFileRedirectTarget::Duplicate(word)) => {
                let from = word.value.parse().map_err(|_| unknown(format!(">&{}", word.value)))?;
                duplicate(&mut streams, number.unwrap_or(1), from)?;
            }
            _ => return Err(unknown("a redirection of a kind that is not known")),
        }
    }
    Ok((streams, file))
}

fn duplicate(streams: &mut Streams, to: i32, from: i32) -> Result<(), ScriptError> {
    let value = *stream(streams, from)?;
    *stream(streams, to)? = value;
    Ok(())
}

fn stream(streams: &mut Streams, number: i32) -> Result<&mut Option<Stream>, ScriptError> {
    match number {
        1 => Ok(&mut streams.out),
        2 => Ok(&mut streams.err),
        other => Err(unknown(format!("the stream {other}"))),
    }
}

/// Refuses a script that names a command which is not known, even where it would not come to be run: so that whether a script
/// is answered does not hang on what is on the machine.
fn understood(program: Program) -> Result<Program, ScriptError> {
    program.complete_commands.iter().try_for_each(known_list)?;
    Ok(program)
}

fn known_list(list: &CompoundList) -> Result<(), ScriptError> {
    for item in &list.0 {
        let others = item.0.additional.iter().map(|next| match next {
            AndOr::And(next) | AndOr::Or(next) => next,
        });
        for command in std::iter::once(&item.0.first).chain(others).flat_map(|p| &p.seq) {
            known_command(command)?;
        }
    }
    Ok(())
}

fn known_command(command: &Command) -> Result<(), ScriptError> {
    match command {
        Command::Simple(SimpleCommand { word_or_name: Some(name), .. })
            if !name.value.contains(['$', '`', '"', '\'', '\\']) && !command::is_known(&name.value) =>
        {
            Err(unknown(format!("the command {}", name.value)))
        }
        Command::Compound(CompoundCommand::BraceGroup(group), _) => known_list(&group.list),
        Command::Compound(CompoundCommand::Subshell(group), _) => known_list(&group.list),
        Command::Compound(CompoundCommand::ForClause(clause), _) => known_list(&clause.body.list),
        Command::Compound(CompoundCommand::IfClause(clause), _) => {
            known_list(&clause.condition)?;
            known_list(&clause.then)?;
            for branch in clause.elses.iter().flatten() {
                branch.condition.iter().try_for_each(known_list)?;
                known_list(&branch.body)?;
            }
            Ok(())
        }
        // These are refused where they run.
        Command::Simple(_) | Command::Compound(..) | Command::Function(_) | Command::ExtendedTest(_) => Ok(()),
    }
}
