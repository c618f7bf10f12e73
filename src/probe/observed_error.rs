//! What it means for a rule that a file cannot be read.

use crate::model::Observed;
use crate::source::node::SourceError;

/// A file that does not exist is missing; after any other error nothing is known about it.
pub(super) fn observed_error(subject: &str, error: &SourceError) -> Observed {
    let reason = format!("{subject} {error}");
    match error {
        SourceError::NotFound => Observed::Missing(reason),
        SourceError::NotMounted(_)
        | SourceError::PermissionDenied(_)
        | SourceError::ProcessesHidden
        | SourceError::NotRegular(_)
        | SourceError::NotDirectory
        | SourceError::LinkToDirectory
        | SourceError::TooLarge(_)
        | SourceError::Changed
        | SourceError::Malformed(_)
        | SourceError::TimedOut(_)
        | SourceError::DeadlineExceeded(_)
        | SourceError::Io(_) => Observed::Unknown(reason),
    }
}
