//! Carries out a plan: collects the evidence for each check and judges it. Cannot fail.

mod judge;
mod run;

pub use judge::{Judgement, judge};
pub use run::{run, run_with_audits};
