//! What the template of a pod says: its fields with their places, Pod Security, and the rules for workloads.

mod capability;
mod field_path;
mod pod_security;
mod pod_template;
mod refusal;
mod rules;

pub(crate) use capability::capability_name;
pub use field_path::{FieldPath, write_path};
pub(crate) use pod_security::{
    BASELINE_CAPABILITIES, NEWEST_MINOR, is_allowed_selinux_type, is_allowed_volume_source, is_confined_apparmor,
    is_confined_seccomp, is_confined_type, is_safe_sysctl,
};
pub use pod_security::{Control, Level, PodSecurityStandard, violations};
pub use pod_template::{ContainerRef, ContainerRole, PodTemplateRef};
pub use refusal::refusals;
pub use rules::{Completeness, Judgement, Place, Surroundings, TestSubject, WorkloadTest, WorkloadUnit};
