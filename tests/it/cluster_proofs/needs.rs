//! Proofs of what each missing list does to an empty cluster.

use super::case::Case;
use super::pods;
use serde::Deserialize;
use serde_json::{Map, Value as Json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Needs {
    /// The kinds without which nothing is met; `pods` are those of all pod topics.
    kinds: Vec<String>,
    /// The status of an empty cluster, and its findings.
    empty: String,
    #[serde(default)]
    findings: Vec<Json>,
}

/// A server without one of these is no cluster that can be judged; one without another kind has no such objects.
const ESSENTIAL: [&str; 7] =
    ["Namespace", "Pod", "ServiceAccount", "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"];

impl Needs {
    pub(super) fn cases(&self) -> Vec<Case> {
        let case = |name: String, status: &str| Case {
            name,
            status: status.to_owned(),
            objects: Map::new(),
            ..Case::default()
        };
        let empty = |name: String| Case { findings: self.findings.clone(), ..case(name, &self.empty) };
        let mut cases = vec![empty("an empty cluster".to_owned())];
        let kinds = self.kinds.iter().flat_map(|kind| match kind.as_str() {
            "pods" => pods::NEEDED.to_vec(),
            kind => vec![kind],
        });
        for kind in kinds {
            let own = vec![kind.to_owned()];
            let lacking = |how: &str| Case { lacking: own.clone(), ..case(format!("{kind} is {how}"), "undetermined") };
            cases.push(Case { refused: own.clone(), ..lacking("refused") });
            cases.push(Case { missing: own.clone(), ..lacking("not at hand") });
            let unknown = "unknown to the server";
            cases.push(match ESSENTIAL.contains(&kind) {
                true => Case { unknown: own.clone(), ..lacking(unknown) },
                false => Case { unknown: own.clone(), ..empty(format!("{kind} is {unknown}")) },
            });
        }
        cases
    }
}
