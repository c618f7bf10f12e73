//! Network policies that are not Kubernetes's own kind: which pods they select, and what they do.

mod admin;
mod calico;
mod cilium;
mod effect;
mod endpoint;
mod expression;
mod policies;

pub use endpoint::Endpoint;
pub use policies::{OtherPolicies, Protection};
