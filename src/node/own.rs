//! Which processes say something about the node itself. Whoever runs a container chooses what its processes are called.

use super::cgroup::{is_beside_node, is_container};
use super::detected::ComponentProcesses;
use super::supervisor::Supervisor;
use crate::model::Component;
use crate::source::node::Process;
use std::collections::BTreeMap;

/// What runs outside of containers.
#[derive(Debug, Clone, Copy)]
pub(super) struct OwnProcesses {
    any: bool,
}

impl OwnProcesses {
    /// Looks for components outside of containers, and for programs that contain or start components.
    pub(super) fn among(components: &BTreeMap<Component, ComponentProcesses>, supervisors: &[Supervisor]) -> Self {
        let processes = components.values().flat_map(|found| &found.instances).map(|instance| &instance.process);
        let mut processes = processes.chain(supervisors.iter().map(|supervisor| &supervisor.process));
        Self { any: processes.any(is_outside) }
    }

    /// Whether a process says which platform the node has. One in a container that the kubelet did not start says it only
    /// where nothing runs outside of containers, so that the container may be the node.
    pub(super) fn has_signs(self, process: &Process) -> bool {
        !self.any || !is_beside_node(&process.cgroup)
    }

    /// Whether a process says where the platform keeps its data.
    pub(super) fn locates(self, process: &Process) -> bool {
        !self.any || is_outside(process)
    }
}

fn is_outside(process: &Process) -> bool {
    !is_container(&process.cgroup) && !is_beside_node(&process.cgroup)
}
