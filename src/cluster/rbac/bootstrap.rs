//! The roles and bindings that are there before anybody adds one: those of Kubernetes itself, and those that a platform installs.

use super::grant::{Grant, Rbac};
use super::identity::Identity;
use super::rule::{covers_url, has, has_resource};
use crate::source::cluster::ObjectLists;
use crate::source::cluster::object::{Meta, Rule};
use foldhash::HashMap;
use serde::Deserialize;
use std::sync::OnceLock;

/// What Kubernetes 1.36 creates at each start. The source is its own lists; older versions create fewer rights.
const KUBERNETES: &str = include_str!("../../../cfg/rbac/bootstrap-1.36.json");

/// Roles and bindings that nobody added.
#[derive(Debug)]
pub struct Bootstrap {
    roles: HashMap<String, Vec<Rule>>,
    bindings: HashMap<String, BootstrapBinding>,
    /// Whether an object must also have the label of such roles.
    needs_label: bool,
}

#[derive(Debug, Deserialize)]
struct BootstrapBinding {
    role: String,
    subjects: Vec<String>,
}

#[derive(Deserialize)]
struct Table {
    roles: HashMap<String, Vec<Rule>>,
    bindings: HashMap<String, BootstrapBinding>,
}

impl Bootstrap {
    /// Those of Kubernetes.
    pub fn kubernetes() -> &'static Self {
        static TABLE: OnceLock<Bootstrap> = OnceLock::new();
        TABLE.get_or_init(|| {
            // A test reads the table. Without it nothing is exempt.
            let table = serde_json::from_str(KUBERNETES);
            let Table { roles, bindings } =
                table.unwrap_or_else(|_| Table { roles: HashMap::default(), bindings: HashMap::default() });
            Self { roles, bindings, needs_label: true }
        })
    }

    /// Those in the lists of a cluster to which nothing was added.
    pub fn of_lists(lists: &ObjectLists) -> Self {
        let rbac = Rbac::new(lists);
        let roles = rbac.roles.iter().map(|(title, role)| (title.0.clone(), role.rules.clone())).collect();
        let binding = |grant: &Grant<'_>| {
            let subjects = grant.subjects.iter().map(Identity::to_string).collect();
            (grant.title.clone(), BootstrapBinding { role: grant.role_title.0.clone(), subjects })
        };
        Self { roles, bindings: rbac.grants.iter().map(binding).collect(), needs_label: false }
    }

    /// Whether a binding of this name gives the same role to the subject.
    pub fn has_binding(&self, grant: &Grant<'_>, subject: &Identity) -> bool {
        let known = self.bindings.get(&grant.title).filter(|known| known.role == grant.role_title.0);
        self.is_labelled(&grant.binding.metadata)
            && known.is_some_and(|known| known.subjects.contains(&subject.to_string()))
    }

    /// Whether each right of a rule is given by the role of this title.
    pub fn gives(&self, title: &str, meta: &Meta, rule: &Rule) -> bool {
        self.is_labelled(meta) && self.roles.get(title).is_some_and(|known| is_covered(rule, known))
    }

    fn is_labelled(&self, meta: &Meta) -> bool {
        const LABEL: &str = "kubernetes.io/bootstrapping";
        !self.needs_label || meta.labels.get(LABEL).is_some_and(|value| value == "rbac-defaults")
    }
}

/// Whether each right of a rule, one group, resource, verb and name or one URL and verb, is given by one of the rules.
fn is_covered(rule: &Rule, by: &[Rule]) -> bool {
    let names = &rule.resource_names;
    let gives = |known: &Rule, group: &str, resource: &str, verb: &str, name: Option<&String>| {
        has(&known.verbs, verb)
            && has(&known.api_groups, group)
            && has_resource(&known.resources, resource)
            && (known.resource_names.is_empty() || name.is_some_and(|name| known.resource_names.contains(name)))
    };
    let is_given = |group: &str, resource: &str, verb: &str| match names.as_slice() {
        [] => by.iter().any(|known| gives(known, group, resource, verb, None)),
        names => names.iter().all(|name| by.iter().any(|known| gives(known, group, resource, verb, Some(name)))),
    };
    let resources = rule.api_groups.iter().all(|group| {
        rule.resources.iter().all(|resource| rule.verbs.iter().all(|verb| is_given(group, resource, verb)))
    });
    let url_is_given = |url: &str, verb: &str| {
        by.iter()
            .any(|known| has(&known.verbs, verb) && known.non_resource_urls.iter().any(|known| covers_url(known, url)))
    };
    let urls = rule.non_resource_urls.iter().all(|url| rule.verbs.iter().all(|verb| url_is_given(url, verb)));
    resources && urls
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
    fn the_table_of_kubernetes_is_read() {
        let table = Bootstrap::kubernetes();
        assert_eq!((table.roles.len(), table.bindings.len()), (76, 57));
    }

    #[test]
    fn a_rule_is_covered_if_each_of_its_rights_is() {
        let known =
            [rule(&[""], &["pods", "pods/exec"], &["get", "create"], &[]), rule(&[""], &["secrets"], &["get"], &["a"])];
        let cases = [
            (rule(&[""], &["pods"], &["get"], &[]), true),
            (rule(&[""], &["pods"], &["get"], &["x"]), true),
            (rule(&[""], &["pods"], &["get", "delete"], &[]), false),
            (rule(&[""], &["pods"], &["*"], &[]), false),
            (rule(&["", "apps"], &["pods"], &["get"], &[]), false),
            (rule(&[""], &["secrets"], &["get"], &["a"]), true),
            (rule(&[""], &["secrets"], &["get"], &["a", "b"]), false),
            (rule(&[""], &["secrets"], &["get"], &[]), false),
        ];
        for (rule, expected) in cases {
            assert_eq!(is_covered(&rule, &known), expected, "{rule:?}");
        }
    }
}
