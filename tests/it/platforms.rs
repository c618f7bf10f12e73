//! Platforms: how a node is recognised, where settings come from, and what is said about it.

use crate::support::{nodeproof, repository, text_of};
use serde_json::Value;
use std::path::Path;

/// The report of a default run on a described host.
pub(crate) fn report_of(host: &Path, arguments: &[&str]) -> Value {
    let output =
        nodeproof().args(arguments).args(["--format", "report", "--host"]).arg(host).output().expect("it runs");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{}: {stderr}", host.display());
    serde_json::from_slice(&output.stdout).expect("a report")
}

fn report(name: &str, arguments: &[&str]) -> Value {
    report_of(&repository(&format!("testdata/hosts/{name}.yaml")), arguments)
}

/// The report on a described host that differs from one of the repository.
pub(crate) fn report_with(name: &str, change: &dyn Fn(String) -> String, arguments: &[&str]) -> Value {
    let folder = tempfile::tempdir().expect("a folder");
    let host = folder.path().join("host.yaml");
    let text = text_of(&repository(&format!("testdata/hosts/{name}.yaml")));
    let changed = change(text.clone());
    assert_ne!(changed, text, "the host is changed");
    std::fs::write(&host, changed).expect("a host");
    report_of(&host, arguments)
}

pub(crate) fn check<'r>(report: &'r Value, id: &str) -> &'r Value {
    let checks = report["checks"].as_array().expect("checks");
    checks.iter().find(|check| check["id"] == id).unwrap_or_else(|| panic!("no check {id}"))
}

pub(crate) fn status<'r>(report: &'r Value, id: &str) -> &'r str {
    check(report, id)["status"].as_str().expect("a status")
}

pub(crate) fn reason<'r>(report: &'r Value, id: &str) -> &'r str {
    check(report, id)["reason"].as_str().unwrap_or_default()
}

pub(crate) const CIS: &[&str] = &["run", "--benchmark", "cis-1.12"];

pub(crate) const KUBELET: &str = "Running kubelet --cl";

/// An entry of the journal, in front of the first one of K3s with this text.
pub(crate) fn with_entry(text: String, before: &str, entry: &str) -> String {
    let at = text.find(before).expect("the line");
    let start = text[..at].rfind("\n- ").expect("an entry") + 1;
    format!("{}{entry}\n{}", &text[..start], &text[start..])
}

/// An entry of the journal, behind the last one.
pub(crate) fn with_last_entry(text: String, entry: &str) -> String {
    let at = text.find("\ndirs:").expect("the end of the journal");
    format!("{}\n{entry}{}", &text[..at], &text[at..])
}

pub(crate) fn entry(seconds: i32, pid: u32, unit: &str, uid: u32, message: &str) -> String {
    format!(
        "- {{ seconds: {seconds}, _SYSTEMD_UNIT: {unit}, _PID: {pid}, _UID: {uid}, _BOOT_ID: this boot, MESSAGE: 'time=\"2026\" \
         level=info msg=\"{message}\"' }}"
    )
}

/// What the makers of K3s publish for a hardened server (CIS 1.12), but for what the node shows: the drop-in is the kubelet's
/// configuration file (4.1.9, 4.1.10), the request timeout's default is in effect (1.2.20), all cipher suites are strong (4.2.12),
/// and K3s issues the kubelet's certificate itself (4.2.10).
#[test]
fn a_hardened_k3s_server_is_judged_by_the_lines_of_its_journal() {
    const NOT_APPLICABLE: &[&str] = &[
        "1.1.1", "1.1.2", "1.1.3", "1.1.4", "1.1.5", "1.1.6", "1.1.7", "1.1.8", "1.1.12", "4.1.1", "4.1.2", "4.2.7",
        "4.2.10",
    ];
    const NOT_SET: &[&str] = &["1.2.3", "1.2.9", "1.2.11", "4.2.13", "4.2.14"];
    let report = report("k3s-server", CIS);
    let judged = report["checks"].as_array().expect("checks").iter().filter(|check| {
        let id = check["id"].as_str().expect("an id");
        ["1.", "2.", "4."].iter().any(|section| id.starts_with(section))
    });
    let mut count = 0;
    for check in judged {
        let id = check["id"].as_str().expect("an id");
        let expected = match id {
            _ if NOT_APPLICABLE.contains(&id) => "not-applicable",
            _ if NOT_SET.contains(&id) => "fail",
            _ => "pass",
        };
        assert_eq!(check["status"], expected, "{id}: {}", check["reason"]);
        count += 1;
    }
    assert_eq!(count, 92);
    for id in NOT_SET {
        assert_eq!(check(&report, id)["scored"], false, "{id}");
    }
    let evidence = check(&report, "1.2.1")["findings"].to_string();
    assert!(evidence.contains("journal of k3s.service"), "{evidence}");
    assert!(evidence.contains("2 lines of this form about kube-apiserver in the journal ignored"), "{evidence}");
    assert!(check(&report, "4.2.1")["findings"].to_string().contains("1 line of this form about kubelet"));
}

