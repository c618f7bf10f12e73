//! Merges a profile with those that it extends: what it defines, removes and grades anew.

use super::Assessment;
use super::profile::{Grade, ProfileError, RawCheck, RawGroup, RawProfile, RawSection};
use crate::model::{Id, Target};
use crate::text::{quote, suggestions};
use indexmap::IndexMap;
use std::collections::BTreeMap;

/// What a profile and those that it extends define, the profile itself over the others. Each with the profile that has it.
#[derive(Default)]
pub(super) struct Merged<'p> {
    pub(super) sections: IndexMap<Target, &'p RawSection>,
    pub(super) groups: BTreeMap<&'p str, (&'p RawProfile, &'p RawGroup)>,
    pub(super) checks: BTreeMap<&'p str, MergedCheck<'p>>,
}

impl Merged<'_> {
    /// Removes a check, a group with its checks, or a target with its groups. False if there is none of this name.
    fn drop(&mut self, name: &str) -> bool {
        let section = Target::ALL.into_iter().find(|target| target.id() == name);
        if let Some(target) = section.filter(|target| self.sections.shift_remove(target).is_some()) {
            let of_target =
                |(id, (_, group)): (&&str, &(_, &RawGroup))| (group.target == target).then(|| (*id).to_owned());
            let groups: Vec<String> = self.groups.iter().filter_map(of_target).collect();
            groups.iter().for_each(|group| self.drop_group(group));
            return true;
        }
        if self.groups.contains_key(name) {
            self.drop_group(name);
            return true;
        }
        self.checks.remove(name).is_some()
    }

    fn drop_group(&mut self, name: &str) {
        self.groups.remove(name);
        self.checks.retain(|id, merged| merged.check.group_of(&Id::new(*id)) != name);
    }
}

/// A check with the profile that has it.
#[derive(Clone, Copy)]
pub(super) struct MergedCheck<'p> {
    pub(super) profile: &'p RawProfile,
    pub(super) check: &'p RawCheck,
    /// The grade that `grades` of a profile gives it.
    grade: Option<Grade>,
}

impl MergedCheck<'_> {
    /// Who assesses the check, and whether a failure counts.
    pub(super) fn grade(&self, rule_is_manual: bool) -> (Assessment, bool) {
        if let Some(grade) = self.grade {
            return grade.parts();
        }
        let by_rule = if rule_is_manual { Assessment::Manual } else { Assessment::Automated };
        let assessment = self.check.assessment.unwrap_or(by_rule);
        (assessment, self.check.scored.unwrap_or(assessment == Assessment::Automated))
    }
}

/// Merges the profiles of a chain, the last one first.
pub(super) fn merge<'p>(chain: &[&'p RawProfile], errors: &mut Vec<ProfileError>) -> Merged<'p> {
    let mut merged = Merged::default();
    for &profile in chain.iter().rev() {
        for (index, dropped) in profile.drop.iter().enumerate() {
            if !merged.drop(dropped) {
                let targets = merged.sections.keys().map(|target| target.id());
                let similar =
                    suggestions(dropped, merged.checks.keys().chain(merged.groups.keys()).copied().chain(targets));
                let message = format!("cannot drop {}: no extended profile has it{similar}", quote(dropped));
                errors.push(ProfileError::new(&profile.id, &["drop", &index.to_string()], message));
            }
        }
        merged.sections.extend(profile.targets.iter().map(|(target, section)| (*target, section)));
        merged.groups.extend(profile.groups.iter().map(|(id, group)| (id.as_str(), (profile, group))));
        let checks = profile.checks.iter();
        let checks = checks.map(|(id, check)| (id.as_str(), MergedCheck { profile, check, grade: None }));
        merged.checks.extend(checks);
        set_grades(&mut merged, profile, errors);
    }
    merged
}

