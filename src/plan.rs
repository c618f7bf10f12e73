//! Which checks of a benchmark to evaluate, and which distinct probes that takes.

use crate::benchmark::{Benchmark, Check, Group, Section};
use crate::model::{Component, Id, Target};
use crate::probe::Probe;
use crate::text::suggestions;
use foldhash::fast::RandomState;
use indexmap::IndexSet;

/// The checks that the user selects.
#[derive(Debug, Clone)]
pub struct Selection {
    /// The targets to evaluate.
    pub targets: Vec<Target>,
    /// Components whose checks are evaluated in every target: those that run although the rest of the target does not.
    pub components: Vec<Component>,
    /// Whether the checks that documents of the user's answer are evaluated in every target.
    pub by_documents: bool,
    /// Whether the checks that the objects of a cluster answer are evaluated in every target.
    pub by_objects: bool,
    /// Only these checks; all if empty.
    pub checks: Vec<String>,
    /// Only these groups; all if empty.
    pub groups: Vec<String>,
    /// Checks and groups to report as skipped.
    pub skip: Vec<String>,
    /// Whether to evaluate scored checks.
    pub scored: bool,
    /// Whether to evaluate checks that are not scored.
    pub unscored: bool,
}

/// A selection of what the benchmark does not have.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SelectionError {
    /// There is no such check.
    #[error("{benchmark} has no check {id}{near}")]
    Check {
        /// The benchmark.
        benchmark: String,
        /// The id that was given.
        id: String,
        /// Similar ids.
        near: String,
    },
    /// There is no such group.
    #[error("{benchmark} has no group {id}{near}")]
    Group {
        /// The benchmark.
        benchmark: String,
        /// The id that was given.
        id: String,
        /// Similar ids.
        near: String,
    },
    /// There is no such target.
    #[error("{benchmark} has no target {target}; it has {available}")]
    Target {
        /// The benchmark.
        benchmark: String,
        /// The id that was given.
        target: String,
        /// The targets of the benchmark.
        available: String,
    },
}

/// The checks to evaluate.
#[derive(Debug)]
pub struct Plan<'b> {
    /// The benchmark.
    pub benchmark: &'b Benchmark,
    /// One for each target.
    pub sections: Vec<PlannedSection<'b>>,
}

/// The checks of one section.
#[derive(Debug)]
pub struct PlannedSection<'b> {
    /// The section.
    pub section: &'b Section,
    /// Its groups that have checks.
    pub groups: Vec<PlannedGroup<'b>>,
}

/// The checks of one group.
#[derive(Debug)]
pub struct PlannedGroup<'b> {
    /// The group.
    pub group: &'b Group,
    /// Its checks, each with whether it is skipped.
    pub checks: Vec<(&'b Check, bool)>,
}

/// A check of a plan, with where it is.
#[derive(Debug, Clone, Copy)]
pub struct PlannedCheck<'b> {
    /// Its section.
    pub section: &'b Section,
    /// Its group.
    pub group: &'b Group,
    /// The check.
    pub check: &'b Check,
    /// Whether the user asked to leave it out.
    pub skipped: bool,
}

