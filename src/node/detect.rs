//! Finds the components of a node among its processes, and which processes count.

use super::build::version_of_build;
use super::component_processes::component_processes;
use super::config::Config;
use super::detected::{ComponentProcesses, Instance, Node, RunningBuild};
use super::own::OwnProcesses;
use super::places::Places;
use super::platform::{Platform, Platforms, SettingsSource, Traces, detect};
use super::settings::{Contained, contained, document};
use super::static_pods::{Origin, StaticPods};
use super::supervisor::{Supervisor, program_names, supervisors};
use crate::model::{Arguments, Component, Target};
use crate::source::node::{HostPath, NodeSource, Process};
use crate::text::sanitize;
use std::collections::BTreeMap;

/// The components whose executables say which version runs.
const WITH_BUILD: [Component; 3] = [Component::Apiserver, Component::Kubelet, Component::Proxy];

impl Node {
    /// Reads the processes once, and what says which platform the node has.
    pub fn detect(source: &dyn NodeSource, config: &Config, platforms: &Platforms) -> Self {
        let programs: Vec<(Component, Vec<String>)> =
            Component::ALL.into_iter().map(|c| (c, candidate_programs(config, c))).collect();
        let mut names: Vec<&str> =
            programs.iter().flat_map(|(_, programs)| programs).filter_map(|p| p.split(' ').next()).collect();
        names.sort_unstable();
        names.dedup();
        let component_names = names.iter().map(|name| (*name).to_owned()).collect();
        let of_platforms = program_names(platforms);
        names.extend(of_platforms.iter().map(String::as_str));
        let (processes, error) = match source.processes(&names) {
            Ok(processes) => (processes, None),
            Err(error) => (Vec::new(), Some(error)),
        };
        let accounts = source.accounts();
        let processes_of = |(component, programs): &(Component, Vec<String>), origin: &dyn Fn(&Process) -> Origin| {
            (*component, component_processes(*component, programs, &processes, accounts, origin))
        };
        // Who created a pod is known once the kubelets are, which may run inside other programs.
        let named: BTreeMap<Component, ComponentProcesses> =
            programs.iter().map(|program| processes_of(program, &|_| Origin::Other)).collect();
        let mut supervisors = supervisors(&processes, platforms, accounts);
        let own = OwnProcesses::among(&named, &supervisors);
        supervisors.retain(|supervisor| own.has_signs(&supervisor.process));
        for supervisor in &supervisors {
            tracing::info!("{} contains or starts components", supervisor.subject());
        }
        let Contained { instances: inside, absent, files: mut argument_files, manifests } =
            all_contained(source, &supervisors, platforms);
        let kubelets = named.get(&Component::Kubelet).into_iter().flat_map(|found| &found.instances);
        let kubelets = kubelets.chain(inside.iter().filter(|instance| instance.component == Component::Kubelet));
        let kubelets: Vec<Instance> = kubelets.cloned().collect();
        let static_pods = StaticPods::new(source, config, &kubelets, &manifests);
        let mut components: BTreeMap<Component, ComponentProcesses> =
            programs.iter().map(|program| processes_of(program, &|process| static_pods.origin(process))).collect();
        components.iter().for_each(|(component, processes)| log(*component, processes));
        for instance in inside {
            components.entry(instance.component).or_default().instances.push(instance);
        }
        let builds = builds(source, &components, &supervisors, own);
        let mut traced: Vec<&Process> =
            components.values().flat_map(|found| &found.instances).map(|instance| &instance.process).collect();
        traced.extend(supervisors.iter().map(|supervisor| &supervisor.process));
        traced.retain(|process| own.has_signs(process));
        let logged: Vec<Process> = logged(&components);
        let detection = detect(
            platforms,
            &Traces {
                source,
                versions: versions(&builds),
                has_control_plane: has_control_plane(&components, &supervisors, own),
                processes: traced.clone(),
            },
        );
        let platform =
            detection.id.as_deref().and_then(|id| platforms.get(id)).unwrap_or_else(|| platforms.default_platform());
        let locating = traced.into_iter().chain(&logged).filter(|process| own.locates(process));
        let (platform, disagreements) = platform.located(&locating.collect::<Vec<_>>());
        argument_files.extend(read_documents(source, &platform, &mut components));
        let places = Places::of(config, &platform);
        components.values_mut().for_each(ComponentProcesses::add_doubtful);
        Self {
            components,
            supervisors,
            error,
            programs: programs.into_iter().collect(),
            program_names: component_names,
            notices: source.notices().into_iter().chain(disagreements).collect(),
            detection,
            platform,
            manifest_folders: manifests,
            places,
            builds,
            not_started: absent.into_iter().collect(),
            argument_files,
        }
    }
}

/// The components inside the processes of supervisors.
fn all_contained(source: &dyn NodeSource, supervisors: &[Supervisor], platforms: &Platforms) -> Contained {
    let mut all = Contained::default();
    for supervisor in supervisors.iter().filter(|supervisor| supervisor.embeds()) {
        if let Some(platform) = platforms.get(&supervisor.platform) {
            all.extend(contained(source, supervisor, &platform));
        }
    }
    all
}

