//! Rules of roles: the program's decision for random rules and requests is that of a plain reading of the authorizer
//! (k/k pkg/apis/rbac/v1/evaluation_helpers.go).

use super::{allows, on_resource, on_url};
use nodeproof::internals::cluster::rbac::{Identity, Rbac};
use nodeproof::internals::source::cluster::object::Rule;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::json;

/// VerbMatches, APIGroupMatches: the wildcard, or the exact text.
fn is_listed(list: &[String], wanted: &str) -> bool {
    for entry in list {
        if entry == "*" || entry == wanted {
            return true;
        }
    }
    false
}

/// ResourceMatches: the wildcard, the exact text, or `*/SUBRESOURCE` for a request with a subresource.
fn resource_matches(list: &[String], resource: &str, subresource: &str) -> bool {
    let combined = if subresource.is_empty() { resource.to_owned() } else { format!("{resource}/{subresource}") };
    for entry in list {
        if entry == "*" || *entry == combined {
            return true;
        }
        if !subresource.is_empty() && *entry == format!("*/{subresource}") {
            return true;
        }
    }
    false
}

/// ResourceNameMatches: without names every request, else the exact name.
fn name_matches(list: &[String], name: &str) -> bool {
    list.is_empty() || list.iter().any(|entry| entry == name)
}

/// NonResourceURLMatches.
fn url_matches(list: &[String], url: &str) -> bool {
    for entry in list {
        if entry == "*" || entry == url {
            return true;
        }
        if let Some(last) = entry.chars().last()
            && last == '*'
        {
            let mut prefix = entry.clone();
            while prefix.ends_with('*') {
                prefix.pop();
            }
            if url.starts_with(&prefix) {
                return true;
            }
        }
    }
    false
}

const VERBS: [&str; 8] = ["get", "list", "create", "*", "", "GET", "get*", "bind"];
const GROUPS: [&str; 6] = ["", "apps", "*", "apps/v1", "v1", "rbac.authorization.k8s.io"];
const RESOURCES: [&str; 13] = [
    "pods",
    "pods/exec",
    "pods/*",
    "*/exec",
    "*",
    "*/*",
    "secrets",
    "secret*",
    "nodes/proxy",
    "*/proxy",
    "",
    "/",
    "exec",
];
const NAMES: [&str; 5] = ["", "web", "*", "web*", "Web"];
const URLS: [&str; 9] = ["/metrics", "/metrics*", "/api/*", "/api", "*", "/api/**", "", "/a*i", "**"];

fn texts(of: &'static [&'static str]) -> impl Strategy<Value = Vec<String>> {
    subsequence(of, 0..=3).prop_map(|texts| texts.into_iter().map(str::to_owned).collect())
}

fn rule() -> impl Strategy<Value = Rule> {
    (texts(&VERBS), texts(&GROUPS), texts(&RESOURCES), texts(&NAMES), texts(&URLS)).prop_map(
        |(verbs, api_groups, resources, resource_names, non_resource_urls)| Rule {
            verbs,
            api_groups,
            resources,
            resource_names,
            non_resource_urls,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_rule_allows_what_the_authorizer_allows(
        rule in rule(),
        verb in select(&["get", "list", "create", "delete", "bind", "GET"][..]),
        group in select(&["", "apps", "batch"][..]),
        resource in select(&["pods", "secrets", "nodes", "exec"][..]),
        subresource in select(&["", "exec", "proxy", "log"][..]),
        name in select(&["", "web", "db"][..]),
    ) {
        let asked = if subresource.is_empty() { resource.to_owned() } else { format!("{resource}/{subresource}") };
        let expected = is_listed(&rule.verbs, verb)
            && is_listed(&rule.api_groups, group)
            && resource_matches(&rule.resources, resource, subresource)
            && name_matches(&rule.resource_names, name);
        prop_assert_eq!(allows(&rule, &on_resource(verb, group, &asked, name)), expected);
    }

    #[test]
    fn a_rule_allows_the_urls_that_the_authorizer_allows(
        rule in rule(),
        verb in select(&["get", "post", "list"][..]),
        url in select(&["/metrics", "/metrics/a", "/metricsx", "/api", "/api/v1", "/", "", "/healthz"][..]),
    ) {
        let expected = is_listed(&rule.verbs, verb) && url_matches(&rule.non_resource_urls, url);
        prop_assert_eq!(allows(&rule, &on_url(verb, url)), expected);
    }

    /// Bindings of both kinds to roles of both kinds, for the same request.
    #[test]
    fn bindings_reach_as_far_as_the_authorizer_lets_them(
        of_cluster_role in rule(),
        of_role in rule(),
        is_cluster_binding in any::<bool>(),
        to_cluster_role in any::<bool>(),
        binding_namespace in select(&["web", "tools"][..]),
        asked_namespace in select(&["", "web", "tools"][..]),
        subject in select(&["eve", "bob", "system:serviceaccount:web:bot"][..]),
    ) {
        let text = |rule: &Rule| json!({
            "verbs": rule.verbs, "apiGroups": rule.api_groups, "resources": rule.resources,
            "resourceNames": rule.resource_names, "nonResourceURLs": rule.non_resource_urls,
        });
        let kind = if to_cluster_role { "ClusterRole" } else { "Role" };
        const VERSION: &str = "rbac.authorization.k8s.io/v1";
        let binding = |kind_of_binding: &str, metadata| json!({
            "apiVersion": VERSION, "kind": kind_of_binding, "metadata": metadata,
            "roleRef": { "kind": kind, "name": "r" }, "subjects": [{ "kind": "User", "name": subject }],
        });
        let lists = super::read_objects(&[
            json!({ "apiVersion": VERSION, "kind": "ClusterRole", "metadata": { "name": "r" }, "rules": [text(&of_cluster_role)] }),
            json!({ "apiVersion": VERSION, "kind": "Role", "metadata": { "name": "r", "namespace": "web" }, "rules": [text(&of_role)] }),
            match is_cluster_binding {
                true => binding("ClusterRoleBinding", json!({ "name": "b" })),
                false => binding("RoleBinding", json!({ "name": "b", "namespace": binding_namespace })),
            },
        ]);
        // The rules that reach the request, by the definition.
        let reaches = is_cluster_binding || binding_namespace == asked_namespace;
        let given = match (is_cluster_binding, to_cluster_role) {
            (_, true) => Some(&of_cluster_role),
            (true, false) => None,
            (false, false) => (binding_namespace == "web").then_some(&of_role),
        };
        let expected = subject == "eve" && reaches && given.is_some_and(|rule| {
            is_listed(&rule.verbs, "get") && is_listed(&rule.api_groups, "")
                && resource_matches(&rule.resources, "pods", "") && name_matches(&rule.resource_names, "web")
        });
        let identities = [Identity::of_user("eve"), Identity::Group("system:authenticated".to_owned())];
        let rbac = Rbac::new(&lists);
        prop_assert_eq!(rbac.allows(&identities, &on_resource("get", "", "pods", "web"), asked_namespace), expected);
        let by_url = subject == "eve" && is_cluster_binding && given.is_some_and(|rule| {
            is_listed(&rule.verbs, "get") && url_matches(&rule.non_resource_urls, "/api/v1")
        });
        prop_assert_eq!(rbac.allows(&identities, &on_url("get", "/api/v1"), ""), by_url);
    }
}
