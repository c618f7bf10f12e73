//! What the recommendations about a cluster's objects mean, and what the lists of a cluster say about each.

mod accounts;
mod admission;
mod build;
mod cni;
mod constraints;
mod containers;
mod csr;
mod examination;
mod exemption;
mod facts;
mod images;
mod namespaces;
mod network;
mod object_test;
mod other_policies;
mod pods;
mod powers;
mod rbac_test;
mod roles;
mod secrets;
mod subjects;
mod test;

pub use crate::cluster::rbac::{
    Bootstrap, Grant, Identity, MASTERS, Permission, PermissionObject, Power, Reach, ResourceType, Scope,
};
pub use admission::authorization_modes;
pub(crate) use build::BuildFinding;
pub use build::BuildTest;
pub use examination::{Attribute, Examination, PolicyFinding};
pub use exemption::Exemption;
pub use facts::ClusterFacts;
pub use object_test::ObjectTest;
pub use powers::access_table;
pub use rbac_test::RbacTest;
pub use roles::dangling;
pub use test::PolicyTest;
