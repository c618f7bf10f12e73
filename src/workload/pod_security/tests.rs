//! Pods that the admission of Kubernetes allows or refuses.

use super::{Level, PodSecurityStandard, violations};
use crate::source::cluster::object::PodTemplate;
use crate::workload::PodTemplateRef;
use serde::Deserialize;
use std::collections::BTreeSet;

#[derive(Deserialize)]
struct Case {
    name: String,
    level: String,
    from: u32,
    to: u32,
    violates: BTreeSet<String>,
    pod: PodTemplate,
}

fn refused_by(pod: &PodTemplate, standard: PodSecurityStandard) -> BTreeSet<String> {
    let template = PodTemplateRef { annotations: &pod.metadata.annotations, spec: &pod.spec };
    violations(template, standard).iter().map(|violation| violation.control.id().to_owned()).collect()
}

#[test]
fn every_pod_is_decided_as_kubernetes_does() {
    let cases = include_str!("../../../testdata/pod-security/pods.jsonl").lines();
    let mut decided = 0;
    for line in cases {
        let case: Case = serde_json::from_str(line).expect(line);
        let level = if case.level == "baseline" { Level::Baseline } else { Level::Restricted };
        for minor in case.from..=case.to {
            let standard = PodSecurityStandard { level, minor };
            assert_eq!(refused_by(&case.pod, standard), case.violates, "{} by {standard}", case.name);
            decided += 1;
        }
    }
    assert!(decided > 1_000, "{decided}");
}

#[test]
fn relaxations_hold_from_their_version_on() {
    let pod = |spec: &str| serde_json::from_str::<PodTemplate>(&format!(r#"{{"spec": {spec}}}"#)).expect(spec);
    let refused = |spec: &str, level, minor| {
        refused_by(&pod(spec), PodSecurityStandard { level, minor }).into_iter().collect::<Vec<_>>()
    };
    let windows =
        r#"{"os": {"name": "windows"}, "securityContext": {"runAsNonRoot": true}, "containers": [{"name": "a"}]}"#;
    let linux_controls = ["allowPrivilegeEscalation", "capabilities_restricted", "seccompProfile_restricted"];
    assert_eq!(refused(windows, Level::Restricted, 24), linux_controls);
    assert_eq!(refused(windows, Level::Restricted, 25), [""; 0]);
    let selector = r#"{"nodeSelector": {"kubernetes.io/os": "windows"}, "securityContext": {"runAsNonRoot": true},
        "containers": [{"name": "a"}]}"#;
    assert_eq!(refused(selector, Level::Restricted, 25), linux_controls);

    let own_users = r#"{"hostUsers": false, "containers": [{"name": "a", "securityContext": {"procMount": "Unmasked",
        "runAsUser": 0, "allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]},
        "seccompProfile": {"type": "RuntimeDefault"}}}]}"#;
    assert_eq!(refused(own_users, Level::Baseline, 34), ["procMount"]);
    assert_eq!(refused(own_users, Level::Baseline, 35), [""; 0]);
    assert_eq!(refused(own_users, Level::Restricted, 34), ["procMount", "runAsNonRoot", "runAsUser"]);
    assert_eq!(refused(own_users, Level::Restricted, 35), ["procMount_restricted"]);
}

#[test]
fn ephemeral_containers_count() {
    let pod: PodTemplate = serde_json::from_str(
        r#"{"spec": {"containers": [{"name": "a"}],
            "ephemeralContainers": [{"name": "b"}, {"name": "debug", "securityContext": {"privileged": true}}]}}"#,
    )
    .expect("a pod");
    let template = PodTemplateRef { annotations: &pod.metadata.annotations, spec: &pod.spec };
    let found = violations(template, PodSecurityStandard::latest(Level::Baseline));
    let fields: Vec<String> = found.iter().flat_map(|of| &of.fields).map(ToString::to_string).collect();
    assert_eq!(fields, ["spec.ephemeralContainers[1].securityContext.privileged"]);
}
