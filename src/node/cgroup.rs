//! What the control group of a process says about who started it.

/// A unit of Kubernetes in the system's service manager. A user's manager runs units below `user.slice`, and some units of
/// the system, such as cron's, start what users ask for.
pub(super) fn is_kubernetes_service(program: &str, cgroup: &str) -> bool {
    const NAMES: [&str; 7] = ["kube", "k8s", "k3s", "k0s", "rke2", "openshift", "origin"];
    let is_ours = |unit: &str| unit.contains(program) || NAMES.iter().any(|name| unit.contains(name));
    let is_of_other = is_delegated_to_user(cgroup) || cgroup.split('/').any(is_machine);
    !is_of_other && cgroup.split('/').any(|part| part.ends_with(".service") && is_ours(part))
}

/// A service that the init of Talos Linux runs: etcd there has a numbered user without an account. Only root can create a
/// control group at the top.
pub(super) fn is_talos_service(cgroup: &str) -> bool {
    cgroup.starts_with("/podruntime/")
}

/// The unit of the system's service manager in which a process runs, if it runs in no container.
pub(super) fn unit(cgroup: &str) -> Option<&str> {
    let is_of_system = !is_delegated_to_user(cgroup) && !is_container(cgroup) && !is_beside_node(cgroup);
    cgroup.split('/').find(|part| part.ends_with(".service")).filter(|_| is_of_system)
}

/// The slices in which the unit of a process lies, from the outermost to the innermost.
pub(super) fn slices(cgroup: &str) -> impl Iterator<Item = &str> {
    cgroup.split('/').take_while(|part| !part.ends_with(".service")).filter(|part| part.ends_with(".slice"))
}

/// A container. In the part of the tree that is delegated to a user, names prove nothing.
pub(super) fn is_container(cgroup: &str) -> bool {
    const NAMES: [&str; 4] = ["kubepods", "libpod", "docker", "cri-containerd"];
    NAMES.iter().any(|name| cgroup.contains(name)) && !is_delegated_to_user(cgroup)
}

/// A container that no kubelet of this node started, or a machine with an init of its own, such as LXC's. What runs in it need not
/// belong to this node.
pub(super) fn is_beside_node(cgroup: &str) -> bool {
    let outermost =
        cgroup.split('/').find(|part| is_machine(part) || !part.ends_with(".service") && is_container(part));
    outermost.is_some_and(|part| !part.contains("kubepods"))
}

/// The control group of a machine with an init of its own.
fn is_machine(part: &str) -> bool {
    ["lxc.", "machine-", "systemd-nspawn@"].iter().any(|start| part.starts_with(start)) || part == "lxc"
}

/// A container of a pod.
pub(super) fn is_pod(cgroup: &str) -> bool {
    cgroup.contains("kubepods") && is_container(cgroup)
}

/// A pod that was created through the API: its name contains a UUID. The name of a static pod, which only root can create,
/// contains a hash, unless its manifest sets a UID.
pub(super) fn is_api_pod(cgroup: &str) -> bool {
    uid_of_api_pod(cgroup).is_some()
}

/// The UUID in the name of a pod. systemd's names have `_` in place of `-`.
pub(super) fn uid_of_api_pod(cgroup: &str) -> Option<String> {
    let id = cgroup.split('/').filter_map(id_of_pod).find(|id| is_uuid(id))?;
    cgroup.contains("kubepods").then(|| id.replace('_', "-"))
}

/// The same control group as it reads where the UID is a hash.
pub(super) fn as_static_pod(cgroup: &str) -> String {
    let renamed = |part: &str| match id_of_pod(part).filter(|id| is_uuid(id)) {
        Some(id) => part.replace(id, &id.replace(['-', '_'], "")),
        None => part.to_owned(),
    };
    cgroup.split('/').map(renamed).collect::<Vec<_>>().join("/")
}

fn id_of_pod(part: &str) -> Option<&str> {
    part.trim_end_matches(".slice").rsplit("pod").next()
}

fn is_uuid(id: &str) -> bool {
    let groups: Vec<usize> = id.split(['-', '_']).map(str::len).collect();
    groups == [8, 4, 4, 4, 12]
}

/// The session of a user other than root.
pub(super) fn is_user_session(cgroup: &str) -> bool {
    let is_other = |part: &str| part.strip_prefix("user-").is_some_and(|id| id != "0.slice");
    cgroup.split('/').any(is_other)
}

/// The part of the tree that a user manages: systemd's, and the one of LXC's login module.
fn is_delegated_to_user(cgroup: &str) -> bool {
    cgroup.contains("user.slice") || cgroup.split('/').nth(1) == Some("user")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn containers_beside_the_node_are_told_from_those_of_pods() {
        for (cgroup, expected) in [
            ("/docker/0123456789abcdef", true),
            ("/system.slice/docker-0123.scope", true),
            ("/machine.slice/libpod-0123.scope", true),
            ("/lxc.payload.c1/system.slice/k3s.service", true),
            ("/lxc/c1/system.slice/k3s.service", true),
            ("/machine.slice/machine-one.scope/system.slice/k3s.service", true),
            ("/docker/0123456789abcdef/kubepods/burstable/pod0123456789abcdef0123456789abcdef/x", true),
            ("/kubepods.slice/kubepods-pod0123456789abcdef0123456789abcdef.slice/docker-01.scope", false),
            ("/kubepods/burstable/pod0123456789abcdef0123456789abcdef/x", false),
            ("/system.slice/k3s.service", false),
            ("/system.slice/docker.service", false),
            ("", false),
        ] {
            assert_eq!(is_beside_node(cgroup), expected, "{cgroup}");
        }
        assert!(!is_kubernetes_service("etcd", "/lxc.payload.c1/system.slice/etcd.service"));
        assert_eq!(unit("/lxc.payload.c1/system.slice/k3s.service"), None);
    }

    #[test]
    fn a_pod_of_the_api_has_a_uuid() {
        let uid = "0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f";
        let cases = [
            (
                "/kubepods.slice/kubepods-pod0a1b2c3d_0a1b_0a1b_0a1b_0a1b2c3d4e5f.slice/cri-1.scope",
                Some(uid),
                "/kubepods.slice/kubepods-pod0a1b2c3d0a1b0a1b0a1b0a1b2c3d4e5f.slice/cri-1.scope",
            ),
            (
                "/kubepods/burstable/pod0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f/x",
                Some(uid),
                "/kubepods/burstable/pod0a1b2c3d0a1b0a1b0a1b0a1b2c3d4e5f/x",
            ),
            (
                "/kubepods/pod0123456789abcdef0123456789abcdef/x",
                None,
                "/kubepods/pod0123456789abcdef0123456789abcdef/x",
            ),
            ("/system.slice/etcd.service", None, "/system.slice/etcd.service"),
        ];
        for (cgroup, expected, as_static) in cases {
            assert_eq!(uid_of_api_pod(cgroup).as_deref(), expected, "{cgroup}");
            assert_eq!(as_static_pod(cgroup), as_static);
            assert_eq!(uid_of_api_pod(as_static), None);
        }
    }
}
