//! Finds the components of a node among its processes, and which processes count.

use super::config::Config;
use super::detected::{ComponentProcesses, Instance, Node};
use super::trust::{is_trusted, reason_to_ignore};
use crate::model::{Arguments, Component, Target};
use crate::source::node::{Accounts, NodeSource, Process};
use std::collections::BTreeMap;

/// Ignored processes that are kept with their reason. Anybody can start thousands.
const MAX_IGNORED: usize = 5;

impl Node {
    /// Reads the processes once.
    pub fn detect(source: &dyn NodeSource, config: &Config) -> Self {
        let programs: Vec<(Component, Vec<String>)> =
            Component::ALL.into_iter().map(|c| (c, candidate_programs(config, c))).collect();
        let mut names: Vec<&str> =
            programs.iter().flat_map(|(_, programs)| programs).filter_map(|p| p.split(' ').next()).collect();
        names.sort_unstable();
        names.dedup();
        let program_names = names.iter().map(|name| (*name).to_owned()).collect();
        let (processes, error) = match source.processes(&names) {
            Ok(processes) => (processes, None),
            Err(error) => (Vec::new(), Some(error)),
        };
        let components: BTreeMap<Component, ComponentProcesses> = programs
            .iter()
            .map(|(component, programs)| {
                (*component, component_processes(*component, programs, &processes, source.accounts()))
            })
            .collect();
        for (component, processes) in &components {
            let instances: Vec<u32> = processes.instances.iter().map(|i| i.process.pid).collect();
            let ignored: Vec<u32> = processes.ignored.iter().map(|(p, _)| p.pid).collect();
            tracing::info!(%component, ?instances, ?ignored, "processes");
        }
        Self { components, error, program_names, notices: source.notices() }
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

/// The processes with one of the component's names. Those that no ordinary user can have started count.
fn component_processes(
    component: Component,
    programs: &[String],
    processes: &[Process],
    accounts: &Accounts,
) -> ComponentProcesses {
    let name_words = |process: &Process| programs.iter().find_map(|program| words_of_name(program, process));
    let named = processes.iter().filter_map(|process| Some((process, name_words(process)?)));
    let (counted, ignored): (Vec<_>, Vec<_>) = named.partition(|(process, _)| is_trusted(component, process, accounts));
    ComponentProcesses {
        ignored_count: ignored.len().saturating_sub(MAX_IGNORED),
        instances: counted
            .into_iter()
            .map(|(process, words)| Instance {
                component,
                process: process.clone(),
                arguments: Arguments::parse(component, process.argv.get(words..).unwrap_or_default()),
            })
            .collect(),
        ignored: ignored
            .into_iter()
            .take(MAX_IGNORED)
            .map(|(process, _)| (process.clone(), reason_to_ignore(component, process, accounts)))
            .collect(),
    }
}

/// How many words at the start of a process's command line are the program's name, if it is this program: `hyperkube
/// kubelet` has two.
fn words_of_name(program: &str, process: &Process) -> Option<usize> {
    let words: Vec<&str> = program.split(' ').collect();
    let is_program = process.has_name(&words[..1]);
    let words_follow = process.argv.get(1..words.len()).is_some_and(|argv| argv.iter().eq(words[1..].iter()));
    // Of a truncated command line only the first word is known.
    (is_program && (words_follow || process.truncated)).then_some(words.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn process(argv: &str, uid: u32) -> Process {
        Process {
            pid: 7,
            argv: argv.split(' ').map(str::to_owned).collect(),
            truncated: false,
            exe: None,
            setuid: false,
            privileged: true,
            real_uid: uid,
            effective_uid: uid,
            cgroup: String::new(),
            cwd: None,
        }
    }

    #[test]
    fn programs_are_identified_by_name_and_not_by_arguments() {
        let cases = [
            ("kube-apiserver", "/usr/local/bin/kube-apiserver --a", Some(1)),
            ("kube-apiserver", "grep kube-apiserver", None),
            ("kube-apiserver", "kube-apiserver-proxy --a", None),
            ("hyperkube kubelet", "/hyperkube kubelet --a", Some(2)),
            ("hyperkube kubelet", "/hyperkube proxy", None),
            ("hyperkube kubelet", "/hyperkube", None),
        ];
        for (program, argv, expected) in cases {
            assert_eq!(words_of_name(program, &process(argv, 0)), expected, "{program}: {argv}");
        }
        let renamed = Process { exe: Some("/usr/bin/kubelet".to_owned()), ..process("something --a", 0) };
        assert_eq!(words_of_name("kubelet", &renamed), Some(1));
    }

    #[test]
    fn each_process_that_no_user_can_start_counts() {
        let accounts = Accounts::default();
        let detect =
            |processes: &[Process]| component_processes(Component::Etcd, &["etcd".to_owned()], processes, &accounts);
        let real = process("etcd --data-dir=/a", 0);
        let fake = process("etcd --data-dir=/b", 65534);
        let both = detect(&[fake.clone(), real.clone()]);
        assert_eq!(both.instances.iter().map(|i| &i.process).collect::<Vec<_>>(), [&real]);
        assert_eq!(both.ignored.len(), 1);
        let service = Process { cgroup: "/system.slice/etcd.service".to_owned(), ..process("etcd --data-dir=/c", 999) };
        let each = detect(&[service.clone(), fake.clone(), real.clone()]);
        assert_eq!(each.instances.iter().map(|i| &i.process).collect::<Vec<_>>(), [&service, &real]);
        let alone = detect(std::slice::from_ref(&fake));
        assert!(alone.instances.is_empty() && alone.ignored.len() == 1);
        let many = detect(&vec![fake; 50]);
        assert_eq!((many.ignored.len(), many.ignored_count), (MAX_IGNORED, 50 - MAX_IGNORED));
    }
}
