//! Remediations name what failed on this node, and advise nothing for what could not be seen.

use crate::support::{checks, judge};
use nodeproof::internals::benchmark::Library;
use nodeproof::internals::report::CheckResult;

/// One check of cis-1.12 on a described host.
fn check(library: &Library, host: &str, id: &str) -> CheckResult {
    let report = judge(library, "cis-1.12", host);
    let found = checks(&report).find(|(_, check)| check.id == id).map(|(_, check)| check.clone());
    found.unwrap_or_else(|| panic!("no check {id}"))
}

/// A host, a check, and what its remediation says and does not say.
struct Case {
    name: &'static str,
    host: &'static str,
    id: &'static str,
    says: &'static [&'static str],
    never_says: &'static [&'static str],
}

const KUBELET: &str =
    "{ argv: [/usr/bin/kubelet, --config=/var/lib/kubelet/config.yaml], cgroup: /system.slice/kubelet.service }";

const CASES: &[Case] = &[
    Case {
        name: "every file that failed, and no other",
        host: r#"
files:
  - { path: /etc/systemd/system/kubelet.service, mode: "600" }
  - { path: /etc/systemd/system/kubelet.service.d/10-a.conf, mode: "644" }
  - { path: /run/systemd/system/kubelet.service.d/20-b.conf, mode: "666" }
processes: [KUBELET]
"#,
        id: "4.1.1",
        says: &[
            "chmod u-x,go-rwx /etc/systemd/system/kubelet.service.d/10-a.conf /run/systemd/system/kubelet.service.d/20-b.conf\n",
        ],
        never_says: &["/etc/systemd/system/kubelet.service\n", "10-kubeadm.conf"],
    },
    Case {
        name: "the directory that lets anyone replace a good file",
        host: r#"
files:
  - { path: /etc/systemd/system/kubelet.service, mode: "600" }
  - { path: /etc/systemd/system, kind: directory, mode: "777" }
processes: [KUBELET]
"#,
        id: "4.1.1",
        says: &["chmod o-w /etc/systemd/system\n"],
        never_says: &["go-rwx"],
    },
    Case {
        name: "the directory of another user, who can replace a good file",
        host: r#"
files:
  - { path: /etc/systemd/system/kubelet.service, mode: "600" }
  - { path: /etc/systemd/system, kind: directory, mode: "755", owner: 1000 }
  - { path: /etc/systemd, kind: directory, mode: "775", group: 1000 }
processes: [KUBELET]
"#,
        id: "4.1.1",
        says: &["chown -h root /etc/systemd/system\n", "must then write elsewhere"],
        never_says: &["chmod o-w", "go-rwx"],
    },
    Case {
        name: "the group that can replace a good file",
        host: r#"
files:
  - { path: /etc/systemd/system/kubelet.service, mode: "600" }
  - { path: /etc/systemd, kind: directory, mode: "775", group: 1000 }
processes: [KUBELET]
"#,
        id: "4.1.1",
        says: &["chmod g-w /etc/systemd\n", "must then write elsewhere"],
        never_says: &["chmod o-w", "go-rwx", "chown"],
    },
    Case {
        name: "a file name is one word of a command",
        host: r#"
files:
  - { path: "/etc/systemd/system/kubelet.service.d/;reboot $(id) '.conf", mode: "666" }
processes: [KUBELET]
"#,
        id: "4.1.1",
        says: &["chmod u-x,go-rwx '/etc/systemd/system/kubelet.service.d/;reboot $(id) '\"'.conf\"\n"],
        never_says: &[],
    },
    Case {
        name: "the directory that was looked at",
        host: r#"
files:
  - { path: /etc/containerd/config.toml, content: "[plugins.x.cni]\nconf_dir = \"/srv/cni\"\n" }
  - { path: /srv/cni/a.conf, mode: "644" }
  - { path: /var/lib/cni/networks/x/1, mode: "600" }
processes: [KUBELET]
"#,
        id: "1.1.9",
        says: &["find /srv/cni -type f ! -name lock -perm /7177 -exec chmod u-x,go-rwx {} +\n"],
        never_says: &["/etc/cni/net.d", "/var/lib/cni"],
    },
    Case {
        name: "nothing to do where the file may not be seen",
        host: r#"
files:
  - { path: /var/lib/kubelet/config.yaml, error: hidden }
processes: [KUBELET]
"#,
        id: "4.1.9",
        says: &[
            "First make sure that this can be evaluated: /var/lib/kubelet/config.yaml cannot be read",
            "run as root",
        ],
        never_says: &["chmod"],
    },
    Case {
        name: "how to show the processes of the node",
        host: "processes_error: processes-hidden",
        id: "4.2.1",
        says: &["shows no processes of the node; start the container with --pid=host (hostPID: true in a pod)"],
        never_says: &["systemctl"],
    },
    Case {
        name: "nothing to change where nothing is",
        host: "processes: [{ argv: [kube-apiserver, --a=b] }]",
        id: "1.1.1",
        says: &["Nothing was found that could be changed: no manifest of kube-apiserver was found"],
        never_says: &["chmod"],
    },
    Case {
        name: "no path of another distribution",
        host: "processes: [{ argv: [kube-apiserver, --profiling=true] }]",
        id: "1.2.15",
        says: &["/etc/kubernetes/manifests/kube-apiserver.yaml"],
        never_says: &["rancher", "snap"],
    },
    Case {
        name: "no setting of a file for a kubelet by flags",
        host: r#"
files: [{ path: /etc/systemd/system/kubelet.service, mode: "600" }]
processes: [{ argv: [/usr/bin/kubelet, --anonymous-auth=true], cgroup: /system.slice/kubelet.service }]
"#,
        id: "4.2.1",
        says: &[
            "This kubelet has no configuration file: set --anonymous-auth=false in its command (`systemctl cat kubelet.service`",
            "Then:\nsystemctl daemon-reload && systemctl restart kubelet.service\n",
            "In the configuration file of kubelet set",
        ],
        never_says: &["In /"],
    },
    Case {
        name: "the unit of a component that runs in one",
        host: r#"
files: [{ path: /etc/systemd/system/kube-apiserver.service, mode: "600" }]
processes: [{ argv: [kube-apiserver, --profiling=true], cgroup: /system.slice/kube-apiserver.service }]
"#,
        id: "1.2.15",
        says: &["Then:\nsystemctl daemon-reload && systemctl restart kube-apiserver.service\nVerify"],
        never_says: &["/etc/kubernetes/manifests", "The kubelet restarts"],
    },
    Case {
        name: "the restart of a static pod, before how to verify",
        host: "processes: [{ argv: [kube-apiserver, --profiling=true] }]",
        id: "1.2.15",
        says: &["\nThe kubelet restarts kube-apiserver within seconds of the change.", "`crictl logs`.\nVerify"],
        never_says: &["systemctl"],
    },
    Case {
        name: "setuid of a file that has it",
        host: r#"
files:
  - { path: /etc/systemd/system/kubelet.service, mode: "4755" }
processes: [KUBELET]
"#,
        id: "4.1.1",
        says: &["chmod u-x,go-rwx,u-s /etc/systemd/system/kubelet.service\n"],
        never_says: &[],
    },
    Case {
        name: "the drop-in that is in effect",
        host: r#"
files:
  - { path: /var/lib/kubelet/config.yaml, content: "kind: KubeletConfiguration\napiVersion: kubelet.config.k8s.io/v1beta1\nreadOnlyPort: 0\n" }
  - { path: /etc/kubelet.d/50-debug.conf, content: "kind: KubeletConfiguration\napiVersion: kubelet.config.k8s.io/v1beta1\nreadOnlyPort: 10255\n" }
processes: [{ argv: [/usr/bin/kubelet, --config=/var/lib/kubelet/config.yaml, --config-dir=/etc/kubelet.d] }]
"#,
        id: "4.2.4",
        says: &["Here the drop-in /etc/kubelet.d/50-debug.conf sets it: change or delete it there.\n"],
        never_says: &["Here the flag"],
    },
    Case {
        name: "the flag that overrides the file",
        host: r#"
files:
  - { path: /var/lib/kubelet/config.yaml, content: "kind: KubeletConfiguration\napiVersion: kubelet.config.k8s.io/v1beta1\nreadOnlyPort: 0\n" }
processes: [{ argv: [/usr/bin/kubelet, --config=/var/lib/kubelet/config.yaml, --read-only-port=10255], cgroup: /system.slice/kubelet.service }]
"#,
        id: "4.2.4",
        says: &[
            "Here the flag --read-only-port sets it: remove it (`systemctl cat kubelet.service` shows where it is; with kubeadm \
             also /var/lib/kubelet/kubeadm-flags.env).\n",
        ],
        never_says: &["drop-in"],
    },
    Case {
        name: "no file of a scheduler by flags",
        host: "processes: [{ argv: [kube-scheduler, --profiling=true] }]",
        id: "1.4.1",
        says: &["Add `--profiling=false` to the command in /etc/kubernetes/manifests/kube-scheduler.yaml."],
        never_says: &["enableProfiling", "/etc/kubernetes/scheduler.conf"],
    },
    Case {
        name: "the file of a scheduler that has one",
        host: r#"
files:
  - { path: /etc/sched.yaml, content: "apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n" }
processes: [{ argv: [kube-scheduler, --config=/etc/sched.yaml] }]
"#,
        id: "1.4.1",
        says: &["Set `enableProfiling: false` in /etc/sched.yaml, the file that `--config` names"],
        never_says: &["--profiling=false"],
    },
    Case {
        name: "the review apart from what to do about a finding",
        host: "processes: [{ argv: [kube-apiserver, --a=b] }]",
        id: "3.1.1",
        says: &["kubernetes.io/kubelet-serving).\nIf there is a finding:\nConnect an identity provider"],
        never_says: &[],
    },
    Case {
        name: "how to skip a check of what this node does not have",
        host: "processes: [KUBELET]",
        id: "1.1.9",
        says: &[
            "/etc/cni/net.d does not exist",
            "If this node is not meant to have it, skip the check: `--skip 1.1.9`.",
        ],
        never_says: &["run -s"],
    },
    Case {
        name: "a file that a process was told to use",
        host: "processes: [{ pid: 1005, argv: [kube-proxy, --config=/var/lib/kube-proxy/config.conf] }]",
        id: "4.1.3",
        says: &[
            "kube-proxy (pid 1005) was started with --config=/var/lib/kube-proxy/config.conf, which does not exist: restore \
             the file or correct the flag.",
        ],
        never_says: &["chmod"],
    },
    Case {
        name: "the same with the path as a word of its own",
        host: "processes: [{ pid: 7, argv: [/usr/bin/kubelet, --config, /var/lib/kubelet/config.yaml] }]",
        id: "4.2.1",
        says: &["kubelet (pid 7) was started with --config=/var/lib/kubelet/config.yaml, which does not exist"],
        never_says: &[],
    },
    Case {
        name: "RKE2's own configuration",
        host: "processes: [{ argv: [kube-apiserver, --profiling=true, --client-ca-file=/var/lib/rancher/rke2/server/tls/client-ca.crt] }]",
        id: "1.2.15",
        says: &[
            "/etc/rancher/rke2/config.yaml:\nkube-apiserver-arg:\n  - \"profiling=false\"",
            "systemctl restart rke2-server",
        ],
        never_says: &[],
    },
    Case {
        name: "K3s's own configuration",
        host: "processes: [{ argv: [kube-controller-manager, --profiling=true, --root-ca-file=/var/lib/rancher/k3s/server/tls/server-ca.crt] }]",
        id: "1.3.2",
        says: &[
            "/etc/rancher/k3s/config.yaml:\nkube-controller-manager-arg:\n  - \"profiling=false\"",
            "systemctl restart k3s`",
        ],
        never_says: &["rke2"],
    },
];

