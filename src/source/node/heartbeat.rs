//! Shows another thread whether a source makes progress or hangs, and at which process.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The progress of a source that may hang.
#[derive(Debug, Default)]
pub struct Heartbeat {
    beats: AtomicU64,
    process: AtomicU32,
    /// Whether a process is excluded.
    skips_any: AtomicBool,
    skipped: Mutex<BTreeSet<u32>>,
}

/// A source that shows its progress.
pub trait HasHeartbeat {
    /// Its progress.
    fn heartbeat(&self) -> &Heartbeat;
}

impl Heartbeat {
    /// Call it at the start of each step.
    pub fn beat(&self) {
        self.beats.fetch_add(1, Ordering::Relaxed);
    }

    /// Call it before reading a process, and with 0 after the last one.
    pub fn beat_process(&self, pid: u32) {
        self.process.store(pid, Ordering::Relaxed);
        self.beat();
    }

    /// How many steps were started. If the number does not change, the last step hangs.
    pub fn beats(&self) -> u64 {
        self.beats.load(Ordering::Relaxed)
    }

    /// The process that is being read.
    pub fn current_process(&self) -> Option<u32> {
        Some(self.process.load(Ordering::Relaxed)).filter(|pid| *pid != 0)
    }

    /// Excludes a process from now on.
    pub fn skip(&self, pid: u32) {
        self.lock().insert(pid);
        self.skips_any.store(true, Ordering::SeqCst);
    }

    /// Whether a process is excluded.
    pub fn skips(&self, pid: u32) -> bool {
        self.skips_any.load(Ordering::SeqCst) && self.lock().contains(&pid)
    }

    /// The excluded processes.
    pub fn skipped(&self) -> Vec<u32> {
        self.lock().iter().copied().collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeSet<u32>> {
        self.skipped.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
