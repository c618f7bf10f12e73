use super::*;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value as Json, json};

fn version(text: &str) -> KubernetesVersions {
    KubernetesVersions::of(text).expect(text)
}

/// The names of the levels of a request in the core group.
fn levels(rules: &Json, resource: &str, verb: &str) -> Vec<&'static str> {
    levels_in(rules, "", resource, verb, version("1.34"))
}

fn levels_in(rules: &Json, group: &str, resource: &str, verb: &str, versions: KubernetesVersions) -> Vec<&'static str> {
    let policy = Policy::read(&json!({ "rules": rules })).expect("a policy");
    let levels = levels_of(&policy, group, resource, verb, versions).expect("levels");
    levels.into_iter().map(Level::name).collect()
}

fn core(resources: &[&str]) -> Json {
    json!([{ "group": "", "resources": resources }])
}

#[test]
fn every_rule_that_decides_on_a_request_counts() {
    let metadata = json!({ "level": "Metadata" });
    let cases = [
        (json!([metadata]), vec!["Metadata"]),
        (json!([]), vec!["None"]),
        // Rules for all requests end the search.
        (json!([{ "level": "None", "resources": core(&["secrets"]) }, metadata]), vec!["None"]),
        (json!([{ "level": "Request", "resources": core(&["secrets"]) }, metadata]), vec!["Request"]),
        (json!([{ "level": "None", "verbs": ["get"] }, metadata]), vec!["None"]),
        (json!([{ "level": "None", "verbs": ["watch"] }, metadata]), vec!["Metadata"]),
        (json!([{ "level": "None", "verbs": ["*"] }, metadata]), vec!["Metadata"]),
        (json!([{ "level": "None", "nonResourceURLs": ["/healthz*"] }, metadata]), vec!["Metadata"]),
        // Rules for some users leave the others to the rules after them, whoever the users are.
        (json!([{ "level": "None", "users": ["mallory"] }, metadata]), vec!["None", "Metadata"]),
        (json!([{ "level": "None", "users": ["system:node:a"] }, metadata]), vec!["None", "Metadata"]),
        (
            json!([{ "level": "RequestResponse", "users": ["system:apiserver"] }, metadata]),
            vec!["Metadata", "RequestResponse"],
        ),
        (json!([{ "level": "None", "userGroups": ["system:authenticated"] }, metadata]), vec!["None", "Metadata"]),
        // A user is either anonymous or authenticated, and the anonymous one has no other group.
        (
            json!([
                { "level": "None", "userGroups": ["system:authenticated", "system:unauthenticated"] },
                { "level": "Request" }
            ]),
            vec!["None"],
        ),
        (
            json!([
                { "level": "Metadata", "userGroups": ["system:authenticated"] },
                { "level": "Metadata", "users": ["system:anonymous"] },
                { "level": "Request", "users": ["system:anonymous", "alice"], "userGroups": ["a", "system:unauthenticated"] }
            ]),
            vec!["Metadata"],
        ),
        (json!([{ "level": "None", "users": ["system:anonymous"], "userGroups": ["x"] }, metadata]), vec!["Metadata"]),
        // A rule that another one hides decides on nothing.
        (
            json!([{ "level": "Metadata", "users": ["a", "b"] }, { "level": "Request", "users": ["b"] }, metadata]),
            vec!["Metadata"],
        ),
        (
            json!([{ "level": "Metadata", "users": ["a"] }, { "level": "Request", "users": ["a"], "userGroups": ["g"] }, metadata]),
            vec!["Metadata"],
        ),
        (
            json!([{ "level": "Metadata", "users": ["a"] }, { "level": "Request", "userGroups": ["g"] }, metadata]),
            vec!["Metadata", "Request"],
        ),
        // Namespaces and names.
        (json!([{ "level": "None", "namespaces": ["dev"] }, metadata]), vec!["None", "Metadata"]),
        (json!([{ "level": "None", "namespaces": [""] }, metadata]), vec!["Metadata"]),
        (
            json!([{ "level": "None", "resources": [{ "group": "", "resources": ["secrets"], "resourceNames": ["x"] }] }, metadata]),
            vec!["None", "Metadata"],
        ),
        (
            json!([{ "level": "None", "resources": [{ "group": "", "resources": ["secrets"], "resourceNames": [""] }] }, metadata]),
            vec!["Metadata"],
        ),
        (
            json!([{ "level": "None", "resources": [{ "resources": ["pods"] }, { "resources": ["secrets"], "resourceNames": ["x"] }, { "resources": ["*"] }] }, metadata]),
            vec!["None"],
        ),
    ];
    for (rules, expected) in cases {
        assert_eq!(levels(&rules, "secrets", "get"), expected, "{rules}");
    }
}

