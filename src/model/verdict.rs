//! The judgement on a check, with its reason.

use super::Status;

/// The result of a check, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The recommendation is followed; there is evidence.
    Pass,
    /// The recommendation is not followed.
    Fail(String),
    /// Manual review is required. The reason is empty unless there is more to say.
    Manual(String),
    /// The user asked to leave the check out.
    Skipped,
    /// The check does not apply to this node.
    NotApplicable(String),
    /// It could not be determined.
    Undetermined(String),
}

impl Verdict {
    /// The status without the reason.
    pub const fn status(&self) -> Status {
        match self {
            Self::Pass => Status::Pass,
            Self::Fail(_) => Status::Fail,
            Self::Manual(_) => Status::Manual,
            Self::Skipped => Status::Skipped,
            Self::NotApplicable(_) => Status::NotApplicable,
            Self::Undetermined(_) => Status::Undetermined,
        }
    }

    /// The reason, where there is one.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Pass | Self::Skipped => None,
            Self::Fail(reason) | Self::Manual(reason) | Self::NotApplicable(reason) | Self::Undetermined(reason) => {
                Some(reason.as_str()).filter(|reason| !reason.is_empty())
            }
        }
    }

    /// The same verdict with its reason changed by `change`.
    #[must_use]
    pub fn map_reason(self, change: impl FnOnce(String) -> String) -> Self {
        match self {
            Self::Fail(reason) => Self::Fail(change(reason)),
            Self::Manual(reason) => Self::Manual(change(reason)),
            Self::NotApplicable(reason) => Self::NotApplicable(change(reason)),
            Self::Undetermined(reason) => Self::Undetermined(change(reason)),
            other @ (Self::Pass | Self::Skipped) => other,
        }
    }
}
