//! What was found out about this node: which components run, in which processes, and which targets that makes.
//! Decides which processes count; judges no setting.

use crate::model::Arguments;
use crate::model::Component;
use crate::node::{Config, Target};
use crate::source::node::{Accounts, NodeSource, Process, SourceError, base_name};
use std::collections::BTreeMap;

/// The components of a node.
#[derive(Debug, Clone, Default)]
pub struct Node {
    found: BTreeMap<Component, ComponentProcesses>,
    trouble: Option<SourceError>,
    looked_for: Vec<String>,
    notices: Vec<String>,
}

/// The processes of one component.
#[derive(Debug, Clone, Default)]
pub struct ComponentProcesses {
    /// Those that count: all are judged.
    pub instances: Vec<Instance>,
    /// The first few that bear its name and do not count, each with the reason.
    pub ignored: Vec<(Process, String)>,
    /// How many more of those there are.
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

/// Processes that do not count and are named one by one: anybody can start thousands.
const MAX_NAMED_ASIDE: usize = 5;

impl Instance {
    /// Whether it runs in a pod, which has a root of its own.
    pub fn in_kubernetes_pod(&self) -> bool {
        self.process.cgroup.contains("kubepods") && in_pod(&self.process.cgroup)
    }
}

/// How much a process that bears a component's name is believed. Only the highest kind that is there counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum TrustLevel {
    /// Any user can start such a process; it never counts.
    Ordinary,
    /// It runs in a system service or a pod, or under the component's own account.
    Service,
    /// PathRoot started it, on the machine itself or in a static pod.
    RootUser,
}

impl Node {
    /// Looks at the processes, once.
    pub fn detect(host: &dyn NodeSource, config: &Config) -> Self {
        let candidates: Vec<(Component, Vec<String>)> =
            Component::ALL.into_iter().map(|c| (c, candidate_programs(config, c))).collect();
        let mut wanted: Vec<&str> =
            candidates.iter().flat_map(|(_, bins)| bins).filter_map(|bin| bin.split(' ').next()).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let looked_for = wanted.iter().map(|w| (*w).to_owned()).collect();
        let (processes, trouble) = match host.processes(&wanted) {
            Ok(processes) => (processes, None),
            Err(trouble) => (Vec::new(), Some(trouble)),
        };
        let found: BTreeMap<Component, ComponentProcesses> = candidates
            .iter()
            .map(|(component, bins)| (*component, find(*component, bins, &processes, host.accounts())))
            .collect();
        for (component, found) in &found {
            let pids = |processes: &mut dyn Iterator<Item = &Process>| processes.map(|p| p.pid).collect::<Vec<_>>();
            let (counted, aside) = (
                pids(&mut found.instances.iter().map(|i| &i.process)),
                pids(&mut found.ignored.iter().map(|(p, _)| p)),
            );
            tracing::info!(%component, ?counted, ignored = ?aside, "processes");
        }
        Self { found, trouble, looked_for, notices: host.notices() }
    }

    /// The processes of a component.
    pub fn found(&self, component: Component) -> &ComponentProcesses {
        static NONE: ComponentProcesses =
            ComponentProcesses { instances: Vec::new(), ignored: Vec::new(), ignored_count: 0 };
        self.found.get(&component).unwrap_or(&NONE)
    }

    /// Whether a component runs here.
    pub fn runs(&self, component: Component) -> bool {
        !self.found(component).instances.is_empty()
    }

    /// Whether anything of Kubernetes runs here.
    pub fn runs_anything(&self) -> bool {
        Component::ALL.into_iter().any(|c| self.runs(c))
    }

    /// Why no process of a component is there.
    pub fn absence(&self, component: Component) -> String {
        if let Some(trouble) = &self.trouble {
            return format!("the process table {trouble}");
        }
        match self.found(component).ignored.first() {
            Some((_, reason)) => format!("no process of {} that counts: {reason}", component.program()),
            None => format!("{} does not run on this node", component.program()),
        }
    }

    /// Whether the processes could not be seen, so that nothing is known of any component.
    pub const fn is_blind(&self) -> bool {
        self.trouble.is_some()
    }

