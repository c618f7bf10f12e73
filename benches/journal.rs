//! CPU time of finding what a process logged at its start in a journal of a gigabyte that nearly all is its own:
//! `cargo bench --bench journal`. Needs systemd-journal-remote. Prints figures, asserts nothing.

#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "a bench writes files and prints figures")]

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use nodeproof::internals::source::node::{JournalSource as _, LiveSource, ProcessLogQuery};
use rustix::time::{ClockId, clock_gettime};
use std::error::Error;
use std::fs;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::{Command, Stdio};

const WRITER: &str = "/lib/systemd/systemd-journal-remote";
const MACHINE_ID: &str = "3d1219c7c4c5404aaa1f6d2a48adfda4";
/// Makes a message as long as those of K3s.
const FILLER: &str = concat!(
    "kind=\"Pod\" apiVersion=\"v1\" type=\"Normal\" reason=\"Pulled\" message=\"Container image ",
    "registry.example/team/service@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef ",
    "is already present on the node and is used for the container main of the pod\""
);
const FILES: u64 = 16;
const ENTRIES_PER_FILE: u64 = 106_250;
const RUNS: u32 = 50;

fn main() -> Result<(), Box<dyn Error>> {
    let root = tempfile::tempdir()?;
    let journal = root.path().join("var/log/journal").join(MACHINE_ID);
    fs::create_dir_all(&journal)?;
    fs::create_dir_all(root.path().join("etc"))?;
    fs::write(root.path().join("etc/machine-id"), format!("{MACHINE_ID}\n"))?;
    let now = clock_gettime(ClockId::Monotonic);
    let start = (now.tv_sec.unsigned_abs() + 1) * 1_000_000;
    for file in 0..FILES {
        let first = file * ENTRIES_PER_FILE;
        let name = if file + 1 == FILES {
            "system.journal".to_owned()
        } else {
            format!("system@00000000000000000000000000000001-{first:016x}-{:016x}.journal", start + first * 10_000)
        };
        write_file(&journal.join(name), first, start)?;
    }
    let files: Vec<u64> =
        fs::read_dir(&journal)?.map(|entry| Ok(entry?.metadata()?.len())).collect::<std::io::Result<_>>()?;
    let source = LiveSource::open(root.path(), Path::new("/proc"))?;
    let query = ProcessLogQuery {
        pid: std::process::id(),
        unit: "k3s.service".to_owned(),
        identifier: "k3s".to_owned(),
        texts: ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy"]
            .map(|program| format!("Running {program} "))
            .to_vec(),
    };
    let before = getrusage(UsageWho::RUSAGE_SELF)?;
    let mut found = 0;
    for _ in 0..RUNS {
        let log = source.process_log(&query)?;
        found = log.entries.len();
    }
    let after = getrusage(UsageWho::RUSAGE_SELF)?;
    let cpu = |usage: &nix::sys::resource::Usage| {
        usage.user_time().num_microseconds() + usage.system_time().num_microseconds()
    };
    let each = (cpu(&after) - cpu(&before)) / i64::from(RUNS);
    println!(
        "{} entries in {} files with {} MiB: {found} found, {}.{:03} ms CPU, {} MiB at most ({} before)",
        FILES * ENTRIES_PER_FILE,
        files.len(),
        files.iter().sum::<u64>() >> 20,
        each / 1000,
        each % 1000,
        after.max_rss() / 1024,
        before.max_rss() / 1024
    );
    Ok(())
}

/// Writes a file of the journal. The first entries of the first are those in which K3s says what it starts.
fn write_file(path: &Path, first: u64, start: u64) -> Result<(), Box<dyn Error>> {
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id")?.trim().replace('-', "");
    let mut writer = Command::new(WRITER)
        .arg(format!("--output={}", path.display()))
        .arg("-")
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let mut input = BufWriter::new(writer.stdin.take().ok_or("no input")?);
    for number in first..first + ENTRIES_PER_FILE {
        let monotonic = start + number * 10_000;
        let message = match number {
            100 => "time=\"2026-02-03T04:05:06Z\" level=info msg=\"Running kube-apiserver --anonymous-auth=false\""
                .to_owned(),
            900 => "time=\"2026-02-03T04:05:16Z\" level=info msg=\"Running kubelet --anonymous-auth=false\"".to_owned(),
            _ => format!(
                "I0203 04:05:06.{number:09} 2226 event.go:377] \"Event occurred\" object=\"pod-{number}\" {FILLER}"
            ),
        };
        write!(
            input,
            "__REALTIME_TIMESTAMP={}\n__MONOTONIC_TIMESTAMP={monotonic}\n_BOOT_ID={boot}\n_SYSTEMD_UNIT=k3s.service\n\
             _PID={}\n_UID=0\n_GID=0\n_COMM=k3s-server\n_TRANSPORT=stdout\nSYSLOG_IDENTIFIER=k3s\nPRIORITY=6\n\
             _HOSTNAME=server-1\n_MACHINE_ID={MACHINE_ID}\nMESSAGE={message}\n\n",
            1_770_000_000_000_000 + monotonic,
            std::process::id(),
        )?;
    }
    drop(input);
    let status = writer.wait()?;
    if status.success() { Ok(()) } else { Err(format!("{WRITER}: {status}").into()) }
}
