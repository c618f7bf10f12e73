//! What a pod shares with its node: namespaces, ports, paths.

use super::host_paths::{Sensitivity, clean, is_runtime_socket, sensitivity};
use super::judgement::{Judgement, UNSET, pass_if};
use super::unit::WorkloadUnit;
use crate::model::Status;
use crate::source::cluster::object::{ContainerPort, Volume};
use crate::workload::{ContainerRef, FieldPath};

fn shares(key: &'static str, is_set: bool) -> Vec<Judgement> {
    let observed = if is_set { "true" } else { "false" };
    vec![Judgement::pod_at(pass_if(!is_set), FieldPath::of("spec").key(key), observed, "")]
}

pub(super) fn pid(unit: &WorkloadUnit<'_>) -> Vec<Judgement> {
    shares("hostPID", unit.template.spec.host_pid)
}

pub(super) fn ipc(unit: &WorkloadUnit<'_>) -> Vec<Judgement> {
    shares("hostIPC", unit.template.spec.host_ipc)
}

pub(super) fn network(unit: &WorkloadUnit<'_>) -> Vec<Judgement> {
    shares("hostNetwork", unit.template.spec.host_network)
}

pub(super) fn share_processes(unit: &WorkloadUnit<'_>) -> Vec<Judgement> {
    shares("shareProcessNamespace", unit.template.spec.share_process_namespace)
}

pub(super) fn aliases(unit: &WorkloadUnit<'_>) -> Vec<Judgement> {
    let has = unit.template.spec.host_aliases;
    let observed = if has { "set" } else { UNSET };
    vec![Judgement::pod(pass_if(!has), "spec.hostAliases", observed, "")]
}

/// What a rule says of each port of each container. A container without ports passes.
fn each_port(
    unit: &WorkloadUnit<'_>,
    judge: impl Fn(ContainerRef<'_>, FieldPath, &ContainerPort) -> Judgement,
) -> Vec<Judgement> {
    let mut judgements = Vec::new();
    for found in unit.template.containers() {
        let list = found.field("ports");
        if found.container.ports.is_empty() {
            judgements.push(Judgement::container_at(Status::Pass, found, list, "no ports", ""));
        } else {
            let ports = found.container.ports.iter().enumerate();
            judgements.extend(ports.map(|(index, port)| judge(found, list.clone().index(index), port)));
        }
    }
    judgements
}

pub(super) fn ports(unit: &WorkloadUnit<'_>) -> Vec<Judgement> {
    let on_host = unit.template.spec.host_network;
    each_port(unit, |found, path, port| {
        let (status, observed, reason) = match port.host_port {
            0 if on_host && port.container_port != 0 => {
                let reason = "with hostNetwork every port of the container is one of the node";
                (Status::Fail, port.container_port.to_string(), reason)
            }
            0 => (Status::Pass, UNSET.to_owned(), ""),
            host_port => (Status::Fail, host_port.to_string(), ""),
        };
        Judgement::container_at(status, found, path.key("hostPort"), observed, reason)
    })
}

/// The first port that programs may open without a capability.
const FIRST_ORDINARY_PORT: i64 = 1024;

pub(super) fn privileged_port(unit: &WorkloadUnit<'_>) -> Vec<Judgement> {
    each_port(unit, |found, path, port| {
        let number = port.container_port;
        let reason = if number == 22 { "the port of SSH: pods are reached with kubectl exec" } else { "" };
        let status = pass_if(number >= FIRST_ORDINARY_PORT || number == 0);
        Judgement::container_at(status, found, path.key("containerPort"), number.to_string(), reason)
    })
}

/// What a rule says of each path of the node. A pod without one passes.
fn each_host_path(unit: &WorkloadUnit<'_>, judge: impl Fn(&Volume, &str) -> (Status, &'static str)) -> Vec<Judgement> {
    let list = FieldPath::of("spec.volumes");
    let volumes = unit.template.spec.volumes.iter().enumerate();
    let judgements: Vec<Judgement> = volumes
        .filter_map(|(index, volume)| {
            let path = &volume.host_path.as_ref()?.path;
            let (status, reason) = judge(volume, &clean(path));
            let field = list.clone().index(index).key("hostPath").key("path");
            Some(Judgement::pod_at(status, field, path.clone(), reason))
        })
        .collect();
    if judgements.is_empty() {
        return vec![Judgement::pod_at(Status::Pass, list, "no hostPath", "")];
    }
    judgements
}