    /// The names that processes were compared with.
    pub fn looked_for(&self) -> &[String] {
        &self.looked_for
    }

    /// What the reader should know about how this node was seen.
    pub fn notices(&self) -> &[String] {
        &self.notices
    }

    /// The targets that apply here, of those that a benchmark has: the control plane where every program that it cannot
    /// do without runs, etcd where it runs, the node and the policies always.
    pub fn targets(&self, config: &Config, available: &[Target]) -> Vec<Target> {
        let complete = |target: Target| {
            let part = config.target(target);
            let mut needed = part
                .components
                .iter()
                .filter(|name| part.candidates(name).is_some_and(|c| !c.bins.is_empty() && !c.optional));
            let mut any = false;
            let all = needed.all(|name| {
                any = true;
                Component::ALL.into_iter().any(|c| c.config_name() == name && self.runs(c))
            });
            any && all
        };
        let control_plane = complete(Target::Master);
        let applies = |target: &Target| match target {
            Target::Master | Target::ControlPlane => control_plane,
            Target::Etcd => complete(Target::Etcd),
            Target::Node | Target::Policies | Target::ManagedServices => true,
        };
        available.iter().copied().filter(applies).collect()
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

/// The processes under any of the component's names, of which only the most believed count.
fn find(component: Component, programs: &[String], processes: &[Process], accounts: &Accounts) -> ComponentProcesses {
    let words = |process: &Process| programs.iter().find_map(|program| words_of_program(program, process));
    let named: Vec<(TrustLevel, &Process, usize)> =
        processes.iter().filter_map(|p| Some((trust_level(component, p, accounts), p, words(p)?))).collect();
    let best = named.iter().map(|(s, ..)| *s).max().filter(|s| *s > TrustLevel::Ordinary);
    let (counted, others): (Vec<_>, Vec<_>) = named.into_iter().partition(|(s, ..)| Some(*s) == best);
    ComponentProcesses {
        ignored_count: others.len().saturating_sub(MAX_NAMED_ASIDE),
        instances: counted
            .into_iter()
            .map(|(_, process, words)| Instance {
                component,
                process: process.clone(),
                arguments: Arguments::parse(component, process.argv.get(words..).unwrap_or_default()),
            })
            .collect(),
        ignored: others
            .into_iter()
            .take(MAX_NAMED_ASIDE)
            .map(|(trust_level, p, _)| (p.clone(), reason_to_set_aside(component, trust_level, p, accounts)))
            .collect(),
    }
}

/// How many words of a process's command line are the program's name, if it is this program.
fn words_of_program(program: &str, process: &Process) -> Option<usize> {
    let words: Vec<&str> = program.split(' ').collect();
    let named = |path: &str| base_name(path) == words[0];
    let is_program = process.argv.first().is_some_and(|a| named(a)) || process.exe.as_deref().is_some_and(named);
    let follow = process.argv.get(1..words.len()).is_some_and(|argv| argv.iter().eq(words[1..].iter()));
    // Of a command line that was cut only the first word is known.
    (is_program && (follow || process.truncated)).then_some(words.len())
}

fn trust_level(component: Component, process: &Process, accounts: &Accounts) -> TrustLevel {
    // Of all components only kube-proxy runs in a pod that came through the API, as a privileged container, which is to
    // be had for those alone who own the machine anyway. Anything else there belongs to whoever may create pods.
    let is_proxy = component == Component::Proxy && process.privileged && process.real_uid == 0;
    if in_ordinary_pod(&process.cgroup) && !is_proxy {
        return TrustLevel::Ordinary;
    }
    if is_lent(process) {
        return TrustLevel::Ordinary;
    }
    if process.real_uid == 0 && process.effective_uid == 0 && !in_ordinary_pod(&process.cgroup) {
        return TrustLevel::RootUser;
    }
    let own_account = component.accounts().iter().any(|name| accounts.user(name) == Some(process.real_uid));
    if own_account || in_own_service(component, &process.cgroup) || in_pod(&process.cgroup) {
        TrustLevel::Service
    } else {
        TrustLevel::Ordinary
    }
}

/// Whether a user may have started this process of root and given it its words: a set-user-id program, such as sudo while
/// it waits for a password. Where the executable cannot be seen, one in another user's session may be such.
fn is_lent(process: &Process) -> bool {
    let in_session_of_other = |part: &str| part.strip_prefix("user-").is_some_and(|id| id != "0.slice");
    process.setuid || process.exe.is_none() && process.cgroup.split('/').any(in_session_of_other)
}

/// A unit of Kubernetes that the system's own manager runs. A user's manager runs units below `user.slice`, and some of the
/// system's units, such as cron's, start what users ask for.
fn in_own_service(component: Component, cgroup: &str) -> bool {
    const KUBERNETES: [&str; 7] = ["kube", "k8s", "k3s", "k0s", "rke2", "openshift", "origin"];
    let is_own = |unit: &str| unit.contains(component.program()) || KUBERNETES.iter().any(|name| unit.contains(name));
    !in_users_part(cgroup) && cgroup.split('/').any(|part| part.ends_with(".service") && is_own(part))
}

/// A container's group. In his own part of the tree a user names the groups as he likes.
fn in_pod(cgroup: &str) -> bool {
    let container = ["kubepods", "libpod", "docker", "cri-containerd"].iter().any(|mark| cgroup.contains(mark));
    container && !in_users_part(cgroup)
}

/// A part of the tree of control groups that is a user's own: systemd's, and the one that LXC's login module makes.
fn in_users_part(cgroup: &str) -> bool {
    cgroup.contains("user.slice") || cgroup.split('/').nth(1) == Some("user")
}

/// A pod that came through the API: its folder bears a UUID. A static pod, which only root can write, bears a bare hash.
fn in_ordinary_pod(cgroup: &str) -> bool {
    cgroup.contains("kubepods")
        && cgroup.split('/').any(|part| {
            let id = part.trim_end_matches(".slice").rsplit("pod").next().unwrap_or_default();
            let groups: Vec<usize> = id.split(['-', '_']).map(str::len).collect();
            groups == [8, 4, 4, 4, 12]
        })
}

fn reason_to_set_aside(
    component: Component,
    trust_level: TrustLevel,
    process: &Process,
    accounts: &Accounts,
) -> String {
    let user = accounts.user_name(process.real_uid);
    let who = format!("process {} of user {user} calls itself {}", process.pid, component.program());
    match trust_level {
        TrustLevel::Ordinary if is_lent(process) => {
            format!("{who}, and is or may be a set-user-id program: whoever started it chose its words")
        }
        TrustLevel::Ordinary if in_ordinary_pod(&process.cgroup) => {
            format!("{who}, in a pod that came through the API: whoever may create pods could start it")
        }
        TrustLevel::Ordinary => {
            format!("{who}, outside any static pod or service of Kubernetes: any user could start it")
        }
        TrustLevel::Service | TrustLevel::RootUser => {
            format!("{who}, beside one that root runs on this machine itself")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn process(argv: &str, uid: u32, cgroup: &str) -> Process {
        Process {
            pid: 7,
            argv: argv.split(' ').map(str::to_owned).collect(),
            truncated: false,
            exe: None,
            setuid: false,
            privileged: true,
            real_uid: uid,
            effective_uid: uid,
            cgroup: cgroup.to_owned(),
            cwd: None,
        }
    }

    #[test]
    fn a_program_is_known_by_its_name_and_never_by_a_word_in_its_line() {
        let cases = [
            ("kube-apiserver", "/usr/local/bin/kube-apiserver --a", Some(1)),
            ("kube-apiserver", "grep kube-apiserver", None),
            ("kube-apiserver", "kube-apiserver-proxy --a", None),
            ("hyperkube kubelet", "/hyperkube kubelet --a", Some(2)),
            ("hyperkube kubelet", "/hyperkube proxy", None),
            ("hyperkube kubelet", "/hyperkube", None),
        ];
        for (program, argv, expected) in cases {
            assert_eq!(words_of_program(program, &process(argv, 0, "")), expected, "{program}: {argv}");
        }
        let renamed = Process { exe: Some("/usr/bin/kubelet".to_owned()), ..process("something --a", 0, "") };
        assert_eq!(words_of_program("kubelet", &renamed), Some(1));
    }

    #[test]
    fn only_the_most_believed_processes_count() {
        let accounts = Accounts::parse(b"etcd:x:1501:1501::/:\n", b"");
        let pod = "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod0a1b2c3d_0a1b_0a1b_0a1b_0a1b2c3d4e5f.slice/x";
        let static_pod =
            "/kubepods.slice/kubepods-burstable-pod0123456789abcdef0123456789abcdef.slice/cri-containerd-1.scope";
        let setuid = Process { real_uid: 1000, effective_uid: 0, ..process("etcd", 0, "/user.slice/x") };
        let cases = [
            (process("etcd", 0, ""), TrustLevel::RootUser),
            (process("etcd", 0, "/user.slice/user-0.slice/session-1.scope"), TrustLevel::RootUser),
            (process("etcd", 0, static_pod), TrustLevel::RootUser),
            (process("etcd", 0, pod), TrustLevel::Ordinary),
            (process("etcd", 1501, pod), TrustLevel::Ordinary),
            (process("etcd", 1000, static_pod), TrustLevel::Service),
            (process("etcd", 999, "/system.slice/cron.service"), TrustLevel::Ordinary),
            (process("etcd", 999, "/system.slice/snap.kube-node.service"), TrustLevel::Service),
            (process("etcd", 1501, ""), TrustLevel::Service),
            (process("etcd", 999, "/system.slice/etcd.service"), TrustLevel::Service),
            (
                process("etcd", 1000, "/user.slice/user-1000.slice/user@1000.service/app.slice/etcd.service"),
                TrustLevel::Ordinary,
            ),
            (process("etcd", 65534, ""), TrustLevel::Ordinary),
            (process("etcd", 1000, "/user.slice/user-1000.slice/user@1000.service/kubepods/x"), TrustLevel::Ordinary),
            (process("etcd", 1000, "/user/eve/0/kubepods/x"), TrustLevel::Ordinary),
            (setuid, TrustLevel::Ordinary),
            (Process { setuid: true, ..process("etcd", 0, "/system.slice/cron.service") }, TrustLevel::Ordinary),
            (process("etcd", 0, "/user.slice/user-1000.slice/session-1.scope"), TrustLevel::Ordinary),
            (
                Process {
                    exe: Some("/x/etcd".to_owned()),
                    ..process("etcd", 0, "/user.slice/user-1000.slice/s.scope")
                },
                TrustLevel::RootUser,
            ),
        ];
        for (process, expected) in cases {
            assert_eq!(trust_level(Component::Etcd, &process, &accounts), expected, "{process:?}");
        }
        let proxy = process("kube-proxy", 0, pod);
        assert_eq!(trust_level(Component::Proxy, &proxy, &accounts), TrustLevel::Service);
        let unprivileged = Process { privileged: false, ..proxy };
        assert_eq!(trust_level(Component::Proxy, &unprivileged, &accounts), TrustLevel::Ordinary);
        let programs = ["etcd".to_owned()];
        let real = process("etcd --data-dir=/a", 0, "");
        let fake = process("etcd --data-dir=/b", 65534, "");
        let both = find(Component::Etcd, &programs, &[fake.clone(), real.clone()], &accounts);
        assert_eq!(both.instances.iter().map(|i| &i.process).collect::<Vec<_>>(), [&real]);
        assert_eq!(both.ignored.len(), 1);
        let alone = find(Component::Etcd, &programs, std::slice::from_ref(&fake), &accounts);
        assert!(alone.instances.is_empty() && alone.ignored.len() == 1);
        let many = find(Component::Etcd, &programs, &vec![fake; 50], &accounts);
        assert_eq!((many.ignored.len(), many.ignored_count), (MAX_NAMED_ASIDE, 50 - MAX_NAMED_ASIDE));
    }
}