#[test]
fn lines_that_others_wrote_change_nothing() {
    for forged in [
        entry(0, 4711, "user@1000.service", 1000, "Running kube-apiserver --anonymous-auth=true"),
        entry(0, 4711, "k3s.service", 0, "Running kube-apiserver --anonymous-auth=true"),
        entry(0, 2226, "other.service", 0, "Running kube-apiserver --anonymous-auth=true"),
        entry(0, 2226, "k3s.service", 1000, "Running kube-apiserver --anonymous-auth=true"),
        entry(-5, 2226, "k3s.service", 0, "Running kube-apiserver --anonymous-auth=true"),
        entry(0, 2226, "k3s.service", 0, "Running kube-apiserver --anonymous-auth=true")
            .replace("this boot", "another"),
        entry(0, 2226, "k3s.service", 0, "A text about Running kube-apiserver --anonymous-auth=true"),
    ] {
        let report =
            report_with("k3s-server", &|text| with_entry(text, "Running kube-apiserver --admission", &forged), CIS);
        assert_eq!(status(&report, "1.2.1"), "pass", "{forged}");
    }
}

#[test]
fn the_first_line_of_the_process_counts() {
    // The true line is the unsafe one; a safe one that is injected later is shown and never counts.
    let unsafe_then_safe = |text: String| {
        let text = text.replace("--anonymous-auth=false", "--anonymous-auth=true");
        with_last_entry(text, &entry(9, 2226, "k3s.service", 0, "Running kube-apiserver --anonymous-auth=false"))
    };
    let report = report_with("k3s-server", &unsafe_then_safe, CIS);
    assert_eq!(status(&report, "1.2.1"), "fail");
    assert!(check(&report, "1.2.1")["findings"].to_string().contains("logged a later line"));
    // Of a component that starts after the API server serves, nobody knows which line is the true one.
    for (seconds, before) in [(4, true), (9, false)] {
        let injected =
            entry(seconds, 2226, "k3s.service", 0, "Running kubelet --anonymous-auth=false --read-only-port=0");
        let change = |text: String| {
            if before { with_entry(text, KUBELET, &injected) } else { with_last_entry(text, &injected) }
        };
        let report = report_with("k3s-server", &change, CIS);
        assert_eq!(status(&report, "4.2.4"), "undetermined", "{seconds}");
        assert!(reason(&report, "4.2.4").contains("several lines"), "{}", reason(&report, "4.2.4"));
    }
}

#[test]
fn what_the_journal_does_not_hold_is_undetermined() {
    let without_lines = |text: String| text.replace("msg=\"Running ", "msg=\"Walking ");
    let rotated =
        |text: String| text.replace("seconds: -30,", "seconds: 2,").replace("seconds: -90000,", "seconds: 3,");
    let denied = |text: String| text.replace("journal_entries:", "journal_error: denied\njournal_entries:");
    let without_unit = |text: String| text.replace("cgroup: /system.slice/k3s.service", "cgroup: /k3s");
    let cases: [(&dyn Fn(String) -> String, &str); 4] = [
        (&without_lines, "has no line `Running kube-apiserver`"),
        (&rotated, "the journal begins after the start of k3s server (pid 2226)"),
        (&denied, "cannot be read: the journal"),
        (&without_unit, "runs in no unit whose log the journal keeps"),
    ];
    for (change, words) in cases {
        let report = report_with("k3s-server", change, CIS);
        for id in ["1.2.1", "1.3.2", "1.4.1", "2.1", "4.2.1", "4.1.5"] {
            assert_eq!(status(&report, id), "undetermined", "{words}: {id}: {}", reason(&report, id));
        }
        assert!(reason(&report, "1.2.1").contains(words), "{}", reason(&report, "1.2.1"));
        let passed = report["checks"].as_array().expect("checks").iter().filter(|check| check["status"] == "pass");
        let passed: Vec<&str> = passed.filter_map(|check| check["id"].as_str()).collect();
        assert!(passed.iter().all(|id| id.starts_with("1.1.")), "{words}: {passed:?}");
    }
}

