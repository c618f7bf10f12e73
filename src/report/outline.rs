//! A report's checks, section by section and group by group.

use super::{CheckResult, Group, Report, Section};

impl Report {
    /// The sections, each with its groups and their checks.
    pub fn sections(&self) -> impl Iterator<Item = SectionView<'_>> {
        let mut rest = self.checks.as_slice();
        self.benchmark.sections.iter().map(move |section| {
            let groups = section.groups.iter().map(|group| {
                // A report that was read has exactly these counts; see `Report::from_json`.
                let (checks, behind) = rest.split_at(group.checks.min(rest.len()));
                rest = behind;
                GroupView { group, checks }
            });
            SectionView { section, groups: groups.collect() }
        })
    }
}

/// A section with its groups.
#[derive(Debug)]
pub struct SectionView<'r> {
    /// The section.
    pub section: &'r Section,
    /// Its groups.
    pub groups: Vec<GroupView<'r>>,
}

impl<'r> SectionView<'r> {
    /// Its checks.
    pub fn checks(&self) -> impl Iterator<Item = &'r CheckResult> {
        self.groups.iter().flat_map(|group| group.checks)
    }
}

/// A group with its checks.
#[derive(Debug)]
pub struct GroupView<'r> {
    /// The group.
    pub group: &'r Group,
    /// Its checks, in the order of the benchmark.
    pub checks: &'r [CheckResult],
}
