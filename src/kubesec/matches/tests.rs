//! What each rule matches, and what it does not although it looks like it.

use crate::kubesec::object::Object;
use crate::kubesec::rules::{RULES, rule};
use serde_json::{Value as Json, json};

fn matches(id: &str, document: &Json) -> bool {
    (rule(id).expect(id).matches)(Object::new(document))
}

/// Compares the rule with whether it matches a Pod of this spec.
fn assert_pods(id: &str, cases: &[(Json, bool)]) {
    for (spec, expected) in cases {
        let pod = json!({"apiVersion": "v1", "kind": "Pod", "spec": spec});
        assert_eq!(matches(id, &pod), *expected, "{id}: {spec}");
    }
}

/// A pod with containers of these security contexts, one for each list of containers in turn.
fn contexts(contexts: &[&Json]) -> Json {
    let lists = ["containers", "initContainers", "ephemeralContainers"];
    let mut spec = json!({"containers": []});
    for (list, context) in lists.iter().zip(contexts) {
        spec[list] = json!([{"name": "a"}, {"name": "b", "securityContext": context}]);
    }
    spec
}

/// A pod with a security context, and containers with these.
fn inherited(pod: &Json, containers: &[&Json]) -> Json {
    let container = |context: &&Json| json!({"name": "a", "securityContext": context});
    json!({"securityContext": pod, "containers": containers.iter().map(container).collect::<Vec<_>>()})
}

#[test]
fn flags_of_the_pod_are_booleans() {
    for (id, field, right) in [
        ("HostNetwork", "hostNetwork", true),
        ("HostPID", "hostPID", true),
        ("HostIPC", "hostIPC", true),
        ("AutomountServiceAccountToken", "automountServiceAccountToken", false),
        ("HostUsers", "hostUsers", false),
    ] {
        let with = |value: Json| json!({"containers": [], field: value});
        let text = if right { "true" } else { "false" };
        assert_pods(
            id,
            &[
                (with(json!(right)), true),
                (with(json!(!right)), false),
                (with(json!(text)), false),
                (with(json!(1)), false),
                (with(json!(null)), false),
                (json!({"containers": []}), false),
            ],
        );
    }
}

#[test]
fn flags_of_containers_count_in_any_container() {
    for (id, field) in [
        ("ReadOnlyRootFilesystem", "readOnlyRootFilesystem"),
        ("Privileged", "privileged"),
        ("AllowPrivilegeEscalation", "allowPrivilegeEscalation"),
    ] {
        let (yes, no) = (json!({field: true}), json!({field: false}));
        assert_pods(
            id,
            &[
                (contexts(&[&yes]), true),
                (contexts(&[&no, &yes]), true),
                (contexts(&[&no, &no, &yes]), true),
                (contexts(&[&no, &no, &json!(null)]), false),
                (contexts(&[&json!({field: "true"})]), false),
                (contexts(&[&json!({})]), false),
                (json!({"securityContext": yes, "containers": [{"name": "a"}]}), false),
            ],
        );
    }
}

#[test]
fn a_container_inherits_what_it_does_not_set() {
    let (yes, no, text) =
        (json!({"runAsNonRoot": true}), json!({"runAsNonRoot": false}), json!({"runAsNonRoot": "true"}));
    let none = json!(null);
    assert_pods(
        "RunAsNonRoot",
        &[
            (inherited(&yes, &[&none]), true),
            (inherited(&yes, &[&no]), false),
            (inherited(&yes, &[&no, &none]), true),
            (inherited(&no, &[&yes]), true),
            (inherited(&none, &[&no, &yes]), true),
            (inherited(&yes, &[&text]), true),
            (inherited(&text, &[&none]), false),
            (inherited(&yes, &[]), false),
            (json!({"securityContext": yes, "containers": [], "initContainers": [{"name": "a"}]}), true),
            (json!({"securityContext": yes, "ephemeralContainers": [{"name": "a", "securityContext": no}]}), false),
        ],
    );
}

#[test]
fn ids_are_numbers_above_ten_thousand() {
    for (id, field) in [("RunAsUser", "runAsUser"), ("RunAsGroup", "runAsGroup")] {
        let with = |value: Json| json!({field: value});
        let none = json!({});
        assert_pods(
            id,
            &[
                (inherited(&with(json!(10_001)), &[&none]), true),
                (inherited(&with(json!(10_000)), &[&none]), false),
                (inherited(&with(json!(2e4)), &[&none]), true),
                (inherited(&with(json!("20000")), &[&none]), false),
                (inherited(&with(json!(1)), &[&with(json!(20_000))]), true),
                (inherited(&with(json!(20_000)), &[&with(json!(0))]), false),
                (inherited(&with(json!(20_000)), &[&with(json!("0"))]), true),
                (inherited(&with(json!(20_000)), &[]), false),
            ],
        );
    }
}

