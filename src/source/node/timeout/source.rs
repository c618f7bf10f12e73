//! A source that waits for another one only so long.

use super::deadline::Deadline;
use super::metadata_batch::metadata_batch;
use super::stuck_calls::StuckCalls;
use super::worker::{Job, SharedSource, Worker};
use crate::source::node::accounts::{AccountSource, Accounts};
use crate::source::node::error::SourceError;
use crate::source::node::files::FileSource;
use crate::source::node::journal::{Journal, JournalQuery, JournalSource, ProcessLog, ProcessLogQuery};
use crate::source::node::node_source::NodeSource;
use crate::source::node::path::{HostPath, PathRoot};
use crate::source::node::process::{Process, ProcessScan, ProcessSource};
use crate::source::node::process_table::ProcessTable;
use crate::source::node::stat::{Lstat, Metadata, Stat, Walked};
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How long a call may go without a heartbeat.
const CALL_LIMIT: Duration = Duration::from_secs(10);
/// How long reading one process may take. There are many, and anybody can start one whose command line never answers.
const PROCESS_LIMIT: Duration = Duration::from_millis(500);
/// Calls that are abandoned in one run. On a node that hangs more often every further call times out at once.
pub(super) const MAX_ABANDONED: usize = 32;
/// Entries of a walk that are handed over together.
const WALK_BATCH: usize = 512;

/// Part of the result of a walk.
enum WalkStep {
    Entries(Vec<(PathBuf, Walked)>),
    Done(Result<(), SourceError>),
}

/// Limits the time that calls on another source take.
pub struct TimeoutSource {
    pub(super) inner: Arc<dyn SharedSource>,
    deadline: Deadline,
    pub(super) call_limit: Duration,
    pub(super) process_limit: Duration,
    worker: RefCell<Option<Worker>>,
    stuck_calls: StuckCalls,
    pub(super) abandoned: Cell<usize>,
    /// Paths at which calls hang. Nothing at or below them is touched again.
    stuck_paths: RefCell<Vec<HostPath>>,
    /// `Some` if the accounts cannot be read: no accounts, and the reason.
    no_accounts: OnceCell<Option<Accounts>>,
}

impl TimeoutSource {
    /// Calls `inner` until `deadline`, and never where calls of earlier runs still hang.
    pub fn new(inner: Arc<dyn SharedSource>, deadline: Deadline, stuck_calls: &StuckCalls) -> Self {
        let stuck_paths = stuck_calls.paths();
        for path in &stuck_paths {
            if let (PathRoot::Process(pid), Some("/")) = (path.root, path.path.to_str()) {
                inner.heartbeat().skip(pid);
            }
        }
        Self {
            inner,
            deadline,
            call_limit: call_limit(deadline.total()),
            process_limit: PROCESS_LIMIT,
            worker: RefCell::default(),
            stuck_calls: stuck_calls.clone(),
            abandoned: Cell::new(0),
            stuck_paths: RefCell::new(stuck_paths),
            no_accounts: OnceCell::new(),
        }
    }

