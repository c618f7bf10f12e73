//! The status of a check or finding.

use crate::text::suggestions;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The status of a check or a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// The recommendation is followed, and there is evidence.
    Pass,
    /// The recommendation is not followed.
    Fail,
    /// Manual review is required.
    Manual,
    /// The check does not apply here.
    NotApplicable,
    /// It could not be determined.
    Undetermined,
    /// The user asked to leave the check out.
    Skipped,
    /// A waiver accepts the failure.
    Waived,
}

impl Status {
    /// All of them, the worst first.
    pub const WORST_FIRST: [Self; 7] =
        [Self::Fail, Self::Undetermined, Self::Manual, Self::Pass, Self::Waived, Self::Skipped, Self::NotApplicable];

    /// Its name in reports.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Manual => "manual",
            Self::NotApplicable => "not-applicable",
            Self::Undetermined => "undetermined",
            Self::Skipped => "skipped",
            Self::Waived => "waived",
        }
    }

    /// The worst of several; `None` of none.
    pub fn worst(statuses: impl IntoIterator<Item = Self>) -> Option<Self> {
        let statuses: Vec<Self> = statuses.into_iter().collect();
        Self::WORST_FIRST.into_iter().find(|status| statuses.contains(status))
    }
}

impl FromStr for Status {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let ids = || Self::WORST_FIRST.into_iter().map(Self::id);
        Self::WORST_FIRST.into_iter().find(|status| status.id() == text).ok_or_else(|| {
            let near = suggestions(text, ids());
            let separator = if near.is_empty() { ";" } else { "" };
            format!(
                "unknown status `{text}`{near}{separator} the statuses are {}",
                ids().collect::<Vec<_>>().join(", ")
            )
        })
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_status_wins() {
        use Status::{Fail, Manual, NotApplicable, Pass, Undetermined};
        let cases: [(&[Status], Option<Status>); 5] = [
            (&[], None),
            (&[NotApplicable, Pass], Some(Pass)),
            (&[Pass, Manual], Some(Manual)),
            (&[Manual, Undetermined, Pass], Some(Undetermined)),
            (&[Undetermined, Fail], Some(Fail)),
        ];
        for (statuses, expected) in cases {
            assert_eq!(Status::worst(statuses.iter().copied()), expected, "{statuses:?}");
        }
    }
}
