//! Runs one audit: load, open, detect, choose, plan, evaluate, report, deliver.

use super::choose::{self, Choice};
use super::cluster_input::ClusterInput;
use super::definitions::{Definitions, LoadedBenchmark};
use super::delivery::Delivery;
use super::flags::{AuditFlags, CompatMode, NodeFlags};
use super::{
    baseline, cluster_notices, completeness, conclude, documents, every, node_workloads, open, select, waivers,
};
use crate::commands::Failure;
use crate::evaluate::{ExternalChecks, evaluate};
use crate::model::Component;
use crate::model::Target;
use crate::node::{Node, Platforms};
use crate::plan::Plan;
use crate::probe::Collector;
use crate::report::{Applied, KubernetesVersion, Report, ReportHeader, Subject, SubjectKind, TargetLeftOut};
use crate::source::cloud::CloudDocuments;
use crate::source::node::{ConfigzSource, Deadline, NodeSource, StuckCalls};
use crate::text::sanitize;
use crate::yaml::Diagnostic;
use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::ops::Deref;
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
    let definitions = Definitions::from_flags(flags)?;
    let named = choose::named(&definitions, &flags.benchmark)?;
    let delivery = Delivery::open(&flags.output, mode, &|name| std::env::var(name).ok())?;
    let accepted = waivers::open(&flags.output, &definitions)?;
    let baseline = baseline::open(&flags.output)?;
    // A function of its own, so that nothing but the report is in memory while it is written.
    let load = |definitions: &Definitions, id: &str, source: &dyn NodeSource| {
        definitions.benchmark(id, Some(source)).map(Box::new)
    };
    let report = audit_node(flags, mode, names, stuck, definitions, named, load)?;
    let Applied { report, expired, unused } = waivers::applied(report, accepted.as_ref());
    let (report, counted) = baseline::compared(baseline.as_ref(), report)?;
    delivery.write(&report)?;
    waivers::require(&expired, &unused, &flags.output)?;
    let code = conclude::exit_code(&report, &counted, &flags.output)?;
    if !flags.output.repeated {
        std::mem::forget(report);
    }
    Ok(code)
}

/// Repeats the audit at an interval until the program is asked to stop. One JSON line for each audit, unless another report goes to
/// standard output. Without targets, those that apply to the node at the time.
pub(crate) fn repeat(
    interval: Duration,
    mut flags: AuditFlags,
    mode: CompatMode,
    targets: Vec<String>,
) -> Result<u8, Failure> {
    flags.output.repeated = true;
    let names = (!targets.is_empty()).then_some(targets);
    let stuck = StuckCalls::default();
    let again = move || audit(&flags, mode, names.as_deref(), &stuck).map(drop);
    every::repeat(interval, mode.program(), Failure::is_permanent, again).map(|()| 0)
}

