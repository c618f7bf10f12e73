//! Every combination of what a pod and its container can say, against a small statement of each rule.

use super::case::status_id;
use super::pod::{Around, Object};
use nodeproof::internals::workload::WorkloadTest;
use serde_json::{Map, Value as Json, json};

/// The statuses of the answers about a container, or about the pod.
fn answers(rule: &str, pod: &Json, around: &Around, of_container: bool) -> Vec<&'static str> {
    let rule = WorkloadTest::try_from(rule.to_owned()).expect("a rule");
    let judgements = Object::default().examine(pod, around, rule);
    let of = judgements.iter().filter(|judgement| judgement.container.is_some() == of_container);
    of.map(|judgement| status_id(judgement.status)).collect()
}

/// The answer about the only container of a pod.
fn answer(rule: &str, pod: &Json) -> &'static str {
    let answers = answers(rule, pod, &Around::default(), true);
    assert_eq!(answers.len(), 1, "{rule}: {pod}");
    answers[0]
}

/// A map of the fields that have a value.
fn fields(values: &[(&str, Option<Json>)]) -> Json {
    let set = values.iter().filter_map(|(name, value)| Some(((*name).to_owned(), value.clone()?)));
    Json::Object(set.collect::<Map<String, Json>>())
}

fn pod(of_pod: &Json, of_container: &Json) -> Json {
    json!({ "securityContext": of_pod, "containers": [{ "name": "it", "securityContext": of_container }] })
}

const BOOLEANS: [Option<bool>; 3] = [None, Some(false), Some(true)];
const USERS: [Option<i64>; 4] = [None, Some(0), Some(1000), Some(10_001)];

fn pass_if(holds: bool) -> &'static str {
    if holds { "pass" } else { "fail" }
}

#[test]
fn the_user_of_a_container_is_its_own_or_that_of_the_pod() {
    let mut count = 0;
    for (pod_flag, own_flag) in BOOLEANS.into_iter().flat_map(|a| BOOLEANS.map(|b| (a, b))) {
        for (pod_user, own_user) in USERS.into_iter().flat_map(|a| USERS.map(|b| (a, b))) {
            let of = |flag: Option<bool>, user: Option<i64>| {
                fields(&[("runAsNonRoot", flag.map(Json::from)), ("runAsUser", user.map(Json::from))])
            };
            let pod = pod(&of(pod_flag, pod_user), &of(own_flag, own_user));
            let (flag, user) = (own_flag.or(pod_flag), own_user.or(pod_user));
            // The user 0 beside runAsNonRoot does not start, which is no pass.
            let is_other = user != Some(0) && (flag == Some(true) || user.is_some());
            assert_eq!(answer("run-as-non-root", &pod), pass_if(is_other), "{pod}");
            let expected = match (user, flag) {
                (Some(0), _) => "fail",
                (Some(_), _) | (None, Some(true)) => "pass",
                (None, _) => "undetermined",
            };
            assert_eq!(answer("run-as-user", &pod), expected, "{pod}");
            // A stated 0 of the pod fails also where each container has another user.
            let of_pod = answers("run-as-user", &pod, &Around::default(), false);
            assert_eq!(of_pod, if pod_user == Some(0) { vec!["fail"] } else { vec![] }, "{pod}");
            assert_eq!(answer("high-uid", &pod), pass_if(user.is_some_and(|user| user > 10_000)), "{pod}");
            count += 1;
        }
    }
    assert_eq!(count, 144);
}

#[test]
fn the_group_of_a_container_is_its_own_or_that_of_the_pod() {
    for (of_pod, own) in USERS.into_iter().flat_map(|a| USERS.map(|b| (a, b))) {
        let of = |group: Option<i64>| fields(&[("runAsGroup", group.map(Json::from))]);
        let pod = pod(&of(of_pod), &of(own));
        let group = own.or(of_pod);
        assert_eq!(answer("high-gid", &pod), pass_if(group.is_some_and(|group| group > 10_000)), "{pod}");
        let expected = match group {
            Some(0) => "fail",
            Some(_) => "pass",
            None => "undetermined",
        };
        assert_eq!(answer("root-group", &pod), expected, "{pod}");
    }
}

#[test]
fn settings_of_the_container_alone_are_not_those_of_the_pod() {
    for (of_pod, own) in BOOLEANS.into_iter().flat_map(|a| BOOLEANS.map(|b| (a, b))) {
        for (key, rule, is_met) in [
            ("privileged", "privileged-container", own != Some(true)),
            ("allowPrivilegeEscalation", "privilege-escalation", own == Some(false)),
            ("readOnlyRootFilesystem", "read-only-root-filesystem", own == Some(true)),
        ] {
            let of = |value: Option<bool>| fields(&[(key, value.map(Json::from))]);
            let pod = pod(&of(of_pod), &of(own));
            assert_eq!(answer(rule, &pod), pass_if(is_met), "{pod}");
        }
    }
}

