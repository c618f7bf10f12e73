//! Paths of a node that give more than a pod should have.

/// How much a path of the node gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sensitivity {
    /// It is no known place.
    None,
    /// A known place that tells nothing secret and is harmless to read.
    HarmlessToRead,
    /// A known place that plug-ins of the network or of storage need.
    Plugins,
    /// A place with which a pod takes over the node or reads other pods.
    Sensitive,
}

const SENSITIVE: [&str; 22] = [
    "/bin",
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
    "/sbin",
    "/srv/kubernetes",
    "/sys",
    "/usr",
    "/var",
    "/var/lib/containerd",
    "/var/lib/docker",
    "/var/lib/etcd",
    "/var/lib/kubelet",
    "/var/lib/rancher",
    "/var/log",
];

const HARMLESS: [&str; 4] = ["/etc/localtime", "/etc/machine-id", "/etc/ssl/certs", "/usr/share/ca-certificates"];

const PLUGINS: [&str; 3] = ["/dev", "/lib/modules", "/run/xtables.lock"];

/// Sockets of container runtimes, below `/run` or `/var/run`.
const SOCKETS: [&str; 10] = [
    "containerd/containerd.sock",
    "containerd/containerd.sock.ttrpc",
    "cri-dockerd.sock",
    "crio/crio.sock",
    "docker.sock",
    "docker/containerd/containerd.sock",
    "dockershim.sock",
    "k0s/containerd.sock",
    "k3s/containerd/containerd.sock",
    "podman/podman.sock",
];

/// A path without `.`, `..` and repeated slashes, below the root. `/var/run` is `/run` on the systems of today.
pub(super) fn clean(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    if parts.starts_with(&["var", "run"]) {
        parts.remove(0);
    }
    format!("/{}", parts.join("/"))
}

/// Whether `inner` is `outer` or below it.
fn is_within(inner: &str, outer: &str) -> bool {
    outer == "/" || inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// How much a cleaned path gives: what it is, what is in it, and what it is in.
pub(super) fn sensitivity(path: &str) -> Sensitivity {
    let is_plugin = |place: &&str| is_within(path, place) && path != "/dev";
    match () {
        () if HARMLESS.contains(&path) => Sensitivity::HarmlessToRead,
        () if PLUGINS.iter().any(is_plugin) => Sensitivity::Plugins,
        () if SENSITIVE.iter().any(|place| is_within(path, place) || is_within(place, path)) => Sensitivity::Sensitive,
        () => Sensitivity::None,
    }
}

/// Whether a cleaned path is the socket of a container runtime, or `false` for a directory that has one in it.
pub(super) fn is_runtime_socket(path: &str) -> Option<bool> {
    let sockets = || SOCKETS.iter().flat_map(|socket| [format!("/run/{socket}"), format!("/var/run/{socket}")]);
    match () {
        () if sockets().any(|socket| socket == path) => Some(true),
        () if sockets().any(|socket| is_within(&socket, path)) => Some(false),
        () => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_compared_in_their_shortest_form() {
        let cases = [
            ("/", "/"),
            ("//etc/./kubernetes/", "/etc/kubernetes"),
            ("/var/run/docker.sock", "/run/docker.sock"),
            ("/data/../etc", "/etc"),
            ("/../..", "/"),
            ("/var/running", "/var/running"),
            ("etc", "/etc"),
        ];
        for (path, expected) in cases {
            assert_eq!(clean(path), expected, "{path}");
        }
    }

    #[test]
    fn a_place_is_sensitive_by_what_it_is_contains_and_is_in() {
        use Sensitivity::{HarmlessToRead, None, Plugins, Sensitive};
        let cases = [
            ("/", Sensitive),
            ("/etc", Sensitive),
            ("/etc/kubernetes/pki", Sensitive),
            ("/var/lib/kubelet/pods", Sensitive),
            ("/opt", Sensitive),
            ("/srv", Sensitive),
            ("/proc", Sensitive),
            ("/dev", Sensitive),
            ("/dev/fuse", Plugins),
            ("/lib/modules", Plugins),
            ("/run/xtables.lock", Plugins),
            ("/etc/localtime", HarmlessToRead),
            ("/data", None),
            ("/data/processing", None),
            ("/etcetera", None),
            ("/opt/app", None),
        ];
        for (path, expected) in cases {
            assert_eq!(sensitivity(path), expected, "{path}");
        }
    }

    #[test]
    fn a_directory_above_gives_the_socket_too() {
        let cases = [
            ("/run/docker.sock", Some(true)),
            ("/run/k3s/containerd/containerd.sock", Some(true)),
            ("/run/containerd", Some(false)),
            ("/run", Some(false)),
            ("/var", Some(false)),
            ("/", Some(false)),
            ("/run/docker.socket", None),
            ("/run/user", None),
            ("/data/docker.sock", None),
        ];
        for (path, expected) in cases {
            assert_eq!(is_runtime_socket(path), expected, "{path}");
        }
    }
}