pub(super) fn path(unit: &WorkloadUnit<'_>) -> Vec<Judgement> {
    each_host_path(unit, |_, _| (Status::Fail, ""))
}

pub(super) fn sensitive_path(unit: &WorkloadUnit<'_>) -> Vec<Judgement> {
    each_host_path(unit, |volume, path| match sensitivity(path) {
        Sensitivity::None => (Status::Pass, ""),
        Sensitivity::HarmlessToRead if writable_mounts(unit, volume).next().is_none() => {
            (Status::Pass, "mounted read-only, it tells nothing")
        }
        Sensitivity::HarmlessToRead => (Status::Fail, "harmless only if it is mounted read-only"),
        Sensitivity::Plugins => (Status::Fail, "usual for network and storage plug-ins only"),
        Sensitivity::Sensitive => (Status::Fail, ""),
    })
}

pub(super) fn runtime_socket(unit: &WorkloadUnit<'_>) -> Vec<Judgement> {
    each_host_path(unit, |_, path| match is_runtime_socket(path) {
        None => (Status::Pass, ""),
        Some(true) => (Status::Fail, "the socket of a container runtime gives root on the node"),
        Some(false) => (Status::Fail, "the socket of a container runtime is in this directory"),
    })
}

/// The mounts of a volume that can be written: the container, and the position of the mount in it.
fn writable_mounts<'a>(
    unit: &WorkloadUnit<'a>,
    volume: &'a Volume,
) -> impl Iterator<Item = (ContainerRef<'a>, usize)> + use<'a> {
    unit.template.containers().flat_map(move |found| {
        let mounts = found.container.volume_mounts.iter().enumerate();
        let of_volume = mounts.filter(move |(_, mount)| mount.name == volume.name && !mount.read_only);
        of_volume.map(move |(index, _)| (found, index))
    })
}

pub(super) fn writable_path(unit: &WorkloadUnit<'_>) -> Vec<Judgement> {
    let on_node = unit.template.spec.volumes.iter().filter(|volume| volume.host_path.is_some());
    let mut judgements = Vec::new();
    for volume in on_node {
        let path = volume.host_path.as_ref().map(|of| of.path.clone()).unwrap_or_default();
        for found in unit.template.containers() {
            let mounts = found.container.volume_mounts.iter().enumerate();
            for (index, mount) in mounts.filter(|(_, mount)| mount.name == volume.name) {
                let field = found.field("volumeMounts").index(index).key("readOnly");
                let is_recursive = mount.recursive_read_only.as_deref() == Some("Enabled");
                let reason = match (mount.read_only, is_recursive) {
                    (true, false) => "what is mounted below it stays writable without recursiveReadOnly",
                    (true, true) | (false, _) => "",
                };
                judgements.push(Judgement::container_at(pass_if(mount.read_only), found, field, path.clone(), reason));
            }
        }
    }
    if judgements.is_empty() {
        judgements.push(Judgement::pod(Status::Pass, "spec.volumes", "no mount of a hostPath", ""));
    }
    judgements
}

pub(super) fn mount_propagation(unit: &WorkloadUnit<'_>) -> Vec<Judgement> {
    unit.each(|found| {
        let mounts = found.container.volume_mounts.iter();
        let both_ways =
            mounts.into_iter().position(|mount| mount.mount_propagation.as_deref() == Some("Bidirectional"));
        let list = found.field("volumeMounts");
        match both_ways {
            Some(index) => {
                let field = list.clone().index(index).key("mountPropagation");
                Judgement::container_at(Status::Fail, found, field, "Bidirectional", "")
            }
            None => Judgement::container_at(Status::Pass, found, list, "none is Bidirectional", ""),
        }
    })
}

pub(super) fn probe_host(unit: &WorkloadUnit<'_>) -> Vec<Judgement> {
    unit.each(|found| {
        for (name, handler) in found.container.handlers() {
            for (action, target) in [("httpGet", &handler.http_get), ("tcpSocket", &handler.tcp_socket)] {
                if let Some(host) = target.as_ref().map(|to| &to.host).filter(|host| !host.is_empty()) {
                    let field = found.field(name).key(action).key("host");
                    let reason = "the kubelet connects to a host that the pod chooses";
                    return Judgement::container_at(Status::Fail, found, field, host.clone(), reason);
                }
            }
        }
        Judgement::container_at(Status::Pass, found, found.path(), "no host is named", "")
    })
}
