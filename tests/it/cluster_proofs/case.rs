//! One proof: a cluster, and what is said of it.

use super::fields;
use crate::support::kinds_by_default;
use nodeproof::internals::policy::{
    Attribute, Bootstrap, ClusterFacts, Examination, ObjectTest, PolicyFinding, PolicyTest, RbacTest, dangling,
};
use nodeproof::internals::source::cluster::{ListState, ObjectKind, ObjectLists, read_saved};
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeSet;
use std::fmt;

/// What is asked, as a rule of the catalogue asks it.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Topic {
    #[serde(default)]
    object: Option<String>,
    #[serde(default)]
    rbac: Option<Json>,
    /// Bindings to roles that do not exist, about which no rule asks.
    #[serde(default)]
    dangling: bool,
}

impl Topic {
    fn examine(&self, facts: &ClusterFacts<'_>) -> Examination {
        let test = match (&self.object, &self.rbac) {
            (Some(object), None) => {
                let test: ObjectTest = serde_json::from_value(json!(object)).expect("a test of objects");
                PolicyTest::Object(test)
            }
            (None, Some(rbac)) => {
                let test: RbacTest = serde_json::from_value(rbac.clone()).expect("a test of roles and bindings");
                PolicyTest::Rbac(test)
            }
            _ => {
                assert!(self.dangling, "a topic is `object`, `rbac` or `dangling`");
                return dangling(facts);
            }
        };
        test.examine(facts)
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let powers = |rbac: &Json| {
            let powers = rbac["powers"].as_array()?.iter().map(|power| power.as_str().unwrap_or_default());
            Some(powers.collect::<Vec<_>>().join("+"))
        };
        match (&self.object, &self.rbac) {
            (Some(object), _) => f.write_str(object),
            (None, Some(Json::String(name))) => f.write_str(name),
            (None, Some(rbac)) => f.write_str(&powers(rbac).unwrap_or_default()),
            (None, None) => f.write_str("dangling"),
        }
    }
}

/// A cluster, and what is said of it. Lists that are not named are complete; without objects they are empty.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Case {
    pub(super) name: String,
    /// Objects by `Kind/namespace/name` or `Kind/name`.
    #[serde(default)]
    pub(super) objects: Map<String, Json>,
    /// Objects of the lists that `--installed` names.
    #[serde(default)]
    pub(super) installed: Option<Map<String, Json>>,
    /// Kinds whose lists the server refuses.
    #[serde(default)]
    pub(super) refused: Vec<String>,
    /// Kinds that the server does not have.
    #[serde(default)]
    pub(super) unknown: Vec<String>,
    /// Kinds that were not saved.
    #[serde(default)]
    pub(super) missing: Vec<String>,
    /// Kinds whose empty list was asked for with a flag.
    #[serde(default)]
    pub(super) empty: Vec<String>,
    /// Groups of the server whose network policies are not read.
    #[serde(default)]
    pub(super) unread_groups: Vec<String>,
    /// Whether every kubelet gives the seccomp profile of the runtime.
    #[serde(default)]
    pub(super) seccomp_default: bool,
    pub(super) status: String,
    #[serde(default)]
    pub(super) findings: Vec<Json>,
    #[serde(default)]
    pub(super) exempt: Vec<Json>,
    #[serde(default)]
    pub(super) lacking: Vec<String>,
    /// Words that one of the notes has.
    #[serde(default)]
    pub(super) note: Option<String>,
}

/// The label of built-in roles and bindings.
const BUILT_IN: &str = "kubernetes.io/bootstrapping";

impl Case {
    pub(super) fn has_objects(&self) -> bool {
        !self.objects.is_empty()
    }

    pub(super) fn is_refused(&self) -> bool {
        !self.refused.is_empty()
    }

    pub(super) fn is_complete(&self) -> bool {
        [&self.refused, &self.unknown, &self.missing].into_iter().all(Vec::is_empty)
    }