#[test]
fn profiles_are_inherited_by_their_type() {
    for (any, unconfined, field) in [
        ("SeccompAny", "SeccompUnconfined", "seccompProfile"),
        ("ApparmorAny", "ApparmorUnconfined", "appArmorProfile"),
    ] {
        let of = |kind: Json| json!({field: {"type": kind}});
        let (default, open, none) = (of(json!("RuntimeDefault")), of(json!("Unconfined")), json!({}));
        let cases = [
            (inherited(&default, &[&none]), true, false),
            (inherited(&open, &[&none]), false, true),
            (inherited(&default, &[&open]), false, true),
            (inherited(&default, &[&open, &none]), true, true),
            (inherited(&open, &[&default]), true, false),
            (inherited(&none, &[&of(json!("Localhost"))]), true, false),
            (inherited(&none, &[&of(json!(""))]), true, false),
            (inherited(&none, &[&of(json!("unconfined"))]), true, false),
            (inherited(&open, &[&of(json!(null))]), false, true),
            (inherited(&open, &[]), false, false),
            (inherited(&none, &[&none]), false, false),
        ];
        for (spec, is_any, is_unconfined) in cases {
            assert_pods(any, &[(spec.clone(), is_any)]);
            assert_pods(unconfined, &[(spec, is_unconfined)]);
        }
    }
    let annotated = json!({"kind": "Pod", "metadata": {"annotations": {
        "seccomp.security.alpha.kubernetes.io/pod": "runtime/default",
        "container.apparmor.security.beta.kubernetes.io/a": "runtime/default",
    }}, "spec": {"containers": [{"name": "a"}]}});
    assert!(!matches("SeccompAny", &annotated) && !matches("ApparmorAny", &annotated));
}

#[test]
fn capabilities_are_found_as_parts_of_texts() {
    let add = |value: Json| contexts(&[&json!({}), &json!({"capabilities": {"add": value}})]);
    assert_pods(
        "CapSysAdmin",
        &[
            (add(json!(["SYS_ADMIN"])), true),
            (add(json!(["NET_ADMIN", "CAP_SYS_ADMIN"])), true),
            (add(json!(["sys_admin"])), false),
            (add(json!(["ALL"])), false),
            (add(json!([])), false),
            (add(json!(null)), false),
        ],
    );
    let drop = |value: Json| contexts(&[&json!({}), &json!({}), &json!({"capabilities": {"drop": value}})]);
    for (value, any, all) in [
        (json!(["ALL"]), true, true),
        (json!(["all"]), true, true),
        (json!(["FIREWALL"]), true, true),
        (json!(["NET_RAW"]), true, false),
        (json!(["ALL", null]), false, true),
        (json!([null]), false, false),
        (json!([]), false, false),
        (json!(null), false, false),
        (json!("ALL"), false, true),
    ] {
        assert_pods("CapDropAny", &[(drop(value.clone()), any)]);
        assert_pods("CapDropAll", &[(drop(value), all)]);
    }
}

#[test]
fn paths_of_the_node_are_found_as_parts() {
    let mount =
        |path: &str| json!({"volumes": [{"name": "a", "emptyDir": {}}, {"name": "b", "hostPath": {"path": path}}]});
    for (path, sock, proc) in [
        ("/var/run/docker.sock", true, false),
        ("/host/var/run/docker.sock.bak", true, false),
        ("/run/docker.sock", false, false),
        ("/var/run", false, false),
        ("/proc", false, true),
        ("/proc/sys", false, true),
        ("/data/processing", false, true),
        ("/sys", false, false),
    ] {
        assert_pods("DockerSock", &[(mount(path), sock)]);
        assert_pods("ProcMount", &[(mount(path), proc)]);
    }
    assert_pods(
        "ProcMount",
        &[
            (contexts(&[&json!({"procMount": "Unmasked"})]), false),
            (json!({"volumes": [{"name": "a", "hostPath": null}]}), false),
            (json!({"volumes": [{"name": "a", "hostPath": {"path": 5}}]}), false),
        ],
    );
}

#[test]
fn resources_count_in_ordinary_containers_only() {
    for (id, list, resource) in [
        ("RequestsCPU", "requests", "cpu"),
        ("RequestsMemory", "requests", "memory"),
        ("LimitsCPU", "limits", "cpu"),
        ("LimitsMemory", "limits", "memory"),
    ] {
        let with = |value: Json| json!({"name": "a", "resources": {list: {resource: value}}});
        assert_pods(
            id,
            &[
                (json!({"containers": [{"name": "b"}, with(json!("1"))]}), true),
                (json!({"containers": [with(json!(null))]}), true),
                (json!({"containers": [{"name": "b"}], "initContainers": [with(json!("1"))]}), false),
                (json!({"containers": [{"name": "b"}], "ephemeralContainers": [with(json!("1"))]}), false),
                (json!({"containers": [{"name": "b"}], "resources": {list: {resource: "1"}}}), false),
                (json!({"containers": [{"name": "b", "resources": {list: {"ephemeral-storage": "1"}}}]}), false),
            ],
        );
    }
}

