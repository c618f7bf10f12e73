//! What is known of looks that hang, beyond the run that gave them up. Looks at nothing itself.

use crate::source::node::HostPath;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

/// Looks that were given up and still hang, over the runs of one process. Where one hangs nothing is asked for again, so that
/// a dead mount costs one thread and not one a run.
#[derive(Debug, Clone, Default)]
pub struct StuckCalls(Arc<Mutex<Vec<(HostPath, Life)>>>);

/// Whether a thread still lives.
pub(super) type Life = Weak<()>;

impl StuckCalls {
    pub(super) fn note(&self, place: HostPath, life: Life) {
        self.lock().push((place, life));
    }

    /// Where threads still hang.
    pub(super) fn places(&self) -> Vec<HostPath> {
        let mut hung = self.lock();
        hung.retain(|(_, life)| life.strong_count() > 0);
        hung.iter().map(|(place, _)| place.clone()).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(HostPath, Life)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
