//! Who holds a power: by which binding, role and rules, and which of them are exempt.

use super::examination::{Attribute, Examination, PolicyFinding};
use super::exemption::Exemption;
use super::facts::{ClusterFacts, RBAC};
use crate::cluster::rbac::{Bootstrap, Coverage, Grant, Identity, MASTERS, Power, Reach, Via};
use crate::source::cluster::ObjectKind;
use crate::source::cluster::object::Rule;
use std::collections::{BTreeMap, BTreeSet};

const CLUSTER_ADMIN: &str = "ClusterRole/cluster-admin";

/// Bindings that kubeadm creates: the binding, its role and its subject.
const INSTALLER: [(&str, &str, &str); 2] = [
    ("ClusterRoleBinding/kubeadm:cluster-admins", CLUSTER_ADMIN, "Group/kubeadm:cluster-admins"),
    (
        "RoleBinding/kube-public/kubeadm:bootstrap-signer-clusterinfo",
        "Role/kube-public/kubeadm:bootstrap-signer-clusterinfo",
        "User/system:anonymous",
    ),
];

/// Whether kubeadm creates a binding to a subject.
pub(super) fn is_of_installer(grant: &Grant<'_>, subject: &Identity) -> bool {
    let subject = subject.to_string();
    INSTALLER.contains(&(grant.title.as_str(), grant.role_title.0.as_str(), subject.as_str()))
}

/// Whether each of a binding, its subject and a rule of its role is built in or installed by the platform.
pub(super) fn known_rule(
    facts: &ClusterFacts<'_>,
    grant: &Grant<'_>,
    subject: &Identity,
    rule: &Rule,
) -> Option<Exemption> {
    let (title, role) = facts.rbac.role(grant.role?)?;
    let tables = [(Some(facts.bootstrap), Exemption::BuiltIn), (facts.installed, Exemption::Installed)];
    let has = |(table, exemption): (Option<&Bootstrap>, Exemption)| {
        let table = table?;
        let known = table.has_binding(grant, subject) && table.gives(&title.0, &role.metadata, rule);
        known.then_some(exemption)
    };
    tables.into_iter().find_map(has)
}

/// Who holds one of several powers.
pub(super) fn examine(facts: &ClusterFacts<'_>, powers: &[Power]) -> Examination {
    let mut findings = Vec::new();
    let mut exempt = Vec::new();
    let by_name = powers == [Power::Wildcard];
    let coverage = |rule: &Rule, reach: Reach| {
        powers.iter().map(|power| power.coverage(rule, reach)).max().unwrap_or(Coverage::None)
    };
    let counts_named = powers.iter().all(|power| power.counts_when_named());
    let mut matches: BTreeMap<usize, Vec<(usize, Coverage)>> = facts.rbac.matches(coverage).into_iter().collect();
    if by_name {
        // The role is known by its name also where the list of roles is not there.
        let may_exist = !facts.is_complete(ObjectKind::ClusterRole);
        for (position, grant) in facts.rbac.grants.iter().enumerate() {
            if grant.role_title.0 == CLUSTER_ADMIN && (grant.role.is_some() || may_exist) {
                matches.entry(position).or_default();
            }
        }
    }
    for (position, rules) in matches {
        let Some(grant) = facts.rbac.grants.get(position) else { continue };
        let role_rules = facts.rbac.rules(grant);
        for subject in &grant.subjects {
            let mut by_reason: BTreeMap<Option<Exemption>, (Vec<usize>, BTreeSet<&str>)> = BTreeMap::new();
            if rules.is_empty() {
                by_reason.entry(exemption_of_binding(grant, subject)).or_default();
            }
            for (index, coverage) in &rules {
                let Some(rule) = role_rules.get(*index) else { continue };
                let is_named = *coverage == Coverage::Named && !counts_named;
                let reason = exemption_of_binding(grant, subject)
                    .filter(|reason| *reason == Exemption::Masters)
                    .or_else(|| known_rule(facts, grant, subject, rule))
                    .or_else(|| exemption_of_binding(grant, subject))
                    .or_else(|| is_named.then_some(Exemption::Named));
                let (indices, names) = by_reason.entry(reason).or_default();
                indices.push(*index);
                if reason == Some(Exemption::Named) {
                    names.extend(rule.resource_names.iter().filter(|name| !name.is_empty()).map(String::as_str));
                }
            }
            for (reason, (indices, names)) in by_reason {
                let finding = PolicyFinding::of_binding(grant, subject).with("rules", Attribute::Positions(indices));
                match reason {
                    None => findings.push(finding),
                    Some(Exemption::Named) => {
                        let names = names.into_iter().map(str::to_owned).collect();
                        exempt.push((finding.with("names", Attribute::Texts(names)), Exemption::Named));
                    }
                    Some(reason) => exempt.push((finding, reason)),
                }
            }
        }
    }
    Examination::conclude(findings, exempt, facts.lacking(&RBAC)).with_notes(notes(facts))
}

