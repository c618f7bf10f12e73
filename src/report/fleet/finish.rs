//! Makes the report of what was merged.

use super::check_words::sentence;
use super::drift::{applies, drift, roles};
use super::merger::{Benchmark, Merger, Slot, status_place};
use super::node_ranges::extension;
use super::node_set::NodeSet;
use super::notices::{Gaps, notices};
use super::options::MergeOptions;
use super::order::by_number;
use super::outcome::{Outcome, has_remediation};
use crate::model::{EvidenceEntry, Finding, Status};
use crate::report::{
    BenchmarkInfo, CheckResult, FleetNode, Group, KubernetesVersion, Report, ReportV1, SCHEMA_VERSION, Section,
    Subject, SubjectKind, TargetLeftOut, TimeRange, Tool,
};
use crate::text::sanitize;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// The most names of nodes in the subject of a finding.
const MOST_NAMES: usize = 20;

/// The most benchmarks in the name of several.
const MOST_BENCHMARKS: usize = 4;

/// A fleet's report, and whether it is complete.
#[derive(Debug)]
pub struct Merged {
    /// The report.
    pub report: Report,
    /// What is missing, in words; nothing if it is complete.
    pub incomplete: Option<String>,
}

impl Merger {
    /// The report of everything that was taken in.
    pub fn finish(self, options: &MergeOptions) -> Merged {
        let order = self.order();
        let mut rank = vec![0; order.len()];
        order.iter().enumerate().for_each(|(place, node)| rank[*node] = place);
        let clusters: BTreeSet<&Option<String>> = self.nodes.iter().map(|node| &node.cluster).collect();
        let name = |node: usize| {
            let node = &self.nodes[node];
            match node.cluster.as_ref().filter(|_| clusters.len() > 1) {
                Some(cluster) => format!("{cluster}/{}", node.name),
                None => node.name.clone(),
            }
        };
        let mut benchmarks: Vec<&Benchmark> = self.benchmarks.iter().collect();
        benchmarks.sort_by(|a, b| by_number(&a.id, &b.id));
        let mut merging =
            Merging { rank: &rank, name: &name, several: benchmarks.len() > 1, differing: BTreeMap::new() };
        let (mut sections, mut checks) = (Vec::new(), Vec::new());
        for benchmark in &benchmarks {
            merging.benchmark(&self, benchmark, &mut sections, &mut checks);
        }
        let gaps = Gaps::of(&self, options, &name);
        let notices = notices(&self, options, &gaps, &merging.differing, &name);
        let is_audited = |target: &String| sections.iter().any(|section: &Section| section.target == *target);
        let left_out = self.left_out.iter().filter(|(target, _)| !is_audited(target));
        let line = |text: &str| sanitize::line(text);
        let targets_left_out =
            left_out.map(|(target, reason)| TargetLeftOut { target: line(target), reason: line(reason) }).collect();
        let document = ReportV1 {
            schema_version: SCHEMA_VERSION,
            report_id: self.report_id(&order, options),
            tool: Tool { name: "nodeproof".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
            time: TimeRange {
                start: line(self.nodes.iter().map(|node| node.start.as_str()).min().unwrap_or_default()),
                end: line(self.nodes.iter().map(|node| node.end.as_str()).max().unwrap_or_default()),
            },
            subject: self.subject(options),
            benchmark: BenchmarkInfo {
                id: line(&joined(benchmarks.iter().map(|benchmark| benchmark.id.as_str()), "+")),
                title: line(&joined(benchmarks.iter().map(|benchmark| benchmark.title.as_str()), "; ")),
                chosen_by: "the reports of the nodes".to_owned(),
                sections,
            },
            notices: notices.iter().map(|notice| line(notice)).collect(),
            targets_left_out,
            inputs: None,
            nodes: order.iter().map(|node| self.fleet_node(*node)).collect(),
            waivers_sha256: options.waivers_sha256.clone(),
            checks,
        };
        let incomplete = [("without a report", gaps.missing.len()), ("with an old report", gaps.old.len())];
        let incomplete: Vec<String> = incomplete
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .map(|(what, count)| format!("{} {what}", super::check_words::nodes(count)))
            .collect();
        let incomplete = (!incomplete.is_empty()).then(|| incomplete.join(", "));
        Merged { report: Report::new(document), incomplete }
    }

    /// The nodes in the order of the report.
    fn order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.nodes.len()).collect();
        let benchmark = |node: usize| self.benchmarks[self.nodes[node].benchmark].id.as_str();
        order.sort_by(|a, b| {
            let (one, other) = (&self.nodes[*a], &self.nodes[*b]);
            let by_name = || by_number(&one.name, &other.name);
            one.cluster.cmp(&other.cluster).then_with(by_name).then_with(|| benchmark(*a).cmp(benchmark(*b)))
        });
        order
    }

    fn fleet_node(&self, node: usize) -> FleetNode {
        let node = &self.nodes[node];
        let line = |text: &String| sanitize::line(text);
        FleetNode {
            name: line(&node.name),
            cluster: node.cluster.as_ref().map(line),
            roles: node.roles.iter().map(line).collect(),
            kubernetes: node.kubernetes.as_ref().map(line),
            benchmark: line(&self.benchmarks[node.benchmark].id),
            tool_version: line(&node.tool),
            time: line(&node.end),
            report_id: line(&node.report_id),
        }
    }

    /// The same for the same reports.
    fn report_id(&self, order: &[usize], options: &MergeOptions) -> String {
        let mut parts = vec![options.name.clone().unwrap_or_default()];
        for node in order {
            let node = &self.nodes[*node];
            parts.extend([node.report_id.clone(), node.end.clone(), node.name.clone()]);
        }
        Uuid::new_v5(&Uuid::NAMESPACE_OID, parts.join("\0").as_bytes()).to_string()
    }

    fn subject(&self, options: &MergeOptions) -> Subject {
        /// The value that all nodes have.
        fn common<'n>(mut values: impl Iterator<Item = Option<&'n String>>) -> Option<String> {
            let first = values.next()??;
            values.all(|value| value == Some(first)).then(|| sanitize::line(first))
        }
        let roles: BTreeSet<&String> = self.nodes.iter().flat_map(|node| &node.roles).collect();
        let kubernetes = common(self.nodes.iter().map(|node| node.kubernetes.as_ref()));
        Subject {
            kind: SubjectKind::Fleet,
            name: options.name.as_deref().map(sanitize::line),
            uid: None,
            cluster: common(self.nodes.iter().map(|node| node.cluster.as_ref())),
            labels: BTreeMap::new(),
            roles: roles.into_iter().map(|role| sanitize::line(role)).collect(),
            platform: common(self.nodes.iter().map(|node| node.platform.as_ref())),
            kubernetes: kubernetes
                .map(|version| KubernetesVersion { version, source: "the reports of all nodes".to_owned() }),
        }
    }
}

