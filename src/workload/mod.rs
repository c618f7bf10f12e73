//! What the template of a pod says: its fields with their places, Pod Security, and the rules for workloads.

mod field_path;
mod pod_security;
mod pod_template;

pub use field_path::FieldPath;
pub use pod_security::{Control, Level, PodSecurityStandard, Violation, violations};
pub use pod_template::{ContainerRef, ContainerRole, PodTemplateRef};
