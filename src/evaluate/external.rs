//! Checks that the core cannot evaluate itself.

use crate::benchmark::Check;
use crate::model::{Outcome, Text, Verdict};
use std::collections::BTreeMap;

/// Evaluates the checks of a benchmark whose assertion is external.
pub trait ExternalChecks {
    /// Evaluates one check; `number` is that of its assertion. `skipped`: the user asked to leave it out.
    fn evaluate(&self, number: usize, check: &Check, skipped: bool) -> Outcome;

    /// What the reader must know, once all are evaluated.
    fn notices(&self) -> Vec<String>;
}

/// For a benchmark without external checks.
#[derive(Debug, Clone, Copy)]
pub struct NoExternalChecks;

impl ExternalChecks for NoExternalChecks {
    fn evaluate(&self, _number: usize, _check: &Check, _skipped: bool) -> Outcome {
        Outcome {
            verdict: Verdict::Undetermined("this build cannot evaluate the check".to_owned()),
            manual: false,
            reads: String::new(),
            expected: String::new(),
            actual: String::new(),
            remediation: Text::default(),
            changes_nothing: false,
            findings: Vec::new(),
            extensions: BTreeMap::new(),
        }
    }

    fn notices(&self) -> Vec<String> {
        Vec::new()
    }
}
