//! Takes in reports, one after the other. What is kept grows with the checks and their outcomes, not with the reports; of a node
//! only its name and what its newest report says of itself.

use super::Intake;
use super::node_set::NodeSet;
use super::outcome::{NodeName, Outcome, OutcomeId, has_remediation, outcome_id, quick_number};
use super::view::{BenchmarkView, CheckView, NodeReport, TextView};
use crate::model::{Severity, Status};
use crate::report::moment::milliseconds;
use crate::report::{ReportError, SubjectKind};
use foldhash::fast::{FixedState, RandomState};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasher as _;

/// The most outcomes of a check that are kept apart. Of the others only the status is known. Which ones are kept is a matter of their
/// ids, so that the order of the reports does not decide.
pub(super) const MOST_OUTCOMES: usize = 64;

/// The most quick numbers that are kept of a check.
const MOST_QUICK: usize = 512;

/// The most different notices of the nodes that are kept apart.
const MOST_NOTICES: usize = 64;

/// The most groups and checks of all benchmarks, and of one report.
const MOST_CHECKS: usize = 50_000;
const MOST_CHECKS_OF_ONE: usize = 5_000;

/// Merges reports of nodes.
#[derive(Debug, Default)]
pub struct Merger {
    pub(super) nodes: Vec<Node>,
    pub(super) benchmarks: Vec<Benchmark>,
    /// Notices of the reports, each with its nodes.
    pub(super) notices: BTreeMap<OutcomeId, (String, NodeSet)>,
    /// Targets that were left out, each with a reason.
    pub(super) left_out: BTreeMap<String, String>,
    /// How many reports were about something else.
    pub(super) others: BTreeMap<&'static str, usize>,
    by_name: HashMap<NodeKey, usize>,
    count: u64,
    state: RandomState,
}

/// Cluster, name and benchmark; of a node without a name also the report.
type NodeKey = (String, String, usize);

/// A node with its newest report about a benchmark.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) cluster: Option<String>,
    pub(super) name: String,
    pub(super) roles: Vec<String>,
    pub(super) platform: Option<String>,
    pub(super) kubernetes: Option<String>,
    pub(super) benchmark: usize,
    pub(super) tool: String,
    pub(super) start: String,
    pub(super) end: String,
    pub(super) report_id: String,
    /// Reports of it beside the newest one.
    pub(super) others: usize,
    order: Order,
}

/// Which of two reports is the newer one: by time, and where that is the same by what they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Order {
    /// Milliseconds since 1970.
    pub(super) time: u64,
    id: u64,
    content: u64,
}

/// A benchmark.
#[derive(Debug)]
pub(super) struct Benchmark {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) sections: BTreeMap<(String, String), String>,
    /// By section, target and group.
    pub(super) groups: BTreeMap<(String, String, String), String>,
    pub(super) slots: Vec<Slot>,
    by_key: HashMap<String, usize>,
}

/// A check on all nodes.
#[derive(Debug)]
pub(super) struct Slot {
    /// Section, target, group and id.
    pub(super) section: String,
    pub(super) target: String,
    pub(super) group: String,
    pub(super) id: String,
    /// Which one of those with this id.
    pub(super) number: usize,
    pub(super) texts: Texts,
    texts_of: Order,
    /// The nodes with each status, in the order of [`Status::WORST_FIRST`].
    pub(super) by_status: [NodeSet; 7],
    pub(super) outcomes: BTreeMap<OutcomeId, Outcome>,
    quick: HashMap<u64, OutcomeId, RandomState>,
    seen_in: u64,
}

/// What is the same for a check on all nodes: that of the newest report.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Texts {
    pub(super) title: String,
    pub(super) rule_id: Option<String>,
    pub(super) severity: Option<Severity>,
    pub(super) published_severity: Option<String>,
    pub(super) scored: bool,
    pub(super) manual: bool,
    pub(super) reads: String,
    pub(super) expected: String,
    pub(super) rationale: String,
    pub(super) impact: Option<String>,
    pub(super) remediation: String,
    pub(super) references: Vec<String>,
}