#[test]
fn subresources_are_apart_from_their_resource() {
    let recorded = |resources: Json| json!([{ "level": "Metadata", "resources": resources }]);
    for (resources, expected) in [
        (core(&["pods"]), "None"),
        (core(&["pods/*"]), "Metadata"),
        (core(&["pods/exec"]), "Metadata"),
        (core(&["*/exec"]), "Metadata"),
        (core(&["*"]), "Metadata"),
        (core(&["*/*"]), "None"),
        (core(&["services/*"]), "None"),
        (json!([{ "group": "" }]), "Metadata"),
        (json!([{ "group": null }]), "Metadata"),
        (json!([{ "group": "apps" }]), "None"),
    ] {
        assert_eq!(levels(&recorded(resources.clone()), "pods/exec", "create"), [expected], "{resources}");
    }
    assert_eq!(levels(&recorded(core(&["pods/*"])), "pods", "create"), ["Metadata"]);
    assert_eq!(levels(&recorded(core(&["*/exec"])), "pods", "create"), ["None"]);
}

/// The name of a new object is in the body; a list can be limited to one name or go over all namespaces.
#[test]
fn the_verb_decides_which_names_and_namespaces_a_request_has() {
    let named = |name: &str| json!([{ "level": "None", "resources": [{ "resources": ["secrets"], "resourceNames": [name] }] }, { "level": "Metadata" }]);
    for (verb, of_object, of_all) in [
        ("get", vec!["None", "Metadata"], vec!["Metadata"]),
        ("create", vec!["Metadata"], vec!["None"]),
        ("deletecollection", vec!["Metadata"], vec!["None"]),
        ("list", vec!["None", "Metadata"], vec!["None", "Metadata"]),
        ("watch", vec!["None", "Metadata"], vec!["None", "Metadata"]),
    ] {
        assert_eq!(levels(&named("x"), "secrets", verb), of_object, "{verb}");
        assert_eq!(levels(&named(""), "secrets", verb), of_all, "{verb}");
    }
    let everywhere = json!([{ "level": "None", "namespaces": [""] }, { "level": "Metadata" }]);
    assert_eq!(levels(&everywhere, "secrets", "list"), ["None", "Metadata"]);
    let reviews = |namespace: &str| {
        let rules = json!([{ "level": "None", "namespaces": [namespace] }, { "level": "Metadata" }]);
        levels_in(&rules, "authentication.k8s.io", "tokenreviews", "create", version("1.34"))
    };
    assert_eq!(reviews("kube-system"), ["Metadata"]);
    assert_eq!(reviews(""), ["None"]);
}

#[test]
fn a_request_is_recorded_at_one_of_its_stages() {
    let with = |omitted: &[&str]| json!([{ "level": "Metadata", "omitStages": omitted }]);
    let both = with(&["RequestReceived", "ResponseComplete"]);
    assert_eq!(levels(&both, "secrets", "get"), ["None"]);
    assert_eq!(levels(&with(&["RequestReceived", "ResponseStarted", "Panic"]), "secrets", "get"), ["Metadata"]);
    assert_eq!(levels(&with(&["ResponseComplete"]), "secrets", "get"), ["Metadata"]);
    // Only streams have a stage ResponseStarted.
    assert_eq!(levels(&both, "secrets", "watch"), ["Metadata"]);
    assert_eq!(levels(&both, "pods/exec", "create"), ["Metadata"]);
    assert_eq!(
        levels(&with(&["RequestReceived", "ResponseStarted", "ResponseComplete"]), "secrets", "watch"),
        ["None"]
    );
    let of_policy = json!({ "omitStages": ["RequestReceived"], "rules": with(&["ResponseComplete"]) });
    let policy = Policy::read(&of_policy).expect("a policy");
    let levels = levels_of(&policy, "", "secrets", "get", version("1.34")).expect("levels");
    assert_eq!(levels, BTreeSet::from([Level::None]));
}

