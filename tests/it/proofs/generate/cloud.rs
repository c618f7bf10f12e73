//! Proofs of a field in a document of a provider: values that are met, values that are not, and one of a wrong form.

use super::super::case::{Case, Proves, State};
use super::super::machine::{CloudDifference, Difference};
use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::{Value as Json, json};

/// `cloud: { of: gke-standard.json, at: /legacyAbac/enabled, met: [false, null], not-met: [true] }`. Null is an absent field.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct CloudEntry {
    of: String,
    /// A JSON pointer, or several that get the same value.
    at: Json,
    #[serde(default)]
    met: Vec<Json>,
    #[serde(default)]
    not_met: Vec<Json>,
    #[serde(default)]
    breaks: Vec<usize>,
    /// What else is different in the document.
    #[serde(default)]
    also: IndexMap<String, Json>,
    /// Documents that are given as well.
    #[serde(default)]
    beside: Vec<String>,
    /// A value of a wrong form, which leaves the check undetermined; `{}` of a kind that any value has gets none.
    #[serde(default = "unexpected")]
    wrong: Json,
}

fn unexpected() -> Json {
    json!({ "unexpected": [1] })
}

impl CloudEntry {
    pub(crate) fn cases(&self) -> Vec<Case> {
        let given =
            |value: &Json, what: &str, is| Case::new(format!("{} {what}: {value}", self.at), self.host(value), is);
        let mut cases = vec![Case::new("no document", Difference::default(), State::Manual).proving(Proves::Absent)];
        cases.extend(self.met.iter().map(|value| given(value, "is met", State::Met)));
        cases.extend(self.not_met.iter().map(|value| {
            let case = given(value, "is not met", State::NotMet);
            Case { breaks: self.breaks.clone(), ..case }
        }));
        if !self.wrong.is_null() {
            cases.push(given(&self.wrong, "is malformed", State::Undetermined).proving(Proves::Unreadable));
        }
        cases
    }

    fn host(&self, value: &Json) -> Difference {
        let pointers = match &self.at {
            Json::Array(pointers) => pointers.clone(),
            one => vec![one.clone()],
        };
        let own = pointers.iter().map(|pointer| (pointer.as_str().expect("a pointer").to_owned(), value.clone()));
        let set = self.also.clone().into_iter().chain(own).collect();
        let beside = self.beside.iter().map(|of| CloudDifference { of: of.clone(), set: IndexMap::new() });
        let cloud = std::iter::once(CloudDifference { of: self.of.clone(), set }).chain(beside).collect();
        Difference { cloud, ..Difference::default() }
    }
}