/// Gives checks, or all checks of a group, the grades that a profile lists.
fn set_grades(merged: &mut Merged<'_>, profile: &RawProfile, errors: &mut Vec<ProfileError>) {
    for (grade, ids) in &profile.grades {
        for (index, id) in ids.iter().enumerate() {
            if let Some(check) = merged.checks.get_mut(id.as_str()) {
                check.grade = Some(*grade);
            } else if merged.groups.contains_key(id.as_str()) {
                let checks = merged.checks.iter_mut();
                let in_group = checks.filter(|(check_id, merged)| merged.check.group_of(&Id::new(**check_id)) == id);
                in_group.for_each(|(_, check)| check.grade = Some(*grade));
            } else {
                let known = merged.checks.keys().chain(merged.groups.keys()).copied();
                let message = format!("there is no check or group {}{}", quote(id), suggestions(id, known));
                errors.push(ProfileError::new(&profile.id, &["grades", grade.id(), &index.to_string()], message));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE: &str = r#"
id: base
title: A base
targets:
  node: { id: "1", title: Nodes }
  policies: { id: "2", title: Policies }
groups:
  "1.1": { target: node, title: Files }
  "1.2": { target: node, title: Settings }
  "2.1": { target: policies, title: Roles }
checks:
  "1.1.1": { rule: one }
  "1.1.2": { rule: two, assessment: manual, scored: true }
  "1.2.1": { rule: three }
  "2.1.1": { rule: four }
  V-1: { group: "1.2", rule: five }
"#;

    fn profile(yaml: &str) -> RawProfile {
        serde_saphyr::from_str(yaml).expect("a profile")
    }

    /// Each check with its assessment and whether it is scored, of a profile that extends the base.
    fn checks(extension: &str) -> Vec<(String, Assessment, bool)> {
        let (base, extension) = (profile(BASE), profile(&format!("id: own\ntitle: Own\nextends: base\n{extension}")));
        let mut errors = Vec::new();
        let merged = merge(&[&extension, &base], &mut errors);
        assert_eq!(errors, []);
        let graded = |(id, check): (&&str, &MergedCheck<'_>)| {
            let (assessment, scored) = check.grade(false);
            ((*id).to_owned(), assessment, scored)
        };
        merged.checks.iter().map(graded).collect()
    }

    fn ids(extension: &str) -> Vec<String> {
        checks(extension).into_iter().map(|(id, ..)| id).collect()
    }

    #[test]
    fn grades_of_checks_and_groups_replace_those_of_the_base() {
        use Assessment::{Automated, Manual, NotApplicable};
        let of = |extension: &str| -> Vec<(Assessment, bool)> {
            checks(extension).into_iter().map(|(_, assessment, scored)| (assessment, scored)).collect()
        };
        let base = [(Automated, true), (Manual, true), (Automated, true), (Automated, true), (Automated, true)];
        assert_eq!(of(""), base);
        let graded =
            of("grades: { manual: ['1.2'], automated: ['1.1.2'], not-applicable: [V-1], manual-scored: ['2.1.1'] }");
        let expected = [(Automated, true), (Automated, true), (Manual, false), (Manual, true), (NotApplicable, false)];
        assert_eq!(graded, expected);
    }

    #[test]
    fn a_check_that_is_defined_again_has_no_grade_of_before() {
        let base = profile(&format!("{BASE}grades: {{ not-applicable: ['1.1.1'] }}"));
        let own = profile("id: own\ntitle: Own\nextends: base\nchecks: { '1.1.1': { rule: other } }");
        let merged = merge(&[&own, &base], &mut Vec::new());
        assert_eq!(merged.checks["1.1.1"].grade(false), (Assessment::Automated, true));
    }

    #[test]
    fn groups_and_targets_are_dropped_with_their_checks() {
        assert_eq!(ids("drop: ['1.1.1']"), ["1.1.2", "1.2.1", "2.1.1", "V-1"]);
        assert_eq!(ids("drop: ['1.2']"), ["1.1.1", "1.1.2", "2.1.1"]);
        assert_eq!(ids("drop: [node]"), ["2.1.1"]);
        let own = profile("id: own\ntitle: Own\ndrop: [etcd, '9.9']\ngrades: { manual: ['9.9.9'] }");
        let mut errors = Vec::new();
        merge(&[&own, &profile(BASE)], &mut errors);
        assert_eq!(errors.len(), 3, "{errors:?}");
    }
}