#[test]
fn remediations_name_what_failed_on_this_node() {
    let library = Library::load(None, None).expect("the definitions");
    for case in CASES {
        let host = case.host.replace("KUBELET", KUBELET);
        let check = check(&library, &host, case.id);
        for text in case.says {
            assert!(
                check.remediation.contains(text),
                "{}: {text}: {:?}: {}",
                case.name,
                check.reason,
                check.remediation
            );
        }
        for text in case.never_says {
            assert!(!check.remediation.contains(text), "{}: not {text}: {}", case.name, check.remediation);
        }
    }
}

#[test]
fn reasons_name_a_kubelet_s_setting_as_its_file_does_and_no_alternative_that_nothing_sets() {
    let library = Library::load(None, None).expect("the definitions");
    let kubelet = "{ argv: [/usr/bin/kubelet, --tls-cipher-suites=TLS_RSA_WITH_RC4_128_SHA] }";
    let apiserver = "{ argv: [kube-apiserver, --enable-admission-plugins=NodeRestriction] }";
    let bare = "{ argv: [/usr/bin/kubelet, --a=b] }";
    let cases = [
        (
            kubelet,
            "4.2.12",
            "tlsCipherSuites (--tls-cipher-suites) is TLS_RSA_WITH_RC4_128_SHA (flag --tls-cipher-suites)",
        ),
        (apiserver, "1.2.11", "--enable-admission-plugins is NodeRestriction (flag --enable-admission-plugins)"),
        // Where nothing is set, every way to set it is named.
        (
            bare,
            "4.2.12",
            "tlsCipherSuites (--tls-cipher-suites) is not set; and tlsMinVersion (--tls-min-version) is not set",
        ),
        (
            bare,
            "4.2.10",
            "rotateCertificates (--rotate-certificates) is not set; the default of kubelet without a configuration file is false",
        ),
    ];
    for (process, id, reason) in cases {
        let check = check(&library, &format!("processes: [{process}]"), id);
        assert_eq!(check.reason.as_deref(), Some(reason), "{id}");
    }
}

#[test]
fn nothing_breaks_where_nothing_is_to_be_changed() {
    let library = Library::load(None, None).expect("the definitions");
    let absent = check(&library, &format!("processes: [{KUBELET}]"), "1.1.9");
    assert_eq!(absent.impact, None);
    let open = format!("files: [{{ path: /etc/cni/net.d/a.conf, mode: '644' }}]\nprocesses: [{KUBELET}]");
    assert!(check(&library, &open, "1.1.9").impact.is_some());
}
