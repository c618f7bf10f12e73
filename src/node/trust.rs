//! How far a process with the name of a component is trusted to be it: any user can start a process with any name.

use super::cgroup::{is_api_pod, is_container, is_kubernetes_service, is_user_session};
use crate::model::Component;
use crate::source::node::{Accounts, Process};

/// Only the processes of the highest level on a node count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum TrustLevel {
    /// Any user can start such a process. It never counts.
    Untrusted,
    /// It runs in a system service or a container, or under the component's own account.
    Service,
    /// Root started it, on the node itself or in a static pod.
    RootUser,
}

pub(super) fn trust_level(component: Component, process: &Process, accounts: &Accounts) -> TrustLevel {
    // Of all components only kube-proxy runs in a pod of the API. Its container is privileged, and who may create such
    // a container owns the node anyway.
    let is_proxy = component == Component::Proxy && process.privileged && process.real_uid == 0;
    if is_api_pod(&process.cgroup) && !is_proxy {
        return TrustLevel::Untrusted;
    }
    if may_be_setuid(process) {
        return TrustLevel::Untrusted;
    }
    if process.real_uid == 0 && process.effective_uid == 0 && !is_api_pod(&process.cgroup) {
        return TrustLevel::RootUser;
    }
    let own_account = component.accounts().iter().any(|name| accounts.user(name) == Some(process.real_uid));
    if own_account || is_kubernetes_service(component.program(), &process.cgroup) || is_container(&process.cgroup) {
        TrustLevel::Service
    } else {
        TrustLevel::Untrusted
    }
}

/// Whether a user may have started this process of root and chosen its arguments: a setuid program, such as sudo while it
/// waits for a password. If the executable cannot be read, a process in another user's session may be one.
fn may_be_setuid(process: &Process) -> bool {
    process.setuid || process.exe.is_none() && is_user_session(&process.cgroup)
}

/// Why a process does not count.
pub(super) fn reason_to_ignore(
    component: Component,
    trust: TrustLevel,
    process: &Process,
    accounts: &Accounts,
) -> String {
    let user = accounts.user_name(process.real_uid);
    let who = format!("process {} of user {user} is named {}", process.pid, component.program());
    match trust {
        TrustLevel::Untrusted if may_be_setuid(process) => {
            format!("{who}, but is or may be a setuid program, whose arguments any user can choose")
        }
        TrustLevel::Untrusted if is_api_pod(&process.cgroup) => {
            format!("{who}, but runs in a pod that was created through the API")
        }
        TrustLevel::Untrusted => {
            format!("{who}, but runs outside of static pods and services of Kubernetes: any user can start it")
        }
        TrustLevel::Service | TrustLevel::RootUser => {
            format!("{who}, but root runs another one on the node itself")
        }
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
            (etcd(0, ""), TrustLevel::RootUser),
            (etcd(0, "/user.slice/user-0.slice/session-1.scope"), TrustLevel::RootUser),
            (etcd(0, STATIC_POD), TrustLevel::RootUser),
            (etcd(0, API_POD), TrustLevel::Untrusted),
            (etcd(1501, API_POD), TrustLevel::Untrusted),
            (etcd(1000, STATIC_POD), TrustLevel::Service),
            (etcd(999, "/system.slice/cron.service"), TrustLevel::Untrusted),
            (etcd(999, "/system.slice/snap.kube-node.service"), TrustLevel::Service),
            (etcd(1501, ""), TrustLevel::Service),
            (etcd(999, "/system.slice/etcd.service"), TrustLevel::Service),
            (etcd(1000, "/user.slice/user-1000.slice/user@1000.service/app.slice/etcd.service"), TrustLevel::Untrusted),
            (etcd(65534, ""), TrustLevel::Untrusted),
            (etcd(1000, "/user.slice/user-1000.slice/user@1000.service/kubepods/x"), TrustLevel::Untrusted),
            (etcd(1000, "/user/eve/0/kubepods/x"), TrustLevel::Untrusted),
            (Process { real_uid: 1000, effective_uid: 0, ..etcd(0, "/user.slice/x") }, TrustLevel::Untrusted),
            (Process { setuid: true, ..etcd(0, "/system.slice/cron.service") }, TrustLevel::Untrusted),
            (etcd(0, "/user.slice/user-1000.slice/session-1.scope"), TrustLevel::Untrusted),
            (Process { exe: Some("/x/etcd".to_owned()), ..etcd(0, session) }, TrustLevel::RootUser),
        ];
        for (process, expected) in cases {
            assert_eq!(trust_level(Component::Etcd, &process, &accounts), expected, "{process:?}");
        }
    }

    #[test]
    fn only_a_privileged_proxy_counts_in_an_api_pod() {
        let accounts = Accounts::default();
        let proxy = Process { argv: vec!["kube-proxy".to_owned()], ..etcd(0, API_POD) };
        assert_eq!(trust_level(Component::Proxy, &proxy, &accounts), TrustLevel::Service);
        let unprivileged = Process { privileged: false, ..proxy };
        assert_eq!(trust_level(Component::Proxy, &unprivileged, &accounts), TrustLevel::Untrusted);
    }
}
