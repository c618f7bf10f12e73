//! Credential plugins: the only program that nodeproof starts, and only with `--allow-exec`.

use super::exec_credential::{ExecCredential, ExecVersion, MAX_OUTPUT_BYTES, parse};
use crate::text::{quote, sanitize, system_error};
use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::{Value as Json, json};
use std::io::{ErrorKind, Read as _};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// How often the end of the program is looked for, once it has closed its output.
const POLL_INTERVAL: Duration = Duration::from_millis(5);

/// `exec` of a user. The values of the variables may be secret.
pub(super) struct ExecPlugin {
    /// File and field, for errors.
    pub(super) label: String,
    pub(super) program: PathBuf,
    pub(super) arguments: Vec<String>,
    pub(super) variables: Vec<(String, String)>,
    pub(super) version: ExecVersion,
    /// How to get the program.
    pub(super) install_hint: Option<String>,
    /// What it is told of the cluster.
    pub(super) cluster: Option<Json>,
}

impl ExecPlugin {
    /// Starts the program and reads the credential that it prints. Its messages go to our stderr.
    pub(super) fn run(&self, deadline: Instant) -> Result<ExecCredential, String> {
        let output = self.output(deadline).and_then(|bytes| parse(&bytes, self.version));
        output.map_err(|reason| {
            let program = quote(&self.program.display().to_string());
            sanitize::line(&format!("{}: the program {program} {reason}", self.label))
        })
    }

    fn output(&self, deadline: Instant) -> Result<Vec<u8>, String> {
        let mut child = self.start()?;
        let (sender, receiver) = mpsc::channel();
        if let Some(stdout) = child.stdout.take() {
            thread::spawn(move || {
                let mut bytes = Vec::new();
                let read = stdout.take(MAX_OUTPUT_BYTES + 1).read_to_end(&mut bytes);
                // The receiver has gone if the time is over.
                drop(sender.send(read.map(|_| bytes)));
            });
        }
        let result = receiver
            .recv_timeout(deadline.saturating_duration_since(Instant::now()))
            .map_err(|_| "does not end within the timeout".to_owned())
            .and_then(|read| read.map_err(|error| format!("cannot be read: {}", system_error(&error))))
            .and_then(|bytes| match bytes.len() as u64 > MAX_OUTPUT_BYTES {
                true => Err(format!("prints more than {} KiB", MAX_OUTPUT_BYTES >> 10)),
                false => wait(&mut child, deadline).map(|status| (bytes, status)),
            });
        if result.is_err() {
            // A program that it has started itself ends as well.
            let _ = kill_process_group(Pid::from_child(&child), Signal::KILL);
            drop(child.wait());
        }
        let (bytes, status) = result?;
        if status.success() { Ok(bytes) } else { Err(format!("fails ({status})")) }
    }

    #[expect(clippy::disallowed_methods, reason = "the user allows this program with --allow-exec")]
    fn start(&self) -> Result<Child, String> {
        let mut request = json!({
            "apiVersion": self.version.id(),
            "kind": "ExecCredential",
            "spec": { "interactive": false },
        });
        if let Some(cluster) = &self.cluster {
            request["spec"]["cluster"] = cluster.clone();
        }
        let child = Command::new(&self.program)
            .args(&self.arguments)
            .env("KUBERNETES_EXEC_INFO", request.to_string())
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .process_group(0)
            .spawn();
        child.map_err(|error| match (error.kind(), &self.install_hint) {
            (ErrorKind::NotFound, Some(hint)) => format!("is not installed: {hint}"),
            (ErrorKind::NotFound, None) => "is not installed, or is not in PATH".to_owned(),
            _ => format!("cannot be started: {}", system_error(&error)),
        })
    }
}

fn wait(child: &mut Child, deadline: Instant) -> Result<ExitStatus, String> {
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status),
            Ok(None) if Instant::now() < deadline => thread::sleep(POLL_INTERVAL),
            Ok(None) => return Err("does not end within the timeout".to_owned()),
            Err(error) => return Err(format!("cannot be waited for: {}", system_error(&error))),
        }
    }
}