#[test]
fn a_component_that_k3s_does_not_start_is_not_judged() {
    let etcd_only = report("k3s-etcd-only", &["run", "--benchmark", "cis-1.12"]);
    for id in ["1.2.1", "1.3.2", "1.4.1"] {
        assert_eq!(status(&etcd_only, id), "not-applicable", "{id}: {}", reason(&etcd_only, id));
    }
    assert_eq!(status(&etcd_only, "2.2"), "pass");
    assert_eq!(status(&etcd_only, "4.2.1"), "pass");
    for host in ["k3s-sqlite", "k3s-control-plane-only"] {
        let report = report(host, CIS);
        for id in ["1.1.7", "1.1.11", "1.1.12", "2.1", "2.2", "2.7"] {
            assert_eq!(status(&report, id), "not-applicable", "{host} {id}: {}", reason(&report, id));
        }
        assert_eq!(status(&report, "1.2.1"), "pass", "{host}");
    }
    let sqlite = report("k3s-sqlite", CIS);
    for id in ["1.2.23", "1.2.26"] {
        assert_eq!(status(&sqlite, id), "not-applicable", "{id}: {}", reason(&sqlite, id));
    }
}

#[test]
fn a_tree_that_was_left_at_the_usual_place_is_not_judged() {
    for host in ["k3s-moved-data", "rke2-moved-data"] {
        let report = report(host, CIS);
        let text = report.to_string();
        assert!(!text.contains("/var/lib/rancher"), "{host}");
        assert!(text.contains("/mnt/fast/"), "{host}");
        assert_eq!(status(&report, "4.2.1"), "pass", "{host}");
        assert_eq!(status(&report, "1.1.21"), "pass", "{host}");
    }
}

#[test]
fn a_tenant_s_k3s_is_no_sign_of_the_platform() {
    let pod = "/kubepods.slice/kubepods-pod01234567_89ab_cdef_0123_456789abcdef.slice/cri-containerd-ab.scope";
    let tenant = format!(
        "- {{ argv: ['/bin/k3s server'], pid: 5000, cgroup: {pod}, build: \"-X k8s.io/component-base/version.gitVersion=v1.20.0+k3s1\" }}\n"
    );
    let report =
        report_with("rke2-agent", &|text| text.replace("processes:\n", &format!("processes:\n{tenant}")), &["run"]);
    assert_eq!(report["subject"]["platform"], "rke2");
    assert!(!report.to_string().contains("k3s1"), "{report}");
    // Where the container is the node, there is no journal.
    let in_container = |text: String| text.replace("/system.slice/k3s.service", "/docker/0123456789abcdef");
    let report = report_with("k3s-server", &in_container, CIS);
    assert_eq!(status(&report, "1.2.1"), "undetermined");
}

#[test]
fn a_platform_without_a_place_for_files_is_named() {
    let report = report("eks-al2023", &["run", "--benchmark", "cis-1.12"]);
    for id in ["1.1.19", "1.1.20", "1.1.21"] {
        let words = "no process uses such files, and Amazon EKS has no usual place of them";
        assert_eq!(reason(&report, id), words, "{id}");
        assert_ne!(status(&report, id), "pass", "{id}");
    }
}

