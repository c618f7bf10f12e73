//! Evaluates a plan: collects every probe once, compares, and builds the outcomes. Cannot fail: what cannot be read is an
//! outcome with a reason.

use super::evaluation::Evaluation;
use super::external::ExternalChecks;
use super::judge::{Judgement, adjust, judge};
use super::policy;
use super::remediation::{changes_nothing, remediation};
use crate::benchmark::{Assertion, Assessment, Check};
use crate::model::{Component, Evidence, EvidenceEntry, Finding, Outcome, Verdict};
use crate::node::Node;
use crate::plan::{Plan, PlannedCheck};
use crate::policy::ClusterFacts;
use crate::probe::{Collector, Probe};
use crate::text::sanitize;
use std::collections::BTreeMap;

/// Evaluates the checks of a plan on a node. `cluster`: the objects of its cluster, if they are known.
pub fn evaluate(
    plan: &Plan<'_>,
    collector: &mut Collector<'_>,
    node: &Node,
    cluster: Option<&ClusterFacts<'_>>,
    external: &dyn ExternalChecks,
) -> Evaluation {
    let probes = plan.probes();
    let evidence: Vec<Evidence> = collector.collect_all(probes.iter().copied());
    let collector = &*collector;
    let find = |probe: &Probe| probes.get_index_of(probe).and_then(|index| evidence.get(index));
    let outcome = |PlannedCheck { check, skipped, .. }: PlannedCheck<'_>| match (&check.rule.assertion, cluster) {
        (Assertion::External(number), _) => external.evaluate(*number, check, skipped),
        (Assertion::ByCluster(test, steps), Some(facts)) => policy::outcome(check, test, steps, skipped, facts),
        _ => {
            let judgement = if skipped { skip(check) } else { judge_check(check, node, &find) };
            let judgement = if check.assessment == Assessment::NotApplicable { excuse(judgement) } else { judgement };
            to_outcome(check, judgement, collector, node, &find)
        }
    };
    let mut outcomes = Vec::with_capacity(plan.checks().count());
    outcomes.extend(plan.checks().map(outcome));
    let of_cluster = cluster.map(|facts| facts.lists.notices.as_slice()).unwrap_or_default();
    let notices = node.notices().iter().chain(of_cluster).cloned().chain(external.notices());
    Evaluation { outcomes, notices: notices.map(sanitize::into_line).collect() }
}

fn judge_check<'e>(check: &Check, node: &Node, find: &dyn Fn(&Probe) -> Option<&'e Evidence>) -> Judgement {
    let judgement = judge(&check.rule.assertion, find);
    if check.rule.assertion.is_by_documents() {
        // What runs on this node says nothing about the documents.
        return judgement;
    }
    if let Some(reason) = node.reason_not_applicable(&check.rule.id, &owners(&judgement)) {
        return with_verdict(judgement, Verdict::NotApplicable(reason.to_owned()));
    }
    match check.rule.needs {
        Some(component) if node.reason_not_started(component).is_some() => {
            with_verdict(judgement, Verdict::NotApplicable(node.absence(component)))
        }
        Some(component) if is_absent(component, node) => {
            let mut reason = node.absence(component);
            if component == Component::Etcd && node.runs_or_is_embedded(Component::Apiserver) {
                reason += ", while the other components of the control plane do: it runs on other machines";
            }
            with_verdict(judgement, Verdict::NotApplicable(reason))
        }
        _ => match judgement.verdict.clone() {
            // Where the processes cannot be read, nothing is known of what runs.
            Verdict::NotApplicable(reason) if node.is_blind() => {
                let reason = format!("{reason}, and the processes cannot be read");
                with_verdict(judgement, Verdict::Undetermined(reason))
            }
            // Where nothing runs, a file that does not exist proves nothing.
            Verdict::NotApplicable(reason) if !node.runs_anything() => with_verdict(judgement, Verdict::Fail(reason)),
            _ => judgement,
        },
    }
}

