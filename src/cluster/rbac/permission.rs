//! A question about rights: a verb on a resource, or on a URL, and where it is asked.

use super::rule::{allows_any_name, allows_url};
use crate::source::cluster::object::Rule;

/// A verb on a kind of resource or on a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permission {
    /// `get`, `create` and others; the authorizer takes any text.
    pub verb: String,
    /// What the verb is about.
    pub object: PermissionObject,
    /// Which bindings can give it.
    pub reach: Reach,
}

/// What a verb is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PermissionObject {
    /// Group and resource, with the subresource behind a slash, and the name of one object.
    Resource {
        /// Empty for the core group.
        group: String,
        /// `pods`, `pods/exec`.
        resource: String,
        /// One object; `None` asks about all.
        name: Option<String>,
    },
    /// A path that is no resource.
    Url(String),
}

/// Which bindings can give a right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// RoleBindings in their namespace, and ClusterRoleBindings.
    Namespaces,
    /// ClusterRoleBindings only: the request carries no namespace.
    Cluster,
}

/// How much of a right a rule gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Coverage {
    /// Nothing.
    None,
    /// For the objects that the rule names.
    Named,
    /// For all objects.
    All,
}

impl Permission {
    /// A verb on all objects of a kind.
    pub(crate) fn on(verb: &str, group: &str, resource: &str, reach: Reach) -> Self {
        let object = PermissionObject::Resource { group: group.to_owned(), resource: resource.to_owned(), name: None };
        Self { verb: verb.to_owned(), object, reach }
    }

    /// How much of it a rule gives.
    pub fn coverage(&self, rule: &Rule) -> Coverage {
        let (group, resource, name) = match &self.object {
            PermissionObject::Url(path) if allows_url(rule, &self.verb, path) => return Coverage::All,
            PermissionObject::Url(_) => return Coverage::None,
            PermissionObject::Resource { group, resource, name } => (group, resource, name),
        };
        let names = &rule.resource_names;
        if !allows_any_name(rule, &self.verb, group, resource) {
            return Coverage::None;
        }
        if names.is_empty() {
            return Coverage::All;
        }
        if let Some(name) = name {
            return if names.contains(name) { Coverage::All } else { Coverage::None };
        }
        // A request without a name is that of the empty name.
        let is_nameless = match self.verb.as_str() {
            "create" => !resource.contains('/'),
            "list" | "watch" | "deletecollection" => true,
            _ => false,
        };
        let has_real_name = names.iter().any(|name| !name.is_empty());
        match self.verb.as_str() {
            _ if is_nameless && names.iter().any(String::is_empty) => Coverage::All,
            "create" | "deletecollection" if is_nameless => Coverage::None,
            _ if has_real_name => Coverage::Named,
            _ => Coverage::None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_limit_what_a_request_can_name() {
        let rule = |verbs: &[&str], names: &[&str]| Rule {
            api_groups: vec![String::new()],
            resources: vec!["secrets".to_owned(), "serviceaccounts/token".to_owned()],
            verbs: verbs.iter().map(|verb| (*verb).to_owned()).collect(),
            resource_names: names.iter().map(|name| (*name).to_owned()).collect(),
            non_resource_urls: Vec::new(),
        };
        let cases = [
            ("get", "secrets", &["a"][..], Coverage::Named),
            ("list", "secrets", &["a"], Coverage::Named),
            ("list", "secrets", &[""], Coverage::All),
            ("get", "secrets", &[""], Coverage::None),
            ("create", "secrets", &["a"], Coverage::None),
            ("create", "secrets", &["", "a"], Coverage::All),
            ("deletecollection", "secrets", &["a"], Coverage::None),
            ("create", "serviceaccounts/token", &["a"], Coverage::Named),
            ("get", "secrets", &[], Coverage::All),
        ];
        for (verb, resource, names, expected) in cases {
            let permission = Permission::on(verb, "", resource, Reach::Namespaces);
            assert_eq!(permission.coverage(&rule(&[verb], names)), expected, "{verb} {resource} {names:?}");
        }
    }
}
