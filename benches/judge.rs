//! CPU and elapsed time of judging 2,000 snapshots, on one core and on all of them: `cargo bench --bench judge`. Prints figures,
//! asserts nothing. One core is that of `taskset`.

#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "a bench runs the program and prints figures")]

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

const SNAPSHOTS: usize = 2_000;

type Error = Box<dyn std::error::Error>;

fn main() -> Result<(), Error> {
    let folder = tempfile::tempdir()?;
    let program = Path::new(env!("CARGO_BIN_EXE_nodeproof"));
    let snapshot = folder.path().join("snapshot.json");
    let made = Command::new(program).args(["snapshot", "--host", "example", "-o"]).arg(&snapshot).status()?;
    if !made.success() {
        return Err(format!("the snapshot ended with {made}").into());
    }
    let text = std::fs::read(snapshot)?;
    let snapshots = folder.path().join("snapshots");
    std::fs::create_dir(&snapshots)?;
    for number in 0..SNAPSHOTS {
        std::fs::write(snapshots.join(format!("node-{number}.json")), &text)?;
    }
    println!("{SNAPSHOTS} snapshots, cis-1.12; CPU is user and system time, memory that of the largest run so far");
    for (what, more) in [("reports", &[][..]), ("line", &["--format", "line"]), ("merged", &["--merge"])] {
        let mut all = Command::new(program);
        measure(&format!("{what}, all cores"), judge(&mut all, &snapshots, more))?;
        let mut one = Command::new("taskset");
        one.args(["-c", "0"]).arg(program);
        measure(&format!("{what}, one core"), judge(&mut one, &snapshots, more))?;
    }
    Ok(())
}

fn judge<'c>(command: &'c mut Command, snapshots: &Path, more: &[&str]) -> &'c mut Command {
    command.arg("judge").arg(snapshots).args(["--benchmark", "cis-1.12"]).args(more)
}

fn measure(what: &str, command: &mut Command) -> Result<(), Error> {
    let (before, start) = (cpu()?, Instant::now());
    let status = command.stdout(Stdio::null()).status()?;
    if !status.success() {
        return Err(format!("{what}: ended with {status}").into());
    }
    let seconds = start.elapsed().as_secs_f64();
    let memory = getrusage(UsageWho::RUSAGE_CHILDREN)?.max_rss() / 1024;
    #[allow(clippy::cast_precision_loss, reason = "a figure for people")]
    let rate = SNAPSHOTS as f64 / seconds;
    println!("{what:20} {:>6} ms CPU {rate:>6.0} a second {memory:>5} MiB", cpu()? - before);
    Ok(())
}

fn cpu() -> Result<i64, Error> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    Ok(usage.user_time().num_milliseconds() + usage.system_time().num_milliseconds())
}
