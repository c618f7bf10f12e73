//! Audits that cannot read everything: said at the top of every format, with counts, and never a pass.

use crate::support::nodeproof;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

const KUBELET: &str = "\
node: n
processes:
- { argv: [kubelet, --config=/var/lib/kubelet/config.yaml], cgroup: /system.slice/kubelet.service }
";

fn host(folder: &Path, text: &str) -> PathBuf {
    let path = folder.join("host.yaml");
    fs::write(&path, text).expect("a file");
    path
}

fn run(host: &Path, arguments: &[&str]) -> (String, String, Option<i32>) {
    let output = nodeproof().arg("--host").arg(host).args(["--benchmark", "cis-1.12"]).args(arguments).output();
    let output = output.expect("it runs");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (text(output.stdout), text(output.stderr), output.status.code())
}

fn report(host: &Path, arguments: &[&str]) -> Value {
    let (text, errors, code) = run(host, &[&["--format", "report"], arguments].concat());
    assert_eq!(code, Some(0), "{errors}");
    serde_json::from_str(&text).expect("a report")
}

fn with_status(report: &Value, status: &str) -> Vec<String> {
    let checks = report["checks"].as_array().expect("checks").iter();
    checks.filter(|c| c["status"] == status).map(|c| c["id"].as_str().expect("an id").to_owned()).collect()
}

#[test]
fn a_notice_counts_what_could_not_be_evaluated_and_says_why() {
    let folder = tempfile::tempdir().expect("a folder");
    for (error, cause) in [
        ("denied", "permission denied; run as root"),
        ("'not-mounted: /var'", "directories of the node are not mounted into this container"),
        ("'timed-out: 2s'", "the node was not read in time"),
        ("'deadline-exceeded: 60s'", "the node was not read in time"),
    ] {
        let text = format!("{KUBELET}files: [{{ path: /var/lib/kubelet/config.yaml, error: {error} }}]\n");
        let report = report(&host(folder.path(), &text), &[]);
        let undetermined = with_status(&report, "undetermined").len();
        assert!(undetermined > 10, "{error}: {undetermined}");
        let all = report["checks"].as_array().expect("checks").len();
        let notice = report["notices"][0].as_str().expect("a notice");
        let start = format!("{undetermined} of {all} checks could not be evaluated: {cause}");
        assert!(notice.starts_with(&start), "{error}: {notice}");
        // 4.2.7 is about a flag, which the file cannot set.
        let passed: Vec<String> = with_status(&report, "pass").into_iter().filter(|id| id.starts_with("4.2")).collect();
        assert_eq!(passed, ["4.2.7"], "{error}");
    }
}

#[test]
fn every_format_has_the_notice() {
    let folder = tempfile::tempdir().expect("a folder");
    let host =
        host(folder.path(), &format!("{KUBELET}files: [{{ path: /var/lib/kubelet/config.yaml, error: denied }}]\n"));
    let aws = [
        ("KUBE_BENCH_AWS_ACCOUNT", "123456789012"),
        ("KUBE_BENCH_AWS_REGION", "eu-central-1"),
        ("KUBE_BENCH_CLUSTER_ARN", "arn:aws:eks:eu-central-1:123456789012:cluster/example"),
        ("KUBE_BENCH_NODE_NAME", "example"),
    ];
    for arguments in [
        &["--format", "text"][..],
        &["--format", "report"],
        &["--json"],
        &["--json", "--nototals"],
        &["--junit"],
        &["--asff"],
        &["--noresults", "--noremediations", "--nosummary", "--nototals"],
    ] {
        let mut command = nodeproof();
        command.envs(aws).arg("--host").arg(&host).args(["--benchmark", "cis-1.12"]).args(arguments);
        let output = command.output().expect("it runs");
        let text = String::from_utf8(output.stdout).expect("text");
        assert!(text.contains("checks could not be evaluated: permission denied"), "{arguments:?}: {text:.300}");
    }
    let (text, ..) = run(&host, &[]);
    let first = text.lines().next().unwrap_or_default();
    assert!(first.contains("could not be evaluated"), "the first line: {first}");
}

#[test]
fn an_incomplete_audit_ends_with_a_code_of_its_own_if_that_is_asked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let denied = format!("{KUBELET}files: [{{ path: /var/lib/kubelet/config.yaml, error: denied }}]\n");
    let incomplete = host(folder.path(), &denied);
    assert_eq!(run(&incomplete, &["--json"]).2, Some(0));
    let (text, errors, code) = run(&incomplete, &["--json", "--require-complete", "--exit-code", "7"]);
    assert_eq!(code, Some(5), "{errors}");
    assert!(
        text.starts_with("{\"Controls\"") && errors.contains("could not be evaluated (--require-complete)"),
        "{errors}"
    );
    // A failure is no gap, and a check that only a person can assess neither.
    let readable = format!(
        "{KUBELET}files:\n- path: /var/lib/kubelet/config.yaml\n  mode: '644'\n  owner: root\n  group: root\n  \
         content: |\n    kind: KubeletConfiguration\n    apiVersion: kubelet.config.k8s.io/v1beta1\n"
    );
    let complete = host(folder.path(), &readable);
    let (_, errors, code) = run(&complete, &["run", "-s", "node", "-c", "4.1.9,4.2.1", "--require-complete"]);
    assert_eq!(code, Some(0), "{errors}");
}

