//! Carries out a plan: collects the evidence for each check and judges it. Cannot fail.

mod external;
mod judge;
mod run;

pub use external::{ExternalChecks, NoExternalChecks};
pub use judge::{Judgement, judge};
pub use run::{Evaluation, evaluate};