    /// Runs a call and waits for its result. `path` is what it reads, if that is one path.
    fn call<T: Send + 'static>(
        &self,
        path: Option<&HostPath>,
        call: impl FnOnce(&dyn NodeSource) -> Result<T, SourceError> + Send + 'static,
    ) -> Result<T, SourceError> {
        let (sender, receiver) = channel();
        self.run(path, Box::new(move |source| drop(sender.send(call(source)))))?;
        self.wait(&|| path.cloned(), self.call_limit, &receiver)?
    }

    /// Runs a call that reads every process. If one hangs, it is skipped and the call is repeated.
    fn call_processes<T: Send + 'static>(
        &self,
        call: impl Fn(&dyn NodeSource) -> Result<T, SourceError> + Clone + Send + 'static,
    ) -> Result<T, SourceError> {
        loop {
            let (sender, receiver) = channel();
            let call = call.clone();
            self.run(None, Box::new(move |source| drop(sender.send(call(source)))))?;
            let heartbeat = self.inner.heartbeat();
            let stuck_at = || heartbeat.current_process().map(|pid| HostPath::of_process(pid, "/"));
            match self.wait(&stuck_at, self.process_limit, &receiver) {
                Ok(result) => return result,
                Err(error @ SourceError::TimedOut(_)) => match heartbeat.current_process() {
                    Some(pid) if !heartbeat.skips(pid) => heartbeat.skip(pid),
                    Some(_) | None => return Err(error),
                },
                Err(error) => return Err(error),
            }
        }
    }

    /// Hands a job to the worker, if there is time left and the path is not known to hang.
    fn run(&self, path: Option<&HostPath>, job: Job) -> Result<(), SourceError> {
        self.deadline.left()?;
        if self.abandoned.get() >= MAX_ABANDONED || path.is_some_and(|path| self.is_stuck(path)) {
            return Err(SourceError::TimedOut(self.call_limit));
        }
        let mut worker = self.worker.borrow_mut();
        let running = match worker.take() {
            Some(running) => running,
            None => Worker::start(&self.inner)?,
        };
        running.run(job)?;
        *worker = Some(running);
        Ok(())
    }

    /// Waits for the worker while it shows heartbeats and the run has time. `stuck_at` is asked where it hangs.
    fn wait<T>(
        &self,
        stuck_at: &dyn Fn() -> Option<HostPath>,
        limit: Duration,
        receiver: &Receiver<T>,
    ) -> Result<T, SourceError> {
        let heartbeat = self.inner.heartbeat();
        loop {
            let beats = heartbeat.beats();
            let left = self.deadline.left().inspect_err(|_| self.abandon(stuck_at()))?;
            match receiver.recv_timeout(limit.min(left)) {
                Ok(result) => return Ok(result),
                Err(RecvTimeoutError::Disconnected) => {
                    let problem = "the thread that reads the node panicked; please report this";
                    return Err(SourceError::Io(problem.to_owned()));
                }
                Err(RecvTimeoutError::Timeout) if limit > left || heartbeat.beats() != beats => {}
                Err(RecvTimeoutError::Timeout) => {
                    self.abandon(stuck_at());
                    return Err(SourceError::TimedOut(limit));
                }
            }
        }
    }

    fn is_stuck(&self, path: &HostPath) -> bool {
        self.stuck_paths.borrow().iter().any(|stuck| path.is_at_or_below(stuck))
    }

    /// Gives up the current call with its thread.
    fn abandon(&self, stuck_at: Option<HostPath>) {
        let worker = self.worker.replace(None);
        self.abandoned.set(self.abandoned.get() + 1);
        if let (Some(path), Some(worker)) = (&stuck_at, worker) {
            self.stuck_calls.add(path.clone(), worker.abandon());
        }
        self.stuck_paths.borrow_mut().extend(stuck_at);
    }

    /// The results of one job for many paths, up to where it hangs.
    fn metadata_in_one_job(&self, paths: &Arc<[HostPath]>) -> Vec<Result<Metadata, SourceError>> {
        let results = Arc::new(Mutex::new(Vec::with_capacity(paths.len())));
        let (done, receiver) = channel();
        let (job_paths, job_results) = (Arc::clone(paths), Arc::clone(&results));
        let job = move |source: &dyn SharedSource| {
            metadata_batch(source, &job_paths, |metadata| {
                job_results.lock().unwrap_or_else(PoisonError::into_inner).push(metadata);
            });
            // Ignore the error: the waiting thread has abandoned this job.
            done.send(()).ok();
        };
        if self.run(None, Box::new(job)).is_ok() {
            let stuck_at = || paths.get(results.lock().unwrap_or_else(PoisonError::into_inner).len()).cloned();
            // Ignore the error: the caller sees that there are fewer results than paths.
            drop(self.wait(&stuck_at, self.call_limit, &receiver));
        }
        std::mem::take(&mut *results.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// How long a call may go without a heartbeat in a run of this length: several calls may hang within a short deadline. Whole
/// milliseconds, because messages show it.
fn call_limit(total: Duration) -> Duration {
    let limit = CALL_LIMIT.min(total / 6);
    Duration::new(limit.as_secs(), limit.subsec_millis() * 1_000_000).max(Duration::from_millis(1))
}

impl FileSource for TimeoutSource {
    fn lstat(&self, path: &HostPath) -> Result<Lstat, SourceError> {
        let owned = path.clone();
        self.call(Some(path), move |source| source.lstat(&owned))
    }

    fn modified(&self, path: &HostPath) -> Option<u64> {
        let owned = path.clone();
        self.call(Some(path), move |source| Ok(source.modified(&owned))).ok().flatten()
    }

    fn stat(&self, path: &HostPath) -> Result<Stat, SourceError> {
        let owned = path.clone();
        self.call(Some(path), move |source| source.stat(&owned))
    }

    fn answers_together(&self) -> bool {
        true
    }

    /// One job for all paths: handing over a job costs more than the system call. If the job hangs at a path, that path and
    /// those below it time out, and the results end before the next path.
    fn metadata_all(&self, paths: &[HostPath]) -> Vec<Result<Metadata, SourceError>> {
        let asked: Arc<[HostPath]> = paths.iter().filter(|path| !self.is_stuck(path)).cloned().collect();
        if asked.is_empty() {
            return paths.iter().map(|_| Err(SourceError::TimedOut(self.call_limit))).collect();
        }
        let answers = self.metadata_in_one_job(&asked);
        let mut answered = asked.iter().zip(answers).peekable();
        paths
            .iter()
            .map_while(|path| match answered.next_if(|(next, _)| *next == path) {
                Some((_, metadata)) => Some(metadata),
                None => self.is_stuck(path).then_some(Err(SourceError::TimedOut(self.call_limit))),
            })
            .collect()
    }

    fn read(&self, path: &HostPath) -> Result<Vec<u8>, SourceError> {
        let owned = path.clone();
        self.call(Some(path), move |source| source.read(&owned))
    }

    fn list(&self, path: &HostPath) -> Result<Vec<String>, SourceError> {
        let owned = path.clone();
        self.call(Some(path), move |source| source.list(&owned))
    }

    fn walk(&self, path: &HostPath, visit: &mut dyn FnMut(&Path, Walked)) -> Result<(), SourceError> {
        let (steps, receiver) = sync_channel(2);
        let owned = path.clone();
        self.run(
            Some(path),
            Box::new(move |source| {
                // Ignore the error: the waiting thread has abandoned this walk.
                let send = |step| drop(steps.send(step));
                let mut entries = Vec::new();
                let walked = source.walk(&owned, &mut |path, stat| {
                    entries.push((path.to_path_buf(), stat));
                    if entries.len() == WALK_BATCH {
                        send(WalkStep::Entries(std::mem::take(&mut entries)));
                    }
                });
                send(WalkStep::Entries(entries));
                send(WalkStep::Done(walked));
            }),
        )?;
        loop {
            match self.wait(&|| Some(path.clone()), self.call_limit, &receiver)? {
                WalkStep::Entries(entries) => entries.into_iter().for_each(|(path, stat)| visit(&path, stat)),
                WalkStep::Done(walked) => return walked,
            }
        }
    }
}

impl ProcessSource for TimeoutSource {
    fn processes(&self, names: &[&str]) -> Result<Vec<Process>, SourceError> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        self.call_processes(move |source| source.processes(&names.iter().map(String::as_str).collect::<Vec<_>>()))
    }

    fn variables(&self, pid: u32, names: &[&str]) -> Result<Vec<Option<String>>, SourceError> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        self.call(None, move |source| source.variables(pid, &names.iter().map(String::as_str).collect::<Vec<_>>()))
    }

    fn build_information(&self, pid: u32) -> Result<String, SourceError> {
        self.call(None, move |source| source.build_information(pid))
    }

    fn process_table(&self, pids: Option<&[u32]>) -> Result<ProcessTable, SourceError> {
        let pids = pids.map(<[u32]>::to_vec);
        self.call_processes(move |source| source.process_table(pids.as_deref()))
    }

    fn scan(&self, names: &[&str]) -> Result<ProcessScan, SourceError> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        self.call_processes(move |source| source.scan(&names.iter().map(String::as_str).collect::<Vec<_>>()))
    }
}

