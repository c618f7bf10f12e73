//! Bindings to those that everybody is: anonymous users, all users, and the group that may do everything.

use super::examination::{Examination, PolicyFinding};
use super::exemption::Exemption;
use super::facts::{BINDINGS, ClusterFacts, RBAC};
use super::{csr, powers};
use crate::cluster::rbac::{Grant, Identity, MASTERS};
use crate::source::cluster::ObjectKind;

/// What is read of the bindings to a group. The rules of a Role exempt nothing: no binding to one is built in.
pub(super) const OF_GROUPS: [ObjectKind; 3] =
    [ObjectKind::ClusterRole, ObjectKind::ClusterRoleBinding, ObjectKind::RoleBinding];

/// The bindings that name a subject.
fn bindings_of<'f, 'a>(facts: &'f ClusterFacts<'a>, subject: &'f Identity) -> impl Iterator<Item = &'f Grant<'a>> {
    facts.rbac.grants.iter().filter(move |grant| grant.subjects.contains(subject))
}

/// Bindings to the user of requests without credentials. The roles are read to compare them with what is installed only.
pub(super) fn anonymous(facts: &ClusterFacts<'_>) -> Examination {
    let subject = Identity::User("system:anonymous".to_owned());
    let (mut findings, mut exempt) = (Vec::new(), Vec::new());
    for grant in bindings_of(facts, &subject) {
        let is_of_installer = powers::is_of_installer(grant, &subject).then_some(Exemption::Installer);
        match is_of_installer.or_else(|| exemption(facts, grant, &subject)) {
            Some(reason) => exempt.push((PolicyFinding::of_binding(grant, &subject), reason)),
            None => findings.push(PolicyFinding::of_binding(grant, &subject)),
        }
    }
    Examination::conclude(findings, exempt, facts.lacking(&BINDINGS))
}

/// Bindings to a group in which everybody is. One that is built in is exempt if each rule of its role is.
pub(super) fn of_group(facts: &ClusterFacts<'_>, group: &str) -> Examination {
    let (findings, exempt) = bindings_to_group(facts, group);
    Examination::conclude(findings, exempt, facts.lacking(&OF_GROUPS))
}

/// The bindings to a group: those that were added, and those that are exempt.
fn bindings_to_group(facts: &ClusterFacts<'_>, group: &str) -> (Vec<PolicyFinding>, Vec<(PolicyFinding, Exemption)>) {
    let subject = Identity::Group(group.to_owned());
    let (mut findings, mut exempt) = (Vec::new(), Vec::new());
    for grant in bindings_of(facts, &subject) {
        // Whether its rules are built in is not known without the role.
        let may_be_built_in =
            grant.role.is_none() && !facts.knows_role_of(grant) && facts.bootstrap.has_binding(grant, &subject);
        let finding = PolicyFinding::of_binding(grant, &subject);
        match exemption(facts, grant, &subject) {
            Some(reason) => exempt.push((finding, reason)),
            None if may_be_built_in => {}
            None => findings.push(finding),
        }
    }
    (findings, exempt)
}

/// The exemption of a binding of which every rule is known.
fn exemption(facts: &ClusterFacts<'_>, grant: &Grant<'_>, subject: &Identity) -> Option<Exemption> {
    grant.role?;
    let rules = facts.rbac.rules(grant);
    let reasons: Option<Vec<Exemption>> =
        rules.iter().map(|rule| powers::known_rule(facts, grant, subject, rule)).collect();
    match reasons?.first() {
        Some(reason) => Some(*reason),
        None if facts.bootstrap.has_binding(grant, subject) => Some(Exemption::BuiltIn),
        None => facts.installed.filter(|table| table.has_binding(grant, subject)).map(|_| Exemption::Installed),
    }
}

/// Certificates and bindings for the group that may do everything.
pub(super) fn masters(facts: &ClusterFacts<'_>) -> Examination {
    let (mut findings, exempt) = bindings_to_group(facts, MASTERS);
    let mut notes = Vec::new();
    for request in facts.lists.certificate_requests.iter().filter(|request| request.is_approved()) {
        let title = format!("CertificateSigningRequest/{}", request.metadata.name);
        match csr::organisations(&request.spec.request) {
            Ok(names) if names.iter().any(|name| name == MASTERS) => {
                findings.push(PolicyFinding::about("object", title));
            }
            Ok(_) => {}
            Err(reason) => notes.push(format!("{title}: {reason}")),
        }
    }
    let kinds: Vec<ObjectKind> = RBAC.into_iter().chain([ObjectKind::CertificateSigningRequest]).collect();
    Examination::conclude(findings, exempt, facts.lacking(&kinds))
        .manual_unless_decided(
            "who holds a certificate that was signed is in no list, and requests are deleted after an hour: look for \
             kubeconfigs whose certificate has the organisation system:masters",
        )
        .with_notes(notes)
}
