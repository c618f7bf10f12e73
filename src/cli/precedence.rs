//! The command line comes before the environment: a flag that excludes another one replaces the other's variable.

use super::Cli;
use super::Command as CliCommand;
use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{ArgMatches, Command};

/// Flags that exclude each other, with the values of the command line.
struct Sources<'m>(&'m ArgMatches);

impl Sources<'_> {
    fn is(&self, id: &str, source: ValueSource) -> bool {
        self.0.try_contains_id(id).is_ok() && self.0.value_source(id) == Some(source)
    }

    fn on_command_line(&self, ids: &[&str]) -> bool {
        ids.iter().any(|id| self.is(id, ValueSource::CommandLine))
    }

    /// Whether `id` comes from the environment, and one of `others` from the command line.
    fn yields(&self, id: &str, others: &[&str]) -> bool {
        self.is(id, ValueSource::EnvVariable) && self.on_command_line(others)
    }
}

/// Drops values of the environment that exclude a flag of the command line.
pub(super) fn apply(cli: &mut Cli, matches: &ArgMatches) {
    let sources = Sources(matches);
    let flags = &mut cli.flags;
    if sources.yields("version", &["benchmark"]) {
        flags.benchmark.version = None;
    }
    if sources.yields("benchmark", &["version"]) {
        flags.benchmark.benchmark = None;
    }
    if sources.yields("host", &["root", "proc"]) {
        flags.node.host = None;
    }
    if sources.yields("check", &["group"]) {
        flags.selection.check.clear();
    }
    if sources.yields("group", &["check"]) {
        flags.selection.group.clear();
    }
    // The benchmark that `profile` names as its argument is on the command line too.
    if matches!(cli.command, Some(CliCommand::Profile { name: Some(_) })) {
        if sources.is("version", ValueSource::EnvVariable) {
            flags.benchmark.version = None;
        }
        if sources.is("benchmark", ValueSource::EnvVariable) {
            flags.benchmark.benchmark = None;
        }
    }
    const FORMATS: &[&str] = &["format", "json", "junit", "asff"];
    let output = &mut flags.output;
    for (id, value) in [("json", &mut output.json), ("junit", &mut output.junit), ("asff", &mut output.asff)] {
        *value &= !sources.yields(id, FORMATS);
    }
    if sources.yields("outputfile", &["format"]) && output.format.iter().all(|request| request.file.is_some()) {
        output.outputfile = None;
    }
}

/// Refuses `--host` with `--root` or `--proc`. Here and not by clap, which does not tell the command line from the environment.
pub(super) fn refuse_two_nodes(cli: &Cli, matches: &ArgMatches, program: &mut Command) -> Result<(), clap::Error> {
    let sources = Sources(matches);
    let given = |id: &&str| sources.is(id, ValueSource::CommandLine) || sources.is(id, ValueSource::EnvVariable);
    let Some(other) = ["root", "proc"].iter().find(|id| given(id)) else {
        return Ok(());
    };
    let host_is_a_flag = sources.on_command_line(&["host"]);
    if cli.flags.node.host.is_none() || (host_is_a_flag && !sources.on_command_line(&[other])) {
        return Ok(());
    }
    let message = format!("the argument '--host <FILE>' cannot be used with '--{other} <DIR>'");
    Err(program.error(ErrorKind::ArgumentConflict, message))
}
