//! What one part of a Dockerfile says about a recommendation.

use crate::model::Status;
use crate::text::sanitize::line;
use crate::yaml::Position;

/// The findings of one test that are kept: a hostile file can have one in every few bytes.
pub(super) const MAX_FINDINGS: usize = 200;

/// Something that was read, and what it comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BuildFinding {
    /// What it comes to.
    pub(crate) status: Status,
    /// What it is about, such as `stage build: golang:1.25`.
    pub(crate) subject: String,
    /// Why.
    pub(crate) reason: String,
    /// What was read, by name. Never a secret.
    pub(crate) evidence: Vec<(String, String)>,
    /// Where, if it is in one place.
    pub(crate) position: Option<Position>,
}

impl BuildFinding {
    pub(super) fn new(status: Status, subject: &str, reason: impl AsRef<str>) -> Self {
        Self { status, subject: line(subject), reason: line(reason.as_ref()), evidence: Vec::new(), position: None }
    }

    pub(super) fn pass(subject: &str, reason: impl AsRef<str>) -> Self {
        Self::new(Status::Pass, subject, reason)
    }

    pub(super) fn fail(subject: &str, reason: impl AsRef<str>) -> Self {
        Self::new(Status::Fail, subject, reason)
    }

    pub(super) fn undetermined(subject: &str, reason: impl AsRef<str>) -> Self {
        Self::new(Status::Undetermined, subject, reason)
    }

    pub(super) fn at(mut self, position: Position) -> Self {
        self.position = Some(position);
        self
    }

    pub(super) fn with(mut self, name: &str, value: impl AsRef<str>) -> Self {
        self.evidence.push((name.to_owned(), line(value.as_ref())));
        self
    }

    /// Adds the arguments with which a build may change what was read.
    pub(super) fn with_build_args(self, names: &[String]) -> Self {
        if names.is_empty() {
            return self;
        }
        self.with("--build-arg may change it", names.join(", "))
    }
}
