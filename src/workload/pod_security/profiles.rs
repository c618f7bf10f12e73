//! Values of profiles that Pod Security allows.

/// Whether a field of seccomp or AppArmor keeps the container confined.
pub(crate) fn is_confined_type(kind: Option<&str>) -> bool {
    matches!(kind, Some("RuntimeDefault" | "Localhost"))
}

/// Whether an annotation of AppArmor keeps the container confined. An empty one says nothing.
pub(crate) fn is_confined_apparmor(annotation: &str) -> bool {
    annotation.is_empty() || annotation == "runtime/default" || annotation.starts_with("localhost/")
}

/// Whether an annotation of seccomp keeps the container confined.
pub(crate) fn is_confined_seccomp(annotation: &str) -> bool {
    matches!(annotation, "runtime/default" | "docker/default") || annotation.starts_with("localhost/")
}

/// The capabilities that baseline lets a container add. Only this spelling is allowed.
pub(crate) const BASELINE_CAPABILITIES: [&str; 13] = [
    "AUDIT_WRITE",
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "MKNOD",
    "NET_BIND_SERVICE",
    "SETFCAP",
    "SETGID",
    "SETPCAP",
    "SETUID",
    "SYS_CHROOT",
];

/// Whether baseline allows the type of a SELinux label in Kubernetes 1.`minor`.
pub(crate) fn is_allowed_selinux_type(kind: &str, minor: u32) -> bool {
    matches!(kind, "" | "container_t" | "container_init_t" | "container_kvm_t")
        || (kind == "container_engine_t" && minor >= 31)
}