/// Each described host with its platform and the benchmark that a default run chooses.
const HOSTS: &[(&str, &str, &str)] = &[
    ("ack-worker", "ack", "ack-1.0"),
    ("aks-ubuntu", "aks", "aks-1.8"),
    ("bottlerocket-worker", "bottlerocket", "cis-1.12"),
    ("canonical-kubernetes-server", "canonical-kubernetes", "cis-1.12"),
    ("canonical-kubernetes-worker", "canonical-kubernetes", "cis-1.12"),
    ("eks-al2", "eks", "eks-1.7.0"),
    ("eks-al2023", "eks", "eks-1.8.0"),
    ("eks-anywhere-control-plane", "kubeadm", "cis-1.12"),
    ("eks-bottlerocket", "eks", "eks-1.8.0"),
    ("flatcar-server", "flatcar", "cis-1.12"),
    ("flatcar-worker", "flatcar", "cis-1.12"),
    ("gke-cos", "gke", "gke-1.9.0"),
    ("k0s-server", "k0s", "cis-1.12"),
    ("k0s-worker", "k0s", "cis-1.12"),
    ("k3s-agent", "k3s", "k3s-cis-1.12"),
    ("k3s-control-plane-only", "k3s", "k3s-cis-1.12"),
    ("k3s-etcd-only", "k3s", "k3s-cis-1.12"),
    ("k3s-moved-data", "k3s", "k3s-cis-1.12"),
    ("k3s-server", "k3s", "k3s-cis-1.12"),
    ("k3s-sqlite", "k3s", "k3s-cis-1.12"),
    ("kubeadm-worker", "kubeadm", "cis-1.12"),
    ("microk8s-server", "microk8s", "cis-1.24-microk8s"),
    ("microk8s-worker", "microk8s", "cis-1.24-microk8s"),
    ("openshift-rhel-coreos-worker", "openshift", "rh-1.9"),
    ("openshift-server", "openshift", "rh-1.9"),
    ("openshift-worker", "openshift", "rh-1.9"),
    ("openshift3-server", "openshift3", "rh-0.7"),
    ("openshift3-worker", "openshift3", "rh-0.7"),
    ("rke-server", "rke", "rke-cis-1.7"),
    ("rke-worker", "rke", "rke-cis-1.7"),
    ("rke2-agent", "rke2", "rke2-cis-1.12"),
    ("rke2-control-plane-only", "rke2", "rke2-cis-1.12"),
    ("rke2-etcd-only", "rke2", "rke2-cis-1.12"),
    ("rke2-moved-data", "rke2", "rke2-cis-1.12"),
    ("rke2-server", "rke2", "rke2-cis-1.12"),
    ("talos-server", "talos", "cis-1.12"),
    ("talos-worker", "talos", "cis-1.12"),
    ("tkgi-server", "tkgi", "tkgi-1.2.53"),
    ("tkgi-worker", "tkgi", "tkgi-1.2.53"),
];

/// What only some platforms have.
const OWN: &[(&str, &[&str])] = &[
    ("/var/lib/rancher/k3s", &["k3s"]),
    ("/etc/rancher/k3s", &["k3s"]),
    ("/var/lib/rancher/rke2", &["rke2"]),
    ("/etc/rancher/rke2", &["rke2"]),
    ("/var/snap/microk8s", &["microk8s"]),
    ("/var/snap/k8s", &["canonical-kubernetes"]),
    ("/var/lib/k0s", &["k0s"]),
    ("/etc/k0s", &["k0s"]),
    ("/etc/origin", &["openshift3"]),
    ("/var/vcap", &["tkgi"]),
    ("/home/kubernetes", &["gke"]),
    ("/etc/default/kubelet", &["aks"]),
    ("/etc/kubernetes/ssl", &["rke"]),
    ("/etc/kubernetes/static-pod", &["openshift"]),
    ("/etc/kubernetes/manifests", &["kubeadm", "flatcar", "ack", "openshift", "talos"]),
    ("/etc/kubernetes/admin.conf", &["kubeadm", "flatcar", "ack", "canonical-kubernetes"]),
    ("/var/lib/kubelet/config.yaml", &["kubeadm", "flatcar", "ack"]),
    ("kubeadm", &["kubeadm", "flatcar", "ack"]),
];

#[test]
fn each_platform_is_recognised_and_nothing_of_another_is_named() {
    let mut described: Vec<String> = std::fs::read_dir(repository("testdata/hosts"))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path().file_stem().expect("a name").to_string_lossy().into_owned())
        .filter(|name| name != "example")
        .collect();
    described.sort();
    assert_eq!(described, HOSTS.iter().map(|(name, ..)| *name).collect::<Vec<_>>());
    for (name, platform, benchmark) in HOSTS {
        let report = report(name, &[]);
        assert_eq!(report["subject"]["platform"], *platform, "{name}");
        assert_eq!(report["benchmark"]["id"], *benchmark, "{name}");
        assert_eq!(report["notices"].as_array().map(Vec::len), Some(0), "{name}: {}", report["notices"]);
        let chosen_by = report["benchmark"]["chosen_by"].as_str().expect("a text");
        assert_eq!(chosen_by.contains("; platform "), *platform != "kubeadm", "{name}: {chosen_by}");
        for check in report["checks"].as_array().expect("checks") {
            for key in ["reason", "remediation"] {
                let text = check[key].as_str().unwrap_or_default();
                for (foreign, _) in OWN.iter().filter(|(_, owners)| !owners.contains(platform)) {
                    assert!(
                        !text.contains(foreign),
                        "{name} {} ({}): {foreign} in {key}: {text}",
                        check["id"],
                        check["rule_id"]
                    );
                }
            }
        }
    }
}