#[test]
fn a_star_is_every_group_since_1_36() {
    let rules = json!([{ "level": "None", "resources": [{ "group": "*", "resources": ["secrets"] }] }, { "level": "Metadata" }]);
    let of = |versions| levels_in(&rules, "", "secrets", "get", versions);
    assert_eq!(of(version("1.35")), ["Metadata"]);
    assert_eq!(of(version("1.36")), ["None"]);
    assert_eq!(of(KubernetesVersions::UNKNOWN), ["None", "Metadata"]);
    assert_eq!(of(KubernetesVersions::spanning(["1.35", "1.36"])), ["None", "Metadata"]);
}

#[test]
fn a_policy_that_the_api_server_refuses_is_malformed() {
    for rules in [
        json!(null),
        json!({}),
        json!([{ "level": "metadata" }]),
        json!([{ "verbs": ["get"] }]),
        json!([{ "level": "Metadata" }, { "level": "All" }]),
        json!([{ "level": "Metadata", "users": "alice" }]),
        json!([{ "level": "Metadata", "users": [1] }]),
        json!([{ "level": "Metadata", "omitStages": {} }]),
        json!([{ "level": "Metadata", "resources": ["secrets"], "namespaces": [true] }]),
        json!([{ "level": "Metadata", "resources": [{ "group": [] }] }]),
        json!([{ "level": "Metadata", "resources": [{ "resources": [{}] }] }]),
    ] {
        let policy = Policy::read(&json!({ "rules": rules }));
        assert!(matches!(policy, Err(SourceError::Malformed(_))), "{rules}");
    }
}

#[test]
fn a_policy_with_too_many_names_is_refused_in_time() {
    let names = |prefix: &str| (0..3000).map(|n| format!("{prefix}{n}")).collect::<Vec<_>>();
    let rule = |level: &str| json!({ "level": level, "users": names("u"), "userGroups": names("g"), "namespaces": names("n") });
    let policy = Policy::read(&json!({ "rules": [rule("Metadata"), rule("Request")] })).expect("a policy");
    assert!(levels_of(&policy, "", "secrets", "get", version("1.34")).is_err());
}

/// The names of the levels at which anything is recorded.
fn recorded_in(rules: &Json, versions: KubernetesVersions) -> Vec<&'static str> {
    let policy = Policy::read(&json!({ "rules": rules })).expect("a policy");
    audit_levels(&policy, versions).expect("levels").into_iter().map(Level::name).collect()
}

fn recorded(rules: &Json) -> Vec<&'static str> {
    recorded_in(rules, version("1.34"))
}