impl AccountSource for TimeoutSource {
    fn accounts(&self) -> &Accounts {
        // Once the worker has read them, the inner source has them.
        let none = self.no_accounts.get_or_init(|| {
            let read = self.call(None, |source| {
                source.accounts();
                Ok(())
            });
            let reason = read.err().map(|error| format!("the table of accounts {error}"));
            reason.map(|reason| Accounts::default().with_unknown(Some(reason)))
        });
        none.as_ref().unwrap_or_else(|| self.inner.accounts())
    }
}

impl JournalSource for TimeoutSource {
    fn journal(&self, query: &JournalQuery) -> Result<Journal, SourceError> {
        let query = query.clone();
        self.call(None, move |source| source.journal(&query))
    }

    fn process_log(&self, query: &ProcessLogQuery) -> Result<ProcessLog, SourceError> {
        let query = query.clone();
        self.call(None, move |source| source.process_log(&query))
    }
}

impl NodeSource for TimeoutSource {
    fn name(&self) -> Option<String> {
        self.call(None, |source| Ok(source.name())).ok().flatten()
    }

    fn notices(&self) -> Vec<String> {
        self.inner.notices()
    }

    fn recorded_probes(&self) -> Option<&BTreeSet<String>> {
        self.inner.recorded_probes()
    }
}
