//! `nodeproof cluster --pod-security`: which workloads of a cluster Kubernetes would refuse, and what each namespace could enforce.

use super::cluster_input::ClusterInput;
use super::cluster_workloads::{missing, title, unit};
use super::flags::OutputFlags;
use super::pod_security::{Answer, ControlAnswer, FieldAnswer, NamespaceAnswer, PodAnswer};
use crate::cluster::OwnedPods;
use crate::commands::Failure;
use crate::text::sanitize;
use crate::workload::{Control, Level, PodSecurityStandard, violations};
use std::collections::{BTreeMap, BTreeSet};

/// Answers for the workloads of a cluster, and returns the exit code.
pub(super) fn show(input: &ClusterInput, standard: PodSecurityStandard, output: &OutputFlags) -> Result<u8, Failure> {
    let facts = input.facts();
    let missing = missing(&facts);
    let groups = facts.pods.0.iter().filter(|group| group.units.iter().any(|unit| !unit.is_finished));
    let pods = groups.clone().map(|group| {
        let violations = refused(group, standard);
        PodAnswer {
            subject: sanitize::into_line(title(group)),
            allowed: violations.is_empty(),
            file: None,
            line: None,
            violations,
        }
    });
    let mut levels: BTreeMap<&str, Option<Level>> = BTreeMap::new();
    for namespace in &facts.lists.namespaces {
        levels.insert(&namespace.metadata.name, Some(Level::Restricted));
    }
    for group in groups {
        let allows = |level| refused(group, PodSecurityStandard { level, ..standard }).is_empty();
        let level = [Level::Restricted, Level::Baseline].into_iter().find(|level| allows(*level));
        let of_namespace = levels.entry(&group.owner.namespace).or_insert(Some(Level::Restricted));
        *of_namespace = (*of_namespace).min(level);
    }
    let namespaces = levels.into_iter().map(|(namespace, level)| NamespaceAnswer {
        namespace: sanitize::into_line(namespace.to_owned()),
        level: match level {
            _ if missing.is_some() => "an unknown level: not all workloads are known",
            Some(level) => level.id(),
            None => "privileged",
        },
    });
    let notices = missing.iter().chain(&input.notices).chain(&facts.lists.notices);
    let answer = Answer {
        standard: standard.to_string(),
        pods: pods.collect(),
        namespaces: namespaces.collect(),
        notices: notices.map(|notice| sanitize::line(notice)).collect(),
    };
    answer.write(output)?;
    match (answer.exit_code(), missing) {
        (0, Some(missing)) => Err(Failure::Incomplete(missing)),
        (code, _) => Ok(code),
    }
}

/// What of an owner's pods and template is refused.
fn refused(group: &OwnedPods<'_>, standard: PodSecurityStandard) -> Vec<ControlAnswer> {
    let mut fields: BTreeMap<Control, BTreeSet<String>> = BTreeMap::new();
    for of in group.units.iter().filter(|unit| !unit.is_finished) {
        for violation in violations(unit(group, of).template, standard) {
            let paths = violation.fields.iter().map(ToString::to_string);
            fields.entry(violation.control).or_default().extend(paths);
        }
    }
    let answer = |(control, paths): (Control, BTreeSet<String>)| ControlAnswer {
        control: control.id(),
        fields: paths
            .into_iter()
            .map(|path| FieldAnswer { path: sanitize::into_line(path), line: None, column: None })
            .collect(),
    };
    fields.into_iter().map(answer).collect()
}
