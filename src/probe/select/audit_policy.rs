//! `audit-level`, `audit-levels`: what an audit policy of the API server records.

mod policy;
mod recorded;
mod requests;
#[cfg(test)]
mod tests;

pub(crate) use policy::{Level, Policy};

use super::kubernetes_document::parts;
use super::selector::{Selector, each_file, each_value, observed};
use crate::model::{DocumentKind, Evidence, KubernetesVersions, Observed, Value};
use crate::probe::FileRef;
use crate::probe::context::CollectContext;
use crate::probe::excerpt::Leaf;
use crate::source::node::{HostPath, SourceError};
use crate::yaml::MustBeTrue;
use policy::Action;
use serde::Deserialize;
use std::collections::BTreeSet;

/// The levels at which requests of any user are recorded.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct AuditLevel {
    /// API group; empty for the core group.
    group: String,
    /// The group that the resource was in as well, up to a version.
    former_group: Option<FormerGroup>,
    /// Resource, with a subresource after `/`.
    resource: String,
    verbs: Vec<String>,
}

/// Another API group of a resource.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct FormerGroup {
    name: String,
    /// The first minor version of Kubernetes 1 without it.
    before: u32,
}

/// The levels at which anything is recorded.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(transparent)]
pub(crate) struct AuditLevels(MustBeTrue);

/// Sets of levels, each with the verbs that are recorded at them.
type LevelsOfVerbs<'v> = Vec<(BTreeSet<Level>, Vec<&'v str>)>;

/// What is read of an audit policy.
pub(crate) const PARTS: &[(&str, Leaf)] = &[("omitStages", Leaf::Whole), ("rules", Leaf::Whole)];

/// The first minor version in which the group `*` of a rule is every group (kubernetes/kubernetes#135262).
const STAR_MATCHES_GROUPS_SINCE: u32 = 36;

impl Selector for AuditLevel {
    fn describe(&self) -> String {
        self.describe_verbs(&self.verbs.iter().map(String::as_str).collect::<Vec<_>>())
    }
    fn key(&self) -> String {
        let former = self.former_group.as_ref();
        let former = former.map_or_else(String::new, |former| format!("+{}<1.{}", former.name, former.before));
        format!("audit-level({}{former}/{},{})", self.group, self.resource, self.verbs.join("+"))
    }

    /// One observation for all verbs that are recorded alike.
    fn collect(&self, context: &CollectContext<'_>, files: &FileRef) -> Evidence {
        each_value(context, files, &self.describe(), |file| {
            let levels = read(context, file).and_then(|policy| self.levels(&policy, context.versions));
            match levels {
                Err(error) => vec![(self.describe(), observed(file, Err(error)))],
                Ok(levels) => {
                    let value = |levels: &BTreeSet<Level>| Observed::Value(list_of(levels));
                    levels.iter().map(|(levels, verbs)| (self.describe_verbs(verbs), value(levels))).collect()
                }
            }
        })
    }
}

impl AuditLevel {
    fn describe_verbs(&self, verbs: &[&str]) -> String {
        let dot = if self.group.is_empty() { "" } else { "." };
        format!("the audit level of {} {}{dot}{}", verbs.join(", "), self.resource, self.group)
    }

    /// The sets of levels, each with the verbs that are recorded so.
    fn levels(&self, policy: &Policy, versions: KubernetesVersions) -> Result<LevelsOfVerbs<'_>, SourceError> {
        let mut levels: LevelsOfVerbs<'_> = Vec::new();
        for verb in &self.verbs {
            let mut of_verb = levels_of(policy, &self.group, &self.resource, verb, versions)?;
            if let Some(former) = self.former_group.as_ref().filter(|former| versions.may_be_before(former.before)) {
                of_verb.extend(levels_of(policy, &former.name, &self.resource, verb, versions)?);
            }
            match levels.iter_mut().find(|(levels, _)| *levels == of_verb) {
                Some((_, verbs)) => verbs.push(verb),
                None => levels.push((of_verb, vec![verb])),
            }
        }
        Ok(levels)
    }
}

impl Selector for AuditLevels {
    fn describe(&self) -> String {
        "the levels at which anything is recorded".to_owned()
    }
    fn key(&self) -> String {
        "audit-levels".to_owned()
    }

    fn collect(&self, context: &CollectContext<'_>, files: &FileRef) -> Evidence {
        each_file(context, files, &self.describe(), |file| {
            let levels = read(context, file).and_then(|policy| audit_levels(&policy, context.versions));
            observed(file, levels.map(|levels| (!levels.is_empty()).then(|| list_of(&levels))))
        })
    }
}

fn read(context: &CollectContext<'_>, file: &HostPath) -> Result<Policy, SourceError> {
    let document = parts(context, file, PARTS, &DocumentKind::AUDIT_POLICY)?;
    Policy::read(&document)
}

fn list_of<'l>(levels: impl IntoIterator<Item = &'l Level>) -> Value {
    Value::List(levels.into_iter().map(|level| level.name().to_owned()).collect())
}

/// The levels at which some request is recorded in one of these versions.
pub(crate) fn levels_of(
    policy: &Policy,
    group: &str,
    resource: &str,
    verb: &str,
    versions: KubernetesVersions,
) -> Result<BTreeSet<Level>, SourceError> {
    let (resource, subresource) =
        resource.split_once('/').map_or((resource, None), |(resource, sub)| (resource, Some(sub)));
    let mut levels = BTreeSet::new();
    for star_matches_groups in meanings_of_star(versions) {
        let action = Action { verb, group, resource, subresource, url: None, star_matches_groups };
        levels.extend(policy.levels(&action)?);
    }
    Ok(levels)
}

/// Whether `*` is every group, in each of the versions.
fn meanings_of_star(versions: KubernetesVersions) -> impl Iterator<Item = bool> {
    let is_possible = move |matches: &bool| match matches {
        false => versions.may_be_before(STAR_MATCHES_GROUPS_SINCE),
        true => versions.may_be_from(STAR_MATCHES_GROUPS_SINCE),
    };
    [false, true].into_iter().filter(is_possible)
}

/// The levels at which anything is recorded: those of the rules that decide on some request. There is none if one of the
/// versions records nothing.
pub(crate) fn audit_levels(policy: &Policy, versions: KubernetesVersions) -> Result<BTreeSet<Level>, SourceError> {
    let mut levels = BTreeSet::new();
    for star_matches_groups in meanings_of_star(versions) {
        let of_version = policy.recorded_levels(star_matches_groups)?;
        if of_version.is_empty() {
            return Ok(of_version);
        }
        levels.extend(of_version);
    }
    Ok(levels)
}
