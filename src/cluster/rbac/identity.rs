//! Those to whom bindings give roles.

use crate::source::cluster::object::Subject;
use std::fmt;

/// A user, a group or a service account.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Identity {
    /// A group.
    Group(String),
    /// A service account: its namespace and name.
    ServiceAccount(String, String),
    /// A user.
    User(String),
}

/// The group that the API server allows everything before it asks RBAC.
pub const MASTERS: &str = "system:masters";

/// What precedes namespace and name in the user name of a service account.
const ACCOUNT_PREFIX: &str = "system:serviceaccount:";

impl Identity {
    /// Whom a subject means in a binding of this namespace, or in a ClusterRoleBinding. `None` means nobody: a kind that the
    /// authorizer does not know, or an account without a namespace in a ClusterRoleBinding.
    pub fn of(subject: &Subject, binding_namespace: Option<&str>) -> Option<Self> {
        if subject.name.is_empty() {
            return None;
        }
        match subject.kind.as_str() {
            "User" => Some(Self::of_user(&subject.name)),
            "Group" => Some(Self::Group(subject.name.clone())),
            "ServiceAccount" => {
                let own = subject.namespace.as_deref().filter(|namespace| !namespace.is_empty());
                Some(Self::ServiceAccount(own.or(binding_namespace)?.to_owned(), subject.name.clone()))
            }
            _ => None,
        }
    }

    /// A user by name, which may be that of a service account.
    pub fn of_user(name: &str) -> Self {
        let account = name.strip_prefix(ACCOUNT_PREFIX).and_then(|rest| rest.split_once(':'));
        match account {
            Some((namespace, account)) if !namespace.is_empty() && !account.is_empty() && !account.contains(':') => {
                Self::ServiceAccount(namespace.to_owned(), account.to_owned())
            }
            _ => Self::User(name.to_owned()),
        }
    }
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Group(name) => write!(f, "Group/{name}"),
            Self::ServiceAccount(namespace, name) => write!(f, "ServiceAccount/{namespace}/{name}"),
            Self::User(name) => write!(f, "User/{name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_mean_whom_the_authorizer_takes_them_for() {
        let account = |namespace: &str| Some(Identity::ServiceAccount(namespace.to_owned(), "a".to_owned()));
        let cases = [
            ("User", "eve", None, Some("web"), Some(Identity::User("eve".to_owned()))),
            ("User", "system:serviceaccount:web:a", None, None, account("web")),
            ("Group", "ops", None, None, Some(Identity::Group("ops".to_owned()))),
            ("ServiceAccount", "a", Some("tools"), Some("web"), account("tools")),
            ("ServiceAccount", "a", None, Some("web"), account("web")),
            ("ServiceAccount", "a", None, None, None),
            ("Robot", "a", None, Some("web"), None),
            ("User", "", None, None, None),
        ];
        for (kind, name, namespace, of_binding, expected) in cases {
            let subject =
                Subject { kind: kind.to_owned(), name: name.to_owned(), namespace: namespace.map(str::to_owned) };
            assert_eq!(Identity::of(&subject, of_binding), expected, "{kind} {name}");
        }
    }
}