#[test]
fn without_the_processes_of_the_node_no_component_is_said_to_be_absent() {
    let folder = tempfile::tempdir().expect("a folder");
    let host = host(folder.path(), "processes_error: processes-hidden\n");
    let (_, errors, code) = run(&host, &[]);
    assert_eq!(code, Some(4), "{errors}");
    assert!(
        errors.matches("--pid=host").count() == 1 && !errors.contains("no component of Kubernetes runs"),
        "{errors}"
    );
    let report = report(&host, &["run"]);
    let notice = report["notices"][0].as_str().expect("a notice");
    assert!(notice.contains("no processes of the node can be seen; start the container with --pid=host"), "{notice}");
    let settings = |id: &&String| id.starts_with("1.2.") || id.starts_with("4.2.") || id.starts_with("2.");
    for status in ["fail", "pass"] {
        assert_eq!(with_status(&report, status).iter().find(settings), None, "{status}");
    }
}

#[test]
fn components_inside_another_process_are_undetermined_and_named() {
    let folder = tempfile::tempdir().expect("a folder");
    // Files of another distribution that was here before prove nothing.
    let stale = "files:\n- { path: /var/lib/kubelet/config.yaml, mode: '600', owner: root, group: root }\n\
                 - { path: /etc/kubernetes/manifests/kube-apiserver.yaml, mode: '600', owner: root, group: root }\n\
                 - { path: /etc/kubernetes/scheduler.conf, mode: '600', owner: root, group: root }\n\
                 - { path: /etc/kubernetes/pki/ca.crt, mode: '600', owner: root, group: root }\n\
                 - { path: /etc/cni/net.d/10.conf, mode: '600', owner: root, group: root }\n\
                 dirs:\n- { path: /etc/cni/net.d, mode: '700', owner: root, group: root }\n\
                 - { path: /etc/kubernetes/pki, mode: '700', owner: root, group: root }\n";
    for (argv, subject) in [
        ("[/usr/local/bin/k3s, server]", "k3s server (pid 1000)"),
        ("[/snap/microk8s/7000/kubelite, --scheduler-args-file=/x]", "kubelite (pid 1000)"),
    ] {
        let text = format!("{stale}processes: [{{ argv: {argv}, cgroup: /system.slice/k3s.service }}]\n");
        let host = host(folder.path(), &text);
        for arguments in [&[][..], &["run"]] {
            let report = report(&host, arguments);
            let notice = report["notices"][0].as_str().expect("a notice");
            assert!(notice.contains(&format!("{subject} contains kube-apiserver")), "{notice}");
            for status in ["fail", "pass"] {
                // The directory of the network plugins' addresses has a place of its own.
                let known = ["1.1.9", "1.1.10"];
                let wrong: Vec<String> =
                    with_status(&report, status).into_iter().filter(|id| !known.contains(&id.as_str())).collect();
                assert!(wrong.is_empty(), "{status}: {wrong:?}");
            }
            let kubelet = report["checks"].as_array().expect("checks").iter().find(|c| c["id"] == "4.2.1");
            let reason = kubelet.expect("4.2.1")["reason"].as_str().expect("a reason");
            assert!(reason.contains(subject), "{reason}");
            assert_eq!(report["subject"]["roles"][0], "control-plane");
        }
    }
}

#[test]
fn a_snapshot_holds_the_process_that_contains_components() {
    let folder = tempfile::tempdir().expect("a folder");
    let text =
        "processes: [{ argv: [k3s, server, --disable-agent, --token=PLANTED], cgroup: /system.slice/k3s.service }]";
    let described = host(folder.path(), text);
    let snapshot = folder.path().join("snapshot.json");
    let mut command = nodeproof();
    command.arg("--host").arg(&described).arg("snapshot").arg("-o").arg(&snapshot);
    assert!(command.output().expect("it runs").status.success());
    assert!(!fs::read_to_string(&snapshot).expect("a snapshot").contains("PLANTED"));
    let [one, other] = [&described, &snapshot].map(|host| report(host, &["run"]));
    assert_eq!(one["checks"], other["checks"]);
    assert_eq!(one["notices"], other["notices"]);
    let kubelet = one["checks"].as_array().expect("checks").iter().find(|c| c["id"] == "4.2.1").expect("4.2.1");
    assert_eq!(kubelet["reason"], "kubelet does not run on this node");
}

#[test]
fn the_files_of_etcd_are_judged_where_etcd_runs_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = "\
processes: [{ argv: [etcd, --data-dir=/srv/etcd], cgroup: /system.slice/etcd.service }]
dirs: [{ path: /srv, owner: root, group: root, mode: '755' }, { path: /srv/etcd, mode: '755', owner: root, group: root }]
";
    let host = host(folder.path(), text);
    let report = report(&host, &[]);
    let ids: Vec<&str> =
        report["checks"].as_array().expect("checks").iter().map(|c| c["id"].as_str().expect("an id")).collect();
    let of_files: Vec<&&str> = ids.iter().filter(|id| id.starts_with("1.")).collect();
    assert_eq!(of_files, [&"1.1.7", &"1.1.8", &"1.1.11", &"1.1.12"]);
    assert!(with_status(&report, "fail").contains(&"1.1.11".to_owned()));
    let left_out: Vec<(&str, &str)> = report["targets_left_out"]
        .as_array()
        .expect("targets")
        .iter()
        .map(|t| (t["target"].as_str().expect("a target"), t["reason"].as_str().expect("a reason")))
        .collect();
    let control_plane = "none of kube-apiserver, kube-scheduler, kube-controller-manager runs on this node";
    let node = "none of kubelet, kube-proxy runs on this node";
    let policies = "about the cluster and not this node: nodeproof cluster";
    let expected = [("master", control_plane), ("controlplane", control_plane), ("node", node), ("policies", policies)];
    assert_eq!(left_out, expected);
}