    /// In what the program differs from what is written.
    pub(super) fn fault(&self, topic: &Topic) -> Option<String> {
        let lists = self.lists();
        let installed =
            self.installed.as_ref().map(|objects| Bootstrap::of_lists(&read(&documents(objects, &BTreeSet::new()))));
        let mut facts = ClusterFacts::new(&lists, installed.as_ref());
        facts.nodes.seccomp_by_default = self.seccomp_default;
        let found = topic.examine(&facts);
        let mut faults = Vec::new();
        if found.status.id() != self.status {
            faults.push(format!("the status is {} and not {}", found.status.id(), self.status));
        }
        let findings = found.findings.iter().map(shown);
        faults.extend(difference("findings", findings, &self.findings));
        let exempt = found.exempt.iter().map(|(finding, reason)| {
            let mut object = shown(finding);
            object["why"] = json!(reason.id());
            object
        });
        faults.extend(difference("exempt", exempt, &self.exempt));
        let lacking: BTreeSet<String> = found.lacking.iter().map(|kind| kind.title()).collect();
        let expected: BTreeSet<String> = self.lacking.iter().cloned().collect();
        if lacking != expected {
            faults.push(format!("the lists {lacking:?} are lacking and not {expected:?}"));
        }
        if let Some(words) = &self.note
            && !found.notes.iter().any(|note| note.contains(words))
        {
            faults.push(format!("no note has the words {words:?}: {:?}", found.notes));
        }
        (!faults.is_empty()).then(|| faults.join("; "))
    }

    fn lists(&self) -> ObjectLists {
        let absent: BTreeSet<&str> =
            [&self.refused, &self.unknown, &self.missing].into_iter().flatten().map(String::as_str).collect();
        let mut text = documents(&self.objects, &absent);
        for (kinds, code, reason) in [(&self.refused, 403, "Forbidden"), (&self.unknown, 404, "NotFound")] {
            for kind in kinds {
                let kind = kind_of(kind);
                let details = json!({ "kind": kind.plural(), "group": kind.group() });
                let status = json!({ "kind": "Status", "apiVersion": "v1", "status": "Failure", "message": "no",
                    "reason": reason, "details": details, "code": code });
                text.push_str(&status.to_string());
            }
        }
        for kind in &self.empty {
            text.push_str(&list(kind_of(kind)).to_string());
        }
        if !self.unread_groups.is_empty() {
            let header = json!({ "apiVersion": "nodeproof/v1", "kind": "ClusterSnapshot", "time": "",
                "otherPolicyGroups": self.unread_groups });
            text.push_str(&header.to_string());
        }
        let lists = read(&text);
        for kind in ObjectKind::ALL.into_iter().filter(|kind| !absent.contains(kind.id())) {
            if let ListState::Broken(reason) = lists.state(kind) {
                panic!("{}: {reason}", self.name);
            }
        }
        lists
    }
}

/// The kind with a name, which may be followed by its group: `NetworkPolicy.crd.projectcalico.org`.
fn kind_of(id: &str) -> ObjectKind {
    let kind = match id.split_once('.') {
        Some((id, group)) => ObjectKind::by_type(id, group),
        None => ObjectKind::by_id(id),
    };
    kind.unwrap_or_else(|| panic!("{id} is not a kind that is read"))
}

fn api_version(kind: ObjectKind) -> String {
    let version = kind.versions()[0];
    match kind.group() {
        "" => version.to_owned(),
        group => format!("{group}/{version}"),
    }
}

/// An empty list.
fn list(kind: ObjectKind) -> Json {
    json!({ "apiVersion": api_version(kind), "kind": format!("{kind}List"), "items": [] })
}