#[test]
fn the_platform_can_be_named() {
    let report = report("kubeadm-worker", &["--platform", "rke2"]);
    assert_eq!(report["subject"]["platform"], "rke2");
    assert_eq!(report["benchmark"]["id"], "rke2-cis-1.12");
    let output = nodeproof().args(["--host", "example", "--platform", "k3"]).output().expect("it runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("there is no platform `k3`"));
}

#[test]
fn signs_that_contradict_each_other_are_reported() {
    let both = |text: String| {
        text.replace(
            "processes:\n",
            "processes:\n- { argv: [/usr/local/bin/k3s, agent], pid: 5, cgroup: /system.slice/k3s-agent.service }\n",
        )
    };
    let report = report_with("rke2-agent", &both, CIS);
    let notices = report["notices"].to_string();
    assert!(notices.contains("is a sign of K3s") && notices.contains("RKE2"), "{notices}");
}

#[test]
fn a_benchmark_of_another_layout_is_named_as_such() {
    let report = report("k3s-server", CIS);
    let notices = report["notices"].to_string();
    assert!(notices.contains("this node runs K3s, whose own benchmark for its version is k3s-cis-1.12"), "{notices}");
}

#[test]
fn a_newer_version_takes_the_newest_benchmark_and_says_so() {
    let report = report_with("k3s-agent", &|text| text.replace("v1.33.4+k3s1", "v1.40.1+k3s1"), &[]);
    assert_eq!(report["benchmark"]["id"], "k3s-cis-2.0");
    assert!(
        report["notices"].to_string().contains("no benchmark of K3s covers Kubernetes 1.40"),
        "{}",
        report["notices"]
    );
}

#[test]
fn the_arguments_of_microk8s_are_in_files() {
    let hardened = report("microk8s-server", &["run"]);
    let evidence = check(&hardened, "1.2.1")["findings"].to_string();
    assert!(evidence.contains("arguments file /var/snap/microk8s/current/args/kube-apiserver"), "{evidence}");
    // The last one of two counts, and a comment is none.
    for id in ["1.2.1", "1.2.6", "1.2.7", "1.2.8", "1.2.17", "1.3.2", "1.4.1", "4.2.1", "4.2.2", "4.2.4", "4.1.5"] {
        assert_eq!(status(&hardened, id), "pass", "{id}: {}", reason(&hardened, id));
    }
    let open = report_with(
        "microk8s-server",
        &|text| text.replace("    --anonymous-auth=false\n", "    --anonymous-auth=true\n"),
        &["run"],
    );
    assert_eq!(status(&open, "1.2.1"), "fail");
    assert!(check(&open, "1.2.1")["remediation"].as_str().expect("a text").contains("snap restart microk8s"));
    let of_apiserver = "/var/snap/microk8s/current/args/kube-apiserver\n  mode: \"660\"\n";
    let unreadable = |text: String| text.replace(of_apiserver, &format!("{of_apiserver}  error: denied\n"));
    let gone = |text: String| text.replace("/var/snap/microk8s/current/args/kube-apiserver\n", "/var/snap/elsewhere\n");
    let unknown = |text: String| text.replace("    --profiling=false\n", "    --profiling=$UNKNOWN\n");
    for change in [&unreadable as &dyn Fn(String) -> String, &gone, &unknown] {
        let report = report_with("microk8s-server", change, &["run"]);
        assert_eq!(status(&report, "1.2.1"), "undetermined", "{}", reason(&report, "1.2.1"));
        assert!(reason(&report, "1.2.1").contains("kubelite (pid 700)"), "{}", reason(&report, "1.2.1"));
    }
}

#[test]
fn the_arguments_of_openshift_are_in_a_document() {
    let benchmark = &["run", "--benchmark", "cis-1.11"];
    let hardened = report("openshift-server", benchmark);
    for id in ["1.2.1", "1.2.6", "1.2.7", "1.2.8", "1.2.15", "1.2.18", "1.2.25", "1.3.2", "1.3.3"] {
        assert_eq!(status(&hardened, id), "pass", "{id}: {}", reason(&hardened, id));
    }
    let evidence = check(&hardened, "1.2.1")["findings"].to_string();
    assert!(
        evidence.contains("document /etc/kubernetes/static-pod-resources/configmaps/config/config.yaml"),
        "{evidence}"
    );
    let open = report_with(
        "openshift-server",
        &|text| text.replace("anonymous-auth: [\"false\"]", "anonymous-auth: [\"true\"]"),
        benchmark,
    );
    assert_eq!(status(&open, "1.2.1"), "fail");
    let damaged = report_with(
        "openshift-server",
        &|text| text.replace("apiServerArguments:", "apiServerArguments: ["),
        benchmark,
    );
    assert_eq!(status(&damaged, "1.2.1"), "undetermined", "{}", reason(&damaged, "1.2.1"));
    let old = report("openshift3-server", &["run", "--benchmark", "cis-1.5"]);
    for id in ["1.2.1", "1.2.21", "1.3.2", "1.4.1"] {
        assert_eq!(status(&old, id), "pass", "{id}: {}", reason(&old, id));
    }
}

#[test]
fn a_platform_is_added_with_one_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let host = folder.path().join("host.yaml");
    let text = "processes: [{ argv: [/opt/acme/bin/acmed, --home=/srv/acme], pid: 9, cgroup: /system.slice/acmed.service, build: \"-X \
                k8s.io/component-base/version.gitVersion=v1.33.1\" }]\nfiles:\n- { path: /srv/acme/kubelet.args, mode: \"600\", content: \
                \"--anonymous-auth=true\\n--read-only-port=0\\n\" }\n- { path: /srv/acme/kubelet.kubeconfig, mode: \"600\" }\n";
    std::fs::write(&host, text).expect("a host");
    let extra = repository("testdata/extra");
    let report = report_of(&host, &["-D", extra.to_str().expect("a path")]);
    assert_eq!(report["subject"]["platform"], "acme");
    assert_eq!(report["benchmark"]["id"], "cis-1.12");
    assert_eq!(status(&report, "4.1.1"), "not-applicable");
    assert_eq!(status(&report, "4.2.4"), "pass", "{}", reason(&report, "4.2.4"));
    assert_eq!(status(&report, "4.2.1"), "fail");
    let remediation = check(&report, "4.2.1")["remediation"].as_str().expect("a text");
    assert!(remediation.contains("In /srv/acme/kubelet.args set the line `--anonymous-auth=false`"), "{remediation}");
}

