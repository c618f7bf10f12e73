//! Dispatches the command line to the commands.

use super::{Cli, Command, RunFlags, pages};
use crate::commands::{
    AuditFlags, Definitions, Failure, audit, benchmarks, cluster, convert, diff, explain, judge, lint, merge, pgsql,
    profile, scan, snapshot, waivers_draft, who_can, write_answer,
};
use crate::source::node::StuckCalls;
use std::io;

/// Carries out the command line and returns the exit code.
pub(crate) fn run(cli: Cli) -> Result<u8, Failure> {
    cli.flags.output.color.apply();
    log_to_stderr(cli.flags.output.verbose);
    let flags = &cli.flags;
    let load = || Definitions::from_flags(flags);
    let as_json = flags.output.json;
    match cli.command {
        None => audit::audit(flags, cli.compat_mode, None, &StuckCalls::default()),
        Some(Command::Run(RunFlags { targets, every: None })) => {
            audit::audit(flags, cli.compat_mode, Some(&targets), &StuckCalls::default())
        }
        Some(Command::Run(RunFlags { targets, every: Some(interval) })) => {
            audit::repeat(interval, cli.flags, cli.compat_mode, targets)
        }
        Some(Command::Cluster { show_access, pod_security }) => {
            cluster::cluster(flags, cli.compat_mode, show_access, pod_security)
        }
        Some(Command::WhoCan { question }) => who_can::who_can(flags, &question).map(|()| 0),
        Some(Command::Scan(what)) => scan::scan(flags, &what, cli.compat_mode),
        Some(Command::Convert { report }) => convert::convert(&report, flags, cli.compat_mode),
        Some(Command::Diff { old, new, fail_on_broken }) => diff::diff(&old, &new, fail_on_broken, &flags.output),
        Some(Command::Merge(what)) => merge::merge(flags, &what, cli.compat_mode),
        Some(Command::Judge(what)) => judge::judge(flags, &what, cli.compat_mode),
        Some(Command::Waivers(what)) => answer(flags, waivers_draft::draft(&what)?.as_bytes()),
        Some(Command::Snapshot { output }) => snapshot::snapshot(flags, output.as_deref()).map(|()| 0),
        Some(Command::Benchmarks) => answer(flags, &benchmarks::list(&load()?, as_json)?),
        Some(Command::Explain { what }) => answer(flags, &explain::explain_check(flags, &what)?),
        Some(Command::Profile { name }) => answer(flags, &profile::list(flags, name.as_deref())?),
        Some(Command::Lint { paths }) => {
            let (text, clean) = lint::lint(load()?, &paths, as_json)?;
            answer(flags, &text)?;
            Ok(if clean { 0 } else { 3 })
        }
        Some(Command::Pgsql(task)) => answer(flags, &pgsql::pgsql(&task)?),
        Some(Command::Completions { shell }) => answer(flags, &pages::completions(shell)),
        Some(Command::Man { page }) => answer(flags, &pages::manual(page.as_deref())?),
        Some(Command::Version) => answer(flags, concat!("nodeproof ", env!("CARGO_PKG_VERSION"), "\n").as_bytes()),
    }
}

/// Prints the answer of a command, or writes it to `--outputfile`.
fn answer(flags: &AuditFlags, bytes: &[u8]) -> Result<u8, Failure> {
    write_answer(bytes, flags.output.outputfile.as_deref(), !flags.output.json)?;
    Ok(0)
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
    drop(subscriber.with_target(false).with_level(false).with_ansi(false).try_init());
}
