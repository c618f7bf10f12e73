//! Proofs from tables: what a container or a pod says, in each list of containers, beside a container that meets the rule, for
//! Windows and in a user namespace.

use super::case::Case;
use super::pod::{Around, Object, merged};
use serde::Deserialize;
use serde_json::{Value as Json, json};

/// What is set, and what the rule says of it.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    /// What the container says.
    #[serde(default)]
    container: Json,
    /// What its pod says.
    #[serde(default)]
    pod: Json,
    #[serde(default)]
    around: Around,
    is: String,
    /// The field that decides, if it is another one than that of the table.
    #[serde(default)]
    at: Option<String>,
    /// Further answers, about the pod.
    #[serde(default)]
    also: Vec<String>,
}

/// A table of containers.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Containers {
    /// The field that decides: with a dot in front, of the container.
    at: String,
    /// Further answers to each row, about the pod.
    #[serde(default)]
    also: Vec<String>,
    /// A container on which the rule is met, whatever the rows say of the pod.
    #[serde(default)]
    beside: Option<Beside>,
    /// The lists in which nothing is said of a container.
    #[serde(default)]
    not_in: Vec<Place>,
    /// What the rule says of a pod for Windows: `not-applicable`, or the same as for Linux.
    windows: Elsewhere,
    /// What it says in a user namespace.
    #[serde(default)]
    user_namespace: Elsewhere,
    rows: Vec<Row>,
}

/// A container beside the one that is proved, and the field that decides about it.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Beside {
    container: Json,
    at: String,
}

/// A table of pods as a whole.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Pods {
    at: String,
    windows: Elsewhere,
    #[serde(default)]
    user_namespace: Elsewhere,
    rows: Vec<Row>,
}

/// What a rule says elsewhere.
#[derive(Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Elsewhere {
    /// The same.
    #[default]
    Judged,
    /// That it does not apply.
    NotApplicable,
}

/// A list of containers.
#[derive(Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Place {
    Main,
    Init,
    Sidecar,
    Ephemeral,
}

impl Place {
    const ALL: [Self; 4] = [Self::Main, Self::Init, Self::Sidecar, Self::Ephemeral];

    const fn words(self) -> &'static str {
        match self {
            Self::Main => "a container",
            Self::Init => "an init container",
            Self::Sidecar => "a sidecar",
            Self::Ephemeral => "an ephemeral container",
        }
    }

    /// Puts a container into its list.
    fn put(self, container: Json, pod: &mut Json) {
        let (list, container) = match self {
            Self::Main => ("containers", container),
            Self::Init => ("initContainers", container),
            Self::Sidecar => ("initContainers", merged(container, &json!({ "restartPolicy": "Always" }))),
            Self::Ephemeral => ("ephemeralContainers", container),
        };
        match pod[list].as_array_mut() {
            Some(containers) => containers.push(container),
            None => pod[list] = json!([container]),
        }
    }
}

/// The ways to say that a pod is for Windows, and the field of each.
fn windows() -> [(&'static str, Json, &'static str); 3] {
    let expression = json!({ "key": "kubernetes.io/os", "operator": "In", "values": ["windows"] });
    let terms = json!([{ "matchExpressions": [expression] }]);
    let required = json!({ "requiredDuringSchedulingIgnoredDuringExecution": { "nodeSelectorTerms": terms } });
    [
        ("os", json!({ "os": { "name": "windows" } }), "spec.os.name"),
        (
            "a selector",
            json!({ "nodeSelector": { "kubernetes.io/os": "windows" } }),
            "spec.nodeSelector[\"kubernetes.io/os\"]",
        ),
        ("affinity", json!({ "affinity": { "nodeAffinity": required } }), "spec.affinity.nodeAffinity"),
    ]
}

/// The proofs of a row for Windows and in a user namespace.
fn elsewhere(row: &Row, base: &Case, on_windows: Elsewhere, in_user_namespace: Elsewhere) -> Vec<Case> {
    let variant = |name: String, pod: &Json, path: &str, says: Elsewhere| Case {
        name,
        pod: merged(base.pod.clone(), pod),
        says: match says {
            Elsewhere::Judged => base.says.clone(),
            Elsewhere::NotApplicable => vec![format!("not-applicable - {path}")],
        },
        ..base.clone()
    };
    let mut cases: Vec<Case> = windows()
        .iter()
        .map(|(by, pod, path)| variant(format!("{} for Windows by {by}", row.name), pod, path, on_windows))
        .collect();
    let pod = json!({ "hostUsers": false });
    if row.pod.get("hostUsers").is_none() {
        let name = format!("{} in a user namespace", row.name);
        cases.push(variant(name, &pod, "spec.hostUsers", in_user_namespace));
    }
    cases
}

impl Containers {
    pub(super) fn cases(&self) -> Vec<Case> {
        let mut cases = Vec::new();
        for row in &self.rows {
            for place in Place::ALL {
                let case = self.case(row, place, None);
                if place == Place::Main {
                    cases.extend(elsewhere(row, &case, self.windows, self.user_namespace));
                }
                cases.push(case);
                cases.extend(self.beside.as_ref().map(|beside| self.case(row, place, Some(beside))));
            }
        }
        cases
    }

    fn case(&self, row: &Row, place: Place, beside: Option<&Beside>) -> Case {
        let mut pod = merged(json!({}), &row.pod);
        let mut says = [self.also.as_slice(), row.also.as_slice()].concat();
        if !self.not_in.contains(&place) {
            says.push(format!("{} it {}", row.is, row.at.as_ref().unwrap_or(&self.at)));
        }
        if let Some(Beside { container, at }) = beside {
            Place::Main.put(merged(json!({ "name": "good", "image": "app" }), container), &mut pod);
            says.push(format!("pass good {at}"));
        }
        place.put(merged(json!({ "name": "it", "image": "app" }), &row.container), &mut pod);
        let words = if beside.is_some() { " beside a good one" } else { "" };
        let name = format!("{} in {}{words}", row.name, place.words());
        Case { name, pod, object: Object::default(), around: row.around.clone(), says }
    }
}

impl Pods {
    pub(super) fn cases(&self) -> Vec<Case> {
        let mut cases = Vec::new();
        for row in &self.rows {
            assert!(row.container.is_null(), "{}: a row of a pod has no container", row.name);
            let pod = merged(json!({ "containers": [{ "name": "it", "image": "app" }] }), &row.pod);
            let mut says = row.also.clone();
            says.push(format!("{} - {}", row.is, row.at.as_ref().unwrap_or(&self.at)));
            let case =
                Case { name: row.name.clone(), pod, object: Object::default(), around: row.around.clone(), says };
            cases.extend(elsewhere(row, &case, self.windows, self.user_namespace));
            cases.push(case);
        }
        cases
    }
}
