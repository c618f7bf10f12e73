//! Bindings with the roles that they give: who holds which right, and through what.

use super::identity::Identity;
use super::permission::{Coverage, Permission, Reach};
use crate::source::cluster::ObjectLists;
use crate::source::cluster::object::{Binding, Role, Rule};
use foldhash::{HashMap, HashMapExt as _};
use std::collections::BTreeSet;
use std::fmt;

/// Where a binding gives its role.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Everywhere.
    Cluster,
    /// In one namespace.
    Namespace(String),
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cluster => f.write_str("cluster"),
            Self::Namespace(namespace) => write!(f, "namespace/{namespace}"),
        }
    }
}

/// The kind of a role, its namespace and its name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RoleTitle(pub String);

/// A binding with the role that it gives.
#[derive(Debug)]
pub struct Grant<'a> {
    /// The binding.
    pub binding: &'a Binding,
    /// `ClusterRoleBinding/NAME` or `RoleBinding/NAMESPACE/NAME`.
    pub title: String,
    /// Where it gives the role.
    pub scope: Scope,
    /// `ClusterRole/NAME` or `Role/NAMESPACE/NAME`.
    pub role_title: RoleTitle,
    /// The role, by its position; `None` if it is not there.
    pub role: Option<usize>,
    /// To whom, each once.
    pub subjects: Vec<Identity>,
}

impl Grant<'_> {
    /// How far the binding reaches.
    pub const fn reach(&self) -> Reach {
        match self.scope {
            Scope::Cluster => Reach::Cluster,
            Scope::Namespace(_) => Reach::Namespaces,
        }
    }
}

/// One way to a right: a rule of a role, through a binding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Via {
    /// The binding, by its position in [`Rbac::grants`].
    pub grant: usize,
    /// The position of the rule in its role.
    pub rule: usize,
    /// The only objects that it is about; empty for all.
    pub names: Vec<String>,
}

/// Somebody with a right, and the way to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder<'a> {
    /// Who.
    pub subject: &'a Identity,
    /// By what.
    pub via: Via,
}

/// The roles and bindings of a cluster.
#[derive(Debug)]
pub struct Rbac<'a> {
    /// The bindings: those of the whole cluster, then those of namespaces.
    pub grants: Vec<Grant<'a>>,
    /// The roles with their titles: ClusterRoles, then Roles.
    pub roles: Vec<(RoleTitle, &'a Role)>,
}

