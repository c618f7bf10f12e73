//! Tests of pods and of the templates of pods to come. One finding for each owner.

use super::examination::{Attribute, Examination, PolicyFinding};
use super::exemption::Exemption;
use super::facts::{ClusterFacts, PODS};
use super::{admission, containers};
use crate::cluster::PodUnit;
use crate::source::cluster::object::{Container, PodSpec};
use std::collections::{BTreeMap, BTreeSet};

/// A test of pods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "expected() says what each means")]
pub enum PodTest {
    Privileged,
    HostPid,
    HostIpc,
    HostNetwork,
    PrivilegeEscalation,
    Root,
    NetRaw,
    CapabilitiesAdded,
    Capabilities,
    HostProcess,
    HostPath,
    HostPorts,
    ProcMount,
    Seccomp,
    SecurityContext,
    SecretEnv,
}

/// What of a pod is not as recommended.
enum Offence {
    /// The pod itself.
    Pod,
    /// These containers.
    Containers(BTreeSet<String>),
    /// These paths of the node.
    Paths(BTreeSet<String>),
}

impl PodTest {
    /// What must hold, in words.
    pub(super) const fn expected(self) -> &'static str {
        match self {
            Self::Privileged => "no container is privileged",
            Self::HostPid => "no pod shares the processes of its node (hostPID)",
            Self::HostIpc => "no pod shares the shared memory of its node (hostIPC)",
            Self::HostNetwork => "no pod uses the network of its node (hostNetwork)",
            Self::PrivilegeEscalation => "every container has allowPrivilegeEscalation: false",
            Self::Root => "every container has runAsNonRoot: true, or a runAsUser other than 0",
            Self::NetRaw => "every container drops NET_RAW or ALL",
            Self::CapabilitiesAdded => "no container adds capabilities beyond the usual ones of a runtime",
            Self::Capabilities => "every container drops ALL and adds at most NET_BIND_SERVICE",
            Self::HostProcess => "no container is a process of its Windows node (hostProcess)",
            Self::HostPath => "no pod has a hostPath volume",
            Self::HostPorts => "no container uses a port of its node (hostPort)",
            Self::ProcMount => "every container has the procMount Default",
            Self::Seccomp => "every container has the seccomp profile RuntimeDefault or Localhost",
            Self::SecurityContext => "every container, or its pod, has a securityContext",
            Self::SecretEnv => "no container gets Secrets in environment variables",
        }
    }

    /// What of a pod is not as recommended, if anything.
    fn offence(self, pod: &PodSpec, facts: &ClusterFacts<'_>) -> Option<Offence> {
        let test = |offends: &dyn Fn(&Container) -> bool| {
            let names: BTreeSet<String> = pod
                .all_containers()
                .filter(|container| offends(container))
                .map(|container| container.name.clone())
                .collect();
            (!names.is_empty()).then_some(Offence::Containers(names))
        };
        let whole = |offends: bool| offends.then_some(Offence::Pod);
        match self {
            Self::HostPid => whole(pod.host_pid),
            Self::HostIpc => whole(pod.host_ipc),
            Self::HostNetwork => whole(pod.host_network),
            Self::HostPath => {
                let paths = pod.volumes.iter().filter_map(|volume| Some(volume.host_path.as_ref()?.path.clone()));
                let paths: BTreeSet<String> = paths.collect();
                (!paths.is_empty()).then_some(Offence::Paths(paths))
            }
            Self::Privileged => test(&containers::is_privileged),
            Self::PrivilegeEscalation => test(&containers::can_escalate),
            Self::Root => test(&|container| containers::may_be_root(pod, container)),
            Self::NetRaw => test(&containers::has_net_raw),
            Self::CapabilitiesAdded => test(&containers::adds_unusual_capabilities),
            Self::Capabilities => test(&containers::keeps_capabilities),
            Self::HostProcess => test(&|container| containers::is_host_process(pod, container)),
            Self::HostPorts => test(&|container| containers::uses_host_port(pod, container)),
            Self::ProcMount => test(&containers::changes_proc_mount),
            Self::Seccomp => {
                let by_default = facts.nodes.seccomp_by_default;
                test(&|container| containers::lacks_seccomp(pod, container, by_default))
            }
            Self::SecurityContext => test(&|container| containers::lacks_security_context(pod, container)),
            Self::SecretEnv => test(&containers::has_secret_in_environment),
        }
    }

    /// Why a pod is exempt.
    fn exemption(self, unit: &PodUnit<'_>) -> Option<Exemption> {
        let is_of_linux = matches!(
            self,
            Self::PrivilegeEscalation | Self::NetRaw | Self::Capabilities | Self::CapabilitiesAdded | Self::Seccomp
        );
        match () {
            () if unit.is_mirror => Some(Exemption::Mirror),
            () if is_of_linux && unit.spec.is_windows() => Some(Exemption::Windows),
            () => None,
        }
    }
}

/// The offences of one owner's pods and template.
#[derive(Default)]
struct Offences {
    pods: usize,
    containers: BTreeSet<String>,
    paths: BTreeSet<String>,
}

/// Tests every pod that is not finished, and every template of pods to come.
pub(super) fn examine(facts: &ClusterFacts<'_>, test: PodTest) -> Examination {
    let (mut findings, mut exempt) = (Vec::new(), Vec::new());
    let mut without_containers = 0;
    for group in &facts.pods.0 {
        let mut by_reason: BTreeMap<Option<Exemption>, Offences> = BTreeMap::new();
        for unit in group.units.iter().filter(|unit| !unit.is_finished) {
            without_containers += usize::from(unit.spec.all_containers().next().is_none());
            let Some(offence) = test.offence(unit.spec, facts) else { continue };
            let offences = by_reason.entry(test.exemption(unit)).or_default();
            offences.pods += usize::from(unit.is_pod);
            match offence {
                Offence::Pod => {}
                Offence::Containers(names) => offences.containers.extend(names),
                Offence::Paths(paths) => offences.paths.extend(paths),
            }
        }
        for (reason, offences) in by_reason {
            let finding = finding(group.owner.to_string(), offences);
            match reason {
                None => findings.push(finding),
                Some(reason) => exempt.push((finding, reason)),
            }
        }
    }
    if facts.pods.is_empty() && !facts.lacks_pods() {
        return nothing_runs();
    }
    let notes = (without_containers > 0).then(|| format!("pods or templates without containers: {without_containers}"));
    let admission = admission::in_place(facts);
    Examination::conclude(findings, exempt, facts.lacking(&PODS)).with_notes(notes.into_iter().chain(admission))
}

/// The result where no pod runs and none will: nothing shows a protection.
pub(super) fn nothing_runs() -> Examination {
    Examination::not_applicable("the cluster has no pods, and nothing that creates pods")
}

fn finding(owner: String, offences: Offences) -> PolicyFinding {
    let Offences { pods, containers, paths } = offences;
    let mut finding = PolicyFinding::about("owner", owner).with("pods", Attribute::Number(pods));
    finding.count = pods.max(1);
    if !containers.is_empty() {
        finding = finding.with("containers", Attribute::Texts(containers.into_iter().collect()));
    }
    if !paths.is_empty() {
        finding = finding.with("paths", Attribute::Texts(paths.into_iter().collect()));
    }
    finding
}
