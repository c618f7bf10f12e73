//! `nodeproof cluster` audits the policies of a cluster by its objects. One report for a cluster, on any machine.

use super::choose::{self, Choice};
use super::cluster_input::ClusterInput;
use super::definitions::Definitions;
use super::delivery::Delivery;
use super::flags::{AuditFlags, CompatMode};
use super::{access, baseline, cluster_notices, cluster_pod_security, cluster_workloads, conclude, select, waivers};
use crate::commands::Failure;
use crate::evaluate::evaluate_cluster;
use crate::model::Target;
use crate::report::{Applied, Report, ReportHeader, Subject, SubjectKind, TargetLeftOut};
use crate::source::cluster::{ListState, ObjectKind};
use crate::text::sanitize;
use crate::workload::PodSecurityStandard;
use std::collections::BTreeMap;
use std::time::SystemTime;

/// Audits a cluster and returns the exit code. `show_access`: prints who holds which power in place of a report. `standard`: which
/// workloads it would refuse.
pub(crate) fn cluster(
    flags: &AuditFlags,
    mode: CompatMode,
    show_access: bool,
    standard: Option<PodSecurityStandard>,
) -> Result<u8, Failure> {
    if show_access {
        let input = ClusterInput::require(&flags.cluster.without_more(), &flags.node, &flags.cluster.namespaces())?;
        return access::show(&input, &flags.output).map(|()| 0);
    }
    if let Some(standard) = standard {
        let input = ClusterInput::require(&flags.cluster, &flags.node, &flags.cluster.namespaces())?;
        return cluster_pod_security::show(&input, standard, &flags.output);
    }
    let definitions = Definitions::from_flags(flags)?;
    let named = choose::named(&definitions, &flags.benchmark)?;
    let delivery = Delivery::open(&flags.output, mode, &|name| std::env::var(name).ok())?;
    let accepted = waivers::open(&flags.output, &definitions)?;
    let baseline = baseline::open(&flags.output)?;
    let report = audit(flags, &definitions, named)?;
    let Applied { report, expired, unused } = waivers::applied(report, accepted.as_ref());
    let (report, counted) = baseline::compared(baseline.as_ref(), report)?;
    delivery.write(&report)?;
    waivers::require(&expired, &unused, &flags.output)?;
    let code = conclude::exit_code(&report, &counted, &flags.output)?;
    Ok(code)
}

fn audit(flags: &AuditFlags, definitions: &Definitions, named: Option<Choice>) -> Result<Report, Failure> {
    let start = SystemTime::now();
    let input = ClusterInput::require(&flags.cluster, &flags.node, &flags.cluster.namespaces())?;
    let platform = definitions.platforms.of_cluster(&input.traces());
    let choice = match named {
        Some(choice) => choice,
        None => choose::for_cluster(definitions, input.kubernetes.clone(), platform.as_ref())?,
    };
    let loaded = definitions.benchmark(&choice.benchmark, None)?;
    let benchmark = &loaded.benchmark;
    select::verify(&flags.selection, benchmark)?;
    let (targets, others): (Vec<Target>, Vec<Target>) =
        benchmark.targets().into_iter().partition(|target| matches!(target, Target::Policies | Target::Workloads));
    if targets.is_empty() {
        return Err(Failure::Usage(format!(
            "{} has no section on the policies of a cluster; name another benchmark with --benchmark",
            benchmark.id
        )));
    }
    // Some checks of the control plane ask which Secrets there are.
    let has_secrets = *input.lists.state(ObjectKind::Secret) != ListState::NotAtHand;
    let plan = select::plan_for_cluster(&flags.selection, benchmark, targets.clone(), has_secrets)?;
    if plan.is_empty() {
        return Err(Failure::Nothing(select::nothing_selected(benchmark, &targets, true)));
    }
    let facts = input.facts();
    let mut evaluation = evaluate_cluster(&plan, &facts);
    let version =
        choice.kubernetes.as_ref().or(input.kubernetes.as_ref()).map(|kubernetes| kubernetes.version.as_str());
    cluster_workloads::fill(&plan, &mut evaluation.outcomes, &facts, version);
    let incomplete = cluster_notices::incomplete(&evaluation.outcomes, &input.lists);
    let about = cluster_notices::about(&facts, platform.as_ref().map(|(id, _)| id.as_str()));
    let notices = incomplete.into_iter().chain(input.notices.iter().cloned()).chain(evaluation.notices);
    let notices = notices.chain(choice.notices).chain(about);
    let is_in_part = |target: Target| plan.sections.iter().any(|section| section.section.target == target);
    let left_out = others.iter().map(|target| {
        let reason = match (is_in_part(*target), *target == Target::Dockerfiles) {
            (true, _) => "of it only the checks that the objects of the cluster answer are evaluated",
            (false, true) => "about files, which nodeproof scan reads",
            (false, false) => "about nodes, which this command does not read",
        };
        TargetLeftOut { target: target.id().to_owned(), reason: reason.to_owned() }
    });
    let header = ReportHeader {
        start,
        end: SystemTime::now(),
        subject: Subject {
            kind: SubjectKind::Cluster,
            name: input.name.clone().map(sanitize::into_line),
            uid: input.uid().map(sanitize::into_line),
            cluster: None,
            labels: BTreeMap::new(),
            roles: Vec::new(),
            platform: platform.map(|(id, _)| id),
            kubernetes: choice.kubernetes,
        },
        chosen_by: sanitize::into_line(choice.chosen_by),
        notices: notices.map(sanitize::into_line).collect(),
        targets_left_out: left_out.collect(),
        inputs: None,
    };
    Ok(Report::build(header, &plan, evaluation.outcomes))
}
