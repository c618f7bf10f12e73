//! Why a request failed.

/// Why a request to the API failed. Never contains a credential.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// The server refuses this request, most often with status 403: the identity may not do it.
    #[error("HTTP status {status}: {reason}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// The message of the server.
        reason: String,
    },
    /// The credential is missing, wrong or expired (status 401).
    #[error("HTTP status 401: the server does not accept the credential; renew it")]
    Unauthorized,
    /// The server has no such resource (status 404).
    #[error("HTTP status 404: the server does not have this resource")]
    NotFound,
    /// The response is incomplete, or is not what a Kubernetes API returns.
    #[error("broken response: {0}")]
    Broken(String),
    /// There is no response.
    #[error("{0}")]
    Failed(String),
}

impl RequestError {
    /// The error of a status that is not a success.
    pub(super) fn of_status(status: u16, reason: String) -> Self {
        match status {
            401 => Self::Unauthorized,
            404 => Self::NotFound,
            _ => Self::Refused { status, reason },
        }
    }

    /// The error with every text of it changed.
    pub(super) fn map_text(self, change: impl Fn(String) -> String) -> Self {
        match self {
            Self::Refused { status, reason } => Self::Refused { status, reason: change(reason) },
            Self::Broken(reason) => Self::Broken(change(reason)),
            Self::Failed(reason) => Self::Failed(change(reason)),
            Self::Unauthorized | Self::NotFound => self,
        }
    }
}
