//! Repeats a run until the program is asked to stop.

use crate::text::sanitize;
use anyhow::Context as _;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use signal_hook::consts::{SIGINT, SIGTERM, SIGUSR1};
use std::fmt::Display;
use std::io::{self, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, TryLockError};
use std::thread;
use std::time::{Duration, Instant};

/// How long to wait at the end for the current run, so that its line is complete. Longer than a usual run; a slower one,
/// or one whose reader has stalled, is cut off.
const GRACE: Duration = Duration::from_millis(30);

/// Calls `run` immediately, then every `interval`, until SIGTERM, SIGINT or until stdout has no reader. SIGUSR1 starts the next run
/// at once, or after the current one. An error is written to stderr, after the name of the program, and the next run is tried.
/// If the first run fails with an error for which `is_fatal` is true, returns it.
pub(crate) fn repeat<E>(
    interval: Duration,
    program: &'static str,
    is_fatal: fn(&E) -> bool,
    run: impl FnMut() -> Result<(), E> + Send + 'static,
) -> Result<(), E>
where
    E: Display + From<anyhow::Error> + Send + 'static,
{
    let (mut wake, waker) = UnixStream::pair().context("the signals cannot be watched")?;
    let (requested, requester) = UnixStream::pair().context("the signals cannot be watched")?;
    requested.set_nonblocking(true).context("the signals cannot be watched")?;
    for (signal, end) in [(SIGTERM, &waker), (SIGINT, &waker), (SIGUSR1, &requester)] {
        let end = end.try_clone().context("the signals cannot be watched")?;
        signal_hook::low_level::pipe::register(signal, end).context("the signals cannot be watched")?;
    }
    let running = Arc::new(Mutex::new(()));
    let (ended, outcome) = channel();
    let (worker_running, worker_waker) = (Arc::clone(&running), waker);
    thread::Builder::new()
        .name("runs".to_owned())
        .spawn(move || {
            let wait = |time| wait(time, &requested);
            work(interval, program, is_fatal, run, wait, &worker_running, &ended);
            wake_up(&worker_waker);
        })
        .context("no thread can be started")?;
    let mut byte = [0];
    wake.read_exact(&mut byte).context("the signals cannot be watched")?;
    if let Ok(outcome) = outcome.try_recv() {
        return outcome;
    }
    wait_for_run(&running);
    Ok(())
}

fn work<E: Display>(
    interval: Duration,
    program: &str,
    is_fatal: fn(&E) -> bool,
    mut run: impl FnMut() -> Result<(), E>,
    wait: impl Fn(Duration),
    running: &Mutex<()>,
    ended: &Sender<Result<(), E>>,
) {
    let mut first = true;
    let outcome = loop {
        let start = Instant::now();
        let done = {
            let _under_way = running.lock();
            run()
        };
        match done {
            Err(error) if first && is_fatal(&error) => break Err(error),
            // Ignore the error: stderr is closed.
            Err(error) => drop(writeln!(anstream::stderr(), "{program}: {}", sanitize::message(&error.to_string()))),
            Ok(()) => {}
        }
        if has_no_reader() {
            break Ok(());
        }
        first = false;
        wait(interval.saturating_sub(start.elapsed()));
    };
    // Its receiver lives until it is woken.
    drop(ended.send(outcome));
}

/// Wakes the main thread as a signal does. A full stream has been written to already.
fn wake_up(mut waker: &UnixStream) {
    drop(waker.write_all(b"e"));
}

/// Waits for this time, or until the next run is requested. Takes all requests: they ask for one run.
fn wait(time: Duration, mut requested: &UnixStream) {
    let end = Instant::now().checked_add(time);
    loop {
        // Without an end, the time is longer than a clock can show.
        let left = end.map(|end| end.saturating_duration_since(Instant::now()));
        let left = left.and_then(|left| Timespec::try_from(left).ok());
        let mut fds = [PollFd::new(requested, PollFlags::IN)];
        match poll(&mut fds, left.as_ref()) {
            Ok(0) => return,
            Ok(_) => break,
            // A signal for another purpose interrupts the wait.
            Err(Errno::INTR) => {}
            Err(_) => return thread::sleep(time),
        }
    }
    let mut bytes = [0; 256];
    while requested.read(&mut bytes).is_ok_and(|read| read > 0) {}
}

/// Whether the reader of stdout is gone.
fn has_no_reader() -> bool {
    let stdout = io::stdout();
    let mut fds = [PollFd::new(&stdout, PollFlags::empty())];
    let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
    poll(&mut fds, Some(&at_once)).is_ok() && fds[0].revents().intersects(PollFlags::ERR | PollFlags::HUP)
}

fn wait_for_run(running: &Mutex<()>) {
    let asked = Instant::now();
    while asked.elapsed() < GRACE && matches!(running.try_lock(), Err(TryLockError::WouldBlock)) {
        thread::sleep(Duration::from_millis(1));
    }
}
