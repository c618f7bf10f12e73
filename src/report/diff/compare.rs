//! Compares two reports, rule by rule and subject by subject.

use super::class::{Standing, classify};
use super::state::{Key, State, has_unknown, states, whole};
use super::{Change, ChangeClass, Incomparable, PairDiff, ReportRef, Side};
use crate::report::occurrence::{rule_id, scope};
use crate::report::{CheckResult, Report};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashSet};

impl PairDiff {
    /// What changed from one report to the other.
    pub fn of(old: &Report, new: &Report) -> Result<Self, Incomparable> {
        if old.subject.kind != new.subject.kind {
            return Err(Incomparable { old: old.subject.kind, new: new.subject.kind });
        }
        let mut changes = Vec::new();
        for pair in pairs(old, new) {
            match (pair.old, pair.new) {
                (Some(before), Some(after)) => Judged { old, new, before, after, rule: &pair.rule }.add(&mut changes),
                (Some(check), None) => changes.push(only(&pair.rule, check, ChangeClass::Gone)),
                (None, Some(check)) => changes.push(only(&pair.rule, check, ChangeClass::Appeared)),
                (None, None) => {}
            }
        }
        changes.sort_by(order);
        let subject = new.subject_name();
        let (kind, scope) = (new.subject.kind, scope(new));
        Ok(Self {
            subject,
            kind,
            scope,
            old: ReportRef::of(old),
            new: ReportRef::of(new),
            notices: notices(old, new),
            changes,
        })
    }
}

impl Report {
    /// What the report is about, for the reader.
    pub(crate) fn subject_name(&self) -> String {
        let name = self.subject.name.as_deref().unwrap_or(self.subject.kind.id());
        match self.subject.cluster.as_deref() {
            Some(cluster) => format!("{cluster}/{name}"),
            None => name.to_owned(),
        }
    }
}

/// Differences of the reports themselves, which may be the cause of changes.
fn notices(old: &Report, new: &Report) -> Vec<String> {
    let parts = [
        ("subjects", old.subject_name(), new.subject_name()),
        ("benchmarks", old.benchmark.id.clone(), new.benchmark.id.clone()),
        ("versions of the program", old.tool.version.clone(), new.tool.version.clone()),
    ];
    let mut notices: Vec<String> = parts
        .into_iter()
        .filter(|(_, old, new)| old != new)
        .map(|(what, old, new)| format!("the {what} differ: {old}, now {new}"))
        .collect();
    if old.time.end > new.time.end {
        notices
            .push(format!("the old report is the newer one: it ended {}, the new one {}", old.time.end, new.time.end));
    }
    notices
}

/// A rule with its check in each report that judged it.
struct RulePair<'r> {
    rule: String,
    old: Option<&'r CheckResult>,
    new: Option<&'r CheckResult>,
}

/// The rules of both reports. A rule with several checks is matched by target and order.
fn pairs<'r>(old: &'r Report, new: &'r Report) -> Vec<RulePair<'r>> {
    let (mut old, mut new) = (checks(old), checks(new));
    let rules: BTreeSet<String> = old.keys().chain(new.keys()).cloned().collect();
    let mut pairs = Vec::new();
    for rule in rules {
        let (before, after) = (old.remove(&rule).unwrap_or_default(), new.remove(&rule).unwrap_or_default());
        if let ([before], [after]) = (before.as_slice(), after.as_slice()) {
            pairs.push(RulePair { rule, old: Some(before), new: Some(after) });
            continue;
        }
        let mut numbered: BTreeMap<(&str, usize), [Option<&CheckResult>; 2]> = BTreeMap::new();
        for (side, checks) in [before, after].into_iter().enumerate() {
            let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
            for check in checks {
                let number = seen.entry(&check.target).or_default();
                *number += 1;
                numbered.entry((&check.target, *number)).or_default()[side] = Some(check);
            }
        }
        pairs.extend(numbered.into_values().map(|[old, new]| RulePair { rule: rule.clone(), old, new }));
    }
    pairs
}

/// The checks of a report by rule, without those that the user left out.
fn checks(report: &Report) -> BTreeMap<String, Vec<&CheckResult>> {
    let mut checks: BTreeMap<String, Vec<&CheckResult>> = BTreeMap::new();
    for check in report.checks.iter().filter(|check| Standing::of(check.status) != Standing::Absent) {
        checks.entry(rule_id(report, check).into_owned()).or_default().push(check);
    }
    checks
}

/// A check that one report does not have.
fn only(rule: &str, check: &CheckResult, class: ChangeClass) -> Change {
    let side = Some(side(whole(check)));
    let (old, new) = if class == ChangeClass::Gone { (side, None) } else { (None, side) };
    change(rule, check, Key { subject: None, file: None }, class, [old, new], None)
}

