//! Carries a plan out: looks once where each probe says, judges each check, and tells what to do. Cannot fail: what cannot
//! be seen is an outcome with a reason.

use crate::benchmark::{Assertion, Check};
use crate::evaluate::{Judgement, judge};
use crate::kube_bench::{self, AuditRunner};
use crate::model::Component;
use crate::node::Node;
use crate::plan::Plan;
use crate::probe::{Collector, Evidence, Probe};
use crate::report::{
    Finding, GroupReport, KubeBenchFields, KubernetesVersion, Outcome, Report, SectionReport, Verdict,
};
use crate::text::sanitize;
use std::collections::HashMap;

/// Judges the checks of a plan on a node, without a shell.
pub fn run(
    plan: &Plan<'_>,
    collector: &mut Collector<'_>,
    node: &Node,
    kubernetes: Option<KubernetesVersion>,
) -> Report {
    let auditor = AuditRunner::new(collector.source(), Err("this run has no shell".to_owned()));
    run_with_audits(plan, collector, node, kubernetes, &auditor)
}

/// Judges the checks of a plan on a node; `auditor` runs the audits of those in kube-bench's dialect.
pub fn run_with_audits(
    plan: &Plan<'_>,
    collector: &mut Collector<'_>,
    node: &Node,
    kubernetes: Option<KubernetesVersion>,
    auditor: &AuditRunner<'_>,
) -> Report {
    let evidence: HashMap<&Probe, Evidence> = collector.collect_all(plan.probes());
    let collector = &*collector;
    let find = |probe: &Probe| evidence.get(probe);
    let mut remarks: Vec<String> = Vec::new();
    let mut outcome = |check: &Check, skipped: bool| {
        if let Assertion::Dialect(audited) = &check.rule.assertion {
            return outcome_of_audits(check, audited, skipped, auditor, &mut remarks);
        }
        let judgement = if skipped { skipped_check(check) } else { judge_check(check, node, &find) };
        build(check, judgement, collector)
    };
    let sections = plan
        .sections
        .iter()
        .map(|planned| SectionReport {
            id: planned.section.id.clone(),
            title: planned.section.title.clone(),
            target: planned.section.target,
            groups: planned
                .groups
                .iter()
                .map(|group| GroupReport {
                    id: group.group.id.clone(),
                    title: group.group.title.clone(),
                    kind: group.group.kind.clone(),
                    outcomes: group.checks.iter().map(|(check, skipped)| outcome(check, *skipped)).collect(),
                })
                .collect(),
        })
        .collect();
    Report {
        benchmark: plan.benchmark.to_owned(),
        kubernetes: kubernetes.map(|k| KubernetesVersion {
            version: sanitize::into_line(k.version),
            source: sanitize::into_line(k.source),
        }),
        sections,
        notices: node.notices().iter().chain(&remarks).chain(&auditor.summary()).map(|n| sanitize::line(n)).collect(),
    }
}

fn judge_check<'e>(check: &Check, node: &Node, find: &dyn Fn(&Probe) -> Option<&'e Evidence>) -> Judgement {
    let judgement = judge(&check.rule.assertion, find);
    match check.rule.needs {
        Some(component) if is_elsewhere(component, node) => Judgement {
            verdict: Verdict::NotApplicable(format!(
                "{}, while the control plane's other components do: it is on other machines",
                node.absence(component)
            )),
            ..judgement
        },
        _ => match judgement.verdict {
            // On a machine where nothing runs, a file that is not there proves nothing.
            Verdict::NotApplicable(reason) if !node.runs_anything() => {
                Judgement { verdict: Verdict::NotMet(reason), ..judgement }
            }
            verdict => Judgement { verdict, ..judgement },
        },
    }
}

/// Whether a component runs on other machines: the API server runs here and it does not, nor anything that bears its name.
fn is_elsewhere(component: Component, node: &Node) -> bool {
    let found = node.processes(component);
    node.runs(Component::Apiserver) && found.instances.is_empty() && found.ignored.is_empty()
}