impl<'a> Rbac<'a> {
    /// Joins bindings and roles.
    pub fn new(lists: &'a ObjectLists) -> Self {
        let of_cluster = lists.cluster_roles.iter().map(|role| (RoleTitle(cluster_role(&role.metadata.name)), role));
        let of_namespaces = lists.roles.iter().map(|role| {
            (
                RoleTitle(namespaced_role(role.metadata.namespace.as_deref().unwrap_or_default(), &role.metadata.name)),
                role,
            )
        });
        let roles: Vec<(RoleTitle, &Role)> = of_cluster.chain(of_namespaces).collect();
        let mut positions = HashMap::with_capacity(roles.len());
        for (position, (title, _)) in roles.iter().enumerate() {
            positions.insert(title.0.as_str(), position);
        }
        let grant = |binding: &'a Binding, scope: Scope| {
            let namespace = match &scope {
                Scope::Cluster => None,
                Scope::Namespace(namespace) => Some(namespace.clone()),
            };
            let role_ref = &binding.role_ref;
            // A ClusterRoleBinding cannot refer to a Role, and no text of a reference means one.
            let (role_title, can_refer) = match (role_ref.kind.as_str(), &namespace) {
                ("Role", Some(namespace)) => (namespaced_role(namespace, &role_ref.name), true),
                ("ClusterRole", _) => (cluster_role(&role_ref.name), true),
                (kind, _) => (format!("{kind}/{}", role_ref.name), false),
            };
            let mut subjects: Vec<Identity> = Vec::new();
            let mut known = BTreeSet::new();
            for subject in &binding.subjects {
                if let Some(subject) = Identity::of(subject, namespace.as_deref())
                    && known.insert(subject.clone())
                {
                    subjects.push(subject);
                }
            }
            let name = &binding.metadata.name;
            Grant {
                binding,
                title: match &namespace {
                    None => format!("ClusterRoleBinding/{name}"),
                    Some(namespace) => format!("RoleBinding/{namespace}/{name}"),
                },
                role: positions.get(role_title.as_str()).copied().filter(|_| can_refer),
                role_title: RoleTitle(role_title),
                scope,
                subjects,
            }
        };
        let of_cluster = lists.cluster_role_bindings.iter().map(|binding| grant(binding, Scope::Cluster));
        let of_namespaces = lists.role_bindings.iter().map(|binding| {
            let namespace = binding.metadata.namespace.clone().unwrap_or_default();
            grant(binding, Scope::Namespace(namespace))
        });
        let grants = of_cluster.chain(of_namespaces).collect();
        Self { grants, roles }
    }

    /// The role at a position, by its title.
    pub fn role(&self, position: usize) -> Option<(&RoleTitle, &'a Role)> {
        self.roles.get(position).map(|(title, role)| (title, *role))
    }

    /// The rules of the role that a binding gives.
    pub fn rules(&self, grant: &Grant<'_>) -> &'a [Rule] {
        grant.role.and_then(|position| self.role(position)).map_or(&[], |(_, role)| role.rules.as_slice())
    }

    /// For each binding, the rules of its role that `coverage` finds something in. Each role is judged once for each reach.
    pub fn matches(&self, coverage: impl Fn(&Rule, Reach) -> Coverage) -> Vec<(usize, Vec<(usize, Coverage)>)> {
        let mut judged: HashMap<(usize, bool), Vec<(usize, Coverage)>> = HashMap::new();
        let mut matches = Vec::new();
        for (position, grant) in self.grants.iter().enumerate() {
            let Some(role) = grant.role else { continue };
            let reach = grant.reach();
            let rules = judged.entry((role, reach == Reach::Cluster)).or_insert_with(|| {
                let rules = self.rules(grant).iter().enumerate();
                rules
                    .map(|(index, rule)| (index, coverage(rule, reach)))
                    .filter(|(_, of)| *of != Coverage::None)
                    .collect()
            });
            if !rules.is_empty() {
                matches.push((position, rules.clone()));
            }
        }
        matches
    }

    /// Everybody to whom a binding gives a permission. `namespace`: only what holds there.
    pub fn holders(&self, permission: &Permission, namespace: Option<&str>) -> Vec<Holder<'_>> {
        let matches = self.matches(|rule, binding| match (binding, permission.reach) {
            (Reach::Namespaces, Reach::Cluster) => Coverage::None,
            _ => permission.coverage(rule),
        });
        let mut holders = Vec::new();
        for (position, rules) in matches {
            let Some(grant) = self.grants.get(position) else { continue };
            let holds_there = match (&grant.scope, namespace) {
                (Scope::Cluster, _) | (Scope::Namespace(_), None) => true,
                (Scope::Namespace(of_binding), Some(asked)) => of_binding == asked,
            };
            for (rule, coverage) in rules.iter().filter(|_| holds_there) {
                let names = match coverage {
                    Coverage::Named => self.rules(grant).get(*rule).map(|rule| rule.resource_names.clone()),
                    Coverage::All | Coverage::None => None,
                };
                let via = Via { grant: position, rule: *rule, names: names.unwrap_or_default() };
                holders.extend(grant.subjects.iter().map(|subject| Holder { subject, via: via.clone() }));
            }
        }
        holders
    }

    /// A way in words: `BINDING -> ROLE#RULE [NAMES]`.
    pub fn describe(&self, via: &Via) -> String {
        let Some(grant) = self.grants.get(via.grant) else { return String::new() };
        let names = if via.names.is_empty() { String::new() } else { format!(" [{}]", via.names.join(", ")) };
        format!("{} -> {}#{}{names}", grant.title, grant.role_title, via.rule)
    }

    /// Whether the authorizer allows a request. `namespace` is empty for a request about the whole cluster. The name in the
    /// permission is empty for a request without one.
    #[cfg(any(test, feature = "internals"))]
    pub fn allows(&self, identities: &[Identity], permission: &Permission, namespace: &str) -> bool {
        let is_there = |holder: &Holder<'_>| match self.grants.get(holder.via.grant).map(|grant| &grant.scope) {
            Some(Scope::Cluster) => true,
            Some(Scope::Namespace(of_binding)) => of_binding == namespace,
            None => false,
        };
        identities.contains(&Identity::Group(super::identity::MASTERS.to_owned()))
            || self
                .holders(permission, None)
                .iter()
                .any(|holder| holder.via.names.is_empty() && identities.contains(holder.subject) && is_there(holder))
    }
}

fn cluster_role(name: &str) -> String {
    format!("ClusterRole/{name}")
}

fn namespaced_role(namespace: &str, name: &str) -> String {
    format!("Role/{namespace}/{name}")
}

impl fmt::Display for RoleTitle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
