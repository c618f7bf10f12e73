//! Carries out a plan: collects the evidence for each check and judges it. Cannot fail.

mod after_change;
mod external;
mod judge;
mod platform_text;
mod remediation;
mod run;
mod setting_source;

pub use external::{ExternalChecks, NoExternalChecks};
pub use judge::{Judgement, judge};
pub use run::{Evaluation, evaluate};
