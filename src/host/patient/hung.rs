//! What is known of looks that hang, beyond the run that gave them up. Looks at nothing itself.

use crate::host::Place;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

/// Looks that were given up and still hang, over the runs of one process. Where one hangs nothing is asked for again, so that
/// a dead mount costs one thread and not one a run.
#[derive(Debug, Clone, Default)]
pub struct Hung(Arc<Mutex<Vec<(Place, Life)>>>);

/// Whether a thread still lives.
pub(super) type Life = Weak<()>;

impl Hung {
    pub(super) fn note(&self, place: Place, life: Life) {
        self.lock().push((place, life));
    }

    /// Where threads still hang.
    pub(super) fn places(&self) -> Vec<Place> {
        let mut hung = self.lock();
        hung.retain(|(_, life)| life.strong_count() > 0);
        hung.iter().map(|(place, _)| place.clone()).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(Place, Life)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
