//! Runs two commands in turn, A B A B …, so that changes of the machine's speed affect both: `alternate RUNS A… -- B…`. Prints
//! the median CPU time of each, the median ratio and the peak memory.

#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "a bench runs programs and prints figures")]

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use std::process::{Command, Stdio};

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let runs: usize = arguments.first().ok_or("alternate RUNS A… -- B…")?.parse()?;
    let (a, b) = arguments[1..]
        .iter()
        .position(|word| word == "--")
        .map(|at| (&arguments[1..=at], &arguments[at + 2..]))
        .ok_or("the two commands are separated by --")?;
    let (mut of_a, mut of_b, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for run in 0..=runs {
        let (cost_a, cost_b) = (cost(a)?, cost(b)?);
        // The first pair warms up.
        if run > 0 {
            of_a.push(cost_a);
            of_b.push(cost_b);
            ratios.push(cost_a as f64 / cost_b.max(1) as f64);
        }
    }
    ratios.sort_by(f64::total_cmp);
    println!(
        "A {:8.2} ms   B {:8.2} ms   A/B {:.2}   peak of any {} MiB   ({runs} pairs, medians)",
        median(&mut of_a) as f64 / 1000.0,
        median(&mut of_b) as f64 / 1000.0,
        ratios[ratios.len() / 2],
        getrusage(UsageWho::RUSAGE_CHILDREN)?.max_rss() / 1024,
    );
    Ok(())
}

/// CPU time of one run, in microseconds.
fn cost(command: &[String]) -> Result<i64, Failure> {
    let (program, arguments) = command.split_first().ok_or("a command is empty")?;
    let before = cpu_of_children()?;
    let status = Command::new(program).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    if status.code().is_none() {
        return Err(format!("{program} ended with {status}").into());
    }
    Ok(cpu_of_children()? - before)
}

fn cpu_of_children() -> Result<i64, Failure> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    Ok(usage.user_time().num_microseconds() + usage.system_time().num_microseconds())
}

fn median(values: &mut [i64]) -> i64 {
    values.sort_unstable();
    values[values.len() / 2]
}
