//! Runs one audit: load, open, detect, choose, plan, evaluate, report, deliver.

use super::choose::{self, Choice};
use super::definitions::{Definitions, LoadedBenchmark};
use super::delivery::Delivery;
use super::flags::{AuditFlags, CompatMode, NodeFlags};
use super::{FormatName, every, open, select};
use crate::commands::Failure;
use crate::evaluate::{ExternalChecks, evaluate};
use crate::model::Component;
use crate::model::Target;
use crate::node::Node;
use crate::plan::Plan;
use crate::probe::Collector;
use crate::report::{KubernetesVersion, Report, ReportHeader, State, Subject, SubjectKind, TargetLeftOut};
use crate::source::node::{Deadline, NodeSource, StuckCalls};
use crate::text::sanitize;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// Runs an audit and returns the exit code. `names`: the targets of `run`, where none means all; without `run`, the targets that
/// apply to the node.
pub(crate) fn audit(
    flags: &AuditFlags,
    mode: CompatMode,
    names: Option<&[String]>,
    stuck: &StuckCalls,
) -> Result<u8, Failure> {
    let definitions = Definitions::from_flags(&flags.benchmark)?;
    let named = choose::named(&definitions, &flags.benchmark)?;
    let delivery = Delivery::open(&flags.output, &|name| std::env::var(name).ok())?;
    // A function of its own, so that nothing but the report is in memory while it is written.
    let report = audit_node(flags, mode, names, stuck, definitions, named)?;
    delivery.write(&report)?;
    let failed = report.checks.iter().any(|check| check.state() == State::Fail);
    Ok(if failed { flags.output.exit_code } else { 0 })
}

/// Repeats the audit at an interval until the program is asked to stop. One JSON line for each audit, unless another format is
/// asked for. Without targets, those that apply to the node at the time.
pub(crate) fn repeat(
    interval: Duration,
    mut flags: AuditFlags,
    mode: CompatMode,
    targets: Vec<String>,
) -> Result<u8, Failure> {
    flags.output.default_format = FormatName::ONE_LINE;
    let names = (!targets.is_empty()).then_some(targets);
    let stuck = StuckCalls::default();
    let again = move || audit(&flags, mode, names.as_deref(), &stuck).map(drop);
    every::repeat(interval, mode.program(), Failure::is_permanent, again).map(|()| 0)
}

fn audit_node(
    flags: &AuditFlags,
    mode: CompatMode,
    names: Option<&[String]>,
    stuck: &StuckCalls,
    definitions: Definitions,
    named: Option<Choice>,
) -> Result<Report, Failure> {
    let start = SystemTime::now();
    let deadline = Deadline::of(flags.node.timeout);
    let source = open::source(&flags.node, deadline, stuck)?;
    let source = definitions.source_for(named.as_ref().map(|choice| choice.benchmark.as_str()), source)?;
    let config = Arc::clone(&definitions.config);
    let node = Node::detect(source.as_ref(), &config);
    let mut collector = Collector::new(source.as_ref(), &node, &config);
    let choice = match named {
        Some(choice) => choice,
        // Where nothing runs, the version is not what the user must look at first.
        None if names.is_none() && mode == CompatMode::Nodeproof && !node.runs_anything() => {
            return Err(Failure::Nothing(select::nothing_runs(&node)));
        }
        None => choose::detected(&definitions, &collector, &node, source.as_ref(), flags.node.host.is_none())?,
    };
    let loaded = definitions.benchmark(&choice.benchmark, Some(source.as_ref()))?;
    log_warnings(&definitions, &choice)?;
    // From here on only the chosen benchmark is needed.
    drop(definitions);
    let (plan, notices) = plan(flags, mode, names, &loaded, &node, source.as_ref())?;
    let external = external(&loaded, source.as_ref(), &flags.node, deadline)?;
    let evaluation = evaluate(&plan, &mut collector, &node, external.as_ref());
    // What was read is in the outcomes by now.
    drop(collector);
    let header = ReportHeader {
        start,
        end: SystemTime::now(),
        subject: subject(source.as_ref(), &node, choice.kubernetes),
        chosen_by: sanitize::into_line(choice.chosen_by),
        notices: evaluation.notices.into_iter().chain(choice.notices).chain(notices).map(sanitize::into_line).collect(),
        targets_left_out: targets_left_out(&loaded, &plan, names.is_some()),
    };
    Ok(Report::build(header, &plan, evaluation.outcomes))
}

