//! Objects that are unusual, contradict each other or are very large: what they mean, and that nothing is lost.

use super::{on_resource, on_url, read_objects, read_text};
use nodeproof::internals::cluster::rbac::{Identity, Power, Rbac};
use nodeproof::internals::policy::{
    Attribute, ClusterFacts, Examination, ObjectTest, PolicyTest, RbacTest, access_table,
};
use nodeproof::internals::source::cluster::{ListState, ObjectKind, ObjectLists};
use serde_json::{Value as Json, json};

const RBAC: &str = "rbac.authorization.k8s.io/v1";

fn role(name: &str, rules: &Json) -> Json {
    json!({ "apiVersion": RBAC, "kind": "ClusterRole", "metadata": { "name": name }, "rules": rules })
}

fn binding(name: &str, role: &str, subjects: &Json) -> Json {
    json!({ "apiVersion": RBAC, "kind": "ClusterRoleBinding", "metadata": { "name": name },
        "roleRef": { "kind": "ClusterRole", "name": role }, "subjects": subjects })
}

fn secrets() -> Json {
    json!({ "verbs": ["get"], "apiGroups": [""], "resources": ["secrets"] })
}

fn readers_of_secrets(lists: &ObjectLists) -> Examination {
    PolicyTest::Rbac(RbacTest::Powers(vec![Power::ReadSecrets])).examine(&ClusterFacts::new(lists, None))
}

fn pods(lists: &ObjectLists, topic: &str) -> Examination {
    let test: ObjectTest = serde_json::from_value(json!(topic)).expect(topic);
    PolicyTest::Object(test).examine(&ClusterFacts::new(lists, None))
}

/// Row 22: nothing follows the selectors, so that they cannot go round.
#[test]
fn aggregated_roles_that_select_each_other_have_the_rules_that_are_listed() {
    let aggregated = |name: &str, label: &str, selects: &str, rules: Json| {
        json!({ "apiVersion": RBAC, "kind": "ClusterRole", "metadata": { "name": name, "labels": { label: "true" } },
            "aggregationRule": { "clusterRoleSelectors": [{ "matchLabels": { selects: "true" } }] }, "rules": rules })
    };
    let lists = read_objects(&[
        aggregated("a", "to-b", "to-a", json!([secrets()])),
        aggregated("b", "to-a", "to-b", json!(null)),
        binding("a", "a", &json!([{ "kind": "User", "name": "ann" }])),
        binding("b", "b", &json!([{ "kind": "User", "name": "bob" }])),
    ]);
    let subjects: Vec<String> = readers_of_secrets(&lists).findings.iter().map(|finding| finding.subject()).collect();
    assert_eq!(subjects, ["User/ann"]);
}

/// Row 23.
#[test]
fn references_to_no_role_give_nothing_and_are_counted() {
    let to = |name: &str, role_ref: Json| {
        json!({ "apiVersion": RBAC, "kind": "ClusterRoleBinding", "metadata": { "name": name }, "roleRef": role_ref,
            "subjects": [{ "kind": "User", "name": "eve" }] })
    };
    let lists = read_objects(&[
        role("secrets", &json!([secrets()])),
        to("missing", json!({ "kind": "ClusterRole", "name": "gone" })),
        to("robot", json!({ "kind": "Robot", "name": "secrets" })),
        to("empty", json!({ "kind": "ClusterRole", "name": "" })),
        to("null", json!(null)),
        to("good", json!({ "kind": "ClusterRole", "name": "secrets" })),
    ]);
    let found = readers_of_secrets(&lists);
    let bindings: Vec<&Attribute> = found
        .findings
        .iter()
        .flat_map(|finding| &finding.attributes)
        .filter(|(name, _)| *name == "binding")
        .map(|(_, value)| value)
        .collect();
    assert_eq!(bindings, [&Attribute::Text("ClusterRoleBinding/good".to_owned())]);
    assert!(
        found.notes.iter().any(|note| note.starts_with("bindings to roles that do not exist: 4")),
        "{:?}",
        found.notes
    );
}

/// Row 24.
#[test]
fn ten_thousand_subjects_and_rules_are_all_seen() {
    const COUNT: usize = 10_000;
    let subjects: Vec<Json> =
        (0..COUNT).map(|number| json!({ "kind": "User", "name": format!("user-{number}") })).collect();
    let rules: Vec<Json> = (0..COUNT).map(|_| secrets()).collect();
    let lists = read_objects(&[
        role("one-rule", &json!([secrets()])),
        binding("many-subjects", "one-rule", &json!(subjects)),
        role("many-rules", &json!(rules)),
        binding("one-subject", "many-rules", &json!([{ "kind": "User", "name": "eve" }])),
    ]);
    let found = readers_of_secrets(&lists);
    assert_eq!(found.findings.len(), COUNT + 1);
    let all: Vec<usize> = (0..COUNT).collect();
    let last = found.findings.iter().find(|finding| finding.subject() == "User/eve").expect("the finding");
    assert!(last.attributes.contains(&("rules", Attribute::Positions(all))));
    let access = access_table(&ClusterFacts::new(&lists, None));
    assert_eq!(access["read-secrets"].len(), COUNT + 1);
    assert_eq!(access["read-secrets"]["User/eve"].len(), COUNT);
}

