//! What the control group of a process says about who started it.

/// A unit of Kubernetes in the system's service manager. A user's manager runs units below `user.slice`, and some units of
/// the system, such as cron's, start what users ask for.
pub(super) fn is_kubernetes_service(program: &str, cgroup: &str) -> bool {
    const NAMES: [&str; 7] = ["kube", "k8s", "k3s", "k0s", "rke2", "openshift", "origin"];
    let is_ours = |unit: &str| unit.contains(program) || NAMES.iter().any(|name| unit.contains(name));
    !is_delegated_to_user(cgroup) && cgroup.split('/').any(|part| part.ends_with(".service") && is_ours(part))
}

/// A container. In the part of the tree that is delegated to a user, names prove nothing.
pub(super) fn is_container(cgroup: &str) -> bool {
    const NAMES: [&str; 4] = ["kubepods", "libpod", "docker", "cri-containerd"];
    NAMES.iter().any(|name| cgroup.contains(name)) && !is_delegated_to_user(cgroup)
}

/// A container of a pod.
pub(super) fn is_pod(cgroup: &str) -> bool {
    cgroup.contains("kubepods") && is_container(cgroup)
}

/// A pod that was created through the API: its name contains a UUID. The name of a static pod, which only root can create,
/// contains a hash.
pub(super) fn is_api_pod(cgroup: &str) -> bool {
    cgroup.contains("kubepods")
        && cgroup.split('/').any(|part| {
            let id = part.trim_end_matches(".slice").rsplit("pod").next().unwrap_or_default();
            let groups: Vec<usize> = id.split(['-', '_']).map(str::len).collect();
            groups == [8, 4, 4, 4, 12]
        })
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
