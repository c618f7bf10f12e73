//! Why a Dockerfile is not evaluated.

use crate::yaml::Position;

/// A Dockerfile that is refused as a whole.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub(crate) struct DockerfileError {
    /// What is wrong.
    pub(crate) message: String,
    /// Where.
    pub(crate) position: Position,
}

impl DockerfileError {
    pub(super) fn new(position: Position, message: impl Into<String>) -> Self {
        Self { message: message.into(), position }
    }
}
