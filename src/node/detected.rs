//! A node with its components.

use super::cgroup::{is_container, is_pod, slices, unit};
use super::places::Places;
use super::platform::{Detection, Platform};
use super::supervisor::{EMBEDDED, Supervisor};
use crate::model::{Arguments, Component};
use crate::source::node::{HostPath, Process, SourceError};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// The components of a node.
#[derive(Debug, Clone, Default)]
pub struct Node {
    pub(super) components: BTreeMap<Component, ComponentProcesses>,
    pub(super) supervisors: Vec<Supervisor>,
    /// Why the processes cannot be read.
    pub(super) error: Option<SourceError>,
    pub(super) programs: BTreeMap<Component, Vec<String>>,
    pub(super) program_names: Vec<String>,
    pub(super) notices: Vec<String>,
    pub(super) detection: Detection,
    pub(super) platform: Platform,
    /// The folders of manifests that a program which contains a kubelet names.
    pub(super) manifest_folders: BTreeSet<PathBuf>,
    pub(super) places: Places,
    pub(super) builds: Vec<RunningBuild>,
    /// The components that a program which contains others did not start, and why they do not run.
    pub(super) not_started: BTreeMap<Component, String>,
    /// The files that arguments were read from.
    pub(super) argument_files: Vec<HostPath>,
}

/// What the executable of something that runs says of itself.
#[derive(Debug, Clone)]
pub struct RunningBuild {
    /// What runs: `kubelet (pid 7)`.
    pub subject: String,
    /// Go's build information.
    pub text: Result<String, SourceError>,
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
    /// The first process among them that may be the component; its settings are not known.
    pub doubt: Option<Instance>,
}

impl ComponentProcesses {
    /// Counts the process that may be the component where others are: these alone could pass what it fails.
    pub(super) fn add_doubtful(&mut self) {
        if !self.instances.is_empty() {
            self.instances.extend(self.doubt.take());
        }
    }
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
    /// The words that these were parsed from, where they are not those of the process.
    pub words: Vec<String>,
    /// Where they were read, if that is not the command line: `journal of k3s.service`.
    pub settings_source: Option<String>,
    /// Why its settings cannot be told.
    pub unknown_settings: Option<String>,
    /// The program in whose process it runs, if that is not its own.
    pub container: Option<String>,
    /// What the reader should know about where its settings come from.
    pub remarks: Vec<String>,
}

impl Instance {
    /// A component that runs as a process of its own, with its arguments.
    pub(super) const fn of_process(component: Component, process: Process, arguments: Arguments) -> Self {
        Self {
            component,
            process,
            arguments,
            words: Vec::new(),
            settings_source: None,
            unknown_settings: None,
            container: None,
            remarks: Vec::new(),
        }
    }

    /// Whether it runs in a pod and so has a root directory of its own.
    pub fn in_kubernetes_pod(&self) -> bool {
        is_pod(&self.process.cgroup)
    }

    /// Whether it runs in a container, of a pod or of a container runtime alone.
    pub fn in_container(&self) -> bool {
        is_container(&self.process.cgroup)
    }

    /// The unit of the system's service manager in which it runs, such as `kubelet.service`.
    pub fn unit(&self) -> Option<&str> {
        unit(&self.process.cgroup)
    }

    /// The slices of systemd in which that unit lies, from the outermost to the innermost.
    pub fn slices(&self) -> impl Iterator<Item = &str> {
        slices(&self.process.cgroup)
    }
}

impl Node {
    /// The same node where nothing is known of other processes than those that were found.
    #[must_use]
    pub fn with_unseen(self, error: SourceError) -> Self {
        Self { error: Some(error), ..self }
    }

    /// The processes of a component.
    pub fn processes(&self, component: Component) -> &ComponentProcesses {
        static NONE: ComponentProcesses =
            ComponentProcesses { instances: Vec::new(), ignored: Vec::new(), ignored_count: 0, doubt: None };
        self.components.get(&component).unwrap_or(&NONE)
    }

