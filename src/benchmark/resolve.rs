//! Puts a benchmark together from its profile, those that it extends, and the rules that they name.

use super::merge::{Merged, MergedCheck, merge};
use super::profile::{ProfileError, RawGroup, RawProfile};
use super::raw::RawRule;
use super::{Benchmark, Check, Group, Library, Section};
use crate::model::Id;
use crate::text::{quote, suggestions};
use std::collections::BTreeMap;

impl Library {
    /// As much of a benchmark as can be put together. What is wrong with its profile and those that it extends is added to
    /// `errors`.
    pub(super) fn resolve(&self, id: &str, errors: &mut Vec<ProfileError>) -> Option<Benchmark> {
        let chain = self.chain(id).map_err(|error| errors.push(error)).ok()?;
        let profile = chain.first()?;
        let Merged { sections, groups, checks } = merge(&chain, errors);
        let mut checks = self.build_checks(checks, &groups, errors);
        let groups = by_number(groups);
        for (id, (profile, group)) in groups.iter().filter(|(_, (_, group))| !sections.contains_key(&group.target)) {
            let message =
                format!("group {} has target {}, which is missing under `targets`", quote(id.as_str()), group.target);
            errors.push(ProfileError::new(&profile.id, &["groups", id.as_str(), "target"], message));
        }
        let mut built: Vec<Section> = Vec::new();
        for (target, section) in sections {
            let groups = groups.iter().filter(|(_, (_, group))| group.target == target).map(|(id, (_, group))| Group {
                id: id.clone(),
                title: group.title.clone(),
                published_severity: group.published_severity.clone(),
                checks: checks.remove(id.as_str()).unwrap_or_default(),
            });
            built.push(Section {
                id: section.id.clone(),
                title: section.title.clone(),
                target,
                groups: groups.collect(),
            });
        }
        built.sort_by_key(|section| Id::new(&section.id));
        Some(Benchmark { id: profile.id.clone(), title: profile.title.clone(), sections: built })
    }

    /// A profile and those that it extends, the profile itself first.
    pub(super) fn chain(&self, id: &str) -> Result<Vec<&RawProfile>, ProfileError> {
        let mut chain: Vec<&RawProfile> = Vec::new();
        let mut next = Some(id);
        while let Some(id) = next {
            let Some(profile) = self.profiles.get(id) else {
                let similar = suggestions(id, self.profiles.ids().into_iter());
                let message = format!("there is no benchmark {}{similar}", quote(id));
                return Err(match chain.last() {
                    Some(profile) => ProfileError::new(&profile.id, &["extends"], message),
                    None => ProfileError::new(id, &[], message),
                });
            };
            if chain.iter().any(|p| p.id == profile.id) {
                let message = format!("{} extends itself, directly or through other profiles", quote(id));
                return Err(ProfileError::new(&profile.id, &["extends"], message));
            }
            chain.push(profile);
            next = profile.extends.as_deref();
        }
        Ok(chain)
    }

    /// The checks that can be built, by group and in the order of their numbers.
    fn build_checks<'p>(
        &self,
        checks: BTreeMap<&'p str, MergedCheck<'p>>,
        groups: &BTreeMap<&str, (&RawProfile, &RawGroup)>,
        errors: &mut Vec<ProfileError>,
    ) -> BTreeMap<String, Vec<Check>> {
        let checks = by_number(checks);
        let mut by_group: BTreeMap<String, Vec<Check>> = BTreeMap::new();
        for in_group in checks.chunk_by(|check, next| group_of(check) == group_of(next)) {
            // All rules of a group are read before the first is built. To read and build them in turns costs 6 % of a run:
            // the code of both does not fit in the processor's first cache.
            let rules: Vec<_> = in_group.iter().map(|(_, merged)| self.rules.get(&merged.check.rule)).collect();
            for ((id, merged), rule) in in_group.iter().zip(rules) {
                let group = merged.check.group_of(id);
                if !groups.contains_key(group) {
                    let message = format!("there is no group {}; add it under `groups`", quote(group));
                    errors.push(ProfileError::in_check(merged.profile, id, &[], &message));
                }
                let built = by_group.entry(group.to_owned()).or_insert_with(|| Vec::with_capacity(in_group.len()));
                built.extend(self.build_check(id, merged, rule.as_deref(), errors));
            }
        }
        by_group
    }

    fn build_check(
        &self,
        id: &Id,
        merged: &MergedCheck<'_>,
        rule: Option<&RawRule>,
        errors: &mut Vec<ProfileError>,
    ) -> Option<Check> {
        let MergedCheck { profile, check, .. } = merged;
        let mut report = |keys: &[&str], message: &str| errors.push(ProfileError::in_check(profile, id, keys, message));
        let Some(rule) = rule else {
            // The errors of a broken rule are reported in the rule's file.
            if !self.rules.is_broken(&check.rule) {
                let similar = suggestions(&check.rule, self.rules());
                report(&["rule"], &format!("there is no rule {}{similar}", quote(&check.rule)));
            }
            return None;
        };
        let rule = match rule.build(&check.with) {
            Ok(rule) => rule,
            Err(wrong) => {
                for error in wrong {
                    match &error.param {
                        Some(param) => report(&["with", param], &error.message),
                        None => report(&["rule"], &format!("rule {}: {}", quote(rule.id()), error.message)),
                    }
                }
                return None;
            }
        };
        // A benchmark that has its readers look into the provider's console calls the check manual.
        let (assessment, scored) = merged.grade(rule.assertion.steps().is_some());
        Some(Check { id: id.clone(), rule, assessment, scored })
    }
}

fn group_of<'c>((id, merged): &'c (Id, MergedCheck<'_>)) -> &'c str {
    merged.check.group_of(id)
}

/// The entries in the order of their numbers.
fn by_number<T>(entries: BTreeMap<&str, T>) -> Vec<(Id, T)> {
    let mut numbered: Vec<(Id, T)> = entries.into_iter().map(|(id, value)| (Id::new(id), value)).collect();
    numbered.sort_by(|(a, _), (b, _)| a.cmp(b));
    numbered
}
