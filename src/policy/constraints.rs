//! SecurityContextConstraints of OpenShift: what each allows, and who may use it. A strict one proves nothing, since a pod may be
//! admitted by any that its account or its creator may use.

use super::examination::{Examination, PolicyFinding};
use super::exemption::Exemption;
use super::facts::{ClusterFacts, RBAC};
use crate::cluster::rbac::{Identity, Permission, PermissionObject, Reach};
use crate::source::cluster::object::SecurityConstraint;
use crate::source::cluster::{ListState, ObjectKind};
use crate::workload::{BASELINE_CAPABILITIES, capability_name};
use std::collections::BTreeSet;

/// A test of constraints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "expected() says what each means")]
pub enum ConstraintTest {
    Privileged,
    HostPid,
    HostIpc,
    HostNetwork,
    PrivilegeEscalation,
    Root,
    NetRaw,
    CapabilitiesAdded,
    Capabilities,
}

impl ConstraintTest {
    /// What must hold, in words.
    pub(super) const fn expected(self) -> &'static str {
        match self {
            Self::Privileged => "no constraint that others may use allows privileged containers",
            Self::HostPid => "no constraint that others may use allows the processes of the node (allowHostPID)",
            Self::HostIpc => "no constraint that others may use allows the shared memory of the node (allowHostIPC)",
            Self::HostNetwork => "no constraint that others may use allows the network of the node (allowHostNetwork)",
            Self::PrivilegeEscalation => "no constraint that others may use allows privilege escalation",
            Self::Root => "no constraint that others may use allows the user 0",
            Self::NetRaw => "every constraint that others may use drops NET_RAW or ALL",
            Self::CapabilitiesAdded => "no constraint that others may use allows capabilities beyond the usual ones",
            Self::Capabilities => "every constraint that others may use drops ALL",
        }
    }
}

pub(super) fn examine(facts: &ClusterFacts<'_>, test: ConstraintTest) -> Examination {
    const KIND: ObjectKind = ObjectKind::SecurityContextConstraints;
    match facts.lists.state(KIND) {
        ListState::Unknown(_) => return Examination::not_applicable("the cluster has no SecurityContextConstraints"),
        ListState::NotAtHand if !looks_like_openshift(facts) => {
            return Examination::not_applicable("nothing shows that the cluster is one of OpenShift");
        }
        ListState::NotAtHand | ListState::Complete | ListState::Refused(_) | ListState::Broken(_) => {}
    }
    let (mut findings, mut exempt) = (Vec::new(), Vec::new());
    for constraint in facts.lists.constraints.iter().filter(|constraint| allows(constraint, test)) {
        let title = format!("SecurityContextConstraints/{}", constraint.metadata.name);
        for (subject, via) in users(facts, constraint) {
            let finding =
                PolicyFinding::about("subject", subject.to_string()).with_text("scc", &title).with_text("via", via);
            match exemption(&subject) {
                None => findings.push(finding),
                Some(reason) => exempt.push((finding, reason)),
            }
        }
    }
    let needed: Vec<ObjectKind> = [KIND].into_iter().chain(RBAC).collect();
    Examination::conclude(findings, exempt, facts.lacking(&needed))
}

fn looks_like_openshift(facts: &ClusterFacts<'_>) -> bool {
    facts.lists.namespaces.iter().any(|namespace| namespace.metadata.name.starts_with("openshift-"))
}

/// Who may use a constraint, each with the way to it: the constraint itself, or a binding.
fn users(facts: &ClusterFacts<'_>, constraint: &SecurityConstraint) -> BTreeSet<(Identity, String)> {
    let own_users = constraint.users.iter().map(|user| Identity::of_user(user));
    let own_groups = constraint.groups.iter().map(|group| Identity::Group(group.clone()));
    let own = own_users.chain(own_groups).map(|subject| (subject, "scc".to_owned()));
    let permission = Permission {
        verb: "use".to_owned(),
        object: PermissionObject::Resource {
            group: "security.openshift.io".to_owned(),
            resource: "securitycontextconstraints".to_owned(),
            name: Some(constraint.metadata.name.clone()),
        },
        reach: Reach::Namespaces,
    };
    let by_bindings = facts.rbac.holders(&permission, None).into_iter().filter_map(|holder| {
        let grant = facts.rbac.grants.get(holder.via.grant)?;
        Some((holder.subject.clone(), grant.title.clone()))
    });
    own.chain(by_bindings).collect()
}

/// Administrators and parts of OpenShift.
fn exemption(subject: &Identity) -> Option<Exemption> {
    match subject {
        Identity::User(name) if name == "system:admin" => Some(Exemption::BuiltIn),
        Identity::Group(name)
            if ["system:cluster-admins", "system:nodes", "system:masters"].contains(&name.as_str()) =>
        {
            Some(Exemption::BuiltIn)
        }
        Identity::ServiceAccount(namespace, name) if namespace == "openshift-infra" && name == "build-controller" => {
            Some(Exemption::BuiltIn)
        }
        Identity::ServiceAccount(namespace, _) if namespace.starts_with("openshift-") => Some(Exemption::Platform),
        Identity::User(_) | Identity::Group(_) | Identity::ServiceAccount(..) => None,
    }
}

/// Whether a constraint allows what a test is about.
fn allows(constraint: &SecurityConstraint, test: ConstraintTest) -> bool {
    let drops = |names: &[&str]| {
        constraint.required_drop_capabilities.iter().any(|name| names.contains(&capability_name(name).as_str()))
    };
    match test {
        ConstraintTest::Privileged => constraint.allow_privileged_container,
        ConstraintTest::HostPid => constraint.allow_host_pid,
        ConstraintTest::HostIpc => constraint.allow_host_ipc,
        ConstraintTest::HostNetwork => constraint.allow_host_network,
        ConstraintTest::PrivilegeEscalation => constraint.allow_privilege_escalation != Some(false),
        ConstraintTest::Root => match constraint.run_as_user.kind.as_str() {
            "RunAsAny" => true,
            "MustRunAs" => constraint.run_as_user.uid == Some(0),
            _ => false,
        },
        ConstraintTest::NetRaw => !drops(&["ALL", "NET_RAW"]),
        ConstraintTest::CapabilitiesAdded => {
            let added = constraint.allowed_capabilities.iter().chain(&constraint.default_add_capabilities);
            added.into_iter().any(|name| !BASELINE_CAPABILITIES.contains(&capability_name(name).as_str()))
        }
        ConstraintTest::Capabilities => !drops(&["ALL"]),
    }
}
