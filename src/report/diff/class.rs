//! The classes of changes, and which one a pair of states has.

use crate::model::Status;
use serde::Serialize;

/// How a subject, or a check as a whole, changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeClass {
    /// It fails, and did not.
    Broken,
    /// It could be determined, and no longer can.
    Lost,
    /// A waiver accepted it, and does no longer.
    WaiverEnded,
    /// It failed, and does no longer.
    Fixed,
    /// It could not be determined, and is not a failure.
    Regained,
    /// A waiver accepts it, and did not.
    Waived,
    /// Other evidence, or another status that is none of the above.
    Changed,
    /// Only the new report has it, and it does not fail.
    Appeared,
    /// Only the old report has it, and it did not fail.
    Gone,
}

impl ChangeClass {
    /// All of them, in the order of the output.
    pub const ALL: [Self; 9] = [
        Self::Broken,
        Self::Lost,
        Self::WaiverEnded,
        Self::Fixed,
        Self::Regained,
        Self::Waived,
        Self::Changed,
        Self::Appeared,
        Self::Gone,
    ];

    /// Its name in JSON.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Broken => "broken",
            Self::Lost => "lost",
            Self::WaiverEnded => "waiver-ended",
            Self::Fixed => "fixed",
            Self::Regained => "regained",
            Self::Waived => "waived",
            Self::Changed => "changed",
            Self::Appeared => "appeared",
            Self::Gone => "gone",
        }
    }

    /// Its name in text.
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::WaiverEnded => "waiver ended",
            Self::Broken
            | Self::Lost
            | Self::Fixed
            | Self::Regained
            | Self::Waived
            | Self::Changed
            | Self::Appeared
            | Self::Gone => self.id(),
        }
    }
}

/// What a status says, for a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// The report does not have it, or was told to leave it out.
    Absent,
    /// No failure.
    Holds,
    /// A failure.
    Fails,
    /// It could not be determined, or a person must assess it.
    Unknown,
    /// An accepted failure.
    Waived,
}

impl Standing {
    pub(super) const fn of(status: Status) -> Self {
        match status {
            Status::Pass | Status::NotApplicable => Self::Holds,
            Status::Fail => Self::Fails,
            Status::Manual | Status::Undetermined => Self::Unknown,
            Status::Skipped => Self::Absent,
            Status::Waived => Self::Waived,
        }
    }
}

/// The class of a change; `None` if both say the same.
pub(super) const fn classify(old: Standing, new: Standing) -> Option<ChangeClass> {
    use Standing::{Absent, Fails, Holds, Unknown, Waived};
    Some(match (old, new) {
        (Absent, Absent) | (Holds, Holds) | (Fails, Fails) | (Unknown, Unknown) | (Waived, Waived) => return None,
        (Absent | Holds | Fails | Unknown, Waived) => ChangeClass::Waived,
        (Waived, Absent | Holds | Fails | Unknown) => ChangeClass::WaiverEnded,
        (Absent | Holds | Unknown, Fails) => ChangeClass::Broken,
        (Fails, Absent | Holds) => ChangeClass::Fixed,
        (Absent | Holds | Fails, Unknown) => ChangeClass::Lost,
        (Unknown, Absent | Holds) => ChangeClass::Regained,
        (Absent, Holds) => ChangeClass::Appeared,
        (Holds, Absent) => ChangeClass::Gone,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_of_statuses_has_its_class() {
        use ChangeClass::{Broken, Fixed, Lost, Regained, WaiverEnded};
        let cases = [
            (Status::Pass, Status::Pass, None),
            (Status::Pass, Status::Fail, Some(Broken)),
            (Status::NotApplicable, Status::Fail, Some(Broken)),
            (Status::Undetermined, Status::Fail, Some(Broken)),
            (Status::Manual, Status::Fail, Some(Broken)),
            (Status::Fail, Status::Pass, Some(Fixed)),
            (Status::Fail, Status::NotApplicable, Some(Fixed)),
            (Status::Fail, Status::Undetermined, Some(Lost)),
            (Status::Fail, Status::Manual, Some(Lost)),
            (Status::Pass, Status::Undetermined, Some(Lost)),
            (Status::Undetermined, Status::Pass, Some(Regained)),
            (Status::Undetermined, Status::Manual, None),
            (Status::Fail, Status::Waived, Some(ChangeClass::Waived)),
            (Status::Pass, Status::Waived, Some(ChangeClass::Waived)),
            (Status::Waived, Status::Fail, Some(WaiverEnded)),
            (Status::Waived, Status::Pass, Some(WaiverEnded)),
        ];
        for (old, new, expected) in cases {
            assert_eq!(classify(Standing::of(old), Standing::of(new)), expected, "{old} {new}");
        }
    }
}
