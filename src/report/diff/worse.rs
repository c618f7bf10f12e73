//! Which checks are worse than in a baseline.

use super::{Change, ChangeClass, Incomparable, PairDiff, Side};
use crate::model::Status;
use crate::report::Report;
use std::collections::BTreeSet;

/// Target and id of each check that is worse than in the baseline: something of it is broken, can no longer be determined although it
/// was no failure, or fails and is no longer waived.
pub fn worse_checks(baseline: &Report, report: &Report) -> Result<BTreeSet<(String, String)>, Incomparable> {
    let pair = PairDiff::of(baseline, report)?;
    Ok(pair.changes.into_iter().filter(is_worse).map(|change| (change.target, change.check)).collect())
}

fn is_worse(change: &Change) -> bool {
    let status = |side: &Option<Side>| side.as_ref().map(|side| side.status);
    match change.class {
        ChangeClass::Broken => true,
        ChangeClass::Lost => status(&change.old) != Some(Status::Fail),
        ChangeClass::WaiverEnded => !matches!(status(&change.new), None | Some(Status::Pass | Status::NotApplicable)),
        ChangeClass::Fixed
        | ChangeClass::Regained
        | ChangeClass::Waived
        | ChangeClass::Changed
        | ChangeClass::Appeared
        | ChangeClass::Gone => false,
    }
}
