//! Whether one rule allows one request, as the authorizer of Kubernetes decides it (evaluation_helpers.go).

use crate::source::cluster::object::Rule;

/// Whether a rule allows a verb on a resource, if only for some names. `resource` has the subresource behind a slash: `pods/exec`.
pub(super) fn allows_any_name(rule: &Rule, verb: &str, group: &str, resource: &str) -> bool {
    has(&rule.verbs, verb) && has(&rule.api_groups, group) && has_resource(&rule.resources, resource)
}

/// Whether a rule allows an HTTP method, in lower case, on a path.
pub(super) fn allows_url(rule: &Rule, verb: &str, path: &str) -> bool {
    has(&rule.verbs, verb) && rule.non_resource_urls.iter().any(|pattern| covers_url(pattern, path))
}

/// Whether a pattern of a rule covers a path. Only a star at the end has a meaning.
pub(super) fn covers_url(pattern: &str, path: &str) -> bool {
    pattern == path || (pattern.ends_with('*') && path.starts_with(pattern.trim_end_matches('*')))
}

/// Whether a list has an entry, or the wildcard.
pub(super) fn has(list: &[String], entry: &str) -> bool {
    list.iter().any(|known| known == "*" || known == entry)
}

/// Whether a list of resources covers one: by its name, by the wildcard, or by `*/SUBRESOURCE`.
pub(super) fn has_resource(list: &[String], resource: &str) -> bool {
    let subresource = resource.split_once('/').map(|(_, subresource)| subresource);
    has(list, resource) || subresource.is_some_and(|sub| list.iter().any(|known| known.strip_prefix("*/") == Some(sub)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(groups: &[&str], resources: &[&str], verbs: &[&str], names: &[&str]) -> Rule {
        let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
        Rule {
            api_groups: texts(groups),
            resources: texts(resources),
            verbs: texts(verbs),
            resource_names: texts(names),
            non_resource_urls: Vec::new(),
        }
    }

    #[test]
    fn resources_match_exactly_or_by_their_wildcards() {
        let cases = [
            (rule(&[""], &["pods"], &["get"], &[]), "get", "", "pods", true),
            (rule(&[""], &["pods"], &["get"], &[]), "list", "", "pods", false),
            (rule(&[""], &["pods"], &["GET"], &[]), "get", "", "pods", false),
            (rule(&["apps"], &["pods"], &["get"], &[]), "get", "", "pods", false),
            (rule(&["*"], &["*"], &["*"], &[]), "anything", "x.io", "y/z", true),
            (rule(&[""], &["pods"], &["*"], &[]), "create", "", "pods/exec", false),
            (rule(&[""], &["pods/*"], &["*"], &[]), "create", "", "pods/exec", false),
            (rule(&[""], &["*/exec"], &["*"], &[]), "create", "", "pods/exec", true),
            (rule(&[""], &["*/*"], &["*"], &[]), "create", "", "pods/exec", false),
            (rule(&[""], &["secret*"], &["get"], &[]), "get", "", "secrets", false),
            (rule(&[""], &["secrets"], &[""], &[]), "get", "", "secrets", false),
        ];
        for (rule, verb, group, resource, expected) in cases {
            assert_eq!(allows_any_name(&rule, verb, group, resource), expected, "{rule:?} {verb} {resource}");
        }
    }

    #[test]
    fn a_star_at_the_end_of_a_url_is_a_prefix() {
        let cases = [
            ("*", "/anything", true),
            ("/metrics", "/metrics", true),
            ("/metrics", "/metrics/x", false),
            ("/metrics*", "/metricsx", true),
            ("/api/*", "/api/v1", true),
            ("/api/*", "/api", false),
            ("/api/**", "/api/v1", true),
            ("/a*i", "/api", false),
        ];
        for (pattern, path, expected) in cases {
            assert_eq!(covers_url(pattern, path), expected, "{pattern} {path}");
        }
    }
}