fn skipped_check(check: &Check) -> Judgement {
    Judgement {
        verdict: Verdict::Skipped,
        expected: judge(&check.rule.assertion, &|_| None).expected,
        actual: "not looked at".to_owned(),
        findings: Vec::new(),
    }
}

fn build(check: &Check, judgement: Judgement, collector: &Collector<'_>) -> Outcome {
    let manual = matches!(check.rule.assertion, Assertion::Manual(_));
    let mut path = |component, kind| collector.path_to_name(component, kind).map(sanitize::into_line);
    let mut remediation = check.rule.fix.render(&mut path);
    if let Assertion::Manual(steps) = &check.rule.assertion {
        remediation = [steps.render(&mut path).trim_end(), "\n", &remediation].concat();
    }
    if let Some(impact) = &check.rule.impact {
        remediation = [remediation.trim_end(), "\nBefore you do: ", impact.trim_end(), "\n"].concat();
    }
    Outcome {
        id: check.id.clone(),
        title: check.rule.title.to_string(),
        scored: check.scored,
        manual,
        multiple: judgement.findings.len() > 1,
        verdict: clean_verdict(judgement.verdict),
        audit: audit(&check.rule.assertion),
        expected: judgement.expected,
        actual: sanitize::into_line(judgement.actual),
        remediation,
        evidence: judgement.findings.into_iter().map(clean_finding).collect(),
        kube_bench_fields: KubeBenchFields::default(),
    }
}

/// A check of kube-bench's dialect: its texts go into the report as they are.
fn outcome_of_audits(
    check: &Check,
    audited: &kube_bench::Check,
    skipped: bool,
    auditor: &AuditRunner<'_>,
    remarks: &mut Vec<String>,
) -> Outcome {
    let result = kube_bench::evaluate(audited, skipped, &mut || auditor.answers(audited));
    remarks.extend(result.remarks.iter().map(|remark| format!("check {}: {remark}", check.id)));
    let kind = if result.verdict == kube_bench::Verdict::Skipped { "skip" } else { &audited.kind };
    Outcome {
        id: check.id.clone(),
        title: check.rule.title.to_string(),
        scored: check.scored,
        manual: kind == "manual",
        multiple: audited.multiple,
        verdict: clean_verdict(result.verdict.into()),
        audit: audited.audit.clone(),
        expected: result.expected,
        actual: sanitize::output(&result.actual),
        remediation: check.rule.fix.render(&mut |_, _| None),
        evidence: Vec::new(),
        kube_bench_fields: KubeBenchFields {
            audit_env: audited.audit_env.clone(),
            audit_config: audited.audit_config.clone(),
            kind: kind.to_owned(),
        },
    }
}

/// In words, what a check reads.
fn audit(assertion: &Assertion) -> String {
    let mut read: Vec<String> = Vec::new();
    for test in assertion.tests() {
        let text = test.probe.describe();
        if !read.contains(&text) {
            read.push(text);
        }
    }
    if read.is_empty() { "nothing on this node: a person finds out".to_owned() } else { read.join("; ") }
}

fn clean_verdict(verdict: Verdict) -> Verdict {
    match verdict {
        Verdict::NotMet(reason) => Verdict::NotMet(sanitize::into_line(reason)),
        Verdict::NotApplicable(reason) => Verdict::NotApplicable(sanitize::into_line(reason)),
        Verdict::Undetermined(reason) => Verdict::Undetermined(sanitize::into_line(reason)),
        Verdict::Untested(reason) => Verdict::Untested(sanitize::into_line(reason)),
        other @ (Verdict::Met | Verdict::Manual | Verdict::Skipped) => other,
    }
}

fn clean_finding(finding: Finding) -> Finding {
    Finding {
        subject: sanitize::into_line(finding.subject),
        attribute: sanitize::into_line(finding.attribute),
        value: sanitize::into_line(finding.value),
        source: sanitize::into_line(finding.source),
    }
}