/// Selects the checks of a benchmark. An id that the benchmark does not have is an error.
pub fn plan<'b>(benchmark: &'b Benchmark, selection: &Selection) -> Result<Plan<'b>, SelectionError> {
    verify(benchmark, selection)?;
    let in_target = |target: Target, check: &Check| {
        let needs = check.rule.needs;
        selection.targets.contains(&target)
            || needs.is_some_and(|needed| selection.components.contains(&needed))
            || (selection.by_documents && check.rule.assertion.is_by_documents())
            || (selection.by_objects && check.rule.assertion.policy().is_some())
    };
    let chosen = |check: &Check, group: &Id| {
        let named = |ids: &[String], id: &Id| ids.iter().any(|i| i == id.as_str());
        let by_id = selection.checks.is_empty() || named(&selection.checks, &check.id);
        let by_group = selection.groups.is_empty() || named(&selection.groups, group);
        let by_scoring = if check.scored { selection.scored } else { selection.unscored };
        by_id && by_group && by_scoring
    };
    let skipped =
        |check: &Check, group: &Id| selection.skip.iter().any(|id| id == check.id.as_str() || id == group.as_str());
    let plan_group = |target: Target, group: &'b Group| {
        let chosen = group.checks.iter().filter(|c| in_target(target, c) && chosen(c, &group.id));
        let checks: Vec<_> = chosen.map(|c| (c, skipped(c, &group.id))).collect();
        (!checks.is_empty()).then_some(PlannedGroup { group, checks })
    };
    let sections = benchmark.sections.iter().map(|section| {
        let groups = section.groups.iter().filter_map(|group| plan_group(section.target, group));
        PlannedSection { section, groups: groups.collect() }
    });
    let is_planned = |planned: &PlannedSection<'_>| {
        selection.targets.contains(&planned.section.target) || !planned.groups.is_empty()
    };
    Ok(Plan { benchmark, sections: sections.filter(is_planned).collect() })
}

/// Refuses a selection of what the benchmark does not have.
pub fn verify(benchmark: &Benchmark, selection: &Selection) -> Result<(), SelectionError> {
    let available = benchmark.targets();
    if let Some(target) = selection.targets.iter().find(|target| !available.contains(target)) {
        let available: Vec<&str> = available.into_iter().map(Target::id).collect();
        return Err(SelectionError::Target {
            benchmark: benchmark.id.clone(),
            target: target.to_string(),
            available: available.join(", "),
        });
    }
    if [&selection.checks, &selection.groups, &selection.skip].iter().all(|ids| ids.is_empty()) {
        return Ok(());
    }
    let checks: Vec<&str> = benchmark.checks().map(|(_, c)| c.id.as_str()).collect();
    let groups: Vec<&str> = benchmark.sections.iter().flat_map(|s| s.groups.iter().map(|g| g.id.as_str())).collect();
    if let Some(id) = selection.groups.iter().find(|id| !groups.contains(&id.as_str())) {
        return Err(SelectionError::Group {
            benchmark: benchmark.id.clone(),
            id: id.clone(),
            near: if checks.contains(&id.as_str()) {
                format!("; it is a check: --check {id} (-c)")
            } else {
                suggestions(id, groups.iter().copied())
            },
        });
    }
    let checks_or_groups = selection.skip.iter().filter(|id| !groups.contains(&id.as_str()));
    if let Some(id) = selection.checks.iter().chain(checks_or_groups).find(|id| !checks.contains(&id.as_str())) {
        let is_group = groups.contains(&id.as_str());
        return Err(SelectionError::Check {
            benchmark: benchmark.id.clone(),
            id: id.clone(),
            near: if is_group {
                format!("; it is a group: --group {id} (-g)")
            } else {
                suggestions(id, checks.iter().copied())
            },
        });
    }
    Ok(())
}

impl<'b> Plan<'b> {
    /// Every check, in the order of the benchmark.
    pub fn checks(&self) -> impl Iterator<Item = PlannedCheck<'b>> {
        self.sections.iter().flat_map(|PlannedSection { section, groups }| {
            groups.iter().flat_map(move |PlannedGroup { group, checks }| {
                checks.iter().map(move |(check, skipped)| PlannedCheck { section, group, check, skipped: *skipped })
            })
        })
    }

    /// Whether no check is left.
    pub fn is_empty(&self) -> bool {
        self.sections.iter().all(|s| s.groups.is_empty())
    }

    /// Every distinct probe of the checks that are not skipped.
    pub fn probes(&self) -> IndexSet<&'b Probe, RandomState> {
        let evaluated = self.checks().filter(|planned| !planned.skipped);
        let tests = evaluated.flat_map(|planned| planned.check.rule.assertion.tests());
        tests.map(|test| &test.probe).collect()
    }
}