fn side(state: State) -> Side {
    Side { status: state.status, evidence: state.shown }
}

fn change(
    rule: &str,
    check: &CheckResult,
    Key { subject, file }: Key,
    class: ChangeClass,
    [old, new]: [Option<Side>; 2],
    line: Option<usize>,
) -> Change {
    Change {
        class,
        rule: rule.to_owned(),
        check: check.id.clone(),
        title: check.title.to_string(),
        target: check.target.to_string(),
        severity: check.severity,
        subject,
        file,
        line,
        old,
        new,
    }
}

/// Broken first, then by severity.
fn order(a: &Change, b: &Change) -> Ordering {
    let place = |of: &'_ Change| (of.rule.clone(), of.target.clone(), of.file.clone(), of.subject.clone());
    a.class.cmp(&b.class).then_with(|| b.severity.cmp(&a.severity)).then_with(|| place(a).cmp(&place(b)))
}

/// A rule that both reports judged.
struct Judged<'r> {
    old: &'r Report,
    new: &'r Report,
    before: &'r CheckResult,
    after: &'r CheckResult,
    rule: &'r str,
}

impl Judged<'_> {
    fn add(&self, changes: &mut Vec<Change>) {
        let (mut old, mut new) = (states(self.old, self.before), states(self.new, self.after));
        let keys: BTreeSet<Key> = old.keys().chain(new.keys()).cloned().collect();
        // The check as a whole comes last: what its subjects say already is not repeated.
        let (wholes, subjects): (Vec<Key>, Vec<Key>) = keys.into_iter().partition(|key| key.subject.is_none());
        let mut told = HashSet::new();
        for key in subjects.into_iter().chain(wholes) {
            let (before, after) = (old.remove(&key).unwrap_or_default(), new.remove(&key).unwrap_or_default());
            let (before, after) = without_same(before, after);
            let pairs = before.len().max(after.len());
            let (mut before, mut after) = (before.into_iter(), after.into_iter());
            for _ in 0..pairs {
                let (before, after) = (before.next(), after.next());
                let is_whole = key.subject.is_none();
                let standings = [(self.before, &before), (self.after, &after)];
                let [old, new] = standings.map(|(check, state)| standing(check, state.as_ref(), is_whole));
                let both_ways = (classify(old, new), classify(new, old));
                if is_whole && (told.contains(&both_ways) || old == new && (before.is_none() || after.is_none())) {
                    continue;
                }
                told.insert(both_ways);
                changes.push(self.change(key.clone(), before, after, [old, new]));
            }
        }
    }

    fn change(&self, key: Key, old: Option<State>, new: Option<State>, standings: [Standing; 2]) -> Change {
        let [before, after] = standings;
        let class = classify(before, after).unwrap_or(match (&old, &new) {
            (Some(_), Some(_)) => ChangeClass::Changed,
            (None, _) => ChangeClass::Appeared,
            (Some(_), None) => ChangeClass::Gone,
        });
        let line = new.as_ref().and_then(|state| state.line);
        let is_whole = key.subject.is_none();
        // Of a subject that is not listed the check as a whole may say why.
        let side_of = |state: Option<State>, standing: Standing, check: &CheckResult| match state {
            Some(state) => Some(side(state)),
            None => (is_whole || standing == Standing::Unknown).then(|| side(whole(check))),
        };
        let sides = [side_of(old, before, self.before), side_of(new, after, self.after)];
        change(self.rule, self.after, key, class, sides, line)
    }
}

/// What a report says of a subject that it may not list.
fn standing(check: &CheckResult, state: Option<&State>, is_whole: bool) -> Standing {
    match state {
        Some(state) => Standing::of(state.status),
        None if is_whole => Standing::of(check.status),
        None if has_unknown(check) => Standing::Unknown,
        None => Standing::Absent,
    }
}

/// Leaves out the states that both sides have. Both are sorted.
fn without_same(old: Vec<State>, new: Vec<State>) -> (Vec<State>, Vec<State>) {
    let (mut old, mut new) = (old.into_iter().peekable(), new.into_iter().peekable());
    let (mut before, mut after) = (Vec::new(), Vec::new());
    loop {
        match (old.peek(), new.peek()) {
            (Some(a), Some(b)) if a.is_same(b) => {
                old.next();
                new.next();
            }
            (Some(a), Some(b)) if a.order() < b.order() => before.extend(old.next()),
            (_, Some(_)) => after.extend(new.next()),
            (Some(_), None) => before.extend(old.next()),
            (None, None) => return (before, after),
        }
    }
}