    /// Whether a component runs here as a process of its own.
    pub fn runs(&self, component: Component) -> bool {
        !self.processes(component).instances.is_empty()
    }

    /// Whether any component runs here, or a program that contains or starts components.
    pub fn runs_anything(&self) -> bool {
        !self.supervisors.is_empty() || Component::ALL.into_iter().any(|c| self.runs(c))
    }

    /// The programs that contain or start components.
    pub fn supervisors(&self) -> &[Supervisor] {
        &self.supervisors
    }

    /// The program that a component without a process of its own runs in, or that is to start it. One that starts
    /// components as processes of their own is believed to start no others once one of them runs.
    pub fn supervisor_of(&self, component: Component) -> Option<&Supervisor> {
        if self.runs(component) || self.not_started.contains_key(&component) {
            return None;
        }
        let mut all = self.supervisors.iter().filter(|supervisor| supervisor.has(component));
        all.find(|supervisor| supervisor.embeds() || !Component::ALL.into_iter().any(|c| self.runs(c)))
    }

    /// Why a component does not run here, where a program says what it starts.
    pub fn reason_not_started(&self, component: Component) -> Option<&str> {
        self.not_started.get(&component).filter(|_| !self.runs(component)).map(String::as_str)
    }

    /// Whether a component runs here, in a process of its own or inside another.
    pub fn runs_or_is_embedded(&self, component: Component) -> bool {
        self.runs(component) || self.supervisor_of(component).is_some()
    }

    /// Whether nothing can be told of a component that has no process.
    pub fn is_hidden(&self, component: Component) -> bool {
        self.is_blind() || self.supervisor_of(component).is_some() || self.doubt(component).is_some()
    }

    /// Why a component may run here although no process counts.
    pub(super) fn doubt(&self, component: Component) -> Option<&str> {
        self.processes(component).doubt.as_ref()?.unknown_settings.as_deref()
    }

    /// Why a component has no process.
    pub fn absence(&self, component: Component) -> String {
        if let Some(error) = &self.error {
            return format!("the process table {error}");
        }
        if let Some(reason) = self.reason_not_started(component) {
            return reason.to_owned();
        }
        let program = component.program();
        if let Some(supervisor) = self.supervisor_of(component) {
            let subject = supervisor.subject();
            return if supervisor.embeds() {
                format!("{program} runs inside {subject}, and {EMBEDDED}")
            } else {
                format!("{subject} starts {program}, whose process was not found")
            };
        }
        if let Some(doubt) = self.doubt(component) {
            return format!("whether {program} runs on this node is not known: {doubt}");
        }
        match self.processes(component).ignored.first() {
            Some((_, reason)) => format!("{program} does not run on this node: {reason}"),
            None => format!("{program} does not run on this node"),
        }
    }

    /// Whether the processes cannot be read, so that nothing is known of any component.
    pub const fn is_blind(&self) -> bool {
        self.error.is_some()
    }

    /// The names of a component's program, some with the words that must follow, such as `hyperkube kubelet`.
    pub fn programs(&self, component: Component) -> &[String] {
        self.programs.get(&component).map_or(&[], Vec::as_slice)
    }

    /// The program names that processes were compared with.
    pub fn program_names(&self) -> &[String] {
        &self.program_names
    }

    /// What a reader of the report should know about how this node is seen.
    pub fn notices(&self) -> &[String] {
        &self.notices
    }

    /// The platform, with its paths on this node. Without a sign of any, that of kubeadm.
    pub const fn platform(&self) -> &Platform {
        &self.platform
    }

    /// How the platform was found.
    pub const fn detection(&self) -> &Detection {
        &self.detection
    }

    /// The usual places of components' files.
    pub const fn places(&self) -> &Places {
        &self.places
    }

    /// The files that arguments of components were read from.
    pub fn argument_files(&self) -> &[HostPath] {
        &self.argument_files
    }

    /// What the executables of what runs say of themselves.
    pub fn builds(&self) -> &[RunningBuild] {
        &self.builds
    }
}
