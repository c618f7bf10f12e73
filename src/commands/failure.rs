//! What ends a run, and the exit code that it gives. Prints nothing.

use crate::benchmark::DefinitionError;
use crate::sink::DeliveryError;

/// What ends a run, by the exit code that it gives.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The command line asks for what is not there.
    #[error("{0}")]
    Usage(String),
    /// A definition file is wrong.
    #[error(transparent)]
    Definition(#[from] DefinitionError),
    /// Nothing could be evaluated.
    #[error("{0}")]
    Nothing(String),
    /// Anything else.
    #[error("{0:#}")]
    Other(#[from] anyhow::Error),
}

impl Failure {
    /// The program's exit code.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Other(_) => 1,
            Self::Usage(_) => 2,
            Self::Definition(_) => 3,
            Self::Nothing(_) => 4,
        }
    }
}

impl From<DeliveryError> for Failure {
    fn from(error: DeliveryError) -> Self {
        match error {
            DeliveryError::Setting(_) | DeliveryError::NoDatabase => Self::Usage(error.to_string()),
            other => Self::Other(other.into()),
        }
    }
}
