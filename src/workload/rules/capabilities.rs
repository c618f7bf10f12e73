//! Capabilities: what a container may do of what only root can.

use super::judgement::{Judgement, UNSET, pass_if};
use super::unit::WorkloadUnit;
use crate::model::Status;
use crate::source::cluster::object::Container;
use crate::workload::{BASELINE_CAPABILITIES, ContainerRef, capability_name};

const ADD: &str = "securityContext.capabilities.add";
const DROP: &str = "securityContext.capabilities.drop";

/// Capabilities with which a container takes over its node, its network or other containers.
const DANGEROUS: [&str; 14] = [
    "ALL",
    "BPF",
    "DAC_READ_SEARCH",
    "MAC_ADMIN",
    "MAC_OVERRIDE",
    "NET_ADMIN",
    "NET_RAW",
    "PERFMON",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_MODULE",
    "SYS_PTRACE",
    "SYS_RAWIO",
    "SYS_TIME",
];

fn dropped(container: &Container) -> &[String] {
    container.security_context.capabilities.as_ref().map_or(&[], |of| &of.drop)
}

fn added(container: &Container) -> &[String] {
    container.security_context.capabilities.as_ref().map_or(&[], |of| &of.add)
}

fn listed(names: &[String]) -> String {
    if names.is_empty() { UNSET.to_owned() } else { names.join(", ") }
}

pub(super) fn drop_all(unit: &WorkloadUnit<'_>) -> Vec<Judgement> {
    unit.each_on_linux(|found| {
        let dropped = dropped(found.container);
        let exact = dropped.iter().any(|name| name == "ALL");
        // `CAP_ALL` is no capability, so that a runtime drops nothing.
        let any_case = dropped.iter().any(|name| name.eq_ignore_ascii_case("ALL"));
        let reason = match (exact, any_case) {
            (true, _) => "",
            (false, true) => "runtimes take it for ALL; Pod Security takes only ALL in capitals",
            (false, false) => "the container keeps what its runtime gives by default",
        };
        Judgement::container(pass_if(any_case), found, DROP, listed(dropped), reason)
    })
}

pub(super) fn drop_any(unit: &WorkloadUnit<'_>) -> Vec<Judgement> {
    unit.each_on_linux(|found| {
        let dropped = dropped(found.container);
        let drops = dropped.iter().any(|name| !name.is_empty());
        Judgement::container(pass_if(drops), found, DROP, listed(dropped), "")
    })
}

/// Judges what a container adds. `is_allowed` gets each name as it is written.
fn judge_added(found: ContainerRef<'_>, is_allowed: impl Fn(&str) -> bool) -> Judgement {
    let added = added(found.container);
    let refused = added.iter().enumerate().find(|(_, name)| !is_allowed(name));
    match refused {
        None => Judgement::container(Status::Pass, found, ADD, listed(added), ""),
        Some((index, name)) => {
            let all: Vec<String> = added.iter().filter(|name| !is_allowed(name)).cloned().collect();
            let reason = match capability_name(name) {
                written if written == *name => "",
                _ => "Kubernetes writes capabilities in capitals and without CAP_",
            };
            Judgement::container_at(Status::Fail, found, found.field(ADD).index(index), listed(&all), reason)
        }
    }
}

pub(super) fn add_default(unit: &WorkloadUnit<'_>) -> Vec<Judgement> {
    unit.each_on_linux(|found| judge_added(found, |name| BASELINE_CAPABILITIES.contains(&name)))
}

pub(super) fn add_restricted(unit: &WorkloadUnit<'_>) -> Vec<Judgement> {
    unit.each_on_linux(|found| judge_added(found, |name| name == "NET_BIND_SERVICE"))
}

pub(super) fn dangerous(unit: &WorkloadUnit<'_>) -> Vec<Judgement> {
    unit.each_on_linux(|found| judge_added(found, |name| !DANGEROUS.contains(&capability_name(name).as_str())))
}