#[test]
fn rights_can_be_gained_where_one_of_three_settings_lets_them() {
    let added = [None, Some("NET_ADMIN"), Some("SYS_ADMIN"), Some("CAP_SYS_ADMIN"), Some("sys_admin"), Some("ALL")];
    for (allowed, privileged) in BOOLEANS.into_iter().flat_map(|a| BOOLEANS.map(|b| (a, b))) {
        for capability in added {
            let own = fields(&[
                ("allowPrivilegeEscalation", allowed.map(Json::from)),
                ("privileged", privileged.map(Json::from)),
                ("capabilities", capability.map(|name| json!({ "add": [name] }))),
            ]);
            let pod = pod(&json!({}), &own);
            let is_all = capability.is_some_and(|name| name != "NET_ADMIN");
            let is_met = allowed == Some(false) && privileged != Some(true) && !is_all;
            assert_eq!(answer("privilege-escalation", &pod), pass_if(is_met), "{pod}");
        }
    }
}

const PROFILES: [Option<&str>; 5] =
    [None, Some("RuntimeDefault"), Some("Localhost"), Some("Unconfined"), Some("runtimedefault")];

fn confines(profile: &str) -> bool {
    profile == "RuntimeDefault" || profile == "Localhost"
}

#[test]
fn the_seccomp_profile_is_that_of_the_container_or_of_the_pod() {
    for (of_pod, own) in PROFILES.into_iter().flat_map(|a| PROFILES.map(|b| (a, b))) {
        for (seccomp_default, privileged) in [false, true].into_iter().flat_map(|a| BOOLEANS.map(|b| (a, b))) {
            let profile = |name: Option<&str>| name.map(|name| json!({ "type": name }));
            let own_fields = [("seccompProfile", profile(own)), ("privileged", privileged.map(Json::from))];
            let pod = pod(&fields(&[("seccompProfile", profile(of_pod))]), &fields(&own_fields));
            let around = Around { seccomp_default, ..Around::default() };
            // A privileged container has no filter, whatever is stated.
            let is_met = own.or(of_pod).map_or(seccomp_default, confines) && privileged != Some(true);
            assert_eq!(answers("seccomp-profile", &pod, &around, true), [pass_if(is_met)], "{seccomp_default} {pod}");
            let unconfined = answers("seccomp-unconfined", &pod, &around, true);
            assert_eq!(unconfined, [pass_if(own.is_none_or(confines))], "{pod}");
            let of_pod_alone = answers("seccomp-unconfined", &pod, &around, false);
            assert_eq!(
                of_pod_alone,
                of_pod.map(|name| pass_if(confines(name))).into_iter().collect::<Vec<_>>(),
                "{pod}"
            );
        }
    }
}

#[test]
fn the_apparmor_profile_is_that_of_the_container_of_the_pod_or_of_an_annotation() {
    const ANNOTATION: &str = "container.apparmor.security.beta.kubernetes.io/it";
    let annotations = [None, Some(""), Some("runtime/default"), Some("localhost/web"), Some("unconfined")];
    for (of_pod, own) in PROFILES.into_iter().flat_map(|a| PROFILES.map(|b| (a, b))) {
        for annotation in annotations {
            let of = |name: Option<&str>| fields(&[("appArmorProfile", name.map(|name| json!({ "type": name })))]);
            let pod = pod(&of(of_pod), &of(own));
            let mut object = Object::default();
            object.annotations.extend(annotation.map(|value| (ANNOTATION.to_owned(), json!(value))));
            let statuses = |rule: &str| {
                let rule = WorkloadTest::try_from(rule.to_owned()).expect("a rule");
                let judgements = object.examine(&pod, &Around::default(), rule);
                judgements.iter().map(|judgement| status_id(judgement.status)).collect::<Vec<_>>()
            };
            let is_bad = |name: &str| !confines(name);
            let annotated_badly = annotation == Some("unconfined");
            let is_met = !own.is_some_and(is_bad) && !of_pod.is_some_and(is_bad) && !annotated_badly;
            let all_pass = statuses("apparmor-profile").iter().all(|status| *status == "pass");
            assert_eq!(all_pass, is_met, "{annotation:?} {pod}");
            // The field counts before the annotation; an empty annotation states nothing.
            let stated = match own.or(of_pod) {
                Some(name) => confines(name),
                None => annotation.is_some_and(|profile| !profile.is_empty() && profile != "unconfined"),
            };
            assert_eq!(statuses("apparmor-stated"), [pass_if(stated)], "{annotation:?} {pod}");
        }
    }
}

