//! The processes with the names of a component, and which of them count.

use super::detected::{ComponentProcesses, Instance};
use super::static_pods::Origin;
use super::trust::{is_trusted, reason_to_ignore};
use crate::model::{Arguments, Component, Reading};
use crate::source::node::{Accounts, Process};

/// Ignored processes that are kept with their reason. Anybody can start thousands.
const MAX_IGNORED: usize = 5;

/// The processes with one of the component's names. Those that no ordinary user can have started count. `origin` says who
/// created the pod of a process that seems to be created through the API.
pub(super) fn component_processes(
    component: Component,
    programs: &[String],
    processes: &[Process],
    accounts: &Accounts,
    origin: &dyn Fn(&Process) -> Origin,
) -> ComponentProcesses {
    let program_of = |process: &Process| programs.iter().find(|program| is_program(program, process));
    let named = processes.iter().filter_map(|process| Some((process, program_of(process)?)));
    let named = named.filter(|(process, _)| !is_proxy_of_etcd(component, process));
    let (mut counted, mut ignored, mut doubt) = (Vec::new(), Vec::new(), None);
    for (process, program) in named {
        if is_trusted(component, process, accounts) {
            counted.push((process.clone(), program));
            continue;
        }
        match origin(process) {
            Origin::Static(process) if is_trusted(component, &process, accounts) => counted.push((process, program)),
            Origin::Unknown(reason) => {
                doubt.get_or_insert_with(|| {
                    let pid = process.pid;
                    let reason = format!("process {pid} is named {program} and may be in a static pod, but {reason}");
                    Instance {
                        unknown_settings: Some(reason),
                        ..Instance::of_process(component, process.clone(), Arguments::parse(component, &[]))
                    }
                });
                ignored.push(process);
            }
            Origin::Static(_) | Origin::Other => ignored.push(process),
        }
    }
    ComponentProcesses {
        doubt,
        ignored_count: ignored.len().saturating_sub(MAX_IGNORED),
        instances: counted
            .into_iter()
            .map(|(process, program)| {
                let words = process.argv.get(program.split(' ').count()..).unwrap_or_default();
                let arguments = Arguments::parse(component, words);
                let unknown_settings = settings_document(program, &arguments).map(|document| {
                    format!("{} takes its settings from {document}, which is not read", component.program())
                });
                Instance { unknown_settings, ..Instance::of_process(component, process, arguments) }
            })
            .collect(),
        ignored: ignored
            .into_iter()
            .take(MAX_IGNORED)
            .map(|process| (process.clone(), reason_to_ignore(component, process, accounts)))
            .collect(),
    }
}

/// Whether a process is this program. The name of some programs is several words at the start of the command line, such as
/// `hyperkube kubelet`.
fn is_program(program: &str, process: &Process) -> bool {
    let words: Vec<&str> = program.split(' ').collect();
    let words_follow = process.argv.get(1..words.len()).is_some_and(|argv| argv.iter().eq(words[1..].iter()));
    // Of a truncated command line only the first word is known.
    process.has_name(&words[..1]) && (words_follow || process.truncated)
}

/// `etcd gateway` and `etcd grpc-proxy` forward to servers on other machines. They have no data and none of a server's flags.
fn is_proxy_of_etcd(component: Component, process: &Process) -> bool {
    let subcommand = process.argv.get(1).map(String::as_str);
    component == Component::Etcd && matches!(subcommand, Some("gateway" | "grpc-proxy"))
}

/// The file that holds the settings of a program of OpenShift. It overrides flags.
fn settings_document(program: &str, arguments: &Arguments) -> Option<String> {
    let named_by = |flag: &str| match arguments.get(flag, false) {
        Reading::NotGiven => None,
        Reading::Values(paths) => Some(format!("{} (--{flag})", paths.last().copied().unwrap_or_default())),
        Reading::Ambiguous { word } => Some(word),
    };
    named_by("openshift-config").or_else(|| {
        let of_openshift = ["openshift ", "hypershift "].iter().any(|name| program.starts_with(name));
        of_openshift.then(|| named_by("config").unwrap_or_else(|| "a file of OpenShift".to_owned()))
    })
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
            started: None,
            cgroup: String::new(),
            cwd: None,
        }
    }

    #[test]
    fn programs_are_identified_by_name_and_not_by_arguments() {
        let cases = [
            ("kube-apiserver", "/usr/local/bin/kube-apiserver --a", true),
            ("kube-apiserver", "grep kube-apiserver", false),
            ("kube-apiserver", "kube-apiserver-proxy --a", false),
            ("hyperkube kubelet", "/hyperkube kubelet --a", true),
            ("hyperkube kubelet", "/hyperkube proxy", false),
            ("hyperkube kubelet", "/hyperkube", false),
        ];
        for (program, argv, expected) in cases {
            assert_eq!(is_program(program, &process(argv, 0)), expected, "{program}: {argv}");
        }
        let renamed = Process { exe: Some("/usr/bin/kubelet".to_owned()), ..process("something --a", 0) };
        assert!(is_program("kubelet", &renamed));
    }

    #[test]
    fn a_proxy_of_etcd_is_no_etcd() {
        let detect = |argv: &str| {
            component_processes(
                Component::Etcd,
                &["etcd".to_owned()],
                &[process(argv, 0)],
                &Accounts::default(),
                &|_| Origin::Other,
            )
        };
        for argv in ["etcd gateway start --endpoints=192.0.2.1:2379", "/usr/bin/etcd grpc-proxy start"] {
            let found = detect(argv);
            assert!(found.instances.is_empty() && found.ignored.is_empty(), "{argv}");
        }
        assert_eq!(detect("etcd --name gateway").instances.len(), 1);
    }

    #[test]
    fn programs_of_openshift_take_their_settings_from_a_file() {
        let cases = [
            ("kube-apiserver", "kube-apiserver --openshift-config=/a.yaml -v=2", Some("/a.yaml (--openshift-config)")),
            ("kube-apiserver", "kube-apiserver --v=2", None),
            ("openshift start master api", "openshift start master api --config=/b.yaml", Some("/b.yaml (--config)")),
            ("hypershift openshift-kube-apiserver", "hypershift openshift-kube-apiserver", Some("a file of OpenShift")),
            ("hyperkube kubelet", "hyperkube kubelet --config=/c.yaml", None),
        ];
        for (program, argv, document) in cases {
            let processes = [process(argv, 0)];
            let found = component_processes(
                Component::Apiserver,
                &[program.to_owned()],
                &processes,
                &Accounts::default(),
                &|_| Origin::Other,
            );
            let expected = document.map(|d| format!("kube-apiserver takes its settings from {d}, which is not read"));
            assert_eq!(found.instances[0].unknown_settings, expected, "{argv}");
        }
    }

    #[test]
    fn each_process_that_no_user_can_start_counts() {
        let accounts = Accounts::default();
        let detect = |processes: &[Process]| {
            component_processes(Component::Etcd, &["etcd".to_owned()], processes, &accounts, &|_| Origin::Other)
        };
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
