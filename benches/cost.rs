//! CPU time and memory of whole runs of the program, on a described node and on this machine: `cargo bench --bench cost`.
//! Prints figures, asserts nothing.

#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "a bench runs the program and prints figures")]

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use std::process::{Command, Stdio};

const RUNS: u32 = 100;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("{RUNS} runs each; CPU is user and system time, memory the maximum of all runs so far");
    for (what, arguments) in [
        ("version only", &["version"][..]),
        ("described control plane, cis-1.20, text", &["--benchmark", "cis-1.20", "--host", "example"]),
        ("described control plane, cis-1.12, JSON", &["--benchmark", "cis-1.12", "--host", "example", "--json"]),
        ("this machine, all targets of cis-1.12, JSON", &["run", "--benchmark", "cis-1.12", "--json"]),
    ] {
        measure(what, arguments)?;
    }
    Ok(())
}

fn measure(what: &str, arguments: &[&str]) -> Result<(), Box<dyn std::error::Error>> {
    let before = cpu_microseconds()?;
    for _ in 0..RUNS {
        let status = Command::new(env!("CARGO_BIN_EXE_nodeproof")).args(arguments).stdout(Stdio::null()).status()?;
        if !status.success() {
            return Err(format!("{arguments:?} ended with {status}").into());
        }
    }
    let each = (cpu_microseconds()? - before) / i64::from(RUNS);
    let memory = getrusage(UsageWho::RUSAGE_CHILDREN)?.max_rss() / 1024;
    println!("{what:48} {:>4}.{:02} ms CPU {memory:>4} MiB", each / 1000, each % 1000 / 10);
    Ok(())
}

fn cpu_microseconds() -> Result<i64, Box<dyn std::error::Error>> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    Ok(usage.user_time().num_microseconds() + usage.system_time().num_microseconds())
}
