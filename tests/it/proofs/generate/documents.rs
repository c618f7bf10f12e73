//! Proofs of rules on a setting that may stand in a component's configuration file, or in its environment.

use super::super::case::{Case, Proves, State};
use super::super::machine::{Difference, merge};
use super::{Also, DocumentRow, RowState, Tables, difference};
use indexmap::IndexMap;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

/// `document: …`: a setting in a component's configuration file.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct DocumentEntry {
    of: String,
    /// The flag that names the file.
    #[serde(default = "config")]
    named_by: String,
    path: String,
    good: Json,
    bad: Json,
    /// What is merged into each document.
    #[serde(default)]
    beside: Map<String, Json>,
    #[serde(default)]
    also: Also<Json>,
    unset: State,
    unset_without_file: State,
    /// Words of a command line that are good and bad.
    good_flags: Vec<String>,
    bad_flags: Vec<String>,
    variable: Option<String>,
    /// Whether either the flag or the file is enough, so that a bad flag leaves the good of the file.
    #[serde(default)]
    flag_or_file: bool,
    #[serde(default)]
    breaks: Vec<usize>,
    #[serde(default)]
    host: Difference,
}

fn config() -> String {
    "config".to_owned()
}

impl Tables {
    pub(super) fn document(&self, entry: &DocumentEntry) -> Result<Vec<Case>, String> {
        let kind = if entry.of == "kubelet" { "kubelet" } else { "alone" };
        let rows = self.documents.get(kind).ok_or("no table of documents")?;
        let of_variable = self.variables.iter().filter(|_| entry.variable.is_some());
        let mut cases: Vec<Case> = rows.iter().chain(of_variable).map(|row| entry.row(row)).collect();
        let value = |value: &Json, is: State| {
            let host = entry.machine(Some(&entry.holding(value)), &[], None);
            Case::new(format!("in the file: {value}"), host, is)
        };
        let also = &entry.also;
        for (values, is) in [(&also.met, State::Met), (&also.not_met, State::NotMet), (&also.unset, entry.unset)] {
            cases.extend(values.iter().map(|v| value(v, is)));
        }
        cases.extend(also.undetermined.iter().map(|v| value(v, State::Undetermined).proving(Proves::Unreadable)));
        cases.iter_mut().filter(|c| c.is == State::NotMet).for_each(|c| c.breaks.clone_from(&entry.breaks));
        Ok(cases)
    }
}

impl DocumentEntry {
    fn file(&self) -> &'static str {
        match self.of.as_str() {
            "kubelet" => "/var/lib/kubelet/config.yaml",
            _ => "/etc/component/config.yaml",
        }
    }

    /// A document that holds a value at the setting's path.
    fn holding(&self, value: &Json) -> Json {
        self.typed(self.path.rsplit('.').fold(value.clone(), |inner, key| json!({ key: inner })))
    }

    fn value(&self, word: &str) -> Json {
        match word {
            "GOOD" => self.holding(&self.good),
            "BAD" => self.holding(&self.bad),
            "NOTHING" => self.holding(&Json::Null),
            "UNSET" => self.typed(json!({ "someOtherKey": 1 })),
            other => panic!("{other} is no value"),
        }
    }

    /// A document with the kind that the component reads. That of etcd has none.
    fn typed(&self, mut document: Json) -> Json {
        merge(&mut document, &Json::Object(self.beside.clone()), true);
        let (kind, api_version) = match self.of.as_str() {
            "kubelet" => ("KubeletConfiguration", "kubelet.config.k8s.io/v1beta1"),
            "kube-proxy" => ("KubeProxyConfiguration", "kubeproxy.config.k8s.io/v1alpha1"),
            "kube-scheduler" => ("KubeSchedulerConfiguration", "kubescheduler.config.k8s.io/v1"),
            _ => return document,
        };
        document["kind"] = json!(kind);
        document["apiVersion"] = json!(api_version);
        document
    }

    fn row(&self, row: &DocumentRow) -> Case {
        let document = row.file.as_deref().map(|word| self.value(word));
        let flags = match row.flags.as_deref() {
            Some("GOOD") => &self.good_flags[..],
            Some("BAD") => &self.bad_flags,
            _ => &[],
        };
        let variable = row.variable.as_ref().map(|word| match word.as_str() {
            "GOOD" => text_of(&self.good),
            "BAD" => text_of(&self.bad),
            other => other.to_owned(),
        });
        let mut host = self.machine(document.as_ref(), flags, variable.map(|v| (v, row.denied)));
        host = host.and(self.drop_ins(&row.drop_ins)).and(self.broken(&row.broken));
        let documents_are_good =
            row.drop_ins.values().last().map_or(row.file.as_deref() == Some("GOOD"), |last| last == "GOOD");
        let (is, proves) = match row.is {
            RowState::NotMet if self.flag_or_file && documents_are_good && row.flags.is_some() => (State::Met, None),
            RowState::Met => (State::Met, None),
            RowState::NotMet => (State::NotMet, None),
            RowState::Unset => (self.unset, None),
            RowState::UnsetWithoutFile => (self.unset_without_file, None),
            RowState::Undetermined => (State::Undetermined, Some(Proves::Unreadable)),
        };
        Case { proves, ..Case::new(row.name.clone(), host, is) }
    }

    /// The machine with a document, a command line and a variable.
    fn machine(&self, document: Option<&Json>, flags: &[String], variable: Option<(String, bool)>) -> Difference {
        let mut words = flags.to_vec();
        let mut files = Vec::new();
        if let Some(document) = document {
            words.push(format!("--{}={}", self.named_by, self.file()));
            // As text, so that a null stays in it.
            files.push(json!({ "path": self.file(), "content": document.to_string() }));
        }
        let mut change = json!({ "flags": words, "without": [self.named_by] });
        if let (Some(name), Some((value, denied))) = (&self.variable, variable) {
            change["env"] = json!({ name: value });
            if denied {
                change["env_error"] = json!("denied");
            }
        }
        self.host.clone().and(difference(json!({ "run": { self.of.clone(): change }, "files": files })))
    }

    fn drop_ins(&self, drop_ins: &IndexMap<String, String>) -> Difference {
        const FOLDER: &str = "/etc/kubernetes/kubelet.conf.d";
        if drop_ins.is_empty() {
            return Difference::default();
        }
        let file = |(name, word): (&String, &String)| {
            let path = format!("{FOLDER}/{name}");
            match word.as_str() {
                "MALFORMED" => json!({ "path": path, "content": "kind: [" }),
                "UNREADABLE" => json!({ "path": path, "error": "denied" }),
                word => json!({ "path": path, "content": self.value(word).to_string() }),
            }
        };
        let files: Vec<Json> = drop_ins.iter().map(file).collect();
        let run = json!({ self.of.clone(): [format!("--config-dir={FOLDER}")] });
        difference(json!({ "run": run, "files": files }))
    }

    fn broken(&self, broken: &Map<String, Json>) -> Difference {
        if broken.is_empty() {
            return Difference::default();
        }
        if broken.contains_key("absent") {
            let run = json!({ self.of.clone(): [format!("--{}=/not/there.yaml", self.named_by)] });
            return difference(json!({ "run": run }));
        }
        let mut file = json!({ "path": self.file() });
        file.as_object_mut().into_iter().for_each(|f| f.extend(broken.clone()));
        difference(json!({ "files": [file] }))
    }
}

fn text_of(json: &Json) -> String {
    json.as_str().map_or_else(|| json.to_string(), str::to_owned)
}
