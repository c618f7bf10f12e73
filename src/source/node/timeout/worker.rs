//! The thread on which calls run.

use crate::source::node::error::SourceError;
use crate::source::node::heartbeat::HasHeartbeat;
use crate::source::node::node_source::NodeSource;
use crate::text::system_error;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Weak};
use std::thread;

/// A source that other threads can use and whose progress can be seen.
pub trait SharedSource: NodeSource + HasHeartbeat + Send + Sync {}

impl<S: NodeSource + HasHeartbeat + Send + Sync> SharedSource for S {}

/// A call on a source.
pub(super) type Job = Box<dyn FnOnce(&dyn SharedSource) + Send>;

/// Can be upgraded while a thread lives.
pub(super) type ThreadAlive = Weak<()>;

/// A thread that runs jobs one after the other. It ends when the worker is dropped and no job is left.
pub(super) struct Worker {
    jobs: Sender<Job>,
    alive: ThreadAlive,
}

impl Worker {
    pub(super) fn start(source: &Arc<dyn SharedSource>) -> Result<Self, SourceError> {
        let (sender, jobs) = channel::<Job>();
        let source = Arc::clone(source);
        let guard = Arc::new(());
        let alive = Arc::downgrade(&guard);
        let run = move || {
            jobs.iter().for_each(|job| job(source.as_ref()));
            drop(guard);
        };
        thread::Builder::new()
            .name("source".to_owned())
            .spawn(run)
            .map_err(|e| SourceError::Io(format!("no thread can be started: {}", system_error(&e))))?;
        Ok(Self { jobs: sender, alive })
    }

    pub(super) fn run(&self, job: Job) -> Result<(), SourceError> {
        self.jobs.send(job).map_err(|_| SourceError::Io("the thread that reads the node has ended".to_owned()))
    }

    /// Leaves the thread to itself.
    pub(super) fn abandon(self) -> ThreadAlive {
        self.alive
    }
}
