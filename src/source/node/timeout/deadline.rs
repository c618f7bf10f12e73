//! The time that a run has.

use crate::source::node::error::SourceError;
use std::time::{Duration, Instant};

/// A point in time, and how long before it the run started.
#[derive(Debug, Clone, Copy)]
pub struct Deadline {
    total: Duration,
    end: Instant,
}

impl Deadline {
    /// This long from now on.
    pub fn of(total: Duration) -> Self {
        let now = Instant::now();
        // A time that the clock cannot represent is as good as a century.
        let end = now.checked_add(total).unwrap_or_else(|| now + Duration::from_secs(100 * 365 * 24 * 60 * 60));
        Self { total, end }
    }

    /// The time that is left, or [`SourceError::DeadlineExceeded`].
    pub fn left(&self) -> Result<Duration, SourceError> {
        let left = self.end.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(SourceError::DeadlineExceeded(self.total)) } else { Ok(left) }
    }

    /// The time between the start of the run and the deadline.
    pub(super) const fn total(&self) -> Duration {
        self.total
    }
}