#[test]
fn what_is_recorded_is_what_some_request_reaches() {
    let everyone = json!({ "level": "None", "userGroups": ["system:authenticated", "system:unauthenticated"] });
    let metadata = json!({ "level": "Metadata" });
    let cases = [
        (json!([]), vec![]),
        (json!([metadata]), vec!["Metadata"]),
        // A request that creates pods/exec has the name of the pod, and `*` covers subresources.
        (
            json!([{ "level": "Metadata", "verbs": ["create"], "resources": [{ "resources": ["*"], "resourceNames": ["x"] }] }]),
            vec!["Metadata"],
        ),
        (
            json!([{ "level": "Metadata", "verbs": ["create"], "resources": [{ "resources": ["pods"], "resourceNames": ["x"] }] }]),
            vec![],
        ),
        (json!([{ "level": "None" }, metadata]), vec![]),
        // Every user is in one of two groups.
        (json!([everyone, metadata]), vec![]),
        (json!([{ "level": "None", "userGroups": ["system:authenticated"] }, metadata]), vec!["Metadata"]),
        (
            json!([
                { "level": "None", "userGroups": ["system:authenticated"] },
                { "level": "None", "users": ["system:anonymous"] },
                metadata
            ]),
            vec![],
        ),
        // Requests for resources and for paths.
        (json!([{ "level": "None", "nonResourceURLs": ["*"] }, metadata]), vec!["Metadata"]),
        (
            json!([{ "level": "None", "nonResourceURLs": ["*"] }, { "level": "Metadata", "nonResourceURLs": ["/healthz"] }]),
            vec![],
        ),
        (
            json!([{ "level": "None", "nonResourceURLs": ["/healthz*"] }, { "level": "Metadata", "nonResourceURLs": ["/healthz/etcd", "/healthz*"] }]),
            vec![],
        ),
        (
            json!([{ "level": "None", "nonResourceURLs": ["/healthz/etcd"] }, { "level": "Metadata", "nonResourceURLs": ["/healthz*"] }]),
            vec!["Metadata"],
        ),
        (
            json!([{ "level": "Metadata", "nonResourceURLs": ["/api/v1/pods", "/apis/apps/v1/deployments", "healthz"] }]),
            vec![],
        ),
        (json!([{ "level": "Metadata", "nonResourceURLs": ["/apis/apps/v1"] }]), vec!["Metadata"]),
        (json!([{ "level": "Metadata", "nonResourceURLs": ["/version"], "verbs": ["list"] }]), vec![]),
        (json!([{ "level": "Metadata", "nonResourceURLs": ["/version"], "verbs": ["post"] }]), vec!["Metadata"]),
        // Verbs.
        (json!([{ "level": "Metadata", "verbs": ["*"] }]), vec![]),
        (json!([{ "level": "Metadata", "verbs": ["read", "GET"] }]), vec![]),
        (
            json!([{ "level": "None", "verbs": ["get", "list", "watch"] }, { "level": "Request", "verbs": ["get"] }]),
            vec![],
        ),
        (json!([{ "level": "None", "verbs": ["get", "list", "watch"] }, { "level": "Request" }]), vec!["Request"]),
        (
            json!([{ "level": "None", "verbs": ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"] }, { "level": "Request" }]),
            vec!["Request"],
        ),
        (
            json!([{ "level": "None", "verbs": ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch", "head", "options", "post", "put"] }, { "level": "Request" }]),
            vec![],
        ),
        // Groups and resources.
        (
            json!([{ "level": "None", "resources": core(&["*"]) }, { "level": "Request", "resources": core(&["pods", "pods/log"]) }]),
            vec![],
        ),
        (
            json!([{ "level": "None", "resources": core(&["pods/*"]) }, { "level": "Request", "resources": core(&["pods", "pods/log"]) }]),
            vec![],
        ),
        (
            json!([{ "level": "None", "resources": core(&["pods/log"]) }, { "level": "Request", "resources": core(&["*/log"]) }]),
            vec!["Request"],
        ),
        (
            json!([{ "level": "None", "resources": core(&["*/log"]) }, { "level": "Request", "resources": core(&["pods/log"]) }]),
            vec![],
        ),
        (json!([{ "level": "Request", "resources": core(&["*/*"]) }]), vec![]),
        (
            json!([{ "level": "None", "resources": core(&["*"]) }, { "level": "Request", "resources": [{ "group": "apps" }] }]),
            vec!["Request"],
        ),
        // Namespaces and names.
        (json!([{ "level": "None", "namespaces": ["a", "b"] }, { "level": "Request", "namespaces": ["b"] }]), vec![]),
        (json!([{ "level": "Request", "namespaces": [""], "verbs": ["get"] }]), vec!["Request"]),
        (
            json!([{ "level": "Request", "resources": [{ "resources": ["secrets"], "resourceNames": ["x"] }], "verbs": ["create"] }]),
            vec![],
        ),
        // Several levels.
        (
            json!([{ "level": "Request", "users": ["a"] }, { "level": "RequestResponse", "users": ["a"] }, metadata]),
            vec!["Metadata", "Request"],
        ),
    ];
    for (rules, expected) in cases {
        assert_eq!(recorded(&rules), expected, "{rules}");
    }
}

#[test]
fn nothing_is_recorded_if_one_of_the_versions_records_nothing() {
    let hidden = json!([{ "level": "None", "resources": [{ "group": "*" }] }, { "level": "Metadata", "resources": [{ "group": "apps" }] }]);
    let named = json!([{ "level": "Metadata", "resources": [{ "group": "*" }] }]);
    for (rules, before, since) in [(hidden, vec!["Metadata"], vec![]), (named, vec![], vec!["Metadata"])] {
        assert_eq!(recorded_in(&rules, version("1.35")), before, "{rules}");
        assert_eq!(recorded_in(&rules, version("1.36")), since, "{rules}");
        assert_eq!(recorded_in(&rules, KubernetesVersions::UNKNOWN), [""; 0], "{rules}");
    }
}

#[test]
fn a_large_policy_is_read_in_time() {
    let names = |prefix: &str| (0..3000).map(|n| format!("{prefix}{n}")).collect::<Vec<_>>();
    let resources = |prefix: &str| json!([{ "group": "", "resources": names(prefix) }]);
    let hidden =
        json!([{ "level": "None" }, { "level": "Metadata", "resources": resources("r"), "users": names("u") }]);
    let policy = Policy::read(&json!({ "rules": hidden })).expect("a policy");
    let levels = audit_levels(&policy, version("1.34"));
    assert!(levels.is_err() || levels.is_ok_and(|levels| levels.is_empty()));
}

/// A request as the API server's checker sees it.
#[derive(Debug)]
struct Plain {
    user: &'static str,
    groups: Vec<&'static str>,
    namespace: &'static str,
    name: &'static str,
}

/// All requests of a small cluster for a verb of secrets; `z` is in no policy.
fn all_requests(verb: &str) -> Vec<Plain> {
    let mut groups = vec![vec!["system:authenticated"]];
    for extra in ["g", "h", "z"] {
        let with = groups.iter().map(|groups| groups.iter().copied().chain([extra]).collect()).collect::<Vec<_>>();
        groups.extend(with);
    }
    let mut users = vec![("system:anonymous", vec!["system:unauthenticated"])];
    for user in ["a", "system:node:b", "z"] {
        users.extend(groups.iter().map(|groups| (user, groups.clone())));
    }
    let (namespaces, names): (&[&str], &[&str]) = match verb {
        "list" => (&["n", "m", "z", ""], &["x", "y", "z", ""]),
        "create" => (&["n", "m", "z"], &[""]),
        _ => (&["n", "m", "z"], &["x", "y", "z"]),
    };
    let mut requests = Vec::new();
    for (user, groups) in users {
        for namespace in namespaces {
            for name in names {
                requests.push(Plain { user, groups: groups.clone(), namespace, name });
            }
        }
    }
    requests
}

/// The levels of the requests of a small cluster, those for its resources and those for its paths.
fn all_levels(rules: &[Json]) -> Vec<String> {
    let mut found = Vec::new();
    // Each verb with one whose requests have the same names and namespaces.
    for (verb, alike) in [
        ("get", "get"),
        ("update", "get"),
        ("list", "list"),
        ("watch", "list"),
        ("create", "create"),
        ("deletecollection", "create"),
    ] {
        for group in ["", "apps", "z"] {
            for resource in ["secrets", "pods", "z"] {
                let kind = Kind::Resource(group, resource);
                found.extend(all_requests(alike).iter().map(|request| level_of_kind(rules, verb, &kind, request)));
                // One for a subresource has a namespace and a name, whatever its verb.
                let kind = Kind::Subresource(group);
                found.extend(all_requests("get").iter().map(|request| level_of_kind(rules, verb, &kind, request)));
            }
            let kind = Kind::Resource(group, "nodes");
            let in_no_namespace = all_requests(alike).into_iter().map(|request| Plain { namespace: "", ..request });
            found.extend(in_no_namespace.map(|request| level_of_kind(rules, verb, &kind, &request)));
        }
    }
    for verb in ["get", "post", "put"] {
        for url in ["/a", "/ab", "/b", "/z"] {
            let kind = Kind::Url(url);
            let requests = all_requests("create").into_iter().map(|request| Plain { namespace: "", ..request });
            found.extend(requests.map(|request| level_of_kind(rules, verb, &kind, &request)));
        }
    }
    found.retain(|level| level != "None");
    found.sort();
    found.dedup();
    found
}

/// What a request is for.
enum Kind {
    Resource(&'static str, &'static str),
    /// That of a resource in a group. No rule names a subresource here, so only `*` covers it.
    Subresource(&'static str),
    Url(&'static str),
}

/// The level of one request: that of the first rule that matches it.
fn level_of(rules: &[Json], verb: &str, request: &Plain) -> String {
    level_of_kind(rules, verb, &Kind::Resource("", "secrets"), request)
}

fn level_of_kind(rules: &[Json], verb: &str, kind: &Kind, request: &Plain) -> String {
    let list = |json: &Json, key: &str| -> Vec<String> {
        json[key].as_array().into_iter().flatten().map(|item| item.as_str().expect("a text").to_owned()).collect()
    };
    let allows = |list: &[String], values: &[&str]| {
        list.is_empty() || values.iter().any(|value| list.iter().any(|item| item == value))
    };
    let matches = |rule: &&Json| {
        let entries = rule["resources"].as_array().cloned().unwrap_or_default();
        let covered = entries.iter().any(|entry| {
            let resources = list(entry, "resources");
            let (group, resource) = match kind {
                Kind::Resource(group, resource) => (group, *resource),
                Kind::Subresource(group) => (group, "*"),
                Kind::Url(_) => return false,
            };
            entry["group"] == *group
                && (resources.is_empty()
                    || resources.iter().any(|r| r == "*" || r == resource)
                        && allows(&list(entry, "resourceNames"), &[request.name]))
        });
        let urls = list(rule, "nonResourceURLs");
        let is_of_its_kind = match kind {
            Kind::Resource(..) | Kind::Subresource(_) => urls.is_empty(),
            Kind::Url(url) => {
                let covers = |p: &String| p.strip_suffix('*').map_or(p == url, |start| url.starts_with(start));
                entries.is_empty()
                    && list(rule, "namespaces").is_empty()
                    && (urls.is_empty() || urls.iter().any(covers))
            }
        };
        allows(&list(rule, "users"), &[request.user])
            && allows(&list(rule, "userGroups"), &request.groups)
            && allows(&list(rule, "verbs"), &[verb])
            && allows(&list(rule, "namespaces"), &[request.namespace])
            && (entries.is_empty() || covered)
            && is_of_its_kind
    };
    rules.iter().find(matches).map_or("None", |rule| rule["level"].as_str().expect("a level")).to_owned()
}

fn some_of(values: &'static [&'static str]) -> impl Strategy<Value = Vec<&'static str>> {
    prop_oneof![2 => Just(Vec::new()), 3 => subsequence(values, 1..=2)]
}

fn any_rule() -> impl Strategy<Value = Json> {
    let entry = (select(vec!["", "", "apps"]), some_of(&["secrets", "*", "pods"]), some_of(&["x", "y", ""])).prop_map(
        |(group, resources, names)| json!({ "group": group, "resources": resources, "resourceNames": names }),
    );
    (
        select(vec!["None", "Metadata", "Request", "RequestResponse"]),
        some_of(&["a", "system:node:b", "system:anonymous"]),
        some_of(&["g", "h", "system:authenticated", "system:unauthenticated"]),
        some_of(&["get", "list", "create"]),
        some_of(&["n", "m", ""]),
        prop_oneof![Just(Vec::new()), proptest::collection::vec(entry, 1..3)],
    )
        .prop_map(|(level, users, groups, verbs, namespaces, resources)| {
            json!({
                "level": level, "users": users, "userGroups": groups, "verbs": verbs,
                "namespaces": namespaces, "resources": resources,
            })
        })
}

fn any_url_rule() -> impl Strategy<Value = Json> {
    (
        select(vec!["None", "Metadata", "Request"]),
        some_of(&["system:anonymous", "a"]),
        some_of(&["system:authenticated", "system:unauthenticated"]),
        some_of(&["get", "post"]),
        subsequence(&["/a", "/a*", "*", "/b"][..], 1..=2),
    )
        .prop_map(|(level, users, groups, verbs, urls)| {
            json!({ "level": level, "users": users, "userGroups": groups, "verbs": verbs, "nonResourceURLs": urls })
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// What is recorded is the level of some request.
    #[test]
    fn what_is_recorded_is_the_level_of_some_request(
        rules in proptest::collection::vec(prop_oneof![3 => any_rule(), 1 => any_url_rule()], 0..5),
    ) {
        let mut found = recorded(&Json::Array(rules.clone()));
        found.sort_unstable();
        prop_assert_eq!(found, all_levels(&rules));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    /// Every level is that of some request, and every request has one of the levels.
    #[test]
    fn the_levels_are_those_of_all_requests(
        rules in proptest::collection::vec(any_rule(), 0..5),
        verb in select(vec!["get", "list", "create"]),
    ) {
        let mut expected: Vec<String> = all_requests(verb).iter().map(|request| level_of(&rules, verb, request)).collect();
        expected.sort();
        expected.dedup();
        let mut found = levels(&Json::Array(rules), "secrets", verb);
        found.sort_unstable();
        prop_assert_eq!(found, expected);
    }
}
