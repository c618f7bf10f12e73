//! Paths of the node and sysctls in all of their spellings.

use super::case::status_id;
use super::pod::{Around, Object};
use nodeproof::internals::workload::WorkloadTest;
use serde_json::json;

/// The status of the only answer about a mounted path.
fn of_path(rule: &str, path: &str) -> &'static str {
    let rule = WorkloadTest::try_from(rule.to_owned()).expect("a rule");
    let mounts = json!([{ "name": "v", "mountPath": "/v" }]);
    let pod = json!({ "containers": [{ "name": "it", "volumeMounts": mounts }],
        "volumes": [{ "name": "v", "hostPath": { "path": path } }] });
    let judgements = Object::default().examine(&pod, &Around::default(), rule);
    assert_eq!(judgements.len(), 1, "{path}");
    status_id(judgements[0].status)
}

/// Other ways to write a path.
fn spellings(path: &str) -> Vec<String> {
    let inner = path.trim_start_matches('/');
    vec![
        path.to_owned(),
        format!("{path}/"),
        format!("//{inner}"),
        format!("/./{inner}"),
        format!("/data/../{inner}"),
        format!("/../../{inner}"),
        format!("{path}/."),
        format!("{path}/x/.."),
        format!("/data/x/../.././/{inner}//"),
        path.replace('/', "//"),
        inner.to_owned(),
    ]
}

const SENSITIVE: [&str; 22] = [
    "/boot",
    "/dev",
    "/etc",
    "/home",
    "/lib",
    "/lib64",
    "/opt/cni",
    "/proc",
    "/root",
    "/run",
    "/srv/kubernetes",
    "/sbin",
    "/bin",
    "/sys",
    "/usr",
    "/var",
    "/var/lib/kubelet",
    "/var/lib/etcd",
    "/var/lib/docker",
    "/var/lib/containerd",
    "/var/lib/rancher",
    "/var/log",
];

#[test]
fn a_sensitive_place_is_one_however_it_is_written() {
    assert_eq!(of_path("sensitive-host-path", "/"), "fail");
    for place in SENSITIVE {
        for written in spellings(place).into_iter().chain(spellings(&format!("{place}/below/it"))) {
            assert_eq!(of_path("sensitive-host-path", &written), "fail", "{written}");
        }
        // A directory above it.
        if let Some((above, _)) = place.rsplit_once('/').filter(|(above, _)| !above.is_empty()) {
            assert_eq!(of_path("sensitive-host-path", above), "fail", "{above}");
        }
        // A name that only begins like it. What is in /var is sensitive whatever its name.
        if !place.starts_with("/var/") {
            assert_eq!(of_path("sensitive-host-path", &format!("{place}x")), "pass", "{place}x");
        }
    }
    for place in ["/data", "/data/etc", "/opt/app", "/srv/www", "/mnt", "/etcetera", "/data/processing"] {
        for written in spellings(place) {
            assert_eq!(of_path("sensitive-host-path", &written), "pass", "{written}");
        }
    }
}

#[test]
fn the_socket_of_a_runtime_is_one_however_it_is_written() {
    let sockets = [
        "docker.sock",
        "containerd/containerd.sock",
        "crio/crio.sock",
        "cri-dockerd.sock",
        "podman/podman.sock",
        "k3s/containerd/containerd.sock",
        "k0s/containerd.sock",
    ];
    for socket in sockets {
        for folder in ["/run", "/var/run"] {
            let path = format!("{folder}/{socket}");
            for written in spellings(&path) {
                assert_eq!(of_path("runtime-socket", &written), "fail", "{written}");
            }
            let folders = path.match_indices('/').skip(1).map(|(at, _)| &path[..at]);
            for above in folders {
                assert_eq!(of_path("runtime-socket", above), "fail", "{above}");
            }
            assert_eq!(of_path("runtime-socket", &format!("{path}et")), "pass", "{path}et");
        }
    }
    assert_eq!(of_path("runtime-socket", "/"), "fail");
    for place in ["/data", "/etc", "/run/user", "/var/log", "/data/docker.sock", "/home/docker.sock"] {
        assert_eq!(of_path("runtime-socket", place), "pass", "{place}");
    }
}

/// The safe sysctls of the Pod Security Standards, by the version from which each is one.
const SYSCTLS: [(&str, u32); 14] = [
    ("kernel.shm_rmid_forced", 0),
    ("net.ipv4.ip_local_port_range", 0),
    ("net.ipv4.tcp_syncookies", 0),
    ("net.ipv4.ping_group_range", 0),
    ("net.ipv4.ip_unprivileged_port_start", 0),
    ("net.ipv4.ip_local_reserved_ports", 27),
    ("net.ipv4.tcp_keepalive_time", 29),
    ("net.ipv4.tcp_fin_timeout", 29),
    ("net.ipv4.tcp_keepalive_intvl", 29),
    ("net.ipv4.tcp_keepalive_probes", 29),
    ("net.ipv4.tcp_rmem", 32),
    ("net.ipv4.tcp_wmem", 32),
    ("net.ipv4.tcp_slow_start_after_idle", 37),
    ("net.ipv4.tcp_notsent_lowat", 37),
];

#[test]
fn a_sysctl_is_safe_from_its_version_on() {
    let status = |name: &str, minor: u32| {
        let rule = WorkloadTest::try_from("sysctls".to_owned()).expect("a rule");
        let context = json!({ "sysctls": [{ "name": name, "value": "1" }] });
        let pod = json!({ "containers": [{ "name": "it" }], "securityContext": context });
        let around = Around { minor: Some(minor), ..Around::default() };
        let judgements = Object::default().examine(&pod, &around, rule);
        assert_eq!(judgements.len(), 1, "{name}");
        status_id(judgements[0].status)
    };
    for minor in 0..=37 {
        for (name, since) in SYSCTLS {
            let expected = if minor >= since { "pass" } else { "fail" };
            assert_eq!(status(name, minor), expected, "{name} in 1.{minor}");
            assert_eq!(status(&name.to_uppercase(), minor), "fail", "{name}");
        }
        for name in ["kernel.msgmax", "net.core.somaxconn", "kernel.shm", "kernel.shm_rmid_forced.x", ""] {
            assert_eq!(status(name, minor), "fail", "{name}");
        }
    }
}