/// Audits a node. `load`: loads the benchmark with this id.
pub(super) fn audit_node<D: Borrow<Definitions>, B: Deref<Target = LoadedBenchmark>>(
    flags: &AuditFlags,
    mode: CompatMode,
    names: Option<&[String]>,
    stuck: &StuckCalls,
    owned: D,
    named: Option<Choice>,
    load: impl FnOnce(&Definitions, &str, &dyn NodeSource) -> Result<B, Diagnostic>,
) -> Result<Report, Failure> {
    let definitions: &Definitions = owned.borrow();
    let start = SystemTime::now();
    let deadline = Deadline::of(flags.node.timeout);
    let cloud = documents::cloud(&flags.documents, &flags.node)?;
    let kubelet = documents::configz(&flags.documents, &flags.node)?;
    let cluster = ClusterInput::open(&flags.cluster, &flags.node)?;
    // Whether this machine is audited.
    let is_here = flags.node.host.is_none() && kubelet.is_none();
    let source: Box<dyn NodeSource> = match &kubelet {
        Some(_) => Box::new(ConfigzSource::default()),
        None => open::source(&flags.node, deadline, stuck)?,
    };
    let source = definitions.source_for(named.as_ref().map(|choice| choice.benchmark.as_str()), source)?;
    let config = Arc::clone(&definitions.config);
    let platforms = Arc::clone(&definitions.platforms);
    let mut node = Node::detect(source.as_ref(), &config, &platforms);
    if kubelet.is_some() {
        node = node.with_unseen(ConfigzSource::only_kubelet());
    }
    let mut collector = Collector::new(source.as_ref(), &node);
    collector.set_cloud(&cloud);
    if let Some(configuration) = &kubelet {
        collector.set_kubelet(configuration);
    }
    let mut choice = match named {
        Some(choice) => choice,
        None if !cloud.is_empty() && (kubelet.is_some() || !node.runs_anything()) => {
            choose::by_cloud(definitions, &cloud)?
        }
        None if let Some(cluster) = cluster.as_ref().filter(|_| !node.runs_anything()) => {
            let platform = platforms.of_cluster(&cluster.traces());
            choose::for_cluster(definitions, cluster.kubernetes.clone(), platform.as_ref())?
        }
        // Where nothing runs, the version is not what the user must look at first.
        None if names.is_none() && mode == CompatMode::Nodeproof && !node.runs_anything() => {
            return Err(Failure::Nothing(select::nothing_runs(&node)));
        }
        None => choose::detected(definitions, &collector, &node, is_here)?,
    };
    collector.set_versions(choose::versions(definitions, &mut choice, &collector, &node));
    let loaded = load(definitions, &choice.benchmark, source.as_ref())?;
    documents::require_use(&cloud, &loaded.benchmark)?;
    log_warnings(definitions, &choice)?;
    // From here on only the chosen benchmark is needed.
    drop(owned);
    let detected =
        Detected { node: &node, platforms: &platforms, source: source.as_ref(), has_cluster: cluster.is_some() };
    let Planned { plan, left_out, notices } = plan(flags, mode, names, &loaded, &detected)?;
    if kubelet.is_some() && loaded.has_audits() {
        return Err(Failure::Usage(documents::NO_AUDITS.to_owned()));
    }
    let external = external(&loaded, source.as_ref(), &flags.node, deadline)?;
    let facts = cluster.as_ref().map(ClusterInput::facts);
    let mut evaluation = evaluate(&plan, &mut collector, &node, facts.as_ref(), external.as_ref());
    node_workloads::fill(&plan, &mut evaluation, || node.static_manifests(source.as_ref(), &config));
    // What was read is in the outcomes by now.
    drop(collector);
    let is_root = is_here.then(crate::source::node::is_root);
    let incomplete = completeness::notice(&evaluation.outcomes, &node, is_root);
    let incomplete = incomplete.into_iter().chain(kubelet.as_ref().map(documents::only_settings));
    let of_cluster = facts.iter().flat_map(|facts| cluster_notices::about(facts, node.detection().id.as_deref()));
    let notices = incomplete.chain(evaluation.notices).chain(choice.notices).chain(notices).chain(of_cluster);
    let header = ReportHeader {
        start,
        end: SystemTime::now(),
        subject: subject(source.as_ref(), &node, choice.kubernetes, &plan, &cloud),
        chosen_by: sanitize::into_line(choice.chosen_by + &choose::platform_in_words(&node)),
        notices: notices.map(sanitize::into_line).collect(),
        targets_left_out: left_out,
        inputs: None,
    };
    let report = Report::build(header, &plan, evaluation.outcomes);
    if !flags.output.repeated {
        // The program ends after this audit, of which 3 % would be spent on freeing this and the report.
        drop(external);
        std::mem::forget(plan);
        std::mem::forget(loaded);
        std::mem::forget(node);
        std::mem::forget(source);
    }
    Ok(report)
}

fn log_warnings(definitions: &Definitions, choice: &Choice) -> Result<(), Failure> {
    tracing::info!("benchmark {}, chosen by {}", choice.benchmark, sanitize::into_line(choice.chosen_by.clone()));
    if tracing::enabled!(tracing::Level::WARN) {
        definitions.warnings(&choice.benchmark)?.iter().for_each(|warning| tracing::warn!("warning: {warning}"));
    }
    Ok(())
}

/// What is evaluated.
struct Planned<'b> {
    plan: Plan<'b>,
    /// Targets of the benchmark that are not.
    left_out: Vec<TargetLeftOut>,
    /// What the reader must know about it.
    notices: Vec<String>,
}

/// What is audited.
#[derive(Clone, Copy)]
struct Detected<'d> {
    node: &'d Node,
    platforms: &'d Platforms,
    source: &'d dyn NodeSource,
    /// Whether the objects of the cluster are known.
    has_cluster: bool,
}

