//! Tells from another thread whether a look at the machine moves on or hangs, and where. Looks at nothing.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What a host that may hang shows of its work.
#[derive(Debug, Default)]
pub struct Heartbeat {
    begun: AtomicU64,
    process: AtomicU32,
    left_out: Mutex<BTreeSet<u32>>,
}

impl Heartbeat {
    /// A step is begun.
    pub fn beat(&self) {
        self.begun.fetch_add(1, Ordering::Relaxed);
    }

    /// A look at a process is begun; 0 when the looks at processes are over.
    pub fn beat_at(&self, pid: u32) {
        self.process.store(pid, Ordering::Relaxed);
        self.beat();
    }

    /// How many steps were begun: where the number stands still, the last one hangs.
    pub fn begun(&self) -> u64 {
        self.begun.load(Ordering::Relaxed)
    }

    /// The process that is looked at.
    pub fn at(&self) -> Option<u32> {
        Some(self.process.load(Ordering::Relaxed)).filter(|pid| *pid != 0)
    }

    /// This process is not looked at any more.
    pub fn leave_out(&self, pid: u32) {
        self.lock().insert(pid);
    }

    /// Whether a process is not looked at any more.
    pub fn leaves_out(&self, pid: u32) -> bool {
        self.lock().contains(&pid)
    }

    /// The processes that are not looked at any more.
    pub fn left_out(&self) -> Vec<u32> {
        self.lock().iter().copied().collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeSet<u32>> {
        self.left_out.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