#[test]
fn a_token_is_mounted_as_the_pod_says_or_its_account() {
    // Whether the account is known, and what it says.
    let accounts = [None, Some(None), Some(Some(false)), Some(Some(true))];
    let audiences = [None, Some(""), Some("https://kubernetes.default.svc"), Some("vault")];
    for (name, own) in ["default", "web"].into_iter().flat_map(|name| BOOLEANS.map(|own| (name, own))) {
        for (of_account, audience) in accounts.into_iter().flat_map(|a| audiences.map(|b| (a, b))) {
            for has_volume in [false, true] {
                let mut around = Around::default();
                if let Some(automount) = of_account {
                    let account = json!({ "metadata": { "name": name, "namespace": "shop" },
                        "automountServiceAccountToken": automount });
                    around.accounts.push(serde_json::from_value(account).expect("an account"));
                }
                let token = json!({ "path": "token", "audience": audience });
                let volume = json!([{ "name": "t", "projected": { "sources": [{ "serviceAccountToken": token }] } }]);
                let pod = json!({ "containers": [{ "name": "it" }], "serviceAccountName": name,
                    "automountServiceAccountToken": own, "volumes": if has_volume { volume } else { json!([]) } });
                let is_mounted = own.or(of_account.flatten()) != Some(false);
                let is_projected = has_volume && audience != Some("vault");
                let expected = match (is_mounted, is_projected) {
                    (false, false) => "pass",
                    // The account default needs no token; another one may be there to call the API.
                    (true, _) if name == "default" => "fail",
                    (true, _) | (false, true) => "manual",
                };
                assert_eq!(answers("service-account-token", &pod, &around, false), [expected], "{of_account:?} {pod}");
            }
        }
    }
}

#[test]
fn a_running_container_keeps_its_programs_where_nothing_lets_them_change() {
    let mounts = [None, Some(false), Some(true)];
    for (read_only, privileged) in BOOLEANS.into_iter().flat_map(|a| BOOLEANS.map(|b| (a, b))) {
        for (user, is_read_only_mount) in USERS.into_iter().flat_map(|a| mounts.map(|b| (a, b))) {
            for non_root in BOOLEANS {
                let own = fields(&[
                    ("readOnlyRootFilesystem", read_only.map(Json::from)),
                    ("privileged", privileged.map(Json::from)),
                    ("runAsUser", user.map(Json::from)),
                    ("runAsNonRoot", non_root.map(Json::from)),
                ]);
                let mounts = is_read_only_mount.map(|is| json!([{ "name": "v", "mountPath": "/v", "readOnly": is }]));
                let pod = json!({
                    "containers": [{ "name": "it", "securityContext": own, "volumeMounts": mounts }],
                    "volumes": [{ "name": "v", "emptyDir": {} }],
                });
                let has_writable = is_read_only_mount == Some(false);
                let is_other = user.map_or(non_root == Some(true), |user| user != 0);
                let is_known = user.is_some() || non_root == Some(true);
                let expected = match (read_only == Some(true), privileged == Some(true)) {
                    (false, _) | (true, true) => "fail",
                    (true, false) if is_other || !has_writable => "pass",
                    (true, false) if is_known => "fail",
                    // The image decides.
                    (true, false) => "undetermined",
                };
                assert_eq!(answer("immutable-container", &pod), expected, "{pod}");
            }
        }
    }
}

#[test]
fn flags_of_the_pod_are_met_unless_they_are_true() {
    for (key, rule) in [
        ("hostPID", "host-pid"),
        ("hostIPC", "host-ipc"),
        ("hostNetwork", "host-network"),
        ("shareProcessNamespace", "share-process-namespace"),
    ] {
        for value in [json!(null), json!(false), json!(true)] {
            let pod = json!({ "containers": [{ "name": "it" }], key: value });
            assert_eq!(answers(rule, &pod, &Around::default(), false), [pass_if(value != true)], "{pod}");
        }
    }
    for value in [json!(null), json!(false), json!(true)] {
        let pod = json!({ "containers": [{ "name": "it" }], "hostUsers": value });
        assert_eq!(answers("user-namespace", &pod, &Around::default(), false), [pass_if(value == false)], "{pod}");
    }
}
