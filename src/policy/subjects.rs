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

fn finding(grant: &Grant<'_>, subject: &Identity) -> PolicyFinding {
    PolicyFinding::about("subject", subject.to_string())
        .with_text("binding", &grant.title)
        .with_text("role", &grant.role_title.0)
}

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
            Some(reason) => exempt.push((finding(grant, &subject), reason)),
            None => findings.push(finding(grant, &subject)),
        }
    }
    Examination::conclude(findings, exempt, facts.lacking(&BINDINGS))
}

/// Bindings to a group in which everybody is. One that is built in is exempt if each rule of its role is.
pub(super) fn of_group(facts: &ClusterFacts<'_>, group: &str) -> Examination {
    let subject = Identity::Group(group.to_owned());
    let (mut findings, mut exempt) = (Vec::new(), Vec::new());
    for grant in bindings_of(facts, &subject) {
        match exemption(facts, grant, &subject) {
            Some(reason) => exempt.push((finding(grant, &subject), reason)),
            // Whether its rules are built in is not known without the role.
            None if grant.role.is_none()
                && facts.bootstrap.has_binding(grant, &subject)
                && lacks_role(facts, grant) => {}
            None => findings.push(finding(grant, &subject)),
        }
    }
    Examination::conclude(findings, exempt, facts.lacking(&OF_GROUPS))
}

fn lacks_role(facts: &ClusterFacts<'_>, grant: &Grant<'_>) -> bool {
    let kind = if grant.binding.role_ref.kind == "Role" { ObjectKind::Role } else { ObjectKind::ClusterRole };
    !facts.is_complete(kind)
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
    let subject = Identity::Group(MASTERS.to_owned());
    let (mut findings, mut exempt) = (Vec::new(), Vec::new());
    for grant in bindings_of(facts, &subject) {
        match exemption(facts, grant, &subject) {
            Some(reason) => exempt.push((finding(grant, &subject), reason)),
            None if grant.role.is_none()
                && facts.bootstrap.has_binding(grant, &subject)
                && lacks_role(facts, grant) => {}
            None => findings.push(finding(grant, &subject)),
        }
    }
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