/// Replaces the arguments of processes by those in the documents that they name; returns the documents.
fn read_documents(
    source: &dyn NodeSource,
    platform: &Platform,
    components: &mut BTreeMap<Component, ComponentProcesses>,
) -> Vec<HostPath> {
    let mut files = Vec::new();
    for instance in components.values_mut().flat_map(|found| &mut found.instances) {
        let settings = platform.component(instance.component).map_or(&[][..], |known| &known.settings);
        let parts = settings.iter().filter_map(|settings| match settings {
            SettingsSource::Document(part) => Some(part),
            SettingsSource::Process
            | SettingsSource::Journal { .. }
            | SettingsSource::ArgsFile { .. }
            | SettingsSource::ConfigFile { .. } => None,
        });
        for part in parts {
            let Some((file, words)) = document(source, instance, part) else { continue };
            instance.settings_source = Some(format!("document {}", file.path.display()));
            match words {
                Ok(words) => {
                    // What the document says overrides the command line.
                    let given = without_flag(&instance.process.argv, &part.flag);
                    let words: Vec<String> = given.into_iter().chain(words).collect();
                    instance.arguments = Arguments::parse(instance.component, &words);
                    instance.words = words;
                    instance.unknown_settings = None;
                }
                Err(reason) => instance.unknown_settings = Some(reason),
            }
            files.push(file);
        }
    }
    files
}

/// The words behind the program's name, without a flag that names no file of the component's own.
fn without_flag(argv: &[String], flag: &str) -> Vec<String> {
    let name = format!("--{flag}");
    let mut words = argv.iter().skip(1);
    let mut kept = Vec::new();
    while let Some(word) = words.next() {
        match word.split_once('=') {
            Some((known, _)) if known == name => {}
            None if *word == name => drop(words.next()),
            Some(_) | None => kept.push(word.clone()),
        }
    }
    kept
}

/// The processes that contain components, with the arguments of these in place of their own.
fn logged(components: &BTreeMap<Component, ComponentProcesses>) -> Vec<Process> {
    let instances =
        components.values().flat_map(|found| &found.instances).filter(|instance| !instance.words.is_empty());
    instances.map(|instance| Process { argv: instance.words.clone(), ..instance.process.clone() }).collect()
}

/// What the executables of what runs say of themselves. The API server's version is the cluster's, so it comes first.
fn builds(
    source: &dyn NodeSource,
    components: &BTreeMap<Component, ComponentProcesses>,
    supervisors: &[Supervisor],
    own: OwnProcesses,
) -> Vec<RunningBuild> {
    let instances = WITH_BUILD.into_iter().flat_map(|component| {
        let found = components.get(&component).into_iter().flat_map(|found| &found.instances);
        let found = found.filter(|instance| instance.container.is_none() && own.has_signs(&instance.process));
        found.map(move |instance| {
            (instance.process.pid, format!("{} (pid {})", component.program(), instance.process.pid))
        })
    });
    let supervisors = supervisors.iter().map(|supervisor| (supervisor.process.pid, supervisor.subject()));
    let build = |(pid, subject)| RunningBuild { subject, text: source.build_information(pid) };
    instances.chain(supervisors).map(build).collect()
}

fn versions(builds: &[RunningBuild]) -> Vec<(String, String)> {
    let version = |build: &RunningBuild| {
        let version = version_of_build(build.text.as_ref().ok()?)?;
        Some((version, format!("the executable of {}", build.subject)))
    };
    builds.iter().filter_map(version).collect()
}

fn has_control_plane(
    components: &BTreeMap<Component, ComponentProcesses>,
    supervisors: &[Supervisor],
    own: OwnProcesses,
) -> bool {
    [Component::Apiserver, Component::ControllerManager, Component::Scheduler].iter().any(|component| {
        let mut instances = components.get(component).into_iter().flat_map(|found| &found.instances);
        instances.any(|instance| own.has_signs(&instance.process))
            || supervisors.iter().any(|supervisor| supervisor.has(*component))
    })
}

/// Logs the processes of a component, and why others do not count.
fn log(component: Component, processes: &ComponentProcesses) {
    let program = component.program();
    match &processes.instances[..] {
        [] => tracing::info!("{program}: no process"),
        instances => {
            let pids: Vec<String> = instances.iter().map(|instance| instance.process.pid.to_string()).collect();
            tracing::info!("{program}: pid {}", pids.join(", "));
        }
    }
    for (_, reason) in &processes.ignored {
        tracing::info!("{program}: ignored: {}", sanitize::into_line(reason.clone()));
    }
}

/// A component's program names over all targets, in order of preference.
fn candidate_programs(config: &Config, component: Component) -> Vec<String> {
    let mut programs: Vec<String> = Vec::new();
    for target in Target::ALL {
        if let Some(candidates) = config.target(target).candidates(component.config_name()) {
            for bin in &candidates.bins {
                if !programs.contains(bin) {
                    programs.push(bin.clone());
                }
            }
        }
    }
    programs
}
