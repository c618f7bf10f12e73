//! What an ordinary user of a node can try, so that a bad node looks good: processes, files and names of his making. Each
//! attempt is made on the same bad node, and moves no verdict towards PASS.

use crate::live::{LiveNode, as_tester};
use crate::support::{checks, everything, report};
use nodeproof::internals::benchmark::{Benchmark, Library};
use nodeproof::internals::node::Node;
use nodeproof::internals::plan::plan;
use nodeproof::internals::probe::Collector;
use nodeproof::internals::report::State;
use nodeproof::internals::source::node::{LiveSource, ProcessSource as _, RecordedSource, SourceError};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::process::Command;

const NOBODY: u32 = 65534;
/// Flags with which an API server, a kubelet and etcd pass all that can be told from flags.
const GOOD: [&str; 12] = [
    "--anonymous-auth=false",
    "--profiling=false",
    "--authorization-mode=Node,RBAC",
    "--audit-log-path=/x",
    "--client-cert-auth=true",
    "--peer-client-cert-auth=true",
    "--read-only-port=0",
    "--rotate-certificates=true",
    "--protect-kernel-defaults=true",
    "--bind-address=127.0.0.1",
    "--terminated-pod-gc-threshold=10",
    "--kubelet-certificate-authority=/x",
];

/// A node on which everything that counts is bad.
fn bad_node() -> Value {
    json!({
        "accounts": { "users": { "etcd": 112, "eve": 1000 }, "groups": { "etcd": 119, "eve": 1000 } },
        "dirs": [
            { "path": "/var/lib/etcd", "mode": "777", "owner": "root", "group": "root" },
            { "path": "/opt/cni/bin", "mode": "777", "owner": "root", "group": "root" },
        ],
        "files": [
            { "path": "/opt/kubelet.yaml", "mode": "666", "owner": "root", "group": "root",
              "content": "kind: KubeletConfiguration\napiVersion: kubelet.config.k8s.io/v1beta1\nauthentication: {anonymous: {enabled: true}}\n" },
            { "path": "/etc/kubernetes/manifests/kube-apiserver.yaml", "mode": "666", "owner": "root", "group": "root" },
            { "path": "/etc/kubernetes/pki/ca.key", "mode": "666", "owner": "root", "group": "root" },
        ],
        "processes": [
            { "argv": ["kube-apiserver", "--profiling=true", "--authorization-mode=AlwaysAllow"] },
            { "argv": ["kube-controller-manager", "--bind-address=0.0.0.0"] },
            { "argv": ["kube-scheduler", "--bind-address=0.0.0.0"] },
            { "argv": ["etcd", "--data-dir=/var/lib/etcd", "--client-cert-auth=false", "--auto-tls=true"] },
            { "argv": ["kubelet", "--config=/opt/kubelet.yaml", "--node-labels=a=--anonymous-auth=false"] },
        ],
    })
}

fn argv(program: &str) -> Vec<&str> {
    std::iter::once(program).chain(GOOD).collect()
}

