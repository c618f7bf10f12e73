//! Proofs of what an audit policy must record.

use super::super::case::{Case, State};
use super::difference;
use serde::Deserialize;
use serde_json::json;

/// `audit: …`: requests that an audit policy must record, all of them for one part of the rule.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AuditEntry {
    group: String,
    resource: String,
    verbs: Vec<String>,
    /// The number of the part.
    part: usize,
    /// The verdict where what is sent and answered is recorded as well.
    bodies: State,
}

impl AuditEntry {
    /// A policy that records one request in another way than all the rest.
    pub(super) fn cases(&self) -> Vec<Case> {
        let levels = [
            ("None", State::NotMet),
            ("Metadata", State::Met),
            ("Request", self.bodies),
            ("RequestResponse", self.bodies),
        ];
        let mut cases = Vec::new();
        for verb in &self.verbs {
            for (level, is) in levels {
                let resources = json!([{ "group": self.group, "resources": [self.resource] }]);
                let rules =
                    json!([{ "level": level, "verbs": [verb], "resources": resources }, { "level": "Metadata" }]);
                const POLICY: &str = "/etc/kubernetes/audit.yaml";
                let run = json!({ "kube-apiserver": [format!("--audit-policy-file={POLICY}")] });
                let host = difference(json!({ "run": run, "merge": { POLICY: { "rules": rules } } }));
                let breaks = if is == State::NotMet { vec![self.part] } else { Vec::new() };
                cases.push(Case { breaks, ..Case::new(format!("{verb} {} at {level}", self.resource), host, is) });
            }
        }
        cases
    }
}