impl Merger {
    /// Takes in a report of `--format report`. One that cannot be read changes nothing.
    pub fn add(&mut self, text: &[u8]) -> Result<Intake, ReportError> {
        let report = NodeReport::read(text)?;
        if report.subject.kind != SubjectKind::Node {
            *self.others.entry(report.subject.kind.id()).or_default() += 1;
            return Ok(Intake::Other(report.subject.kind));
        }
        let Some(time) = milliseconds(&report.time.end) else {
            return Err(ReportError::Inconsistent("`time.end` is no point in time".to_owned()));
        };
        let kept: usize = self.benchmarks.iter().map(|benchmark| benchmark.slots.len() + benchmark.groups.len()).sum();
        let own =
            report.checks.len() + report.benchmark.sections.iter().map(|section| section.groups.len()).sum::<usize>();
        if own > MOST_CHECKS_OF_ONE || kept + own > MOST_CHECKS && !self.has_benchmark(&report.benchmark.id) {
            return Err(ReportError::Inconsistent("too many checks to be merged".to_owned()));
        }
        let benchmark = self.benchmark(&report.benchmark);
        self.count += 1;
        let name = report.subject.name.as_deref().unwrap_or_default();
        let node_name = NodeName::new(name);
        let content = FixedState::with_seed(0).hash_one(text);
        let order = Order { time, id: number(report.report_id.as_bytes()), content };
        let here = self.judged(benchmark, &report, &node_name, order);
        self.benchmarks[benchmark].add_outline(&report.benchmark);
        for target in &report.targets_left_out {
            let reason = target.reason.to_string();
            let known = self.left_out.entry(target.target.to_string()).or_insert_with(|| reason.clone());
            *known = reason.min(std::mem::take(known));
        }
        let (node, intake) = self.node(benchmark, &report, order);
        let is_newest = intake == Intake::Merged;
        if is_newest {
            self.place(benchmark, node, &here);
        }
        self.place_notices(Some(node).filter(|_| is_newest), &report.notices, &node_name);
        Ok(intake)
    }

