//! An object with a pod template, and what is around it.

use nodeproof::internals::source::cluster::object::{
    Binding, ClaimTemplate, NetworkPolicy, PodTemplate, ServiceAccount,
};
use nodeproof::internals::workload::{
    Completeness, Judgement, PodTemplateRef, Surroundings, TestSubject, WorkloadTest, WorkloadUnit,
};
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

/// What an object says beside the spec of its pods.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub(super) struct Object {
    pub(super) kind: String,
    /// Null where it comes from the API.
    pub(super) api_version: Option<String>,
    pub(super) custom: bool,
    /// Null where it names none.
    pub(super) namespace: Option<String>,
    pub(super) labels: Map<String, Json>,
    pub(super) annotations: Map<String, Json>,
    pub(super) claims: Vec<ClaimTemplate>,
    /// In place of a workload: a binding.
    pub(super) binding: Option<Binding>,
    /// In place of a workload: the entries of a ConfigMap that look like secrets, and what was recognised.
    pub(super) config_map: Option<Vec<(String, String)>>,
}

impl Default for Object {
    fn default() -> Self {
        Self {
            kind: "Deployment".to_owned(),
            api_version: Some("apps/v1".to_owned()),
            custom: false,
            namespace: Some("shop".to_owned()),
            labels: Map::new(),
            annotations: Map::new(),
            claims: Vec::new(),
            binding: None,
            config_map: None,
        }
    }
}

/// What is known beside an object.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub(super) struct Around {
    pub(super) accounts: Vec<ServiceAccount>,
    pub(super) policies: Vec<NetworkPolicy>,
    /// Whether these are all.
    pub(super) complete: bool,
    pub(super) private_registries: Vec<String>,
    pub(super) allowed_registries: Vec<String>,
    pub(super) seccomp_default: bool,
    /// The minor version; the newest if it is absent.
    pub(super) minor: Option<u32>,
}

impl Object {
    /// What a rule says of the object.
    pub(super) fn examine(&self, pod: &Json, around: &Around, rule: WorkloadTest) -> Vec<Judgement> {
        let completeness = if around.complete { Completeness::All } else { Completeness::AtHand };
        let mut surroundings = Surroundings::new(&around.accounts, &around.policies, completeness);
        surroundings.private_registries = &around.private_registries;
        surroundings.allowed_registries = &around.allowed_registries;
        surroundings.seccomp_by_default = around.seccomp_default;
        surroundings.minor = around.minor.unwrap_or(surroundings.minor);
        if let Some(binding) = &self.binding {
            return rule.examine(TestSubject::Binding(binding), &surroundings);
        }
        if let Some(secrets) = &self.config_map {
            return rule.examine(TestSubject::ConfigMap(secrets), &surroundings);
        }
        let metadata = json!({ "labels": self.labels, "annotations": self.annotations });
        let template = json!({ "metadata": metadata, "spec": pod });
        let template: PodTemplate = serde_json::from_value(template).unwrap_or_else(|error| panic!("{error}: {pod}"));
        let unit = WorkloadUnit {
            kind: &self.kind,
            api_version: self.api_version.as_deref(),
            is_custom: self.custom,
            namespace: self.namespace.as_deref(),
            template: PodTemplateRef { annotations: &template.metadata.annotations, spec: &template.spec },
            claims: &self.claims,
        };
        rule.examine(TestSubject::Workload(unit, &template.metadata.labels), &surroundings)
    }
}

/// Adds the fields of one value to another: maps are merged, other values replaced.
pub(super) fn merged(base: Json, more: &Json) -> Json {
    match (base, more) {
        (Json::Object(mut base), Json::Object(more)) => {
            for (key, value) in more {
                let old = base.remove(key).unwrap_or(Json::Null);
                base.insert(key.clone(), merged(old, value));
            }
            Json::Object(base)
        }
        (base, Json::Null) => base,
        (_, more) => more.clone(),
    }
}
