//! The result of evaluating a plan.

use crate::model::Outcome;

/// The result of evaluating a plan.
#[derive(Debug)]
pub struct Evaluation {
    /// An outcome for each check, in the order of the plan.
    pub outcomes: Vec<Outcome>,
    /// What the reader must know about how the evidence was collected.
    pub notices: Vec<String>,
}
