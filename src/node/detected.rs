//! A node with its components.

use super::cgroup::is_pod;
use super::config::Config;
use crate::model::{Arguments, Component, Target};
use crate::source::node::{Process, SourceError};
use std::collections::BTreeMap;

/// The components of a node.
#[derive(Debug, Clone, Default)]
pub struct Node {
    pub(super) components: BTreeMap<Component, ComponentProcesses>,
    /// Why the processes cannot be read.
    pub(super) error: Option<SourceError>,
    pub(super) program_names: Vec<String>,
    pub(super) notices: Vec<String>,
}

/// The processes with the name of one component.
#[derive(Debug, Clone, Default)]
pub struct ComponentProcesses {
    /// Those that count: each is judged by itself.
    pub instances: Vec<Instance>,
    /// The first few of those that do not count, with the reason.
    pub ignored: Vec<(Process, String)>,
    /// How many more do not count.
    pub ignored_count: usize,
}

/// One process of a component.
#[derive(Debug, Clone)]
pub struct Instance {
    /// The component.
    pub component: Component,
    /// The process.
    pub process: Process,
    /// Its flags.
    pub arguments: Arguments,
}

impl Instance {
    /// Whether it runs in a pod and so has a root directory of its own.
    pub fn in_kubernetes_pod(&self) -> bool {
        is_pod(&self.process.cgroup)
    }
}

impl Node {
    /// The processes of a component.
    pub fn processes(&self, component: Component) -> &ComponentProcesses {
        static NONE: ComponentProcesses =
            ComponentProcesses { instances: Vec::new(), ignored: Vec::new(), ignored_count: 0 };
        self.components.get(&component).unwrap_or(&NONE)
    }

    /// Whether a component runs here.
    pub fn runs(&self, component: Component) -> bool {
        !self.processes(component).instances.is_empty()
    }

    /// Whether any component runs here.
    pub fn runs_anything(&self) -> bool {
        Component::ALL.into_iter().any(|c| self.runs(c))
    }

    /// Why a component has no process.
    pub fn absence(&self, component: Component) -> String {
        if let Some(error) = &self.error {
            return format!("the process table {error}");
        }
        let program = component.program();
        match self.processes(component).ignored.first() {
            Some((_, reason)) => format!("{program} does not run on this node: {reason}"),
            None => format!("{program} does not run on this node"),
        }
    }

    /// Whether the processes cannot be read, so that nothing is known of any component.
    pub const fn is_blind(&self) -> bool {
        self.error.is_some()
    }

    /// The program names that processes were compared with.
    pub fn program_names(&self) -> &[String] {
        &self.program_names
    }

    /// What a reader of the report should know about how this node is seen.
    pub fn notices(&self) -> &[String] {
        &self.notices
    }

    /// The targets of a benchmark that apply here: the control plane if all its required components run, etcd if it runs,
    /// the others always.
    pub fn targets(&self, config: &Config, available: &[Target]) -> Vec<Target> {
        let is_complete = |target: Target| {
            let of_target = config.target(target);
            let mut required = of_target
                .components
                .iter()
                .filter(|name| of_target.candidates(name).is_some_and(|c| !c.bins.is_empty() && !c.optional))
                .peekable();
            let runs = |name: &String| Component::ALL.into_iter().any(|c| c.config_name() == name && self.runs(c));
            required.peek().is_some() && required.all(runs)
        };
        let control_plane = is_complete(Target::Master);
        let applies = |target: &Target| match target {
            Target::Master | Target::ControlPlane => control_plane,
            Target::Etcd => is_complete(Target::Etcd),
            Target::Node | Target::Policies | Target::ManagedServices => true,
        };
        available.iter().copied().filter(applies).collect()
    }
}
