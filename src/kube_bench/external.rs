//! Evaluates the checks of a folder for the core.

use super::{AuditCheck, AuditRunner, evaluate};
use crate::benchmark;
use crate::evaluate::ExternalChecks;
use crate::model::Outcome;
use std::cell::RefCell;

/// The checks of a folder, and what runs their audits.
pub struct FolderChecks<'h> {
    checks: Vec<AuditCheck>,
    runner: AuditRunner<'h>,
    notices: RefCell<Vec<String>>,
}

impl<'h> FolderChecks<'h> {
    /// Checks by the numbers of their assertions.
    pub fn new(checks: Vec<AuditCheck>, runner: AuditRunner<'h>) -> Self {
        Self { checks, runner, notices: RefCell::default() }
    }
}

impl ExternalChecks for FolderChecks<'_> {
    fn evaluate(&self, number: usize, check: &benchmark::Check, skipped: bool) -> Outcome {
        let none = AuditCheck { check_type: "manual".to_owned(), ..AuditCheck::default() };
        // The outline and the checks are made together, so every number has a check.
        let folder_check = self.checks.get(number).unwrap_or(&none);
        let evaluated = evaluate(folder_check, skipped, &mut || self.runner.outputs(folder_check));
        let notices = evaluated.notices.iter().map(|notice| format!("check {}: {notice}", check.id));
        self.notices.borrow_mut().extend(notices);
        evaluated.outcome
    }

    fn notices(&self) -> Vec<String> {
        self.notices.borrow().iter().cloned().chain(self.runner.summary()).collect()
    }
}
