//! Proofs of what an audit policy must record.

use super::super::case::{Case, State};
use super::difference;
use serde::Deserialize;
use serde_json::json;

/// `audit: …`: requests that an audit policy must record; each verb is a part of the rule.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AuditEntry {
    group: String,
    resource: String,
    verbs: Vec<String>,
    /// The number of the first verb's part.
    from: usize,
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
        for (index, verb) in self.verbs.iter().enumerate() {
            for (level, is) in levels {
                let resources = json!([{ "group": self.group, "resources": [self.resource] }]);
                let rules =
                    json!([{ "level": level, "verbs": [verb], "resources": resources }, { "level": "Metadata" }]);
                const POLICY: &str = "/etc/kubernetes/audit.yaml";
                let run = json!({ "kube-apiserver": [format!("--audit-policy-file={POLICY}")] });
                let host = difference(json!({ "run": run, "merge": { POLICY: { "rules": rules } } }));
                let breaks = if is == State::NotMet { vec![self.from + index] } else { Vec::new() };
                cases.push(Case { breaks, ..Case::new(format!("{verb} {} at {level}", self.resource), host, is) });
            }
        }
        cases
    }
}