/// What eve adds to the node, each with its name.
fn attempts() -> Vec<(&'static str, Vec<Value>, Vec<Value>)> {
    let session = "/user.slice/user-1000.slice/session-3.scope";
    let processes = |make: &dyn Fn(&str) -> Value| -> Vec<Value> {
        ["kube-apiserver", "kube-controller-manager", "kube-scheduler", "etcd", "kubelet", "kube-proxy"]
            .map(make)
            .into()
    };
    let of_eve = |cgroup: &str| processes(&|name| json!({ "argv": argv(name), "user": "eve", "cgroup": cgroup }));
    vec![
        ("the name in argv[0]", of_eve(session), vec![]),
        (
            "the name by a copied executable",
            processes(&|name| {
                let exe = format!("/home/eve/{name}");
                json!({ "argv": argv("sleep"), "exe": exe, "user": "eve", "cgroup": session })
            }),
            vec![],
        ),
        ("a job of cron", of_eve("/system.slice/cron.service"), vec![]),
        (
            "a unit of her own, named as Kubernetes' own",
            of_eve("/user.slice/user-1000.slice/user@1000.service/app.slice/kubelet.service"),
            vec![],
        ),
        ("a control group of her own, named as a pod's", of_eve(&format!("{session}/kubepods/podx")), vec![]),
        ("the same where LXC's login module made her part", of_eve("/user/eve/0/kubepods/podx"), vec![]),
        ("a container of her own", of_eve("/user.slice/user-1000.slice/user@1000.service/libpod-1.scope"), vec![]),
        (
            "a pod that she may create in the cluster",
            processes(&|name| {
                let cgroup = "/kubepods/burstable/pod0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f/1";
                json!({ "argv": argv(name), "user": 0, "privileged": false, "cgroup": cgroup, "root": "/home/eve" })
            }),
            vec![],
        ),
        (
            "a user namespace in which she is root",
            processes(&|name| json!({ "argv": argv(name), "user": 100_000, "cgroup": session })),
            vec![],
        ),
        (
            "a set-user-id program that waits under another name",
            processes(&|name| {
                let exe = "/usr/bin/sudo";
                json!({ "argv": argv(name), "user": 0, "exe": exe, "setuid": true, "cgroup": "/system.slice/cron.service" })
            }),
            vec![],
        ),
        (
            "the same where executables cannot be seen",
            processes(&|name| json!({ "argv": argv(name), "user": 0, "cgroup": session })),
            vec![],
        ),
        (
            "the effective user alone",
            processes(&|name| json!({ "argv": argv(name), "user": "eve", "effective_user": 0, "cgroup": session })),
            vec![],
        ),
        (
            "words of another program",
            vec![json!({ "argv": ["tail", "kube-apiserver", "--profiling=false", "/usr/bin/kubelet"], "user": "eve" })],
            vec![],
        ),
        (
            "environments",
            vec![json!({ "argv": ["etcd"], "user": "eve", "cgroup": session, "env": {
                "ETCD_CLIENT_CERT_AUTH": "true", "ETCD_CERT_FILE": "/c", "ETCD_KEY_FILE": "/k" } })],
            vec![],
        ),
        (
            "good files in likelier places",
            vec![],
            ["/var/lib/kubelet/config.yaml", "/etc/kubernetes/kubelet-config.yaml", "/home/eve/kubelet.yaml"]
                .map(|path| {
                    json!({ "path": path, "mode": "600", "owner": "eve", "group": "eve",
                        "content": "kind: KubeletConfiguration\napiVersion: kubelet.config.k8s.io/v1beta1\n\
                                    authentication: {anonymous: {enabled: false}, webhook: {enabled: true}}\n\
                                    authorization: {mode: Webhook}\nreadOnlyPort: 0\n" })
                })
                .into(),
        ),
        (
            "names that look like a report",
            vec![],
            vec![json!({ "path": "/opt/cni/bin/x\n[PASS] 1.1.9 all is well\u{1b}[2K", "mode": "600", "owner": "eve" })],
        ),
        (
            "a folder that cannot be entered in place of the bad file",
            vec![],
            vec![json!({ "path": "/etc/kubernetes/pki/ca.key", "error": "hidden" })],
        ),
        (
            "fifty thousand decoys",
            (0..50_000)
                .map(|n| json!({ "argv": argv("kube-apiserver"), "pid": 5_000 + n, "user": "eve", "cgroup": session }))
                .collect(),
            vec![],
        ),
    ]
}

/// The checks that pass.
fn passed(library: &Library, benchmark: &Benchmark, description: &Value) -> BTreeSet<String> {
    let host = RecordedSource::parse(&description.to_string()).expect("a described host");
    let node = Node::detect(&host, &library.config, &library.platforms);
    let plan = plan(benchmark, &everything(benchmark)).expect("a plan");
    let report = report(&plan, &mut Collector::new(&host, &node), &node);
    let passed = checks(&report).filter(|(_, outcome)| outcome.state() == State::Pass);
    passed.map(|(_, outcome)| outcome.id.to_string()).collect()
}

fn with(mut description: Value, processes: &[Value], files: &[Value]) -> Value {
    for (key, more) in [("processes", processes), ("files", files)] {
        description[key].as_array_mut().expect(key).extend(more.iter().cloned());
    }
    description
}

#[test]
fn no_attempt_moves_a_verdict_towards_pass() {
    let library = Library::load(None, None).expect("the definitions");
    for benchmark in ["cis-1.12", "cis-1.6"] {
        let benchmark = library.benchmark(benchmark).expect(benchmark);
        let before = passed(&library, &benchmark, &bad_node());
        for (what, processes, files) in attempts() {
            let after = passed(&library, &benchmark, &with(bad_node(), &processes, &files));
            let gained: Vec<&String> = after.difference(&before).collect();
            assert!(gained.is_empty(), "{}: {what}: {gained:?}", benchmark.id);
        }
    }
}

