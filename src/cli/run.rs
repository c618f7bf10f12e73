//! Dispatches the command line to the commands.

use super::{Cli, Command, pages};
use crate::commands::{
    AuditFlags, CompatMode, Failure, FormatName, audit, benchmarks, choose, convert, every, explain, lint, open,
    profile, snapshot, write_answer,
};
use crate::node::Node;
use crate::probe::Collector;
use crate::source::node::{Deadline, StuckCalls};
use anyhow::Context;
use std::io::{self, Write};
use std::time::Duration;

/// Carries out the command line and returns the exit code.
pub(crate) fn run(cli: Cli) -> Result<u8, Failure> {
    log_to_stderr(cli.flags.output.verbose);
    let flags = &cli.flags;
    match cli.command {
        None => audit::audit(flags, cli.compat_mode, None, &StuckCalls::default()),
        Some(Command::Run { targets, every: None }) => {
            audit::audit(flags, cli.compat_mode, Some(&targets), &StuckCalls::default())
        }
        Some(Command::Run { targets, every: Some(interval) }) => audit_every(interval, cli.flags, targets),
        Some(Command::Convert { report }) => convert::convert(&report, &flags.output),
        Some(Command::Snapshot { output }) => {
            let definitions = audit::load(&flags.benchmark)?;
            let out = snapshot::open(output.as_deref())?;
            let deadline = Deadline::of(flags.node.timeout);
            let source = open::source(&flags.node, deadline, &StuckCalls::default())?;
            snapshot::write(&definitions.library, source.as_ref(), out).map(|()| 0)
        }
        Some(Command::Benchmarks) => {
            let definitions = audit::load(&flags.benchmark)?;
            answer(flags, &benchmarks::list(&definitions, flags.output.json)?)
        }
        Some(Command::Explain { what }) => explain_check(flags, &what),
        Some(Command::Profile { name }) => {
            let definitions = audit::load(&flags.benchmark)?;
            let id = choose::known(&definitions, &name)?;
            answer(flags, &profile::list(&definitions, &id, flags.output.json)?)
        }
        Some(Command::Lint { paths }) => {
            let (text, clean) = lint::lint(audit::load(&flags.benchmark)?, &paths, flags.output.json)?;
            answer(flags, &text)?;
            Ok(if clean { 0 } else { 3 })
        }
        Some(Command::Completions { shell }) => answer(flags, &pages::completions(shell)),
        Some(Command::Man { page }) => answer(flags, &pages::manual(page.as_deref())?),
        Some(Command::Version) => print_version(),
    }
}

/// Prints the answer of a command, or writes it to `--outputfile`.
fn answer(flags: &AuditFlags, bytes: &[u8]) -> Result<u8, Failure> {
    write_answer(bytes, flags.output.outputfile.as_deref(), !flags.output.json)?;
    Ok(0)
}

/// A rule's name needs no benchmark; a check's id is looked up in the benchmark that is named, or else in this node's.
fn explain_check(flags: &AuditFlags, what: &str) -> Result<u8, Failure> {
    let definitions = audit::load(&flags.benchmark)?;
    let is_id = what.starts_with(|c: char| c.is_ascii_digit());
    let benchmark = match choose::named(&definitions, &flags.benchmark)? {
        Some(choice) => Some(choice.benchmark),
        None if is_id => {
            let deadline = Deadline::of(flags.node.timeout);
            let source = open::source(&flags.node, deadline, &StuckCalls::default())?;
            let node = Node::detect(source.as_ref(), &definitions.config);
            let collector = Collector::new(source.as_ref(), &node, &definitions.config);
            let ask_cluster = flags.node.host.is_none();
            Some(choose::detected(&definitions, &collector, &node, source.as_ref(), ask_cluster)?.benchmark)
        }
        None => None,
    };
    answer(flags, &explain::explain(&definitions, benchmark.as_deref(), what, flags.output.json)?)
}

/// One JSON line for each audit, unless another format is asked for. Without targets, those that apply to the node at the time.
fn audit_every(interval: Duration, mut flags: AuditFlags, targets: Vec<String>) -> Result<u8, Failure> {
    flags.output.default_format = FormatName::ONE_LINE;
    let is_fatal = |failure: &Failure| matches!(failure, Failure::Usage(_) | Failure::Definition(_));
    let names = (!targets.is_empty()).then_some(targets);
    let stuck = StuckCalls::default();
    let again = move || audit::audit(&flags, CompatMode::Nodeproof, names.as_deref(), &stuck).map(drop);
    every::repeat(interval, is_fatal, again).map(|()| 0)
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

fn print_version() -> Result<u8, Failure> {
    writeln!(io::stdout(), "nodeproof {}", env!("CARGO_PKG_VERSION")).context("the version cannot be printed")?;
    Ok(0)
}