fn log_warnings(definitions: &Definitions, choice: &Choice) -> Result<(), Failure> {
    tracing::info!(benchmark = choice.benchmark, "auditing against");
    if tracing::enabled!(tracing::Level::WARN) {
        definitions.warnings(&choice.benchmark)?.iter().for_each(|warning| tracing::warn!("{warning}"));
    }
    Ok(())
}

/// The plan, and what the reader must know about it. A node where there is nothing to evaluate is an error, since an empty
/// report would read as a good one. A Job written for kube-bench runs on every node and waits for exit code 0: there it is a
/// notice.
fn plan<'b>(
    flags: &AuditFlags,
    mode: CompatMode,
    names: Option<&[String]>,
    loaded: &'b LoadedBenchmark,
    node: &Node,
    source: &dyn NodeSource,
) -> Result<(Plan<'b>, Vec<String>), Failure> {
    let benchmark = &loaded.benchmark;
    // A check that does not exist is an error on every node.
    select::verify(&flags.selection, benchmark)?;
    let mut reasons = Vec::new();
    let targets = match names {
        Some(names) => select::named_targets(benchmark, names)?,
        None => {
            // The configuration of a folder may look for components under other names.
            let own = loaded.has_own_config.then(|| Node::detect(source, &loaded.config));
            let node = own.as_ref().unwrap_or(node);
            if !node.runs_anything() {
                reasons.push(select::nothing_runs(node));
            }
            node.targets(&loaded.config, &benchmark.targets())
        }
    };
    tracing::info!(targets = ?targets.iter().map(|t| t.id()).collect::<Vec<_>>(), "evaluating");
    let plan = select::plan_for(&flags.selection, benchmark, targets.clone())?;
    if plan.is_empty() {
        reasons.push(select::nothing_selected(benchmark, &targets, names.is_some()));
    }
    match (mode, reasons.is_empty()) {
        (CompatMode::Nodeproof, false) => Err(Failure::Nothing(reasons.swap_remove(0))),
        (CompatMode::Nodeproof | CompatMode::KubeBench, _) => {
            Ok((plan, reasons.into_iter().map(sanitize::into_line).collect()))
        }
    }
}

#[cfg(feature = "kube-bench")]
fn external<'s>(
    loaded: &LoadedBenchmark,
    source: &'s dyn NodeSource,
    flags: &NodeFlags,
    deadline: Deadline,
) -> Result<Box<dyn ExternalChecks + 's>, Failure> {
    if loaded.has_audits() && source.recorded_probes().is_some() {
        return Err(Failure::Usage(
            "--host names a snapshot, which holds what nodeproof's own rules read and not what the audits of a kube-bench \
             folder read; run those on the node itself"
                .to_owned(),
        ));
    }
    Ok(loaded.external(|| open::audit_runner(source, flags, deadline)))
}

#[cfg(not(feature = "kube-bench"))]
fn external(
    _: &LoadedBenchmark,
    _: &dyn NodeSource,
    _: &NodeFlags,
    _: Deadline,
) -> Result<Box<dyn ExternalChecks>, Failure> {
    Ok(Box::new(crate::evaluate::NoExternalChecks))
}

fn subject(source: &dyn NodeSource, node: &Node, kubernetes: Option<KubernetesVersion>) -> Subject {
    let roles = [("control-plane", Component::Apiserver), ("etcd", Component::Etcd), ("worker", Component::Kubelet)];
    let roles = roles.into_iter().filter(|(_, component)| node.runs(*component));
    Subject {
        kind: SubjectKind::Node,
        name: source.name().map(sanitize::into_line),
        uid: None,
        cluster: None,
        labels: BTreeMap::new(),
        roles: roles.map(|(role, _)| role.to_owned()).collect(),
        platform: None,
        kubernetes: kubernetes.map(|KubernetesVersion { version, source }| KubernetesVersion {
            version: sanitize::into_line(version),
            source: sanitize::into_line(source),
        }),
    }
}

fn targets_left_out(loaded: &LoadedBenchmark, plan: &Plan<'_>, named: bool) -> Vec<TargetLeftOut> {
    let planned: Vec<Target> = plan.sections.iter().map(|planned| planned.section.target).collect();
    let reason = if named { "not named by --targets" } else { "does not apply to this node" };
    let left_out = loaded.benchmark.targets().into_iter().filter(|target| !planned.contains(target));
    left_out.map(|target| TargetLeftOut { target: target.id().to_owned(), reason: reason.to_owned() }).collect()
}