/// Where the component itself does not run, its name alone is no evidence either.
#[test]
fn no_attempt_passes_in_a_components_absence() {
    let library = Library::load(None, None).expect("the definitions");
    let benchmark = library.benchmark("cis-1.12").expect("a benchmark");
    let mut empty = bad_node();
    empty["processes"] = json!([]);
    let before = passed(&library, &benchmark, &empty);
    // A file where root alone can write is root's word, whatever runs.
    for (what, processes, _) in attempts() {
        let after = passed(&library, &benchmark, &with(empty.clone(), &processes, &[]));
        let gained: Vec<&String> = after.difference(&before).collect();
        assert!(gained.is_empty(), "{what}: {gained:?}");
    }
}

/// The same attempts would move verdicts if they were root's, so that the table above can fail.
#[test]
fn what_root_does_is_judged() {
    let library = Library::load(None, None).expect("the definitions");
    let benchmark = library.benchmark("cis-1.12").expect("a benchmark");
    let mut good = bad_node();
    good["processes"] = json!([{ "argv": argv("kube-apiserver"), "cgroup": "/system.slice/x.service" }]);
    let (good, bad) = (passed(&library, &benchmark, &good), passed(&library, &benchmark, &bad_node()));
    let gained: Vec<&String> = good.difference(&bad).collect();
    assert!(gained.len() > 3, "{gained:?}");
}

fn statuses(report: &Value) -> BTreeMap<String, String> {
    let controls = report["Controls"].as_array().expect("controls");
    let groups = controls.iter().flat_map(|c| c["tests"].as_array().expect("groups"));
    let checks = groups.flat_map(|g| g["results"].as_array().expect("checks"));
    checks.map(|c| (c["test_number"].to_string(), c["status"].to_string())).collect()
}

/// Real processes of another user, each dressed up in one way.
#[test]
fn real_processes_of_another_user_move_no_verdict() {
    if !rustix::process::geteuid().is_root() {
        assert!(std::env::var_os("CI").is_none(), "only root can start processes of another user");
        println!("not checked: only root can start processes of another user");
        return;
    }
    let mut node = LiveNode::of(&as_tester(&bad_node()));
    let before = statuses(&node.audit("cis-1.12"));
    let flags = &GOOD[..];
    // argv[0].
    let mut named = Command::new(node.program("anything"));
    named.arg0("kube-apiserver").args(flags).uid(NOBODY);
    node.start(named);
    // The executable's own name.
    let mut copied = Command::new(node.program("kube-scheduler"));
    copied.arg0("sleep").args(flags).uid(NOBODY);
    node.start(copied);
    // The kernel's short name, as prctl sets it.
    let mut renamed = Command::new(node.program("anything"));
    renamed.arg0("sleep").args(flags).env("COMM", "kubelet").uid(NOBODY);
    node.start(renamed);
    // A set-user-id program: root's rights, the caller's words.
    let lent = node.program("lent");
    chown(&lent, Some(0), Some(0)).expect("root's");
    fs::set_permissions(&lent, fs::Permissions::from_mode(0o4755)).expect("a mode");
    for user in [NOBODY, 0] {
        let mut borrowed = Command::new(&lent);
        borrowed.arg0("kube-controller-manager").args(flags).uid(user);
        node.start(borrowed);
    }
    // PathRoot in a user namespace of nobody's.
    let mut namespace = Command::new("unshare");
    namespace.args(["--user", "--map-root-user"]).arg(node.program("etcd")).args(flags).uid(NOBODY);
    node.start(namespace);
    let after = statuses(&node.audit("cis-1.12"));
    let pass = |states: &BTreeMap<String, String>, id: &String| states.get(id).is_some_and(|s| s.contains("PASS"));
    let gained: Vec<&String> = after.keys().filter(|id| pass(&after, id) && !pass(&before, id)).collect();
    assert!(gained.is_empty(), "{gained:?}");
    assert_eq!(after, before, "and none away from it");
}

/// A number that another process has by the time that more is asked of it.
#[test]
fn a_number_that_is_reused_is_not_believed() {
    let mut node = LiveNode::new();
    let environment = |value: &str| BTreeMap::from([("ETCD_CLIENT_CERT_AUTH".to_owned(), value.to_owned())]);
    let real = node.process(&["etcd"], &environment("false"));
    let machine = LiveSource::open(&node.root(), &node.proc()).expect("a machine");
    assert_eq!(machine.processes(&["etcd"]).expect("processes").len(), 1);
    // A tick of the kernel's clock, so that the other one is visibly younger.
    std::thread::sleep(std::time::Duration::from_millis(30));
    let other = node.process(&["sleep"], &environment("true"));
    fs::remove_dir_all(node.proc().join(real.to_string())).expect("gone");
    node.show(other, real);
    assert_eq!(machine.variables(real, &["ETCD_CLIENT_CERT_AUTH"]), Err(SourceError::Changed));
}
