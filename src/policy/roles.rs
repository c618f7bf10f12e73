//! Roles by themselves: wildcards, and bindings to roles that are not there.

use super::examination::{Attribute, Examination, PolicyFinding};
use super::exemption::Exemption;
use super::facts::{ClusterFacts, RBAC};
use crate::cluster::rbac::Grant;
use crate::source::cluster::object::Rule;
use std::collections::{BTreeMap, BTreeSet};

/// Roles with a wildcard, each with the rules that have one.
pub(super) fn wildcards(facts: &ClusterFacts<'_>) -> Examination {
    let (mut findings, mut exempt) = (Vec::new(), Vec::new());
    let holders = facts.rbac.grants.iter().filter(|grant| !grant.subjects.is_empty());
    let bound: BTreeSet<usize> = holders.filter_map(|grant| grant.role).collect();
    for (position, (title, role)) in facts.rbac.roles.iter().enumerate() {
        let mut by_reason: BTreeMap<Option<Exemption>, Vec<usize>> = BTreeMap::new();
        for (index, rule) in role.rules.iter().enumerate().filter(|(_, rule)| has_wildcard(rule)) {
            let reason = match facts.installed {
                _ if facts.bootstrap.gives(&title.0, &role.metadata, rule) => Some(Exemption::BuiltIn),
                Some(installed) if installed.gives(&title.0, &role.metadata, rule) => Some(Exemption::Installed),
                Some(_) | None => None,
            };
            by_reason.entry(reason).or_default().push(index);
        }
        for (reason, indices) in by_reason {
            let finding = PolicyFinding::about("role", &title.0)
                .with("rules", Attribute::Positions(indices))
                .with("bound", Attribute::Flag(bound.contains(&position)));
            match reason {
                None => findings.push(finding),
                Some(reason) => exempt.push((finding, reason)),
            }
        }
    }
    Examination::conclude(findings, exempt, facts.lacking(&RBAC))
}

/// Whether a rule has a wildcard. A URL that ends in a star, `pods/*` and `*/*` are none: the last two mean no resource that exists.
fn has_wildcard(rule: &Rule) -> bool {
    let has_star = |list: &[String]| list.iter().any(|entry| entry == "*");
    has_star(&rule.verbs)
        || has_star(&rule.api_groups)
        || has_star(&rule.resources)
        || has_star(&rule.non_resource_urls)
        || rule.resources.iter().filter_map(|resource| resource.strip_prefix("*/")).any(|sub| !matches!(sub, "" | "*"))
}

/// Bindings to roles that do not exist.
pub fn dangling(facts: &ClusterFacts<'_>) -> Examination {
    let missing = facts.rbac.grants.iter().filter(|grant| grant.role.is_none() && facts.knows_role_of(grant));
    let of_grant = |grant| {
        let grant: &Grant<'_> = grant;
        grant.subjects.iter().map(|subject| PolicyFinding::of_binding(grant, subject))
    };
    Examination::conclude(missing.flat_map(of_grant).collect(), Vec::new(), facts.lacking(&RBAC))
}
