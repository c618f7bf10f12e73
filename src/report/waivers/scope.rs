//! For what a waiver holds.

use super::subject::{FindingSubject, SubjectPattern};
use crate::report::{Subject, SubjectKind};
use crate::text::glob::Glob;
use std::collections::BTreeMap;

/// The nodes and clusters for which a waiver holds. Everything that is given must be met.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct NodeScope {
    pub(super) clusters: Option<Vec<Glob>>,
    pub(super) names: Option<Vec<Glob>>,
    /// As reports name them.
    pub(super) roles: Option<Vec<String>>,
    pub(super) platforms: Option<Vec<String>>,
    pub(super) labels: Option<BTreeMap<String, Glob>>,
}

impl NodeScope {
    /// Whether it holds for what was audited. What the report does not know does not match.
    pub(super) fn holds_for(&self, subject: &Subject) -> bool {
        let cluster = match subject.kind {
            SubjectKind::Cluster => subject.name.as_deref().or(subject.cluster.as_deref()),
            SubjectKind::Node | SubjectKind::Manifests | SubjectKind::Fleet => subject.cluster.as_deref(),
        };
        let node = subject.name.as_deref().filter(|_| subject.kind == SubjectKind::Node);
        let named = |names: &Vec<String>, name: &String| names.contains(name);
        matches_one(self.clusters.as_deref(), cluster)
            && matches_one(self.names.as_deref(), node)
            && self.roles.as_ref().is_none_or(|roles| subject.roles.iter().any(|role| named(roles, role)))
            && self.platforms.as_ref().is_none_or(|ids| subject.platform.iter().any(|id| named(ids, id)))
            && self.labels.as_ref().is_none_or(|labels| {
                labels.iter().all(|(key, glob)| subject.labels.get(key).is_some_and(|value| glob.is_match(value)))
            })
    }
}

/// The findings for which a waiver holds. Everything that is given must be met.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct FindingScope {
    pub(super) namespaces: Option<Vec<Glob>>,
    pub(super) files: Option<Vec<Glob>>,
    pub(super) subjects: Option<Vec<SubjectPattern>>,
}

impl FindingScope {
    /// Whether it holds for everything that a check finds, and so for the check as a whole.
    pub(super) const fn is_whole(&self) -> bool {
        self.namespaces.is_none() && self.files.is_none() && self.subjects.is_none()
    }

    /// Whether it holds for a finding about this subject.
    pub(super) fn holds_for(&self, subject: &FindingSubject) -> bool {
        matches_one(self.namespaces.as_deref(), subject.namespace())
            && matches_one(self.files.as_deref(), subject.file.as_deref())
            && self.subjects.as_ref().is_none_or(|patterns| SubjectPattern::cover(patterns, subject))
    }
}

/// Whether one of the patterns matches the text; true without patterns.
fn matches_one(patterns: Option<&[Glob]>, text: Option<&str>) -> bool {
    patterns.is_none_or(|globs| text.is_some_and(|text| globs.iter().any(|glob| glob.is_match(text))))
}