#[test]
fn a_snapshot_of_a_k3s_server_gives_the_same_verdicts() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["k3s-server", "microk8s-server", "openshift-server"] {
        let host = repository(&format!("testdata/hosts/{name}.yaml"));
        let snapshot = folder.path().join(format!("{name}.json"));
        let taken =
            nodeproof().arg("--host").arg(&host).args(["snapshot", "-o"]).arg(&snapshot).output().expect("it runs");
        assert!(taken.status.success(), "{}", String::from_utf8_lossy(&taken.stderr));
        let statuses = |report: &Value| {
            let checks = report["checks"].as_array().expect("checks").clone();
            checks.iter().map(|check| (check["id"].to_string(), check["status"].to_string())).collect::<Vec<_>>()
        };
        assert_eq!(statuses(&report_of(&snapshot, &["run"])), statuses(&report_of(&host, &["run"])), "{name}");
    }
}

/// The described host with another process in front of its others.
fn with_process(text: String, process: &str) -> String {
    text.replace("processes:\n", &format!("processes:\n- {process}\n"))
}

/// The checks that are not applicable.
fn not_applicable(report: &Value) -> Vec<&str> {
    let checks = report["checks"].as_array().expect("checks").iter();
    checks.filter(|check| check["status"] == "not-applicable").filter_map(|check| check["id"].as_str()).collect()
}

