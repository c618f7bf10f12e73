//! What ends a command, and its exit code.

use crate::sink::SinkError;
use crate::yaml::Diagnostic;

/// What ends a command.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The command line asks for what does not exist.
    #[error("{0}")]
    Usage(String),
    /// A definition file is wrong.
    #[error(transparent)]
    Definition(Diagnostic),
    /// Another file of the user's is wrong.
    #[error("{0}")]
    File(String),
    /// Nothing could be evaluated.
    #[error("{0}")]
    Nothing(String),
    /// Not everything could be evaluated, and the user requires it.
    #[error("{0}")]
    Incomplete(String),
    /// Findings that the user asked to fail on.
    #[error("{0}")]
    Findings(String),
    /// A file, the machine or the database could not be read or written.
    #[error("{0:#}")]
    Other(#[from] anyhow::Error),
}

impl Failure {
    /// The program's exit code.
    pub(crate) const fn exit_code(&self) -> u8 {
        match self {
            Self::Other(_) => 1,
            Self::Usage(_) => 2,
            Self::Definition(_) | Self::File(_) => 3,
            Self::Nothing(_) => 4,
            Self::Incomplete(_) => 5,
            Self::Findings(_) => 6,
        }
    }

    /// Whether a later audit would fail in the same way.
    pub(crate) const fn is_permanent(&self) -> bool {
        match self {
            Self::Usage(_) | Self::Definition(_) | Self::File(_) => true,
            Self::Nothing(_) | Self::Incomplete(_) | Self::Findings(_) | Self::Other(_) => false,
        }
    }
}

impl From<Diagnostic> for Failure {
    fn from(error: Diagnostic) -> Self {
        if error.unreadable { Self::Other(error.into()) } else { Self::Definition(error) }
    }
}

impl From<SinkError> for Failure {
    fn from(error: SinkError) -> Self {
        Self::Other(error.into())
    }
}

#[cfg(feature = "kube-bench")]
impl From<crate::kube_bench::SettingError> for Failure {
    fn from(error: crate::kube_bench::SettingError) -> Self {
        Self::Usage(error.to_string())
    }
}
