//! Which processes with the name of a component are taken for it: any user can start a process with any name.

use super::cgroup::{is_api_pod, is_container, is_kubernetes_service, is_talos_service, is_user_session};
use crate::model::Component;
use crate::source::node::{Accounts, Process};

/// Whether no ordinary user can have started a process: root did, on the node itself or in a static pod, or it runs in a system
/// service, in a container, or under the component's own account. Each such process counts, so that none hides another.
pub(super) fn is_trusted(component: Component, process: &Process, accounts: &Accounts) -> bool {
    if may_be_setuid(process) {
        return false;
    }
    if is_api_pod(&process.cgroup) {
        // Of all components only kube-proxy runs in a pod of the API. Its container is privileged, and who may create such
        // a container owns the node anyway.
        return component == Component::Proxy && process.privileged && process.real_uid == 0;
    }
    let is_root = process.real_uid == 0 && process.effective_uid == 0;
    let own_account = component.accounts().iter().any(|name| accounts.user(name) == Some(process.real_uid));
    is_root
        || own_account
        || is_kubernetes_service(component.program(), &process.cgroup)
        || is_container(&process.cgroup)
        || is_talos_service(&process.cgroup)
}

/// Whether a user may have started this process of root and chosen its arguments: a setuid program, such as sudo while it
/// waits for a password. If the executable cannot be read, a process in another user's session may be one.
fn may_be_setuid(process: &Process) -> bool {
    process.setuid || process.exe.is_none() && is_user_session(&process.cgroup)
}

/// Why a process that is not trusted does not count.
pub(super) fn reason_to_ignore(component: Component, process: &Process, accounts: &Accounts) -> String {
    let user = accounts.user_name(process.real_uid);
    let who = format!("process {} of user {user} is named {}", process.pid, component.program());
    if may_be_setuid(process) {
        format!("{who}, but is or may be a setuid program, whose arguments any user can choose")
    } else if is_api_pod(&process.cgroup) {
        format!("{who}, but runs in a pod that was created through the API")
    } else {
        format!("{who}, but runs outside of static pods and services of Kubernetes: any user can start it")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn etcd(uid: u32, cgroup: &str) -> Process {
        Process {
            pid: 7,
            argv: vec!["etcd".to_owned()],
            truncated: false,
            exe: None,
            setuid: false,
            privileged: true,
            real_uid: uid,
            effective_uid: uid,
            started: None,
            cgroup: cgroup.to_owned(),
            cwd: None,
        }
    }

    const API_POD: &str =
        "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod0a1b2c3d_0a1b_0a1b_0a1b_0a1b2c3d4e5f.slice/x";
    const STATIC_POD: &str =
        "/kubepods.slice/kubepods-burstable-pod0123456789abcdef0123456789abcdef.slice/cri-containerd-1.scope";

    #[test]
    fn trust_depends_on_user_and_control_group() {
        let accounts = Accounts::parse(b"etcd:x:1501:1501::/:\n", b"");
        let session = "/user.slice/user-1000.slice/s.scope";
        let cases = [
            (etcd(0, ""), true),
            (etcd(0, "/user.slice/user-0.slice/session-1.scope"), true),
            (etcd(0, STATIC_POD), true),
            (etcd(0, API_POD), false),
            (etcd(1501, API_POD), false),
            (etcd(1000, STATIC_POD), true),
            (etcd(999, "/system.slice/cron.service"), false),
            (etcd(999, "/system.slice/snap.kube-node.service"), true),
            (etcd(1501, ""), true),
            (etcd(60, "/podruntime/etcd"), true),
            (etcd(60, "/system/podruntime/etcd"), false),
            (etcd(1000, "/user.slice/user-1000.slice/podruntime/etcd"), false),
            (etcd(999, "/system.slice/etcd.service"), true),
            (etcd(1000, "/user.slice/user-1000.slice/user@1000.service/app.slice/etcd.service"), false),
            (etcd(65534, ""), false),
            (etcd(1000, "/user.slice/user-1000.slice/user@1000.service/kubepods/x"), false),
            (etcd(1000, "/user/eve/0/kubepods/x"), false),
            (Process { real_uid: 1000, effective_uid: 0, ..etcd(0, "/user.slice/x") }, false),
            (Process { setuid: true, ..etcd(0, "/system.slice/cron.service") }, false),
            (etcd(0, "/user.slice/user-1000.slice/session-1.scope"), false),
            (Process { exe: Some("/x/etcd".to_owned()), ..etcd(0, session) }, true),
        ];
        for (process, expected) in cases {
            assert_eq!(is_trusted(Component::Etcd, &process, &accounts), expected, "{process:?}");
        }
    }

    #[test]
    fn only_a_privileged_proxy_counts_in_an_api_pod() {
        let accounts = Accounts::default();
        let proxy = Process { argv: vec!["kube-proxy".to_owned()], ..etcd(0, API_POD) };
        assert!(is_trusted(Component::Proxy, &proxy, &accounts));
        let unprivileged = Process { privileged: false, ..proxy };
        assert!(!is_trusted(Component::Proxy, &unprivileged, &accounts));
    }
}
