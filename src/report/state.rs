//! The four states that a terminal and other tools show, and how many checks are in each.

use super::CheckResult;
use crate::model::Status;
use std::fmt;
use std::ops::AddAssign;

/// A status as it is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// PASS
    Pass,
    /// FAIL
    Fail,
    /// WARN
    Warn,
    /// INFO
    Info,
}

impl State {
    /// The state of a check with this status. What is undetermined is as bad as a failure.
    pub const fn of(status: Status, scored: bool) -> Self {
        match status {
            Status::Pass => Self::Pass,
            Status::Fail | Status::Undetermined if scored => Self::Fail,
            Status::Fail | Status::Undetermined | Status::Manual => Self::Warn,
            Status::NotApplicable | Status::Skipped | Status::Waived => Self::Info,
        }
    }

    /// The word for it in reports.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Pass => "PASS",
            Self::Fail => "FAIL",
            Self::Warn => "WARN",
            Self::Info => "INFO",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl CheckResult {
    /// The state that is shown.
    pub const fn state(&self) -> State {
        State::of(self.status, self.scored)
    }
}

/// How many checks are in each state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// PASS
    pub pass: usize,
    /// FAIL
    pub fail: usize,
    /// WARN
    pub warn: usize,
    /// INFO
    pub info: usize,
}

impl Totals {
    /// Counts checks.
    pub fn of<'a>(checks: impl IntoIterator<Item = &'a CheckResult>) -> Self {
        let mut totals = Self::default();
        for check in checks {
            *match check.state() {
                State::Pass => &mut totals.pass,
                State::Fail => &mut totals.fail,
                State::Warn => &mut totals.warn,
                State::Info => &mut totals.info,
            } += 1;
        }
        totals
    }

    /// All checks.
    pub const fn sum(&self) -> usize {
        self.pass + self.fail + self.warn + self.info
    }
}

impl AddAssign for Totals {
    fn add_assign(&mut self, other: Self) {
        self.pass += other.pass;
        self.fail += other.fail;
        self.warn += other.warn;
        self.info += other.info;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn undetermined_is_never_a_pass() {
        let cases = [
            (Status::Pass, State::Pass, State::Pass),
            (Status::Fail, State::Fail, State::Warn),
            (Status::Undetermined, State::Fail, State::Warn),
            (Status::Manual, State::Warn, State::Warn),
            (Status::Skipped, State::Info, State::Info),
            (Status::NotApplicable, State::Info, State::Info),
            (Status::Waived, State::Info, State::Info),
        ];
        for (status, scored, unscored) in cases {
            assert_eq!((State::of(status, true), State::of(status, false)), (scored, unscored), "{status}");
        }
    }
}