#[test]
fn what_runs_in_a_container_changes_no_platform() {
    let plain = report("eks-anywhere-control-plane", CIS);
    for process in [
        "{ argv: [k3s server], pid: 9001, exe: /bin/k3s, user: 1000, cgroup: /docker/0123456789abcdef }",
        "{ argv: [k3s server], pid: 9001, exe: /bin/k3s, cgroup: /system.slice/docker-0123456789abcdef.scope }",
        "{ argv: [k3s server], pid: 9001, exe: /bin/k3s, cgroup: /machine.slice/libpod-0123456789abcdef.scope }",
        "{ argv: [k3s server], pid: 9001, exe: /bin/k3s, user: 100000, cgroup: /lxc.payload.c1/system.slice/k3s.service }",
        "{ argv: [kubelite], pid: 9001, exe: /x/kubelite, user: 1000, cgroup: /docker/0123456789abcdef }",
        "{ argv: [rke2, server], pid: 9001, cgroup: /docker/0123456789abcdef }",
        "{ argv: [kube-proxy, --x=/var/lib/rancher/k3s/x], pid: 9001, cgroup: /docker/0123456789abcdef }",
    ] {
        let report = report_with("eks-anywhere-control-plane", &|text| with_process(text, process), CIS);
        assert_eq!(report["subject"]["platform"], "kubeadm", "{process}");
        // A process with the name of a component is judged.
        let others = |report: &Value| {
            let ids = not_applicable(report).into_iter().filter(|id| *id != "4.3.1");
            ids.map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(others(&report), others(&plain), "{process}");
        assert_eq!(status(&report, "1.1.1"), status(&plain, "1.1.1"), "{process}");
    }
    // The same on the node itself is a sign, and the other one is said.
    let process = "{ argv: [kube-proxy, --x=/var/lib/rancher/k3s/x], pid: 9001 }";
    let report = report_with("kubeadm-worker", &|text| with_process(text, process), CIS);
    let notices = report["notices"].to_string();
    assert!(notices.contains("is a sign of K3s") && notices.contains("is a sign of kubeadm"), "{notices}");
}

#[test]
fn a_container_does_not_move_the_data() {
    for process in [
        "{ argv: [kube-apiserver], pid: 9001, exe: /opt/data/1/bin/kube-apiserver, cgroup: /docker/0123456789abcdef }",
        "{ argv: [kube-proxy, --x=/opt/server/tls/a], pid: 9001, exe: /opt/data/1/bin/kube-proxy, cgroup: /kubepods/pod0123456789abcdef0123456789abcdef/x }",
    ] {
        let open = |text: String| {
            text.replace("admin.kubeconfig, mode: \"600\"", "admin.kubeconfig, mode: \"666\"")
                .replace("/etc/rancher/k3s/k3s.yaml", "/etc/elsewhere.yaml")
        };
        let report = report_with("k3s-server", &|text| with_process(open(text), process), CIS);
        assert_eq!(status(&report, "1.1.13"), "fail", "{process}");
    }
}

#[test]
fn a_platform_excuses_nothing_that_is_on_the_node() {
    // A static pod beside K3s, with its manifest; or a process of which nobody knows what started it.
    const POD: &str = "/kubepods/burstable/pod0123456789abcdef0123456789abcdef/x";
    let static_pod = |mode: &'static str, cgroup: &'static str| {
        move |text: String| {
            let text = with_process(text, &format!("{{ argv: [kube-apiserver], pid: 7001, cgroup: '{cgroup}' }}"));
            let path = "/var/lib/rancher/k3s/agent/pod-manifests/kube-apiserver.yaml";
            text.replace("files:\n", &format!("files:\n- {{ path: {path}, mode: \"{mode}\" }}\n"))
        }
    };
    for (mode, cgroup, expected) in [("777", POD, "fail"), ("600", POD, "pass"), ("777", "", "fail")] {
        let report = report_with("k3s-server", &static_pod(mode, cgroup), CIS);
        assert_eq!(status(&report, "1.1.1"), expected, "{}", reason(&report, "1.1.1"));
        assert_eq!(status(&report, "1.1.3"), "not-applicable");
    }
    // A kubelet in a unit of its own beside RKE2.
    for mode in ["777", "640"] {
        let own_unit = |text: String| {
            let process =
                "{ argv: [kubelet], pid: 7001, exe: /usr/bin/kubelet, cgroup: /system.slice/kubelet.service }";
            let unit =
                format!("- path: /etc/systemd/system/kubelet.service\n  mode: \"{mode}\"\n  content: \"[Service]\"\n");
            with_process(text, process).replace("files:\n", &format!("files:\n{unit}"))
        };
        let report = report_with("rke2-server", &own_unit, &["run", "--benchmark", "cis-1.11"]);
        // The unit of RKE2 itself, with mode 644, is judged as well.
        let found = check(&report, "4.1.1")["findings"].to_string();
        assert!(found.contains("/etc/systemd/system/kubelet.service") && found.contains(mode), "{found}");
        assert_eq!(status(&report, "4.1.1"), "fail");
    }
    assert_eq!(status(&report("rke2-server", CIS), "4.1.1"), "not-applicable");
    // The data of etcd belongs to root only while it does.
    let of_another =
        |text: String| text.replace("server/db/etcd, mode: \"700\"", "server/db/etcd, mode: \"700\", owner: 1000");
    assert_eq!(status(&report_with("k3s-server", &of_another, CIS), "1.1.12"), "fail");
    assert_eq!(status(&report("k3s-server", CIS), "1.1.12"), "not-applicable");
}

#[test]
fn the_arguments_of_the_components_say_where_the_data_is() {
    // The executable says the usual place.
    let is_line = |line: &str| line.contains("exe: /var/lib/rancher/k3s/data");
    let moved = |text: String| {
        let lines = text.lines().map(|line| {
            if is_line(line) { line.to_owned() } else { line.replace("/var/lib/rancher/k3s/", "/mnt/k3s/") }
        });
        lines.collect::<Vec<_>>().join("\n") + "\n"
    };
    let leftover = "files:\n- { path: /var/lib/rancher/k3s/server/cred/admin.kubeconfig, mode: \"600\" }\n";
    let open = |text: String| {
        let open = "/mnt/k3s/server/cred/admin.kubeconfig, mode: \"666\"";
        moved(text).replace("/mnt/k3s/server/cred/admin.kubeconfig, mode: \"600\"", open).replace("files:\n", leftover)
    };
    let report = report_with("k3s-server", &open, CIS);
    assert_eq!(status(&report, "1.1.13"), "fail", "{}", reason(&report, "1.1.13"));
    assert_eq!(status(&report, "2.2"), "pass", "{}", reason(&report, "2.2"));
    assert!(report["notices"].to_string().contains("/mnt/k3s counts"), "{}", report["notices"]);
    // Whether etcd runs is not known where its file may be in the other directory.
    let gone = |text: String| moved(text).replace("server/db/etcd/config\n", "server/db/elsewhere\n");
    let report = report_with("k3s-server", &gone, CIS);
    assert_eq!(status(&report, "2.2"), "undetermined", "{}", reason(&report, "2.2"));
    // Each of two servers has its own data.
    let second =
        "{ argv: [k3s server], pid: 3333, exe: /srv/two/data/1a/bin/k3s, cgroup: /system.slice/k3s-two.service }";
    let two = |text: String| {
        let file = "files:\n- { path: /srv/two/server/cred/admin.kubeconfig, mode: \"666\" }\n";
        with_process(text, second).replace("files:\n", file)
    };
    assert_eq!(status(&report_with("k3s-server", &two, CIS), "1.1.13"), "fail");
}

#[test]
fn a_static_pod_with_a_uid_beside_k3s_counts() {
    let uid = "0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f";
    let with_pod = |manifest: String| {
        move |text: String| {
            let cgroup = format!("/kubepods.slice/kubepods-pod{}.slice/cri-1.scope", uid.replace('-', "_"));
            let process = format!("{{ argv: [kube-apiserver, --anonymous-auth=true], pid: 7001, cgroup: {cgroup} }}");
            let path = "/var/lib/rancher/k3s/agent/pod-manifests/a.yaml";
            let content = format!("{{\"kind\": \"Pod\", \"metadata\": {{\"uid\": \"{manifest}\"}}}}");
            let file = format!("files:\n- {{ path: {path}, mode: \"600\", content: '{content}' }}\n");
            with_process(text, &process).replace("files:\n", &file)
        }
    };
    let report = report_with("k3s-server", &with_pod(uid.to_owned()), CIS);
    assert_eq!(status(&report, "1.2.1"), "fail", "{}", reason(&report, "1.2.1"));
    // Any other pod with such a name is a tenant's.
    let tenant = "99999999-0a1b-0a1b-0a1b-0a1b2c3d4e5f".to_owned();
    assert_eq!(status(&report_with("k3s-server", &with_pod(tenant), CIS), "1.2.1"), "pass");
    // Whose pod it is cannot be told while a manifest cannot be read.
    let malformed = |text: String| with_pod(uid.to_owned())(text).replace("content: '{\"kind\"", "content: '{kind");
    let report = report_with("k3s-server", &malformed, CIS);
    assert_eq!(status(&report, "1.2.1"), "undetermined");
    assert!(reason(&report, "1.2.1").contains("may be in a static pod"), "{}", reason(&report, "1.2.1"));
}

#[test]
fn a_named_platform_without_any_sign_is_reported() {
    let report = report("kubeadm-worker", &["--platform", "k3s"]);
    let notices = report["notices"].to_string();
    assert!(notices.contains("--platform says K3s, but"), "{notices}");
}
