//! How much of the command lines of a machine is kept: anybody can start processes with long ones.

use crate::source::node::limits::MAX_ARGV_BYTES;
use std::collections::BTreeMap;

/// Bytes kept for all processes of root.
const ROOT_BYTES: u64 = 4 << 20;
/// Bytes kept for all processes of one other user.
const USER_BYTES: u64 = 128 << 10;
/// Bytes kept for all processes.
const TOTAL_BYTES: u64 = 6 << 20;

/// What is left of the budget.
pub(super) struct ArgvBudget {
    of_user: BTreeMap<u32, u64>,
    total: u64,
}

impl ArgvBudget {
    pub(super) fn new() -> Self {
        Self { of_user: BTreeMap::new(), total: TOTAL_BYTES }
    }

    fn of_user(&mut self, uid: u32) -> &mut u64 {
        self.of_user.entry(uid).or_insert(if uid == 0 { ROOT_BYTES } else { USER_BYTES })
    }

    /// How long the next command line of this user may be.
    pub(super) fn room(&mut self, uid: u32) -> u64 {
        MAX_ARGV_BYTES.min(self.total).min(*self.of_user(uid))
    }

    /// Takes a command line of this length, if there is room for it.
    pub(super) fn take(&mut self, uid: u32, bytes: u64) -> bool {
        let fits = bytes <= self.room(uid);
        if fits {
            *self.of_user(uid) -= bytes;
            self.total -= bytes;
        }
        fits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_user_cannot_use_the_budget_of_others() {
        let mut budget = ArgvBudget::new();
        assert!(budget.take(1000, USER_BYTES) && !budget.take(1000, 1));
        assert!(budget.take(999, 10) && !budget.take(0, MAX_ARGV_BYTES + 1));
        assert!(budget.take(0, MAX_ARGV_BYTES) && budget.take(0, MAX_ARGV_BYTES) && !budget.take(0, 1));
    }
}
