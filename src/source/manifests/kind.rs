//! The kinds of objects that have the template of a pod, and where it is.

/// Where the template of a pod is in an object of a kind of Kubernetes; `None` if the kind has none or is not known.
pub(super) fn template_path(group: &str, kind: &str) -> Option<&'static [&'static str]> {
    match (group, kind) {
        ("", "Pod") => Some(&[]),
        ("", "PodTemplate") => Some(&["template"]),
        ("", "ReplicationController")
        | ("apps" | "extensions", "DaemonSet" | "Deployment" | "ReplicaSet" | "StatefulSet")
        | ("batch", "Job") => Some(TEMPLATE_OF_SPEC),
        ("batch", "CronJob") => Some(&["spec", "jobTemplate", "spec", "template"]),
        _ => None,
    }
}

/// Where most kinds have it, also those that users define.
pub(super) const TEMPLATE_OF_SPEC: &[&str] = &["spec", "template"];

/// Whether a group belongs to Kubernetes, so that its kinds are known.
pub(super) fn is_built_in(group: &str) -> bool {
    !group.contains('.') || (group.ends_with(".k8s.io") && group.matches('.').count() == 2)
}
