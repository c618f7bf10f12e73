//! The Pod Security Standards, as the admission of Kubernetes decides them for each version.

mod baseline;
mod control;
mod evaluate;
mod profiles;
mod restricted;
mod standard;
mod sysctls;
#[cfg(test)]
mod tests;

pub use control::Control;
pub use evaluate::violations;
pub(crate) use profiles::{
    BASELINE_CAPABILITIES, is_allowed_selinux_type, is_confined_apparmor, is_confined_seccomp, is_confined_type,
};
pub(crate) use restricted::is_allowed_volume_source;
pub(crate) use standard::NEWEST_MINOR;
pub use standard::{Level, PodSecurityStandard};
pub(crate) use sysctls::is_safe_sysctl;