/// User and group of the files that were looked at; `?` for those of which it is not known.
fn owners(judgement: &Judgement) -> Vec<&str> {
    let evidence = judgement.findings.iter().flat_map(|finding| &finding.evidence);
    evidence.map(|entry| entry.value.split_once(' ').map_or("?", |(_, owner)| owner)).collect()
}

/// The judgement on a check that its benchmark calls not applicable on its platform: it passes where it is met.
fn excuse(judgement: Judgement) -> Judgement {
    const EXCUSED: &str = "the benchmark calls this check not applicable on its platform";
    match judgement.verdict.clone() {
        Verdict::Pass | Verdict::Skipped | Verdict::NotApplicable(_) => judgement,
        Verdict::Fail(reason) | Verdict::Undetermined(reason) => {
            with_verdict(judgement, Verdict::NotApplicable(format!("{EXCUSED}; on this node: {reason}")))
        }
        Verdict::Manual(_) => with_verdict(judgement, Verdict::NotApplicable(EXCUSED.to_owned())),
    }
}

/// The judgement with another verdict, and findings that agree with it.
fn with_verdict(judgement: Judgement, verdict: Verdict) -> Judgement {
    let mut findings = judgement.findings;
    adjust(&mut findings, verdict.status());
    Judgement { verdict, findings, ..judgement }
}

/// Whether a component does not run here: no process has its name, and none contains it.
fn is_absent(component: Component, node: &Node) -> bool {
    let found = node.processes(component);
    found.instances.is_empty() && found.ignored.is_empty() && !node.is_hidden(component)
}

fn skip(check: &Check) -> Judgement {
    Judgement {
        verdict: Verdict::Skipped,
        expected: judge(&check.rule.assertion, &|_| None).expected,
        actual: "not evaluated".to_owned(),
        findings: Vec::new(),
    }
}

/// The outcome of a judgement. Text from the machine is made safe here.
fn to_outcome<'e>(
    check: &Check,
    judgement: Judgement,
    collector: &Collector<'_>,
    node: &Node,
    find: &dyn Fn(&Probe) -> Option<&'e Evidence>,
) -> Outcome {
    let remediation = remediation(check, &judgement, collector, node, find);
    let changes_nothing = changes_nothing(check, &judgement, find);
    let is_manual = matches!(judgement.verdict, Verdict::Manual(_));
    Outcome {
        verdict: judgement.verdict.map_reason(sanitize::into_line),
        manual: matches!(check.rule.assertion, Assertion::Manual(_) | Assertion::ByCluster(..)) || is_manual,
        reads: reads(&check.rule.assertion),
        expected: judgement.expected,
        actual: sanitize::into_line(judgement.actual),
        remediation,
        changes_nothing,
        findings: by_subject(judgement.findings.into_iter().map(sanitize_finding)),
        extensions: BTreeMap::new(),
    }
}

/// In words, what a check reads.
fn reads(assertion: &Assertion) -> String {
    let mut read: Vec<String> = Vec::new();
    for test in assertion.tests() {
        let text = test.probe.describe();
        if !read.contains(&text) {
            read.push(text);
        }
    }
    if read.is_empty() { "nothing on this node: manual review required".to_owned() } else { read.join("; ") }
}

/// Findings that follow each other and are about one subject become one.
fn by_subject(findings: impl Iterator<Item = Finding>) -> Vec<Finding> {
    let mut grouped: Vec<Finding> = Vec::new();
    for finding in findings {
        match grouped.last_mut() {
            Some(last)
                if (&last.subject, last.count, last.status) == (&finding.subject, finding.count, finding.status) =>
            {
                last.evidence.extend(finding.evidence);
            }
            _ => grouped.push(finding),
        }
    }
    grouped
}

fn sanitize_finding(finding: Finding) -> Finding {
    let entry = |entry: EvidenceEntry| EvidenceEntry {
        attribute: sanitize::into_line(entry.attribute),
        value: sanitize::into_line(entry.value),
        source: sanitize::into_line(entry.source),
    };
    Finding {
        subject: sanitize::into_line(finding.subject),
        evidence: finding.evidence.into_iter().map(entry).collect(),
        ..finding
    }
}