/// The exemption of a whole binding with its subject.
fn exemption_of_binding(grant: &Grant<'_>, subject: &Identity) -> Option<Exemption> {
    match subject {
        Identity::Group(name) if name == MASTERS => Some(Exemption::Masters),
        _ => is_of_installer(grant, subject).then_some(Exemption::Installer),
    }
}

/// Bindings that give nothing today: whoever may create the role or the account gives them a meaning.
fn notes(facts: &ClusterFacts<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    let dangling = super::roles::dangling(facts).findings.len();
    if dangling > 0 {
        notes.push(format!(
            "bindings to roles that do not exist: {dangling}; whoever creates those roles gives them a meaning"
        ));
    }
    let to_no_account = bindings_to_no_account(facts);
    if to_no_account > 0 {
        notes.push(format!(
            "bindings to service accounts that do not exist: {to_no_account}; whoever creates those accounts takes the rights"
        ));
    }
    notes
}

/// Counts the bindings to service accounts that do not exist. Those of built-in controllers are created when they are used.
fn bindings_to_no_account(facts: &ClusterFacts<'_>) -> usize {
    if !facts.is_complete(ObjectKind::ServiceAccount) {
        return 0;
    }
    let accounts = facts.lists.service_accounts.iter();
    let known: BTreeSet<(&str, &str)> = accounts
        .map(|account| (account.metadata.namespace.as_deref().unwrap_or_default(), account.metadata.name.as_str()))
        .collect();
    let is_missing = |grant: &Grant<'_>, subject: &Identity| match subject {
        Identity::ServiceAccount(namespace, name) => {
            !known.contains(&(namespace.as_str(), name.as_str())) && !facts.bootstrap.has_binding(grant, subject)
        }
        Identity::User(_) | Identity::Group(_) => false,
    };
    let grants = facts.rbac.grants.iter();
    grants.map(|grant| grant.subjects.iter().filter(|subject| is_missing(grant, subject)).count()).sum()
}

/// The powers of each subject, exempt or not: power, subject and ways.
pub fn access_table(facts: &ClusterFacts<'_>) -> BTreeMap<&'static str, BTreeMap<String, Vec<String>>> {
    let mut table: BTreeMap<&'static str, BTreeMap<String, Vec<String>>> = BTreeMap::new();
    for power in Power::ALL.into_iter().filter(|power| *power != Power::CreatePersistentVolumes) {
        let subjects = table.entry(power.id()).or_default();
        for (position, rules) in facts.rbac.matches(|rule, reach| power.coverage(rule, reach)) {
            let Some(grant) = facts.rbac.grants.get(position) else { continue };
            for (rule, coverage) in rules {
                let names = facts.rbac.rules(grant).get(rule).map(|rule| rule.resource_names.clone());
                let names = names.filter(|_| coverage == Coverage::Named).unwrap_or_default();
                let via = facts.rbac.describe(&Via { grant: position, rule, names });
                for subject in &grant.subjects {
                    subjects.entry(subject.to_string()).or_default().push(via.clone());
                }
            }
        }
    }
    table
}
