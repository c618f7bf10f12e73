//! Runs scripts in this machine's `/bin/sh`. The only place that starts a process: the script is on its standard input, time
//! and output are limited, and whatever the script started in its process group is killed at the end.

use super::output::{MAX_OUTPUT, ScriptOutput};
use crate::source::node::{Deadline, SourceError};
use crate::text::system_error;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process_group};
use std::io::{ErrorKind, PipeReader, PipeWriter, Read, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

const SHELL: &str = "/bin/sh";
/// Default time limit of one script.
const LIMIT: Duration = Duration::from_secs(30);

/// Why `/bin/sh` gave no result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SystemShellError {
    /// The run's deadline passed before the script was started.
    #[error("it {0}")]
    NotStarted(SourceError),
    /// A pipe or the process could not be created.
    #[error("{SHELL} cannot be started: {0}")]
    Start(String),
    /// The output could not be read, or the process not waited for.
    #[error("the output of {SHELL} cannot be read: {0}")]
    Read(String),
    /// The script reached its time limit.
    #[error("it took longer than {} s and was killed", .0.as_secs_f32())]
    TimedOut(Duration),
    /// The script printed more than [`MAX_OUTPUT`] bytes.
    #[error("it printed more than {MAX_OUTPUT} bytes and was killed")]
    TooMuchOutput,
}

/// `/bin/sh` of this machine, and how often it was started.
#[derive(Debug)]
pub struct SystemShell {
    limit: Duration,
    deadline: Option<Deadline>,
    started: AtomicUsize,
}

impl Default for SystemShell {
    fn default() -> Self {
        Self::with_limit(LIMIT)
    }
}

impl SystemShell {
    /// A shell that gives each script this much time.
    pub const fn with_limit(limit: Duration) -> Self {
        Self { limit, deadline: None, started: AtomicUsize::new(0) }
    }

    /// A shell that stops at the run's deadline, and gives each script no more than the default time.
    pub fn within(deadline: Deadline) -> Self {
        Self { deadline: Some(deadline), ..Self::default() }
    }

    /// Whether this machine has the shell.
    pub fn is_available(&self) -> bool {
        Path::new(SHELL).exists()
    }

    /// The number of scripts that it was started for.
    pub fn started(&self) -> usize {
        self.started.load(Ordering::Relaxed)
    }

    /// Runs a script to its end.
    pub fn run(&self, script: &str) -> Result<ScriptOutput, SystemShellError> {
        let left = self.deadline.as_ref().map(Deadline::left).transpose().map_err(SystemShellError::NotStarted)?;
        let limit = left.unwrap_or(self.limit).min(self.limit);
        self.started.fetch_add(1, Ordering::Relaxed);
        let (reader, writer) = std::io::pipe().map_err(|e| SystemShellError::Start(process_error(&e)))?;
        let mut child = start(writer).map_err(|e| SystemShellError::Start(process_error(&e)))?;
        let group = Pid::from_child(&child);
        write_script(&mut child, script);
        let output = read_output(reader, limit);
        // Ignore the error: the group may have ended by itself.
        kill_process_group(group, Signal::KILL).ok();
        let status = child.wait().map_err(|e| SystemShellError::Read(process_error(&e)))?;
        let text = output?;
        let code = status.code().or_else(|| status.signal().map(|s| 128 + s));
        Ok(ScriptOutput { text: String::from_utf8_lossy(&text).into_owned(), status: code.unwrap_or(1) })
    }
}

/// Reads until the last writer has closed the pipe, the time is over, or there is too much. A process that has left the
/// process group can keep the pipe open; it is not waited for beyond the limit.
fn read_output(mut reader: PipeReader, limit: Duration) -> Result<Vec<u8>, SystemShellError> {
    let deadline = Instant::now() + limit;
    let read_error = |e: Errno| SystemShellError::Read(process_error(&e.into()));
    let (mut text, mut buffer) = (Vec::new(), vec![0; 1 << 16]);
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        // The limit is far below what a timespec can hold.
        let left = Timespec::try_from(left).map_err(|_| SystemShellError::TimedOut(limit))?;
        match poll(&mut [PollFd::new(&reader, PollFlags::IN)], Some(&left)) {
            Ok(0) => return Err(SystemShellError::TimedOut(limit)),
            Ok(_) => {}
            Err(Errno::INTR) => continue,
            Err(e) => return Err(read_error(e)),
        }
        match reader.read(&mut buffer) {
            Ok(0) => return Ok(text),
            Ok(length) => text.extend(&buffer[..length]),
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) => return Err(SystemShellError::Read(process_error(&e))),
        }
        if text.len() > MAX_OUTPUT {
            return Err(SystemShellError::TooMuchOutput);
        }
        if Instant::now() >= deadline {
            return Err(SystemShellError::TimedOut(limit));
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "an audit of the user's own definitions that only a shell can run")]
fn start(writer: PipeWriter) -> std::io::Result<Child> {
    Command::new(SHELL).stdin(Stdio::piped()).stdout(writer.try_clone()?).stderr(writer).process_group(0).spawn()
}

/// Writes the script to the shell's standard input and closes it. In a thread, because a shell may never read it.
fn write_script(child: &mut Child, script: &str) {
    if let Some(mut stdin) = child.stdin.take() {
        let script = script.to_owned();
        std::thread::spawn(move || drop(stdin.write_all(script.as_bytes())));
    }
}

/// Why a process could not be started or read.
fn process_error(error: &std::io::Error) -> String {
    match Errno::from_io_error(error) {
        Some(Errno::AGAIN) => "the limit of processes is reached; raise it (ulimit -u)".to_owned(),
        Some(Errno::MFILE | Errno::NFILE) => "the limit of open files is reached; raise it (ulimit -n)".to_owned(),
        Some(_) | None => system_error(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn system_errors_are_reported_in_our_words() {
        let text = |errno: Errno| SystemShellError::Start(process_error(&errno.into())).to_string();
        assert_eq!(text(Errno::ACCESS), "/bin/sh cannot be started: permission denied");
        assert_eq!(
            text(Errno::AGAIN),
            "/bin/sh cannot be started: the limit of processes is reached; raise it (ulimit -u)"
        );
    }
}
