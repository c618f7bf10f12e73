//! Calls that hang, remembered over several runs of one process.

use super::worker::ThreadAlive;
use crate::source::node::path::HostPath;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The paths of abandoned calls whose threads still hang. Later runs do not touch these paths, so that a dead mount costs
/// one thread and not one per run.
#[derive(Debug, Clone, Default)]
pub struct StuckCalls(Arc<Mutex<Vec<(HostPath, ThreadAlive)>>>);

impl StuckCalls {
    pub(super) fn add(&self, path: HostPath, thread: ThreadAlive) {
        self.lock().push((path, thread));
    }

    /// The paths at which threads still hang.
    pub(super) fn paths(&self) -> Vec<HostPath> {
        let mut calls = self.lock();
        calls.retain(|(_, thread)| thread.strong_count() > 0);
        calls.iter().map(|(path, _)| path.clone()).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(HostPath, ThreadAlive)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
