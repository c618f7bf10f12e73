//! The exit code of a report that was written.

use super::baseline::Counted;
use super::flags::OutputFlags;
use super::{completeness, fail_on};
use crate::commands::Failure;
use crate::report::{Report, State};

/// The exit code by `--require-complete`, `--fail-on` and `--exit-code`. `counted`: the checks that count for the last two.
pub(super) fn exit_code(report: &Report, counted: &Counted, flags: &OutputFlags) -> Result<u8, Failure> {
    if flags.require_complete {
        completeness::require(report)?;
    }
    fail_on::require(report, flags.fail_on, counted)?;
    let failed = report.checks.iter().any(|check| check.state() == State::Fail && counted.has(check));
    Ok(if failed { flags.exit_code } else { 0 })
}
