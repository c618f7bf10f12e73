//! Programs of platforms that run components inside their own process, or start them.

use super::cgroup::is_pod;
use super::platform::{HostProgram, Platforms};
use super::trust::is_trusted;
use crate::model::Component;
use crate::source::node::{Accounts, Process};

/// A process that contains or starts components.
#[derive(Debug, Clone)]
pub struct Supervisor {
    /// The process.
    pub process: Process,
    /// The platform that it belongs to.
    pub(super) platform: String,
    program: HostProgram,
    components: Vec<Component>,
}

/// What the reason of a check says where the component runs inside another process that has no settings to read.
pub const EMBEDDED: &str = "settings of embedded components cannot be read yet";

/// The file names of such programs. K3s replaces its command line by one word with a blank in it.
pub(super) fn program_names(platforms: &Platforms) -> Vec<String> {
    let names = |program: &HostProgram| {
        let command = program.command.as_ref();
        let with_command = command.map(|c| [format!("{} {c}", program.program), format!("{}-{c}", program.program)]);
        std::iter::once(program.program.clone()).chain(with_command.into_iter().flatten()).collect::<Vec<_>>()
    };
    let mut names: Vec<String> = platforms.signs().flat_map(|platform| &platform.programs).flat_map(names).collect();
    names.sort_unstable();
    names.dedup();
    names
}

impl Supervisor {
    /// The supervisor that a process is, if no ordinary user can have started it. One in a pod is a tenant's.
    fn of(process: &Process, platforms: &Platforms, accounts: &Accounts) -> Option<Self> {
        let words = words(process);
        let (platform, program) = platforms.signs().find_map(|platform| {
            let program = platform.programs.iter().find(|program| program.is(process));
            program.map(|program| (platform.id.clone(), program.clone()))
        })?;
        if is_pod(&process.cgroup) || !is_trusted(Component::Kubelet, process, accounts) {
            return None;
        }
        let components = program.components(&words);
        Some(Self { process: process.clone(), platform, program, components })
    }

    /// Whether the component runs inside of this process, or is started by it.
    pub(super) fn has(&self, component: Component) -> bool {
        self.components.contains(&component)
    }

    /// The components that run inside of this process, or are started by it.
    pub(super) fn components(&self) -> &[Component] {
        &self.components
    }

    /// Whether the components run inside of this process.
    pub fn embeds(&self) -> bool {
        self.program.embeds()
    }

    /// Its name and number: `k3s server (pid 7)`.
    pub fn subject(&self) -> String {
        format!("{} (pid {})", self.program.name(), self.process.pid)
    }

    /// The words of the command line that were looked at.
    pub fn words(&self) -> Vec<String> {
        let flags: Vec<&str> = self.program.flags().chain(self.looked_at()).collect();
        let known = |(index, word): &(usize, &str)| {
            *index == 0 || (*index == 1 && !word.starts_with('-')) || flags.iter().any(|flag| word.starts_with(flag))
        };
        words(&self.process).into_iter().enumerate().filter(known).map(|(_, word)| word.to_owned()).collect()
    }

    /// Further flags whose values are read.
    fn looked_at(&self) -> impl Iterator<Item = &str> {
        self.program.reads.iter().map(String::as_str)
    }
}

fn words(process: &Process) -> Vec<&str> {
    process.argv.iter().flat_map(|word| word.split_whitespace()).collect()
}

/// The supervisors among processes.
pub(super) fn supervisors(processes: &[Process], platforms: &Platforms, accounts: &Accounts) -> Vec<Supervisor> {
    processes.iter().filter_map(|process| Supervisor::of(process, platforms, accounts)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{Config, Node};
    use super::*;
    use crate::source::node::RecordedSource;

    /// What is said of each component on a host with these processes.
    fn absences(host: &str) -> (Node, Vec<String>) {
        let source = RecordedSource::parse(host).expect("a described host");
        let config: Config = serde_saphyr::from_str(include_str!("../../cfg/config.yaml")).expect("a configuration");
        let node = Node::detect(&source, &config, &Platforms::compiled_in().expect("the platforms"));
        let said = Component::ALL.into_iter().map(|component| node.absence(component)).collect();
        (node, said)
    }

    const SERVICE: &str = "cgroup: /system.slice/k3s.service";

    #[test]
    fn embedded_components_are_named_with_their_process() {
        for (argv, subject, embedded) in [
            ("[/usr/local/bin/k3s, server]", "k3s server (pid 1000)", 6),
            ("['/usr/local/bin/k3s server', '', '']", "k3s server (pid 1000)", 6),
            ("[k3s, agent]", "k3s agent (pid 1000)", 2),
            ("[/usr/local/bin/k3s, server, --disable-agent, --disable-etcd]", "k3s server (pid 1000)", 3),
            ("[/snap/microk8s/7000/kubelite, --start-control-plane=false]", "kubelite (pid 1000)", 2),
            ("[kubelite, --scheduler-args-file=/x]", "kubelite (pid 1000)", 5),
        ] {
            let (node, said) = absences(&format!("processes: [{{ argv: {argv}, {SERVICE} }}]"));
            let is_inside = |(component, text): &(Component, &String)| {
                let instances = &node.processes(*component).instances;
                instances.iter().any(|instance| instance.container.as_deref() == Some(subject))
                    || text.contains(&format!("runs inside {subject}"))
            };
            let inside = Component::ALL.into_iter().zip(&said).filter(is_inside);
            assert_eq!(inside.count(), embedded, "{argv}: {said:?}");
            assert!(node.runs_anything());
        }
    }

    #[test]
    fn what_is_started_by_a_supervisor_is_hidden_only_while_none_of_it_runs() {
        let (node, said) = absences("processes: [{ argv: [rke2, server] }]");
        assert!(said.iter().all(|text| text.contains("rke2 server (pid 1000) starts")), "{said:?}");
        assert!(node.runs_anything());
        let (_, said) = absences("processes: [{ argv: [/usr/bin/k0s, controller] }]");
        assert_eq!(said.iter().filter(|text| text.contains("does not run")).count(), 2, "{said:?}");
        let (_, said) = absences("processes: [{ argv: [rke2, agent] }, { argv: [kubelet], pid: 7 }]");
        assert!(said.iter().all(|text| text.contains("does not run")), "{said:?}");
    }

    #[test]
    fn other_commands_and_the_processes_of_users_contain_nothing() {
        for process in [
            "argv: [k3s, kubectl, get, pods]",
            "argv: [k3s]",
            "argv: [k0s, version]",
            "argv: [grep, k3s, server]",
            "argv: [k3s, server], user: 1000, cgroup: /user.slice/user-1000.slice/session-1.scope",
        ] {
            let (node, said) = absences(&format!("processes: [{{ {process} }}]"));
            assert!(!node.runs_anything(), "{process}");
            assert!(said.iter().all(|text| text.ends_with("does not run on this node")), "{said:?}");
        }
    }
}
