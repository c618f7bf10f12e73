//! Dispatches the command line to the commands.

use super::{Cli, Command, pages};
use crate::commands::{
    AuditFlags, Definitions, Failure, audit, benchmarks, convert, explain, lint, profile, snapshot, write_answer,
};
use crate::source::node::StuckCalls;
use std::io;

/// Carries out the command line and returns the exit code.
pub(crate) fn run(cli: Cli) -> Result<u8, Failure> {
    log_to_stderr(cli.flags.output.verbose);
    let flags = &cli.flags;
    match cli.command {
        None => audit::audit(flags, cli.compat_mode, None, &StuckCalls::default()),
        Some(Command::Run { targets, every: None }) => {
            audit::audit(flags, cli.compat_mode, Some(&targets), &StuckCalls::default())
        }
        Some(Command::Run { targets, every: Some(interval) }) => {
            audit::repeat(interval, cli.flags, cli.compat_mode, targets)
        }
        Some(Command::Convert { report }) => convert::convert(&report, &flags.output),
        Some(command) => other(command, flags),
    }
}

/// Carries out a command that writes no report.
fn other(command: Command, flags: &AuditFlags) -> Result<u8, Failure> {
    if !flags.output.format.is_empty() {
        return Err(Failure::Usage(
            "--format: this command writes no report; it has --json and --outputfile".to_owned(),
        ));
    }
    let load = || Definitions::from_flags(&flags.benchmark);
    let as_json = flags.output.json;
    let (answer, exit_code) = match command {
        Command::Run { .. } | Command::Convert { .. } => return Ok(0),
        Command::Snapshot { output } => return snapshot::snapshot(flags, output.as_deref()).map(|()| 0),
        Command::Benchmarks => (benchmarks::list(&load()?, as_json)?, 0),
        Command::Explain { what } => (explain::explain_check(flags, &what)?, 0),
        Command::Profile { name } => (profile::list(&load()?, &name, as_json)?, 0),
        Command::Lint { paths } => {
            let (answer, clean) = lint::lint(load()?, &paths, as_json)?;
            (answer, if clean { 0 } else { 3 })
        }
        Command::Completions { shell } => (pages::completions(shell), 0),
        Command::Man { page } => (pages::manual(page.as_deref())?, 0),
        Command::Version => (concat!("nodeproof ", env!("CARGO_PKG_VERSION"), "\n").into(), 0),
    };
    write_answer(&answer, flags.output.outputfile.as_deref(), !as_json)?;
    Ok(exit_code)
}

/// `-v` logs the steps, `-vv` everything that is read.
fn log_to_stderr(verbose: u8) {
    let level = match verbose {
        0 => return,
        1 => tracing::Level::INFO,
        _ => tracing::Level::DEBUG,
    };
    let subscriber = tracing_subscriber::fmt().with_max_level(level).with_writer(io::stderr).without_time();
    // Only a second call can fail, and it would change nothing.
    drop(subscriber.with_target(false).try_init());
}
