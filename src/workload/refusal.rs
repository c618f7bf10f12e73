//! What the API server refuses in a pod although each of its fields has the right type.

use super::{ContainerRole, FieldPath, PodTemplateRef, capability_name};
use std::ops::RangeInclusive;

/// The minor version from which user namespaces are checked.
const USER_NAMESPACES: u32 = 30;

/// The ids of users and groups that it takes. The kernel would cut a larger one off: 4294967296 is root.
const ID_RANGE: RangeInclusive<i64> = 0..=2_147_483_647;
const OUT_OF_RANGE: &str = "an id is a number from 0 to 2147483647";

/// The fields that the API server of Kubernetes 1.`minor` refuses, each with the reason.
pub fn refusals(pod: PodTemplateRef<'_>, minor: u32) -> Vec<(FieldPath, &'static str)> {
    let mut refused = Vec::new();
    if pod.spec.containers.is_empty() {
        refused.push((FieldPath::of("spec.containers"), "a pod has at least one container"));
    }
    let own_users = pod.spec.host_users == Some(false);
    if own_users && minor >= USER_NAMESPACES {
        let shared = [("hostPID", pod.spec.host_pid), ("hostIPC", pod.spec.host_ipc)];
        let shared = shared.into_iter().filter(|(_, is_set)| *is_set);
        refused.extend(shared.map(|(key, _)| (FieldPath::of("spec").key(key), "not beside hostUsers: false")));
    }
    let of_pod = &pod.spec.security_context;
    let ids = [("runAsUser", of_pod.run_as_user), ("runAsGroup", of_pod.run_as_group), ("fsGroup", of_pod.fs_group)];
    let wrong = ids.into_iter().filter(|(_, id)| id.is_some_and(|id| !ID_RANGE.contains(&id)));
    refused.extend(wrong.map(|(key, _)| (FieldPath::of("spec.securityContext").key(key), OUT_OF_RANGE)));
    for found in pod.containers() {
        let context = &found.container.security_context;
        let escalation = found.field("securityContext.allowPrivilegeEscalation");
        let added = context.capabilities.iter().flat_map(|of| &of.add);
        if context.allow_privilege_escalation == Some(false) {
            if context.privileged == Some(true) {
                refused.push((escalation, "false beside privileged: true"));
            } else if added.clone().any(|name| capability_name(name) == "SYS_ADMIN") {
                refused.push((escalation, "false beside the capability SYS_ADMIN"));
            }
        }
        let ids = [("runAsUser", context.run_as_user), ("runAsGroup", context.run_as_group)];
        let wrong = ids.into_iter().filter(|(_, id)| id.is_some_and(|id| !ID_RANGE.contains(&id)));
        refused.extend(wrong.map(|(key, _)| (found.field("securityContext").key(key), OUT_OF_RANGE)));
        let is_unmasked = context.proc_mount.as_deref() == Some("Unmasked");
        if is_unmasked && !own_users && minor >= USER_NAMESPACES {
            refused.push((found.field("securityContext.procMount"), "Unmasked needs hostUsers: false"));
        }
        if found.role == ContainerRole::Init && !found.container.is_sidecar() {
            let first = found.container.handlers().next();
            let reason = "an init container has probes and hooks only with restartPolicy: Always";
            refused.extend(first.map(|(key, _)| (found.field(key), reason)));
        }
    }
    refused
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::cluster::object::PodTemplate;

    fn refused(spec: &str, minor: u32) -> Vec<String> {
        let pod: PodTemplate = serde_json::from_str(&format!(r#"{{"spec": {spec}}}"#)).expect(spec);
        let template = PodTemplateRef { annotations: &pod.metadata.annotations, spec: &pod.spec };
        refusals(template, minor).into_iter().map(|(path, _)| path.to_string()).collect()
    }

    #[test]
    fn what_contradicts_itself_is_refused() {
        let escalation = "spec.containers[0].securityContext.allowPrivilegeEscalation";
        let with = |context: &str| format!(r#"{{"containers": [{{"name": "a", "securityContext": {context}}}]}}"#);
        let cases = [
            (with(r#"{"privileged": true, "allowPrivilegeEscalation": false}"#), vec![escalation]),
            (with(r#"{"privileged": true}"#), vec![]),
            (with(r#"{"allowPrivilegeEscalation": false, "capabilities": {"add": ["CAP_SYS_ADMIN"]}}"#), vec![escalation]),
            (with(r#"{"procMount": "Unmasked"}"#), vec!["spec.containers[0].securityContext.procMount"]),
            (r#"{"hostUsers": false, "containers": [{"name": "a", "securityContext": {"procMount": "Unmasked"}}]}"#.to_owned(), vec![]),
            (r#"{"hostUsers": false, "hostPID": true, "hostIPC": true, "containers": [{"name": "a"}]}"#.to_owned(), vec!["spec.hostPID", "spec.hostIPC"]),
            (with(r#"{"runAsUser": 4294967296}"#), vec!["spec.containers[0].securityContext.runAsUser"]),
            (with(r#"{"runAsGroup": -1}"#), vec!["spec.containers[0].securityContext.runAsGroup"]),
            (with(r#"{"runAsUser": 2147483647}"#), vec![]),
            (r#"{"securityContext": {"runAsUser": -5}, "containers": [{"name": "a"}]}"#.to_owned(), vec!["spec.securityContext.runAsUser"]),
            (r#"{"containers": []}"#.to_owned(), vec!["spec.containers"]),
            (
                r#"{"containers": [{"name": "a"}], "initContainers": [{"name": "b", "livenessProbe": {}}]}"#.to_owned(),
                vec!["spec.initContainers[0].livenessProbe"],
            ),
            (
                r#"{"containers": [{"name": "a"}], "initContainers": [{"name": "b", "livenessProbe": {}, "restartPolicy": "Always"}]}"#
                    .to_owned(),
                vec![],
            ),
        ];
        for (spec, expected) in cases {
            assert_eq!(refused(&spec, 37), expected, "{spec}");
        }
        assert_eq!(refused(&with(r#"{"procMount": "Unmasked"}"#), 29), [""; 0]);
    }
}
