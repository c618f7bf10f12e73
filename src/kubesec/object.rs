//! An object of Kubernetes: its name, its pod spec and what the rules ask of it.

use serde_json::Value as Json;

/// The lists of containers in a pod spec.
const CONTAINER_LISTS: [&str; 3] = ["containers", "initContainers", "ephemeralContainers"];

/// A document as an object.
#[derive(Debug, Clone, Copy)]
pub(super) struct Object<'d> {
    document: &'d Json,
    pod: Option<&'d Json>,
}

impl<'d> Object<'d> {
    pub(super) fn new(document: &'d Json) -> Self {
        let path: &[&str] = match document.get("kind").and_then(Json::as_str) {
            Some("Pod") => &["spec"],
            Some("CronJob") => &["spec", "jobTemplate", "spec", "template", "spec"],
            Some(_) | None => &["spec", "template", "spec"],
        };
        Self { document, pod: at(document, path) }
    }

    /// The value of `kind`, if it has one.
    pub(super) fn kind(self) -> Option<&'d Json> {
        at(self.document, &["kind"]).filter(|kind| !kind.is_null())
    }

    /// `KIND/NAME.NAMESPACE`.
    pub(super) fn title(self) -> String {
        let Some(kind) = self.kind() else {
            return "Unknown".to_owned();
        };
        let of = |name: &str, default: &str| match at(self.document, &["metadata", name]) {
            None | Some(Json::Null) => default.to_owned(),
            Some(value) => go_text(value),
        };
        format!("{}/{}.{}", go_text(kind), of("name", "undefined"), of("namespace", "default"))
    }

    /// A value of the object.
    pub(super) fn value(self, path: &[&str]) -> Option<&'d Json> {
        at(self.document, path)
    }

    /// A value of the pod spec.
    pub(super) fn pod(self, path: &[&str]) -> Option<&'d Json> {
        at(self.pod?, path)
    }

    /// The containers of all kinds.
    pub(super) fn all_containers(self) -> impl Iterator<Item = &'d Json> {
        CONTAINER_LISTS.into_iter().flat_map(move |list| items(self.pod(&[list])))
    }

    /// The containers that are neither for the start nor ephemeral.
    pub(super) fn containers(self) -> impl Iterator<Item = &'d Json> {
        items(self.pod(&["containers"]))
    }
}

/// The value at the end of a path of keys.
pub(super) fn at<'d>(value: &'d Json, path: &[&str]) -> Option<&'d Json> {
    path.iter().try_fold(value, |value, key| value.get(key))
}

/// The elements of a list; none of anything else.
pub(super) fn items(value: Option<&Json>) -> impl Iterator<Item = &Json> {
    value.and_then(Json::as_array).into_iter().flatten()
}

/// A value as Go prints it. Every number is a float to it.
fn go_text(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Number(number) => number.as_f64().map_or_else(|| number.to_string(), go_float),
        Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => value.to_string(),
    }
}

/// Go's `%v` of a float: with an exponent below 1e-4 and from 1e21 on.
fn go_float(float: f64) -> String {
    let size = float.abs();
    if size == 0.0 || (1e-4..1e21).contains(&size) {
        return float.to_string();
    }
    let text = format!("{float:e}");
    let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let (sign, exponent) = exponent.strip_prefix('-').map_or(('+', exponent), |rest| ('-', rest));
    format!("{digits}e{sign}{exponent:0>2}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn titles_name_kind_name_and_namespace() {
        let cases = [
            (json!({"kind": "Pod", "metadata": {"name": "a", "namespace": "b"}}), "Pod/a.b"),
            (json!({"kind": "Pod", "metadata": {"generateName": "a-"}}), "Pod/undefined.default"),
            (json!({"kind": "Pod", "metadata": {"name": null}}), "Pod/undefined.default"),
            (json!({"kind": "Namespace", "metadata": {"name": "a"}}), "Namespace/a.default"),
            (json!({"kind": 5, "metadata": {"name": 7, "namespace": true}}), "5/7.true"),
            (json!({"kind": "Pod", "metadata": {"name": 1e6, "namespace": 1e-7}}), "Pod/1000000.1e-07"),
            (json!({"kind": null, "metadata": {"name": "a"}}), "Unknown"),
            (json!({"metadata": {"name": "a"}}), "Unknown"),
            (json!([{"kind": "Pod"}]), "Unknown"),
            (json!(null), "Unknown"),
            (json!("Pod"), "Unknown"),
        ];
        for (document, expected) in cases {
            assert_eq!(Object::new(&document).title(), expected, "{document}");
        }
    }

    #[test]
    fn the_pod_spec_is_where_the_kind_has_it() {
        let spec = json!({"hostPID": true});
        let cases = [
            json!({"kind": "Pod", "spec": spec}),
            json!({"kind": "CronJob", "spec": {"jobTemplate": {"spec": {"template": {"spec": spec}}}}}),
            json!({"kind": "Job", "spec": {"template": {"spec": spec}}}),
            json!({"kind": "Rollout", "spec": {"template": {"spec": spec}}}),
        ];
        for document in cases {
            assert_eq!(Object::new(&document).pod(&["hostPID"]), Some(&json!(true)), "{document}");
        }
        let other = json!({"kind": "Deployment", "spec": spec});
        assert_eq!(Object::new(&other).pod(&["hostPID"]), None);
    }
}
