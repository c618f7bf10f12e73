//! The rights by which somebody takes over a cluster, or more of it than was meant.

use super::permission::{Coverage, Permission, Reach};
use crate::source::cluster::object::Rule;
use serde::Deserialize;
use std::sync::OnceLock;

/// A right that the benchmarks ask to give to few.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Power {
    /// Everything, of which all others are a part.
    Wildcard,
    /// Read Secrets.
    ReadSecrets,
    /// Create pods, or change what pods are made of.
    CreatePods,
    /// Run commands in containers.
    Exec,
    /// Give others a role.
    Bind,
    /// Write any rule into a role.
    Escalate,
    /// Act as somebody else.
    Impersonate,
    /// Reach the kubelets through the API server.
    NodesProxy,
    /// Approve certificates.
    ApproveCsrs,
    /// Change what is asked before objects are stored.
    ChangeWebhooks,
    /// Create tokens of service accounts.
    CreateTokens,
    /// Create volumes of any directory of a node.
    CreatePersistentVolumes,
}

impl Power {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Wildcard,
        Self::ReadSecrets,
        Self::CreatePods,
        Self::Exec,
        Self::Bind,
        Self::Escalate,
        Self::Impersonate,
        Self::NodesProxy,
        Self::ApproveCsrs,
        Self::ChangeWebhooks,
        Self::CreateTokens,
        Self::CreatePersistentVolumes,
    ];

    /// Its name.
    pub const fn id(self) -> &'static str {
        match self {
            Self::Wildcard => "wildcard",
            Self::ReadSecrets => "read-secrets",
            Self::CreatePods => "create-pods",
            Self::Exec => "exec",
            Self::Bind => "bind",
            Self::Escalate => "escalate",
            Self::Impersonate => "impersonate",
            Self::NodesProxy => "nodes-proxy",
            Self::ApproveCsrs => "approve-csrs",
            Self::ChangeWebhooks => "change-webhooks",
            Self::CreateTokens => "create-tokens",
            Self::CreatePersistentVolumes => "create-persistent-volumes",
        }
    }

    /// What its holder can do, for a list of powers.
    pub const fn describe(self) -> &'static str {
        match self {
            Self::Wildcard => "do everything",
            Self::ReadSecrets => "read Secrets, by get, list or watch",
            Self::CreatePods => "start pods, and with them use every account and Secret of the namespace",
            Self::Exec => "run commands in containers",
            Self::Bind => "give any role, also to themselves",
            Self::Escalate => "write any right into a role",
            Self::Impersonate => "act as another user, group or account",
            Self::NodesProxy => "reach kubelets, and run commands in their containers",
            Self::ApproveCsrs => "approve certificates, also of administrators",
            Self::ChangeWebhooks => "read and change what others create",
            Self::CreateTokens => "create tokens of service accounts",
            Self::CreatePersistentVolumes => "mount any directory of a node",
        }
    }

    /// Whether a grant that is limited to names counts like any other: whom or what it names decides, which no list tells.
    pub const fn counts_when_named(self) -> bool {
        matches!(self, Self::Bind | Self::Escalate | Self::Impersonate)
    }

    /// How much of it a rule gives through a binding that reaches this far.
    pub fn coverage(self, rule: &Rule, binding: Reach) -> Coverage {
        if self == Self::Wildcard {
            let is_any = |list: &[String]| list.iter().any(|entry| entry == "*");
            let all = is_any(&rule.api_groups) && is_any(&rule.resources) && is_any(&rule.verbs);
            return if all && rule.resource_names.is_empty() { Coverage::All } else { Coverage::None };
        }
        // A RoleBinding gives only what a request in its namespace asks for.
        let reaches = |permission: &&Permission| binding == Reach::Cluster || permission.reach == Reach::Namespaces;
        let permissions = self.permissions().iter().filter(reaches);
        permissions.map(|permission| permission.coverage(rule)).max().unwrap_or(Coverage::None)
    }

    fn permissions(self) -> &'static [Permission] {
        static TABLE: OnceLock<Vec<Vec<Permission>>> = OnceLock::new();
        let table = TABLE.get_or_init(|| Self::ALL.into_iter().map(Self::build).collect());
        Self::ALL.iter().position(|power| *power == self).and_then(|at| table.get(at)).map_or(&[], Vec::as_slice)
    }

    fn build(self) -> Vec<Permission> {
        use Reach::{Cluster, Namespaces};
        const RBAC: &str = "rbac.authorization.k8s.io";
        const ADMISSION: &str = "admissionregistration.k8s.io";
        const CHANGE: &[&str] = &["create", "update", "patch"];
        let entries: &[(&[&str], &str, &[&str], Reach)] = match self {
            Self::Wildcard => &[],
            Self::ReadSecrets => &[(&["get", "list", "watch"], "", &["secrets"], Namespaces)],
            Self::CreatePods => &[
                (&["create"], "", &["pods"], Namespaces),
                (&["create"], "batch", &["jobs"], Namespaces),
                (CHANGE, "", &["replicationcontrollers"], Namespaces),
                (CHANGE, "apps", &["deployments", "daemonsets", "statefulsets", "replicasets"], Namespaces),
                (CHANGE, "batch", &["cronjobs"], Namespaces),
            ],
            Self::Exec => &[(&["create", "get"], "", &["pods/exec"], Namespaces)],
            Self::Bind => &[(&["bind"], RBAC, &["roles", "clusterroles"], Namespaces)],
            Self::Escalate => {
                &[(&["escalate"], RBAC, &["roles"], Namespaces), (&["escalate"], RBAC, &["clusterroles"], Cluster)]
            }
            Self::Impersonate => &[
                (&["impersonate"], "", &["serviceaccounts"], Namespaces),
                (&["impersonate"], "", &["users", "groups"], Cluster),
            ],
            // The kubelet runs commands by GET as well: its exec over WebSocket.
            Self::NodesProxy => &[(&["get", "create", "update", "patch", "delete"], "", &["nodes/proxy"], Cluster)],
            Self::ApproveCsrs => {
                &[(&["update", "patch"], "certificates.k8s.io", &["certificatesigningrequests/approval"], Cluster)]
            }
            Self::ChangeWebhooks => &[(
                &["create", "update", "patch", "delete", "deletecollection"],
                ADMISSION,
                &["validatingwebhookconfigurations", "mutatingwebhookconfigurations"],
                Cluster,
            )],
            Self::CreateTokens => &[(&["create"], "", &["serviceaccounts/token"], Namespaces)],
            Self::CreatePersistentVolumes => &[(&["create"], "", &["persistentvolumes"], Cluster)],
        };
        let each = |(verbs, group, resources, reach): &(&[&str], &str, &[&str], Reach)| {
            let mut permissions = Vec::new();
            for verb in *verbs {
                permissions.extend(resources.iter().map(|resource| Permission::on(verb, group, resource, *reach)));
            }
            permissions
        };
        entries.iter().flat_map(each).collect()
    }
}
