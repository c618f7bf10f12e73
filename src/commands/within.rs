//! Limits the time for a user's files: a read from a dead network mount, or of a pipe, may never end.

use crate::commands::Failure;
use crate::text::system_error;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

/// What `read` returns, or an error if it takes longer than `timeout`: its thread is then left to itself.
pub(crate) fn within<T: Send + 'static>(
    timeout: Duration,
    what: &str,
    read: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Failure> {
    let (sender, result) = channel();
    // Ignore the error: nobody waits any more.
    let run = move || drop(sender.send(read()));
    let failed = |reason: String| Failure::Other(anyhow::anyhow!("{what} {reason}"));
    let thread = thread::Builder::new().name("files".to_owned()).spawn(run);
    thread.map_err(|error| failed(format!("cannot be read: no thread can be started: {}", system_error(&error))))?;
    result.recv_timeout(timeout).map_err(|error| match error {
        RecvTimeoutError::Timeout => {
            let time = humantime::format_duration(timeout);
            failed(format!("was not read before the deadline of {time}; raise it with --timeout"))
        }
        RecvTimeoutError::Disconnected => failed("cannot be read: the thread that reads it has ended".to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_read_without_an_end_is_given_up() {
        assert_eq!(within(Duration::from_secs(60), "a", || 7).expect("a value"), 7);
        let (sender, never) = channel::<()>();
        let error = within(Duration::from_millis(10), "a.yaml", move || never.recv().is_ok()).expect_err("no value");
        assert_eq!(error.to_string(), "a.yaml was not read before the deadline of 10ms; raise it with --timeout");
        drop(sender);
    }
}
