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
pub use evaluate::{Violation, violations};
pub use standard::{Level, PodSecurityStandard};