/// The texts, or the first few of many.
fn joined<'t>(texts: impl Iterator<Item = &'t str>, separator: &str) -> String {
    let texts: Vec<&str> = texts.collect();
    let shown = texts[..texts.len().min(MOST_BENCHMARKS)].join(separator);
    match texts.len().saturating_sub(MOST_BENCHMARKS) {
        0 => shown,
        more => format!("{shown}{separator}{more} more"),
    }
}

/// What the checks of a report are made with.
struct Merging<'m> {
    /// The place of each node in the report.
    rank: &'m [usize],
    name: &'m dyn Fn(usize) -> String,
    /// Whether there are several benchmarks, so that ids say which one they are of.
    several: bool,
    /// In how many checks a node differs from the others of its role.
    differing: BTreeMap<usize, usize>,
}

impl Merging<'_> {
    fn benchmark(
        &mut self,
        merger: &Merger,
        benchmark: &Benchmark,
        sections: &mut Vec<Section>,
        checks: &mut Vec<CheckResult>,
    ) {
        let by_role = roles(merger, benchmark);
        let id = |id: &str| {
            if self.several { sanitize::into_line(format!("{}:{id}", benchmark.id)) } else { sanitize::line(id) }
        };
        let mut slots: Vec<&Slot> =
            benchmark.slots.iter().filter(|slot| !slot.by_status.iter().all(NodeSet::is_empty)).collect();
        slots.sort_by(|a, b| slot_order(a, b));
        let mut made = Vec::new();
        for (first, slot) in slots.iter().enumerate() {
            let before = first.checked_sub(1).map(|before| slots[before]);
            let is_new_section = before.is_none_or(|b| (&b.section, &b.target) != (&slot.section, &slot.target));
            if is_new_section {
                let key = (slot.section.clone(), slot.target.clone());
                let title = benchmark.sections.get(&key).map_or("", String::as_str);
                sections.push(Section {
                    id: id(&slot.section),
                    title: sanitize::line(title),
                    target: sanitize::line(&slot.target),
                    groups: Vec::new(),
                });
            }
            let Some(section) = sections.last_mut() else { continue };
            if is_new_section || before.is_none_or(|b| b.group != slot.group) {
                let key = (slot.section.clone(), slot.target.clone(), slot.group.clone());
                let title = benchmark.groups.get(&key).map_or("", String::as_str);
                section.groups.push(Group { id: id(&slot.group), title: sanitize::line(title), checks: 0 });
            }
            if let Some(group) = section.groups.last_mut() {
                group.checks += 1;
            }
            made.push((*slot, id(&slot.id), id(&slot.group)));
        }
        for (slot, id, group) in made {
            checks.push(self.check(slot, id, group, &by_role));
        }
    }

    fn check(
        &mut self,
        slot: &Slot,
        id: String,
        group: String,
        by_role: &BTreeMap<&'static str, NodeSet>,
    ) -> CheckResult {
        let drifts = drift(slot, by_role);
        for node in drifts.iter().flat_map(|drift| drift.differing.iter()) {
            *self.differing.entry(node).or_default() += 1;
        }
        let mut outcomes: Vec<&Outcome> = slot.outcomes.values().filter(|outcome| !outcome.nodes.is_empty()).collect();
        // The ids are in order, and the sort keeps it.
        outcomes.sort_by_key(|outcome| (status_place(outcome.status), std::cmp::Reverse(outcome.nodes.len())));
        let here = Status::WORST_FIRST.into_iter().zip(&slot.by_status).filter(|(_, nodes)| !nodes.is_empty());
        let status = Status::worst(here.clone().map(|(status, _)| status).filter(|status| applies(*status)))
            .or_else(|| here.clone().map(|(status, _)| status).next())
            .unwrap_or(Status::Undetermined);
        let worst = outcomes.iter().copied().find(|outcome| outcome.status == status);
        let text = |text: &str| sanitize::output(text);
        let texts = &slot.texts;
        let remediation = match worst {
            Some(worst) if has_remediation(worst.status) => text(&worst.remediation),
            Some(_) | None => text(&texts.remediation),
        };
        let mut findings: Vec<(Finding, Vec<usize>)> = outcomes
            .iter()
            .map(|outcome| {
                let mut evidence = outcome.evidence.clone();
                if let Some(reason) = &outcome.reason {
                    evidence.insert(0, entry("reason", reason));
                }
                let own = Some(text(&outcome.remediation)).filter(|own| !own.is_empty() && *own != remediation);
                self.finding(outcome.status, &outcome.nodes, evidence, own)
            })
            .collect();
        for (status, nodes) in here {
            let mut rest = nodes.clone();
            outcomes.iter().for_each(|outcome| rest.subtract(&outcome.nodes));
            if !rest.is_empty() {
                let reason = "the values differ from node to node; the reports of the nodes have them";
                findings.push(self.finding(status, &rest, vec![entry("reason", reason)], None));
            }
        }
        findings.sort_by_key(|(finding, _)| status_place(finding.status));
        let said = sentence(slot, &drifts, worst, self.name).map(sanitize::into_line);
        let (findings, nodes): (Vec<Finding>, Vec<Vec<usize>>) = findings.into_iter().unzip();
        let line = |text: &String| sanitize::line(text);
        CheckResult {
            id,
            rule_id: texts.rule_id.as_ref().map(line),
            target: sanitize::line(&slot.target).into(),
            section: group,
            title: line(&texts.title).into(),
            severity: texts.severity,
            published_severity: texts.published_severity.as_ref().map(line),
            scored: texts.scored,
            manual: texts.manual,
            status,
            actual: said.clone().unwrap_or_else(|| "all nodes are alike".to_owned()),
            reason: said,
            reads: line(&texts.reads),
            expected: line(&texts.expected),
            rationale: text(&texts.rationale).into(),
            impact: texts.impact.as_ref().map(|impact| text(impact).into()),
            remediation: remediation.into(),
            references: texts.references.iter().map(|reference| line(reference).into()).collect(),
            waiver: worst.and_then(|worst| worst.waiver.clone()).filter(|_| status == Status::Waived).map(|waiver| {
                crate::report::Waiver {
                    id: line(&waiver.id),
                    reason: line(&waiver.reason),
                    owner: line(&waiver.owner),
                    expires: line(&waiver.expires),
                    former_status: waiver.former_status,
                }
            }),
            findings,
            extensions: extension(&nodes),
        }
    }

    /// A finding about these nodes, and their places in the report.
    fn finding(
        &self,
        status: Status,
        nodes: &NodeSet,
        evidence: Vec<EvidenceEntry>,
        remediation: Option<String>,
    ) -> (Finding, Vec<usize>) {
        let mut places: Vec<(usize, usize)> = nodes.iter().map(|node| (self.rank[node], node)).collect();
        places.sort_unstable();
        let names = places.iter().take(MOST_NAMES).map(|(_, node)| (self.name)(*node));
        let subject = if places.len() > MOST_NAMES {
            // The number is beside it. The name keeps it apart from other outcomes.
            format!("nodes such as {}", names.take(1).collect::<String>())
        } else {
            names.collect::<Vec<_>>().join(", ")
        };
        let line = |EvidenceEntry { attribute, value, source }: EvidenceEntry| EvidenceEntry {
            attribute: sanitize::into_line(attribute),
            value: sanitize::into_line(value),
            source: sanitize::into_line(source),
        };
        let finding = Finding {
            subject: sanitize::into_line(subject),
            count: places.len(),
            status,
            evidence: evidence.into_iter().map(line).collect(),
            location: None,
            remediation,
        };
        (finding, places.into_iter().map(|(place, _)| place).collect())
    }
}

fn entry(attribute: &str, value: &str) -> EvidenceEntry {
    EvidenceEntry { attribute: attribute.to_owned(), value: value.to_owned(), source: String::new() }
}

fn slot_order(a: &Slot, b: &Slot) -> Ordering {
    by_number(&a.section, &b.section)
        .then_with(|| a.target.cmp(&b.target))
        .then_with(|| by_number(&a.group, &b.group))
        .then_with(|| by_number(&a.id, &b.id))
        .then_with(|| a.number.cmp(&b.number))
}
