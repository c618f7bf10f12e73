//! A cluster, with what is derived from its lists once for all tests.

use crate::cluster::PodGroups;
use crate::cluster::rbac::{Bootstrap, Grant, Rbac};
use crate::source::cluster::{ListState, ObjectKind, ObjectLists};

/// The four kinds of RBAC.
pub(super) const RBAC: [ObjectKind; 4] =
    [ObjectKind::ClusterRole, ObjectKind::ClusterRoleBinding, ObjectKind::Role, ObjectKind::RoleBinding];

/// The two kinds of bindings.
pub(super) const BINDINGS: [ObjectKind; 2] = [ObjectKind::ClusterRoleBinding, ObjectKind::RoleBinding];

/// Pods, and what makes them. ReplicationControllers are read if they are there.
pub(super) const PODS: [ObjectKind; 7] = [
    ObjectKind::CronJob,
    ObjectKind::DaemonSet,
    ObjectKind::Deployment,
    ObjectKind::Job,
    ObjectKind::Pod,
    ObjectKind::ReplicaSet,
    ObjectKind::StatefulSet,
];

/// Namespaces of Kubernetes itself.
pub(super) const SYSTEM_NAMESPACES: [&str; 3] = ["kube-node-lease", "kube-public", "kube-system"];

/// A cluster, ready to be examined.
#[derive(Debug)]
pub struct ClusterFacts<'a> {
    /// Its objects.
    pub lists: &'a ObjectLists,
    /// Its roles and bindings.
    pub rbac: Rbac<'a>,
    /// Its pods.
    pub pods: PodGroups<'a>,
    /// What Kubernetes creates itself.
    pub bootstrap: &'a Bootstrap,
    /// What the platform installs, if the user gave it.
    pub installed: Option<&'a Bootstrap>,
    /// What is known of the nodes.
    pub nodes: NodeFacts,
}

/// What an audit of nodes adds to the lists.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NodeFacts {
    /// Whether every kubelet gives containers the seccomp profile of the runtime by default.
    pub seccomp_by_default: bool,
}

impl<'a> ClusterFacts<'a> {
    /// Derives the facts of a cluster.
    pub fn new(lists: &'a ObjectLists, installed: Option<&'a Bootstrap>) -> Self {
        Self {
            lists,
            rbac: Rbac::new(lists),
            pods: PodGroups::new(lists),
            bootstrap: Bootstrap::kubernetes(),
            installed,
            nodes: NodeFacts::default(),
        }
    }

    /// Those of some kinds whose lists are not complete. A kind that the server does not have has no objects, unless no cluster is
    /// without it.
    pub fn lacking(&self, kinds: &[ObjectKind]) -> Vec<ObjectKind> {
        kinds.iter().copied().filter(|kind| !self.is_complete(*kind)).collect()
    }

    pub(super) fn is_complete(&self, kind: ObjectKind) -> bool {
        match self.lists.state(kind) {
            ListState::Complete => true,
            ListState::Unknown(_) => !kind.is_essential(),
            ListState::Refused(_) | ListState::NotAtHand | ListState::Broken(_) => false,
        }
    }

    /// Whether the list in which the role of a binding would be is complete. A kind that is none has no list.
    pub(super) fn knows_role_of(&self, grant: &Grant<'_>) -> bool {
        match grant.binding.role_ref.kind.as_str() {
            "Role" => self.is_complete(ObjectKind::Role),
            "ClusterRole" => self.is_complete(ObjectKind::ClusterRole),
            _ => true,
        }
    }

    /// Those of the kinds of pods, and of what makes them, whose lists are not complete.
    pub fn lacking_pods(&self) -> Vec<ObjectKind> {
        self.lacking(&PODS)
    }

    /// Whether there may be pods that are not known.
    pub(super) fn lacks_pods(&self) -> bool {
        !self.lacking_pods().is_empty()
    }
}
