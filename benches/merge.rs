//! CPU time and memory of merging 10,000 reports of 131 checks: `cargo bench --bench merge`. Prints figures, asserts nothing.

#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "a bench runs the program and prints figures")]

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use serde_json::Value;
use std::path::Path;
use std::process::{Command, Stdio};

const REPORTS: usize = 10_000;

type Error = Box<dyn std::error::Error>;

fn main() -> Result<(), Error> {
    let folder = tempfile::tempdir()?;
    let template = folder.path().join("template.json");
    let program = Path::new(env!("CARGO_BIN_EXE_nodeproof"));
    let format = format!("--format=report={}", template.display());
    let made = Command::new(program).args(["run", "--host", "example", "--benchmark", "cis-1.12", &format]).status()?;
    if !made.success() {
        return Err(format!("the audit ended with {made}").into());
    }
    let template: Value = serde_json::from_slice(&std::fs::read(template)?)?;
    let reports = folder.path().join("reports");
    std::fs::create_dir(&reports)?;
    let mut bytes = 0;
    for number in 0..REPORTS {
        let text = report(&template, number)?;
        bytes += text.len();
        std::fs::write(reports.join(format!("node-{number}.json")), text)?;
    }
    let checks = template["checks"].as_array().map_or(0, Vec::len);
    println!("{REPORTS} reports of {checks} checks, {} MB; CPU is user and system time of one run", bytes / 1_000_000);
    for format in ["text", "report", "csv"] {
        let before = cpu()?;
        let mut command = Command::new(program);
        command.arg("merge").arg(&reports).args(["--format", format]);
        let status = command.stdout(Stdio::null()).status()?;
        if !status.success() {
            return Err(format!("the merge ended with {status}").into());
        }
        let memory = getrusage(UsageWho::RUSAGE_CHILDREN)?.max_rss() / 1024;
        println!("{format:8} {:>6} ms CPU {memory:>5} MiB", cpu()? - before);
    }
    Ok(())
}

/// The report of a node: processes have their own numbers, a few nodes differ, and one value is different on each.
fn report(template: &Value, number: usize) -> Result<String, Error> {
    let mut report = template.clone();
    report["report_id"] = format!("{number:08}-0000-4000-8000-000000000000").into();
    report["subject"]["name"] = format!("node-{number}.example.org").into();
    let checks = report["checks"].as_array_mut().ok_or("no checks")?;
    if number % 100 == 7 {
        let check = checks.get_mut(number % 50).ok_or("no such check")?;
        check["status"] = "fail".into();
        check["reason"] = format!("the value is {}", number % 3).into();
    }
    if let Some(check) = checks.last_mut() {
        check["reason"] = format!("the value of this node is {number}").into();
    }
    Ok(serde_json::to_string(&report)?.replace("(pid 10", &format!("(pid {}", 10 + number)))
}

fn cpu() -> Result<i64, Error> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    Ok(usage.user_time().num_milliseconds() + usage.system_time().num_milliseconds())
}
