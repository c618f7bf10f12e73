//! The shell of this machine, for scripts that are not answered otherwise. The one place that starts a process: `/bin/sh`, with
//! the script on its standard input, a limit of time and of output, and an end for everything that it started.

use super::{Answer, MAX_OUTPUT};
use crate::source::node::Deadline;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process_group};
use std::io::{ErrorKind, PipeReader, PipeWriter, Read, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Where the shell is.
const SHELL: &str = "/bin/sh";
/// How long one script may take.
const LIMIT: Duration = Duration::from_secs(30);

/// `/bin/sh`, and how often it was started.
#[derive(Debug)]
pub struct SystemShell {
    limit: Duration,
    patience: Option<Deadline>,
    started: AtomicUsize,
}

impl Default for SystemShell {
    fn default() -> Self {
        Self::with_limit(LIMIT)
    }
}

impl SystemShell {
    /// A shell whose scripts may take this long.
    pub const fn with_limit(limit: Duration) -> Self {
        Self { limit, patience: None, started: AtomicUsize::new(0) }
    }

    /// A shell for a run that has only so much time for all its scripts together.
    pub fn within(patience: Deadline) -> Self {
        Self { patience: Some(patience), ..Self::default() }
    }

    /// Whether this machine has a shell.
    pub fn is_here(&self) -> bool {
        Path::new(SHELL).exists()
    }

    /// How many scripts it was given.
    pub fn started(&self) -> usize {
        self.started.load(Ordering::Relaxed)
    }

    /// Runs a script. The error says why there is no answer.
    pub fn run(&self, script: &str) -> Result<Answer, String> {
        let limit = match self.patience.as_ref().map(Deadline::left).transpose() {
            Ok(left) => left.unwrap_or(self.limit).min(self.limit),
            Err(trouble) => return Err(format!("it {trouble}")),
        };
        self.started.fetch_add(1, Ordering::Relaxed);
        let (reader, writer) = std::io::pipe().map_err(|e| format!("no pipe can be made: {e}"))?;
        let mut child = start(writer).map_err(|e| format!("{SHELL} cannot be started: {e}"))?;
        let group = Pid::from_child(&child);
        feed(&mut child, script);
        let read = collect(reader, limit);
        // It may have ended by itself, and then there is nobody to end.
        kill_process_group(group, Signal::KILL).ok();
        let status = child.wait().map_err(|e| format!("{SHELL} cannot be waited for: {e}"))?;
        let text = read?;
        let code = status.code().or_else(|| status.signal().map(|s| 128 + s));
        Ok(Answer { text: String::from_utf8_lossy(&text).into_owned(), status: code.unwrap_or(1) })
    }
}

/// Reads until the last writer is gone, the limit is over, or there is too much. Who has left the process group may keep
/// the pipe open for as long as he likes: nobody waits for him, and nothing of ours is left with him.
fn collect(mut reader: PipeReader, limit: Duration) -> Result<Vec<u8>, String> {
    let deadline = Instant::now() + limit;
    let late = || format!("it took longer than {} s and was ended", limit.as_secs_f32());
    let broken = |e: &dyn std::fmt::Display| format!("what it prints cannot be read: {e}");
    let (mut text, mut buffer) = (Vec::new(), vec![0; 1 << 16]);
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let left = Timespec::try_from(left).map_err(|e| broken(&e))?;
        match poll(&mut [PollFd::new(&reader, PollFlags::IN)], Some(&left)) {
            Ok(0) => return Err(late()),
            Ok(_) => {}
            Err(Errno::INTR) => continue,
            Err(e) => return Err(broken(&e)),
        }
        match reader.read(&mut buffer) {
            Ok(0) => return Ok(text),
            Ok(length) => text.extend(&buffer[..length]),
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) => return Err(broken(&e)),
        }
        if text.len() > MAX_OUTPUT {
            return Err(format!("it printed more than {MAX_OUTPUT} bytes and was ended"));
        }
        if Instant::now() >= deadline {
            return Err(late());
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "an audit of the user's own definitions that only a shell can answer")]
fn start(writer: PipeWriter) -> std::io::Result<Child> {
    Command::new(SHELL).stdin(Stdio::piped()).stdout(writer.try_clone()?).stderr(writer).process_group(0).spawn()
}

/// Gives the script and closes the shell's standard input. A thread of its own, since a shell may not read it at all.
fn feed(child: &mut Child, script: &str) {
    if let Some(mut stdin) = child.stdin.take() {
        let script = script.to_owned();
        std::thread::spawn(move || drop(stdin.write_all(script.as_bytes())));
    }
}
