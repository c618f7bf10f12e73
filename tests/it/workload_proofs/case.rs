//! One proof: an object, what is around it, and what the rule says of each of its places.

use super::pod::{Around, Object};
use nodeproof::internals::model::Status;
use nodeproof::internals::workload::{Place, WorkloadTest};
use serde::Deserialize;
use serde_json::Value as Json;

/// One proof.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Case {
    pub(super) name: String,
    /// The spec of the pod.
    #[serde(default)]
    pub(super) pod: Json,
    #[serde(default)]
    pub(super) object: Object,
    #[serde(default)]
    pub(super) around: Around,
    /// `STATUS CONTAINER PATH`: each answer, in any order. The container is `-` for the pod as a whole; a path that starts with a
    /// dot is that of a field of the container, and one that starts with `@` of the object itself.
    pub(super) says: Vec<String>,
}

/// An answer of a rule: status, container, path.
type Answer = (String, String, String);

impl Case {
    /// Whether one of its answers has this status.
    pub(super) fn has(&self, status: &str) -> bool {
        self.says.iter().any(|answer| answer.split(' ').next() == Some(status))
    }

    /// What differs from the expected answers.
    pub(super) fn fault(&self, rule: WorkloadTest) -> Option<String> {
        let mut expected: Vec<Answer> = self.says.iter().map(|answer| self.expected(answer)).collect();
        let mut actual = self.actual(rule);
        expected.sort();
        actual.sort();
        let lines = |answers: &[Answer]| {
            answers.iter().map(|(status, of, path)| format!("{status} {of} {path}")).collect::<Vec<_>>().join(" | ")
        };
        (expected != actual).then(|| format!("expected {}, is {}", lines(&expected), lines(&actual)))
    }

    fn actual(&self, rule: WorkloadTest) -> Vec<Answer> {
        let judgements = self.object.examine(&self.pod, &self.around, rule);
        let answers = judgements.into_iter().map(|judgement| {
            let path = match &judgement.place {
                Place::Template(path) => path.to_string(),
                Place::Object(path) => format!("@{path}"),
            };
            (status_id(judgement.status).to_owned(), judgement.container.unwrap_or_else(|| "-".to_owned()), path)
        });
        answers.collect()
    }

    fn expected(&self, answer: &str) -> Answer {
        let mut parts = answer.splitn(3, ' ');
        let mut next = || parts.next().unwrap_or_else(|| panic!("{}: {answer}", self.name)).to_owned();
        let (status, of, path) = (next(), next(), next());
        let path = match path.strip_prefix('.') {
            Some(field) => format!("{}.{field}", self.container(&of)),
            None if path == "." => self.container(&of),
            None => path,
        };
        let path = path.trim_end_matches('.').to_owned();
        (status, of, path)
    }

    /// The path of a container of this name.
    fn container(&self, name: &str) -> String {
        for list in ["containers", "initContainers", "ephemeralContainers"] {
            let found = self.pod[list].as_array().and_then(|all| all.iter().position(|of| of["name"] == name));
            if let Some(index) = found {
                return format!("spec.{list}[{index}]");
            }
        }
        panic!("{}: no container {name}", self.name)
    }
}

pub(super) const fn status_id(status: Status) -> &'static str {
    match status {
        Status::Pass => "pass",
        Status::Fail => "fail",
        Status::Manual => "manual",
        Status::Undetermined => "undetermined",
        Status::NotApplicable => "not-applicable",
        Status::Skipped => "skipped",
        Status::Waived => "waived",
    }
}
