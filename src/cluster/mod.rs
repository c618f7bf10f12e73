//! What the objects of a cluster mean together: who may do what, and which object a pod belongs to.

pub(crate) mod rbac;

mod other_policies;
mod owner;
mod pods;

pub use other_policies::{Endpoint, OtherPolicies, Protection};
pub use owner::Owner;
pub use pods::{OwnedPods, PodGroups, PodUnit};