    /// Whether no report was taken in.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    fn has_benchmark(&self, id: &str) -> bool {
        self.benchmarks.iter().any(|benchmark| benchmark.id == id)
    }

    fn benchmark(&mut self, view: &BenchmarkView<'_>) -> usize {
        let known = self.benchmarks.iter().position(|benchmark| *benchmark.id == *view.id);
        known.unwrap_or_else(|| {
            self.benchmarks.push(Benchmark {
                id: view.id.to_string(),
                title: view.title.to_string(),
                sections: BTreeMap::new(),
                groups: BTreeMap::new(),
                slots: Vec::new(),
                by_key: HashMap::new(),
            });
            self.benchmarks.len() - 1
        })
    }

    /// The outcome of each check: its slot, the place of its status and its id.
    fn judged(
        &mut self,
        benchmark: usize,
        report: &NodeReport<'_>,
        name: &NodeName<'_>,
        order: Order,
    ) -> Vec<(usize, usize, OutcomeId)> {
        let mut here = Vec::with_capacity(report.checks.len());
        let sections = report.benchmark.sections.iter();
        let mut groups = sections.flat_map(|section| section.groups.iter().map(move |group| (section, group)));
        let (mut section, mut left) = (None, 0);
        for check in &report.checks {
            while left == 0 {
                let Some((next, group)) = groups.next() else { break };
                (section, left) = (Some(next), group.checks);
            }
            left = left.saturating_sub(1);
            let section = section.map_or("", |section| &*section.id);
            let slot = self.benchmarks[benchmark].slot(section, check, self.count, &self.state);
            let state = &self.state;
            let of_slot = &mut self.benchmarks[benchmark].slots[slot];
            let id = of_slot.outcome(check, name, state);
            of_slot.take_texts(check, order);
            here.push((slot, status_place(check.status), id));
        }
        here
    }

    /// The node of a report, and whether the report is its newest one.
    fn node(&mut self, benchmark: usize, report: &NodeReport<'_>, order: Order) -> (usize, Intake) {
        let text = |text: &Option<TextView<'_>>| text.as_ref().map(|text| text.to_string());
        let cluster = text(&report.subject.cluster);
        let name = text(&report.subject.name).unwrap_or_else(|| format!("unnamed, report {}", &*report.report_id));
        let key = (cluster.clone().unwrap_or_default(), name.clone(), benchmark);
        let next = self.nodes.len();
        let known = *self.by_name.entry(key).or_insert(next);
        let mut node = Node {
            cluster,
            name,
            roles: report.subject.roles.iter().map(|role| role.to_string()).collect(),
            platform: text(&report.subject.platform),
            kubernetes: report.subject.kubernetes.as_ref().map(|kubernetes| kubernetes.version.to_string()),
            benchmark,
            tool: report.tool.version.to_string(),
            start: report.time.start.to_string(),
            end: report.time.end.to_string(),
            report_id: report.report_id.to_string(),
            others: 0,
            order,
        };
        node.roles.sort();
        node.roles.dedup();
        let Some(before) = self.nodes.get_mut(known) else {
            self.nodes.push(node);
            return (known, Intake::Merged);
        };
        before.others += 1;
        if order <= before.order {
            return (known, Intake::Superseded);
        }
        node.others = before.others;
        *before = node;
        self.forget(known);
        (known, Intake::Merged)
    }

    /// Takes back what an older report of the node said.
    fn forget(&mut self, node: usize) {
        let benchmark = self.nodes[node].benchmark;
        for slot in &mut self.benchmarks[benchmark].slots {
            slot.by_status.iter_mut().for_each(|nodes| nodes.remove(node));
            slot.outcomes.values_mut().for_each(|outcome| outcome.nodes.remove(node));
        }
        self.notices.values_mut().for_each(|(_, nodes)| nodes.remove(node));
    }

    fn place(&mut self, benchmark: usize, node: usize, here: &[(usize, usize, OutcomeId)]) {
        for (slot, status, id) in here {
            let slot = &mut self.benchmarks[benchmark].slots[*slot];
            slot.by_status[*status].insert(node);
            if let Some(outcome) = slot.outcomes.get_mut(id) {
                outcome.nodes.insert(node);
            }
        }
    }

    /// Takes in the notices, those of a superseded report without its node: the order of the reports decides nothing.
    fn place_notices(&mut self, node: Option<usize>, notices: &[TextView<'_>], name: &NodeName<'_>) {
        for notice in notices.iter().take(MOST_NOTICES) {
            let text = name.shown(notice);
            let id: OutcomeId = Sha256::digest(text.as_bytes()).into();
            let nodes = &mut self.notices.entry(id).or_insert_with(|| (text, NodeSet::default())).1;
            node.into_iter().for_each(|node| nodes.insert(node));
            if self.notices.len() > MOST_NOTICES {
                self.notices.pop_last();
            }
        }
    }
}

impl Benchmark {
    fn slot(&mut self, section: &str, check: &CheckView<'_>, seen_in: u64, state: &RandomState) -> usize {
        for number in 0.. {
            let key = [section, &*check.target, &*check.section, &*check.id, &number.to_string()].join("\0");
            match self.by_key.get(&key) {
                Some(known) if self.slots[*known].seen_in == seen_in => {}
                Some(known) => {
                    self.slots[*known].seen_in = seen_in;
                    return *known;
                }
                None => {
                    self.by_key.insert(key, self.slots.len());
                    self.slots.push(Slot::new(section, check, number, seen_in, state));
                    break;
                }
            }
        }
        self.slots.len() - 1
    }

    /// Sections and groups with their titles; of several titles the first in their order.
    fn add_outline(&mut self, view: &BenchmarkView<'_>) {
        if *view.title < *self.title {
            self.title = view.title.to_string();
        }
        for section in &view.sections {
            let key = (section.id.to_string(), section.target.to_string());
            let title = self.sections.entry(key).or_insert_with(|| section.title.to_string());
            if *section.title < **title {
                *title = section.title.to_string();
            }
            for group in &section.groups {
                let key = (section.id.to_string(), section.target.to_string(), group.id.to_string());
                let title = self.groups.entry(key).or_insert_with(|| group.title.to_string());
                if *group.title < **title {
                    *title = group.title.to_string();
                }
            }
        }
    }
}

