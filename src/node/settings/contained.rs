//! The components inside the process of another program, each with the source of its settings.

use super::args_file;
use super::journal::{Logged, StartLine, read};
use super::started_file::{ApiserverHere, StartedFile, started_file};
use crate::model::{Arguments, Component};
use crate::node::cgroup::unit;
use crate::node::detected::Instance;
use crate::node::platform::{Platform, SettingsSource};
use crate::node::supervisor::Supervisor;
use crate::source::node::{HostPath, NodeSource, Process};
use indexmap::IndexMap;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What is known of the components inside one process.
#[derive(Debug, Default)]
pub(in crate::node) struct Contained {
    /// Those that run, or may run.
    pub(in crate::node) instances: Vec<Instance>,
    /// Those that do not, and why.
    pub(in crate::node) absent: Vec<(Component, String)>,
    /// The files that arguments were read from.
    pub(in crate::node) files: Vec<HostPath>,
    /// The usual folders of the manifests of static pods.
    pub(in crate::node) manifests: BTreeSet<PathBuf>,
}

/// The components inside the process of a supervisor. Those for whose settings the platform names no source are left out.
pub(in crate::node) fn contained(source: &dyn NodeSource, supervisor: &Supervisor, platform: &Platform) -> Contained {
    let process = &supervisor.process;
    let subject = supervisor.subject();
    let of = |component: &Component| platform.component(*component).map_or(&[][..], |known| &known.settings);
    let mut found = Contained::default();
    let lines: Vec<StartLine> = supervisor.components().iter().filter_map(|c| start_line(*c, of(c))).collect();
    if !lines.is_empty() {
        let journal_of = unit(&process.cgroup);
        let logged = read(source, process, journal_of, &subject, &lines);
        for (line, logged) in lines.iter().zip(logged) {
            found.add_logged(line.component, logged, process, &subject, journal_of.unwrap_or_default());
        }
    }
    // The data directory is known from the lines as well, where the executable cannot be read.
    let sure = found.instances.iter().filter(|instance| instance.unknown_settings.is_none());
    let words: Vec<Process> =
        sure.map(|instance| Process { argv: instance.words.clone(), ..process.clone() }).collect();
    let mut processes: Vec<&Process> = vec![process];
    processes.extend(&words);
    let (platform, disagreements) = platform.located(&processes);
    let manifests = platform.components.values().flat_map(|known| &known.manifest);
    found.manifests = manifests.filter_map(|path| Path::new(path).parent()).map(Path::to_path_buf).collect();
    for component in supervisor.components() {
        for settings in platform.component(*component).map_or(&[][..], |known| &known.settings) {
            if let SettingsSource::ArgsFile { flag, path, variables } = settings {
                found.add_args_file(source, *component, process, &subject, (flag, path, variables));
            }
            if let SettingsSource::ConfigFile { flag, path, apiserver_flag, here } = settings {
                let apiserver = found.apiserver(supervisor);
                let started = started_file(source, process, *component, path, (apiserver_flag, here), &apiserver);
                let started = match (started, disagreements.first()) {
                    // It may be in the other directory.
                    (StartedFile::Elsewhere(reason), Some(doubt)) => {
                        StartedFile::Unknown(format!("{reason}, but {doubt}"))
                    }
                    (started, _) => started,
                };
                let argument = format!("--{flag}={path}");
                found.add_started(*component, started, argument, process, &subject);
            }
        }
    }
    found
}

fn start_line(component: Component, settings: &[SettingsSource]) -> Option<StartLine> {
    settings.iter().find_map(|settings| match settings {
        SettingsSource::Journal { line, late } => Some(StartLine { component, text: line.clone(), late: *late }),
        SettingsSource::Process
        | SettingsSource::ArgsFile { .. }
        | SettingsSource::Document(_)
        | SettingsSource::ConfigFile { .. } => None,
    })
}

impl Contained {
    /// Adds what is known of another process.
    pub(in crate::node) fn extend(&mut self, other: Self) {
        self.instances.extend(other.instances);
        self.absent.extend(other.absent);
        self.files.extend(other.files);
        self.manifests.extend(other.manifests);
    }

    fn add_logged(&mut self, component: Component, logged: Logged, process: &Process, subject: &str, unit: &str) {
        let source = format!("journal of {unit}");
        match logged {
            Logged::Started { words, doubt, remarks } => {
                let instance = Instance::contained(component, process, words, subject);
                self.instances.push(Instance {
                    settings_source: Some(source),
                    unknown_settings: doubt,
                    remarks,
                    ..instance
                });
            }
            Logged::NotStarted => {
                let reason = format!("{} does not run on this node: {subject} did not start it", component.program());
                self.absent.push((component, reason));
            }
            Logged::Unknown { reason, remarks } => {
                let instance = Instance::contained(component, process, Vec::new(), subject);
                self.instances.push(Instance {
                    settings_source: Some(source),
                    unknown_settings: Some(reason),
                    remarks,
                    ..instance
                });
            }
        }
    }

    fn add_args_file(
        &mut self,
        source: &dyn NodeSource,
        component: Component,
        process: &Process,
        subject: &str,
        (flag, usual, variables): (&str, &str, &IndexMap<String, String>),
    ) {
        let path = args_file::path_of(&process.argv, flag, usual, variables);
        let words = path.clone().and_then(|path| args_file::read(source, &path, variables));
        let path = path.unwrap_or_else(|_| usual.to_owned());
        let (words, unknown) = match words {
            Ok(words) => (words, None),
            Err(reason) => {
                (Vec::new(), Some(format!("the arguments of {} in {subject}: {reason}", component.program())))
            }
        };
        self.files.push(HostPath::host(&path));
        self.instances.push(Instance {
            settings_source: Some(format!("arguments file {path}")),
            unknown_settings: unknown,
            ..Instance::contained(component, process, words, subject)
        });
    }

    fn add_started(
        &mut self,
        component: Component,
        started: StartedFile,
        argument: String,
        process: &Process,
        subject: &str,
    ) {
        match started {
            StartedFile::Runs => {
                let instance = Instance::contained(component, process, vec![argument], subject);
                let settings_source = Some(format!("configuration file of {} in {subject}", component.program()));
                self.instances.push(Instance { settings_source, ..instance });
            }
            StartedFile::Elsewhere(reason) => self.absent.push((component, reason)),
            StartedFile::Unknown(reason) => {
                let instance = Instance::contained(component, process, Vec::new(), subject);
                self.instances.push(Instance { unknown_settings: Some(reason), ..instance });
            }
        }
    }

    fn apiserver(&self, supervisor: &Supervisor) -> ApiserverHere<'_> {
        match self.instances.iter().find(|instance| instance.component == Component::Apiserver) {
            Some(Instance { unknown_settings: Some(reason), .. }) => ApiserverHere::Unknown(reason.clone()),
            Some(instance) => ApiserverHere::Runs(&instance.arguments),
            None if self.absent.iter().any(|(component, _)| *component == Component::Apiserver) => {
                ApiserverHere::Absent
            }
            None if !supervisor.has(Component::Apiserver) => ApiserverHere::Absent,
            None => ApiserverHere::Unknown("nothing is known of the API server in this process".to_owned()),
        }
    }
}

impl Instance {
    /// A component inside the process of another program.
    fn contained(component: Component, process: &Process, words: Vec<String>, subject: &str) -> Self {
        let arguments = Arguments::parse(component, &words);
        Self { container: Some(subject.to_owned()), words, ..Self::of_process(component, process.clone(), arguments) }
    }
}