/// Plans the audit. A node where there is nothing to evaluate is an error, since an empty
/// report would read as a good one. A Job written for kube-bench runs on every node and waits for exit code 0: there it is a
/// notice.
fn plan<'b>(
    flags: &AuditFlags,
    mode: CompatMode,
    names: Option<&[String]>,
    loaded: &'b LoadedBenchmark,
    detected: &Detected<'_>,
) -> Result<Planned<'b>, Failure> {
    let Detected { node, platforms, source, has_cluster } = *detected;
    let benchmark = &loaded.benchmark;
    let has_documents = flags.documents.has_cloud();
    // A check that does not exist is an error on every node.
    select::verify(&flags.selection, benchmark)?;
    let mut reasons = Vec::new();
    let (targets, reasons_left_out) = match names {
        Some(names) => (select::named_targets(benchmark, names)?, Vec::new()),
        None => {
            // The configuration of a folder may look for components under other names.
            let own = loaded.has_own_config.then(|| Node::detect(source, &loaded.config, platforms));
            let node = own.as_ref().unwrap_or(node);
            if !node.runs_anything() && !has_documents {
                reasons.push(select::nothing_runs(node));
            }
            let available = benchmark.targets();
            match mode {
                // Of a cluster whose nodes are elsewhere, the documents are all there is.
                CompatMode::Nodeproof if !node.runs_anything() && has_documents => documents::targets(&available),
                CompatMode::Nodeproof => {
                    let keeps_policies = has_cluster || select::names_checks(&flags.selection);
                    without_policies(node.targets(&loaded.config, &available), keeps_policies)
                }
                CompatMode::KubeBench => (node.targets_of_kube_bench(&loaded.config, &available), Vec::new()),
            }
        }
    };
    // etcd has checks among those of the control plane. Where it runs on a machine of its own, they are evaluated with it.
    let etcd = mode == CompatMode::Nodeproof && names.is_none() && targets.contains(&Target::Etcd);
    let components = if etcd { vec![Component::Etcd] } else { Vec::new() };
    tracing::info!("targets: {}", targets.iter().map(|target| target.id()).collect::<Vec<_>>().join(", "));
    let plan =
        select::plan_for(&flags.selection, benchmark, targets.clone(), components, has_documents && names.is_none())?;
    if plan.is_empty() {
        reasons.push(select::nothing_selected(benchmark, &targets, names.is_some()));
    }
    match (mode, reasons.is_empty()) {
        (CompatMode::Nodeproof, false) => Err(Failure::Nothing(reasons.swap_remove(0))),
        (CompatMode::Nodeproof | CompatMode::KubeBench, _) => {
            let left_out = left_out(&plan, &targets, &reasons_left_out, names.is_some());
            Ok(Planned { plan, left_out, notices: reasons.into_iter().map(sanitize::into_line).collect() })
        }
    }
}

/// The targets of a node without the policies of its cluster, which no node shows.
fn without_policies(
    (mut targets, mut left_out): (Vec<Target>, Vec<(Target, String)>),
    keeps_policies: bool,
) -> (Vec<Target>, Vec<(Target, String)>) {
    if !keeps_policies && targets.contains(&Target::Policies) {
        targets.retain(|target| *target != Target::Policies);
        left_out.push((Target::Policies, "about the cluster and not this node: nodeproof cluster".to_owned()));
    }
    (targets, left_out)
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

fn subject(
    source: &dyn NodeSource,
    node: &Node,
    kubernetes: Option<KubernetesVersion>,
    plan: &Plan<'_>,
    cloud: &CloudDocuments,
) -> Subject {
    let cluster = cloud.cluster_name().map(sanitize::into_line);
    // Nothing of this machine is in a report of documents and of what a person assesses.
    let of_documents = !cloud.is_empty() && plan.checks().all(|planned| planned.check.rule.assertion.steps().is_some());
    let roles = [("control-plane", Component::Apiserver), ("etcd", Component::Etcd), ("worker", Component::Kubelet)];
    let roles = roles.into_iter().filter(|(_, component)| node.runs_or_is_embedded(*component));
    Subject {
        kind: if of_documents { SubjectKind::Cluster } else { SubjectKind::Node },
        name: if of_documents { cluster.clone() } else { source.name().map(sanitize::into_line) },
        uid: None,
        cluster: cluster.filter(|_| !of_documents),
        labels: BTreeMap::new(),
        roles: roles.filter(|_| !of_documents).map(|(role, _)| role.to_owned()).collect(),
        platform: node.detection().id.clone().filter(|_| !of_documents),
        kubernetes: kubernetes.map(|KubernetesVersion { version, source }| KubernetesVersion {
            version: sanitize::into_line(version),
            source: sanitize::into_line(source),
        }),
    }
}

/// The targets of the benchmark that are not evaluated, at least not as a whole, with the reason.
fn left_out(plan: &Plan<'_>, evaluated: &[Target], reasons: &[(Target, String)], named: bool) -> Vec<TargetLeftOut> {
    let is_in_part = |target: Target| plan.sections.iter().any(|section| section.section.target == target);
    let general = |target: Target| match named {
        true => "not named by --targets",
        false if is_in_part(target) => "of it only the checks that the documents of --cloud answer are evaluated",
        false => "does not apply to this node",
    };
    let left_out = plan.benchmark.targets().into_iter().filter(|target| !evaluated.contains(target));
    let entry = |target: Target| {
        let reason = reasons.iter().find(|(of, _)| *of == target).map_or_else(|| general(target), |(_, reason)| reason);
        TargetLeftOut { target: target.id().to_owned(), reason: sanitize::into_line(reason.to_owned()) }
    };
    left_out.map(entry).collect()
}