/// Lists of the objects as JSON texts, one behind the other: one of each kind that is there, and one of all others.
fn documents(objects: &Map<String, Json>, absent: &BTreeSet<&str>) -> String {
    let objects: Vec<Json> = objects.iter().map(|(title, body)| object(title, body)).collect();
    let mut text = String::new();
    for kind in kinds_by_default().filter(|kind| !absent.contains(kind.id())) {
        text.push_str(&list(kind).to_string());
    }
    for object in &objects {
        let kind = object["kind"].as_str().unwrap_or_default();
        assert!(!absent.contains(kind), "{kind} is refused and has an object");
    }
    text + &json!({ "apiVersion": "v1", "kind": "List", "items": objects }).to_string()
}

/// An object by its title and its other fields. `built-in: true` is the label of Kubernetes' own roles.
fn object(title: &str, body: &Json) -> Json {
    let (kind, rest) = title.split_once('/').unwrap_or_else(|| panic!("{title} is not Kind/name"));
    let own_version = body["apiVersion"].as_str();
    let group = own_version.map(|version| version.split_once('/').map_or("", |(group, _)| group));
    let known = match group {
        Some(group) => ObjectKind::by_type(kind, group),
        None => ObjectKind::by_id(kind),
    };
    let namespaced = known.is_none_or(ObjectKind::is_namespaced);
    let (namespace, name) = match rest.split_once('/') {
        Some((namespace, name)) if namespaced => (Some(namespace), name),
        _ => (None, rest),
    };
    let mut own = fields(body.clone());
    let mut metadata = own.remove("metadata").map(fields).unwrap_or_default();
    metadata.insert("name".to_owned(), json!(name));
    if let Some(namespace) = namespace {
        metadata.insert("namespace".to_owned(), json!(namespace));
    }
    if own.remove("built-in") == Some(json!(true)) {
        metadata.insert("labels".to_owned(), json!({ BUILT_IN: "rbac-defaults" }));
    }
    if let Some(labels) = own.remove("labels") {
        metadata.insert("labels".to_owned(), labels);
    }
    let version = own.remove("apiVersion").or_else(|| Some(json!(api_version(known?))));
    let version = version.unwrap_or_else(|| panic!("{title} needs an apiVersion"));
    let mut object = json!({ "apiVersion": version, "kind": kind, "metadata": metadata });
    if let Json::Object(fields) = &mut object {
        fields.extend(own);
    }
    object
}

fn read(text: &str) -> ObjectLists {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("cluster.json");
    std::fs::write(&path, text).expect("a file");
    read_saved(&path).expect("lists")
}

/// A finding as the proofs write it.
fn shown(finding: &PolicyFinding) -> Json {
    let value = |value: &Attribute| match value {
        Attribute::Text(text) => json!(text),
        Attribute::Texts(texts) => json!(texts),
        Attribute::Positions(positions) => json!(positions),
        Attribute::Number(number) => json!(number),
        Attribute::Flag(flag) => json!(flag),
    };
    finding.attributes.iter().map(|(name, of)| ((*name).to_owned(), value(of))).collect::<Map<_, _>>().into()
}

/// In what two sets of objects differ.
fn difference(what: &str, found: impl Iterator<Item = Json>, expected: &[Json]) -> Option<String> {
    let text = |object: &Json| {
        let sorted: std::collections::BTreeMap<String, Json> = fields(object.clone()).into_iter().collect();
        json!(sorted).to_string()
    };
    let found: Vec<String> = found.map(|object| text(&object)).collect();
    let unique: BTreeSet<String> = found.iter().cloned().collect();
    let expected: BTreeSet<String> = expected.iter().map(text).collect();
    let list = |set: Vec<&String>| set.into_iter().cloned().collect::<Vec<_>>().join(" ");
    if unique.len() != found.len() {
        return Some(format!("{what} are there twice: {}", list(found.iter().collect())));
    }
    (unique != expected).then(|| {
        let more = list(unique.difference(&expected).collect());
        let less = list(expected.difference(&unique).collect());
        format!("{what}: found [{more}] and not [{less}]")
    })
}
