//! Carries out a plan: collects the evidence for each check and judges it. Cannot fail.

mod after_change;
mod dockerfile;
mod evaluation;
mod external;
mod judge;
mod judged_outcome;
mod platform_text;
mod policy;
mod remediation;
mod run;
mod setting_source;
mod workload;

pub(crate) use dockerfile::{ExaminedDockerfile, fill_dockerfiles};
pub use evaluation::Evaluation;
pub use external::{ExternalChecks, NoExternalChecks};
pub use judge::{Judgement, judge};
pub use policy::evaluate_cluster;
pub use run::evaluate;
pub use workload::{ExaminedObject, FieldPlaces, LocatedField, fill_workloads, outcomes_of_none};