/// Row 25.
#[test]
fn rules_with_lists_that_are_empty_or_null_match_nothing() {
    let rules = json!([
        {},
        { "verbs": null, "apiGroups": null, "resources": null, "resourceNames": null, "nonResourceURLs": null },
        { "apiGroups": [""], "resources": ["secrets"] },
        { "verbs": [""], "apiGroups": [""], "resources": ["secrets"] },
        { "verbs": ["get"], "resources": ["secrets"] },
        { "verbs": ["get"], "apiGroups": [""] },
        { "verbs": ["get"], "apiGroups": [""], "resources": [""] },
    ]);
    let lists = read_objects(&[role("r", &rules), binding("b", "r", &json!([{ "kind": "User", "name": "eve" }]))]);
    assert_eq!(readers_of_secrets(&lists).findings, []);
    let rbac = Rbac::new(&lists);
    for (verb, resource) in [("get", "secrets"), ("get", "pods"), ("list", "secrets")] {
        assert!(
            !rbac.allows(&[Identity::of_user("eve")], &on_resource(verb, "", resource, "a"), ""),
            "{verb} {resource}"
        );
    }
    assert!(!rbac.allows(&[Identity::of_user("eve")], &on_url("get", "/"), ""));
}

/// A text with several documents that is cut off: what is missing may be of any kind that came before.
#[test]
fn a_cut_off_document_breaks_the_kinds_before_it() {
    let pod = r#"{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "namespace": "web"}, "spec": {}}"#;
    let yaml = "apiVersion: v1\nkind: Pod\nmetadata: { name: a, namespace: web }\nspec: {}\n---\n- cut off\n";
    for (name, text) in [("objects.json", format!("{pod}\n{}", &pod[..40])), ("objects.yaml", yaml.to_owned())] {
        let lists = read_text(name, text.as_bytes());
        assert!(
            matches!(lists.state(ObjectKind::Pod), ListState::Broken(_)),
            "{name}: {:?}",
            lists.state(ObjectKind::Pod)
        );
        assert!(lists.pods.is_empty(), "{name}");
    }
}

/// Row 26.
#[test]
fn a_pod_without_containers_is_no_finding_of_containers() {
    for spec in [json!({}), json!({ "containers": null }), json!({ "containers": [] }), json!(null)] {
        let pod =
            json!({ "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "p", "namespace": "web" }, "spec": spec });
        let found = pods(&read_objects(&[pod]), "pod-root");
        assert_eq!(found.findings, [], "{spec}");
        assert_eq!(found.notes, ["pods or templates without containers: 1"], "{spec}");
    }
    let pod = json!({ "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "p", "namespace": "web" }, "spec": { "hostPID": true } });
    let found = pods(&read_objects(&[pod]), "pod-host-pid");
    assert_eq!(found.findings.len(), 1);
}

/// A field of another type than the API's breaks the list, whichever object and field it is: never taken for unset.
#[test]
fn a_field_of_another_type_breaks_its_list() {
    let pod = |spec: Json| {
        let metadata = json!({ "name": "p", "namespace": "web" });
        json!({ "apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec })
    };
    let container = |more: Json| pod(json!({ "containers": [more] }));
    let of_role = |rules: Json| role("r", &rules);
    let cases = [
        (ObjectKind::Pod, container(json!({ "securityContext": { "privileged": "true" } }))),
        (ObjectKind::Pod, container(json!({ "securityContext": { "runAsUser": "0" } }))),
        (ObjectKind::Pod, container(json!({ "securityContext": [] }))),
        (ObjectKind::Pod, container(json!({ "securityContext": { "capabilities": { "add": "ALL" } } }))),
        (ObjectKind::Pod, container(json!({ "ports": [{ "hostPort": "80" }] }))),
        (ObjectKind::Pod, container(json!({ "env": {} }))),
        (ObjectKind::Pod, pod(json!({ "hostPID": 1 }))),
        (ObjectKind::Pod, pod(json!({ "containers": {} }))),
        (ObjectKind::Pod, pod(json!({ "volumes": [{ "hostPath": "/etc" }] }))),
        (ObjectKind::ClusterRole, of_role(json!({}))),
        (ObjectKind::ClusterRole, of_role(json!([{ "verbs": "get" }]))),
        (ObjectKind::ClusterRole, of_role(json!([{ "verbs": [1] }]))),
        (ObjectKind::ClusterRole, of_role(json!([{ "verbs": [null] }]))),
        (ObjectKind::ClusterRoleBinding, binding("b", "r", &json!({}))),
        (ObjectKind::ClusterRoleBinding, binding("b", "r", &json!([{ "kind": "User", "name": 1 }]))),
    ];
    for (kind, object) in cases {
        let text = json!({ "apiVersion": "v1", "kind": "List", "items": [object] }).to_string();
        let lists = read_text("objects.json", text.as_bytes());
        assert!(matches!(lists.state(kind), ListState::Broken(_)), "{object}: {:?}", lists.state(kind));
        assert_eq!(lists.count(kind), 0, "{object}");
    }
}

/// A list of which nothing can be read is as one that is refused: the rest is judged.
#[test]
fn nothing_passes_by_a_list_that_is_broken() {
    let text = json!({ "apiVersion": "v1", "kind": "List", "items": [
        role("r", &json!([{ "verbs": "get" }])),
        { "apiVersion": RBAC, "kind": "Role", "metadata": { "name": "r", "namespace": "web" }, "rules": [] },
        binding("b", "r", &json!([])),
        { "apiVersion": RBAC, "kind": "RoleBinding", "metadata": { "name": "b", "namespace": "web" },
            "roleRef": { "kind": "Role", "name": "r" } },
    ] });
    let lists = read_text("objects.json", text.to_string().as_bytes());
    let found = readers_of_secrets(&lists);
    assert_eq!((found.status.id(), found.lacking), ("undetermined", vec![ObjectKind::ClusterRole]));
}
