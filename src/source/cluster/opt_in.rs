//! What is read of a cluster only if the user says so.

/// A flag without which some kinds are not asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OptIn {
    /// Secrets.
    Secrets,
    /// Network policies that are not Kubernetes's own kind.
    OtherPolicies,
}

impl OptIn {
    /// The flag of the command line.
    pub const fn flag(self) -> &'static str {
        match self {
            Self::Secrets => "--read-secrets",
            Self::OtherPolicies => "--read-other-policies",
        }
    }
}