#[test]
fn names_and_aliases_need_a_value_that_is_not_null() {
    for (id, field) in [("ServiceAccountName", "serviceAccountName"), ("HostAliases", "hostAliases")] {
        let cases = [json!(""), json!("default"), json!([]), json!([{"ip": "192.0.2.7"}])];
        assert_pods(id, &cases.map(|value| (json!({field: value}), true)));
        assert_pods(id, &[(json!({field: null}), false), (json!({"serviceAccount": "reader"}), false)]);
    }
}

#[test]
fn claims_of_stateful_sets() {
    let set = |templates: Json| json!({"kind": "StatefulSet", "spec": {"volumeClaimTemplates": templates}});
    let claim = |modes: Json| json!({"spec": {"accessModes": modes}});
    let storage = |value: Json| json!({"spec": {"resources": {"requests": {"storage": value}}}});
    for (templates, once, has_storage) in [
        (json!(null), true, true),
        (json!([]), true, true),
        (json!([{"metadata": {"name": "a"}}]), true, true),
        (json!([{"spec": null}]), true, true),
        (json!([{"spec": {}}]), false, false),
        (json!([claim(json!(["ReadWriteOnce"]))]), true, false),
        (json!([claim(json!(["ReadWriteMany"])), claim(json!(["ReadWriteOnce"]))]), true, false),
        (json!([claim(json!(["ReadWriteOnce", "ReadOnlyMany"]))]), false, false),
        (json!([claim(json!(["ReadWriteOncePod"]))]), false, false),
        (json!([claim(json!("ReadWriteOnce"))]), false, false),
        (json!([{"spec": {}}, storage(json!("1Gi"))]), false, true),
        (json!([storage(json!(null))]), false, true),
    ] {
        let set = set(templates);
        assert_eq!(matches("VolumeClaimAccessModeReadWriteOnce", &set), once, "{set}");
        assert_eq!(matches("VolumeClaimRequestsStorage", &set), has_storage, "{set}");
    }
}

#[test]
fn secrets_in_variables_count_in_any_container() {
    let key = json!({"env": [{"name": "a", "value": "b"}, {"name": "c", "valueFrom": {"secretKeyRef": {"key": "d"}}}]});
    let all = json!({"envFrom": [{"configMapRef": {"name": "a"}}, {"secretRef": {"name": "b"}}]});
    assert_pods(
        "SecretsAsEnvironmentVariables",
        &[
            (json!({"containers": [key]}), true),
            (json!({"containers": [], "initContainers": [all]}), true),
            (json!({"ephemeralContainers": [{}, key]}), true),
            (json!({"containers": [{"env": [{"name": "PASSWORD", "value": "secret"}]}]}), false),
            (json!({"containers": [{"env": [{"valueFrom": {"configMapKeyRef": {"key": "a"}}}]}]}), false),
            (
                json!({"containers": [{"env": [{"valueFrom": {"secretKeyRef": null}}], "envFrom": [{"secretRef": null}]}]}),
                false,
            ),
            (json!({"containers": [{"env": [{"valueFrom": {"secretKeyRef": {}}}]}]}), true),
        ],
    );
}

#[test]
fn bindings_of_anonymous_requests() {
    let binding = |subjects: Json| json!({"kind": "ClusterRoleBinding", "subjects": subjects});
    for (subjects, expected) in [
        (json!([{"kind": "Group", "name": "a"}, {"kind": "User", "name": "system:anonymous"}]), true),
        (json!([{"kind": "ServiceAccount", "name": "not-system:anonymous-either"}]), true),
        (json!([{"kind": "Group", "name": "system:unauthenticated"}]), false),
        (json!([{"kind": "User", "name": 5}]), false),
        (json!(null), false),
    ] {
        assert_eq!(matches("BindingsToSystemAnonymous", &binding(subjects.clone())), expected, "{subjects}");
    }
}

/// Whatever is in a document, no rule fails on it.
#[test]
fn no_rule_needs_a_shape() {
    let values =
        [json!(null), json!(true), json!(5), json!("a"), json!([]), json!([null, [], 5]), json!({}), json!({"a": 5})];
    for kind in ["Pod", "StatefulSet", "CronJob", "RoleBinding"] {
        for value in &values {
            let container = json!({"securityContext": value, "resources": value, "env": value, "envFrom": value});
            let shapes = [
                json!({"kind": kind, "spec": value, "subjects": value, "metadata": value}),
                json!({"kind": kind, "spec": {"containers": value, "securityContext": value, "volumes": value, "volumeClaimTemplates": value}}),
                json!({"kind": kind, "spec": {"containers": [container, value], "volumes": [{"hostPath": value}]}}),
            ];
            for document in shapes {
                let object = Object::new(&document);
                let count = RULES.iter().filter(|rule| (rule.matches)(object)).count();
                assert!(count < 4, "{document}");
            }
        }
    }
}