impl Slot {
    fn new(section: &str, check: &CheckView<'_>, number: usize, seen_in: u64, state: &RandomState) -> Self {
        Self {
            section: section.to_owned(),
            target: check.target.to_string(),
            group: check.section.to_string(),
            id: check.id.to_string(),
            number,
            texts: Texts::of(check),
            texts_of: Order { time: 0, id: 0, content: 0 },
            by_status: Default::default(),
            outcomes: BTreeMap::new(),
            quick: HashMap::with_hasher(state.clone()),
            seen_in,
        }
    }

    /// The outcome of the check, which is kept if it is among the first by their ids.
    fn outcome(&mut self, check: &CheckView<'_>, name: &NodeName<'_>, state: &RandomState) -> OutcomeId {
        let quick = quick_number(check, name, state);
        let id = match self.quick.get(&quick) {
            Some(id) => *id,
            None => {
                let id = outcome_id(check, name);
                if self.quick.len() < MOST_QUICK {
                    self.quick.insert(quick, id);
                }
                id
            }
        };
        if let Some(outcome) = self.outcomes.get_mut(&id) {
            if has_remediation(check.status) && *check.remediation < *outcome.remediation {
                outcome.remediation = check.remediation.to_string();
            }
            return id;
        }
        let is_kept = |(last, _): (&OutcomeId, &Outcome)| id < *last;
        if self.outcomes.len() < MOST_OUTCOMES || self.outcomes.last_key_value().is_some_and(is_kept) {
            self.outcomes.insert(id, Outcome::of(check, name));
            if self.outcomes.len() > MOST_OUTCOMES {
                self.outcomes.pop_last();
            }
        }
        id
    }

    /// Takes the texts of the newest report; of two that are the same age, the greater ones.
    fn take_texts(&mut self, check: &CheckView<'_>, order: Order) {
        if order < self.texts_of {
            return;
        }
        if !self.texts.is_of(check) {
            let texts = Texts::of(check);
            if order > self.texts_of || texts > self.texts {
                self.texts = texts;
            }
        }
        self.texts_of = order;
    }
}

impl Texts {
    fn of(check: &CheckView<'_>) -> Self {
        let text = |text: &Option<TextView<'_>>| text.as_ref().map(|text| text.to_string());
        Self {
            title: check.title.to_string(),
            rule_id: text(&check.rule_id),
            severity: check.severity,
            published_severity: text(&check.published_severity),
            scored: check.scored,
            manual: check.manual,
            reads: check.reads.to_string(),
            expected: check.expected.to_string(),
            rationale: check.rationale.to_string(),
            impact: text(&check.impact),
            remediation: check.remediation.to_string(),
            references: check.references.iter().map(|text| text.to_string()).collect(),
        }
    }

    fn is_of(&self, check: &CheckView<'_>) -> bool {
        let is = |mine: &Option<String>, other: &Option<TextView<'_>>| mine.as_deref() == other.as_deref();
        self.title == *check.title
            && is(&self.rule_id, &check.rule_id)
            && self.severity == check.severity
            && is(&self.published_severity, &check.published_severity)
            && self.scored == check.scored
            && self.manual == check.manual
            && self.reads == *check.reads
            && self.expected == *check.expected
            && self.rationale == *check.rationale
            && is(&self.impact, &check.impact)
            && self.remediation == *check.remediation
            && self.references.iter().map(String::as_str).eq(check.references.iter().map(|text| &**text))
    }
}

/// The place of a status in [`Status::WORST_FIRST`].
pub(super) fn status_place(status: Status) -> usize {
    Status::WORST_FIRST.iter().position(|other| *other == status).unwrap_or_default()
}

/// A number of a text that is the same in every run.
fn number(text: &[u8]) -> u64 {
    let id: OutcomeId = Sha256::digest(text).into();
    let [a, b, c, d, e, f, g, h, ..] = id;
    u64::from_be_bytes([a, b, c, d, e, f, g, h])
}
