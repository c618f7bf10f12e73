//! What the page of a report has and has not.
