//! Proofs of pod topics from tables of specs: each in each place that a container can have, in pods, in templates and finished, and
//! for each topic the same exemptions and missing lists.

use super::case::Case;
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

/// What is set in a container, and in its pod.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Spec {
    name: String,
    #[serde(default)]
    container: Json,
    #[serde(default)]
    pod: Json,
    /// The paths of the finding.
    #[serde(default)]
    paths: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Specs {
    /// Whether the finding is about the pod, and names no containers.
    #[serde(default, rename = "whole-pod")]
    whole_pod: bool,
    /// Whether the field does not exist on Windows.
    #[serde(default, rename = "not-on-windows")]
    not_on_windows: bool,
    met: Vec<Spec>,
    #[serde(rename = "not-met")]
    not_met: Vec<Spec>,
}

/// The kinds that every pod topic needs.
pub(super) const NEEDED: [&str; 7] = ["CronJob", "DaemonSet", "Deployment", "Job", "Pod", "ReplicaSet", "StatefulSet"];

fn merged(base: Json, more: &Json) -> Json {
    match (base, more) {
        (Json::Object(mut base), Json::Object(more)) => {
            for (key, value) in more {
                let old = base.remove(key).unwrap_or(Json::Null);
                base.insert(key.clone(), merged(old, value));
            }
            Json::Object(base)
        }
        (base, Json::Null) => base,
        (_, more) => more.clone(),
    }
}

fn container(name: &str, more: &Json) -> Json {
    merged(json!({ "name": name, "image": "app" }), more)
}

fn one(title: &str, body: Json) -> Map<String, Json> {
    [(title.to_owned(), body)].into_iter().collect()
}

fn case(name: impl Into<String>, objects: Map<String, Json>, status: &str) -> Case {
    Case { name: name.into(), objects, status: status.to_owned(), ..Case::default() }
}

impl Spec {
    /// A pod spec with one container.
    fn pod(&self) -> Json {
        merged(json!({ "containers": [container("app", &self.container)] }), &self.pod)
    }

    /// A pod spec whose container `bad` is in this list, beside one that meets the recommendation.
    fn beside(&self, good: &Self, list: &str) -> Json {
        let mut pod = merged(json!({ "containers": [container("good", &good.container)] }), &self.pod);
        let bad = container("bad", &self.container);
        match pod.get_mut(list).and_then(Json::as_array_mut) {
            Some(list) => list.push(bad),
            None => pod[list] = json!([bad]),
        }
        pod
    }
}

/// An owner that creates pods, each with a template at its place.
fn owners(spec: &Json) -> [(&'static str, &'static str, Json); 7] {
    let template = json!({ "metadata": { "labels": { "app": "web" } }, "spec": spec });
    let simple = json!({ "spec": { "template": template } });
    let cron = json!({ "spec": { "suspend": true, "jobTemplate": { "spec": { "template": template } } } });
    let stopped = json!({ "spec": { "replicas": 0, "template": template } });
    [
        ("a Deployment at 0 replicas", "Deployment/shop/web", stopped.clone()),
        ("a DaemonSet", "DaemonSet/shop/web", simple.clone()),
        ("a StatefulSet", "StatefulSet/shop/web", simple.clone()),
        ("a ReplicaSet of its own", "ReplicaSet/shop/web", stopped.clone()),
        ("a ReplicationController", "ReplicationController/shop/web", stopped),
        ("a Job of its own", "Job/shop/web", simple),
        ("a suspended CronJob", "CronJob/shop/web", cron),
    ]
}

fn controller(kind: &str, version: &str, name: &str) -> Json {
    json!([{ "apiVersion": version, "kind": kind, "name": name, "uid": format!("{kind}-{name}"), "controller": true }])
}

impl Specs {
    fn finding(&self, owner: &str, pods: usize, spec: &Spec, containers: &[&str]) -> Json {
        let mut finding = json!({ "owner": owner, "pods": pods });
        if let Some(paths) = &spec.paths {
            finding["paths"] = json!(paths);
        } else if !self.whole_pod {
            finding["containers"] = json!(containers);
        }
        finding
    }

    pub(super) fn cases(&self) -> Vec<Case> {
        let good = self.met.first().expect("a spec that is met");
        let mut cases = Vec::new();
        for spec in &self.met {
            cases.push(case(
                format!("{} in a pod", spec.name),
                one("Pod/shop/web", json!({ "spec": spec.pod() })),
                "pass",
            ));
            for (how, title, object) in owners(&spec.pod()) {
                cases.push(case(format!("{} in {how}", spec.name), one(title, object), "pass"));
            }
        }
        for spec in &self.not_met {
            cases.extend(self.of_not_met(spec, good));
        }
        let bad = self.not_met.first().expect("a spec that is not met");
        cases.extend(self.of_owners(bad));
        cases.extend(self.of_exemptions(bad));
        cases.extend(of_lists(good));
        cases.extend(self.of_lists_with_findings(bad));
        cases
    }

    fn of_not_met(&self, spec: &Spec, good: &Spec) -> Vec<Case> {
        let name = &spec.name;
        let pod = |spec: Json| one("Pod/shop/web", json!({ "spec": spec }));
        let fail = |name: String, objects, finding| Case { findings: vec![finding], ..case(name, objects, "fail") };
        let mut cases =
            vec![fail(format!("{name} in a pod"), pod(spec.pod()), self.finding("Pod/shop/web", 1, spec, &["app"]))];
        if spec.container != Json::Null && !self.whole_pod && spec.paths.is_none() && spec.pod == Json::Null {
            for list in ["containers", "initContainers", "ephemeralContainers"] {
                cases.push(fail(
                    format!("{name} in {list} beside a container that is good"),
                    pod(spec.beside(good, list)),
                    self.finding("Pod/shop/web", 1, spec, &["bad"]),
                ));
            }
        }
        for (how, title, object) in owners(&spec.pod()) {
            let finding = self.finding(title, 0, spec, &["app"]);
            cases.push(fail(format!("{name} in {how}"), one(title, object), finding));
        }
        for phase in ["Succeeded", "Failed"] {
            let finished = one("Pod/shop/web", json!({ "spec": spec.pod(), "status": { "phase": phase } }));
            let pending = one("Pod/shop/web", json!({ "spec": spec.pod(), "status": { "phase": "Pending" } }));
            cases.push(case(format!("{name} in a pod that has {phase}"), finished, "not-applicable"));
            if phase == "Failed" {
                let finding = self.finding("Pod/shop/web", 1, spec, &["app"]);
                cases.push(fail(format!("{name} in a pod that is Pending"), pending, finding));
            }
        }
        cases
    }

    /// How pods are counted.
    fn of_owners(&self, bad: &Spec) -> Vec<Case> {
        let spec = bad.pod();
        let template = json!({ "spec": spec });
        let deployment =
            json!({ "metadata": { "uid": "Deployment-web" }, "spec": { "replicas": 3, "template": template } });
        let set = |name: &str| {
            let metadata = json!({ "uid": format!("ReplicaSet-{name}"), "ownerReferences": controller("Deployment", "apps/v1", "web") });
            json!({ "metadata": metadata, "spec": { "template": template } })
        };
        let mut objects = one("Deployment/shop/web", deployment);
        objects.insert("ReplicaSet/shop/web-1".to_owned(), set("web-1"));
        objects.insert("ReplicaSet/shop/web-2".to_owned(), set("web-2"));
        for number in 0..3 {
            let metadata = json!({ "ownerReferences": controller("ReplicaSet", "apps/v1", "web-2") });
            objects.insert(format!("Pod/shop/web-2-{number}"), json!({ "metadata": metadata, "spec": spec }));
        }
        let replicas = Case {
            findings: vec![self.finding("Deployment/shop/web", 3, bad, &["app"])],
            ..case("the pods of a Deployment are one finding, and old ReplicaSets none", objects, "fail")
        };
        let job_metadata =
            json!({ "uid": "Job-night-1", "ownerReferences": controller("CronJob", "batch/v1", "night") });
        let cron = json!({ "metadata": { "uid": "CronJob-night" }, "spec": { "jobTemplate": { "spec": { "template": template } } } });
        let done = json!({ "conditions": [{ "type": "Complete", "status": "True" }] });
        let mut objects = one("CronJob/shop/night", cron);
        objects.insert(
            "Job/shop/night-1".to_owned(),
            json!({ "metadata": job_metadata, "spec": { "template": template }, "status": done }),
        );
        let pod_metadata = json!({ "ownerReferences": controller("Job", "batch/v1", "night-1") });
        objects.insert(
            "Pod/shop/night-1-a".to_owned(),
            json!({ "metadata": pod_metadata, "spec": spec, "status": { "phase": "Succeeded" } }),
        );
        let between = Case {
            findings: vec![self.finding("CronJob/shop/night", 0, bad, &["app"])],
            ..case("a CronJob between two runs is judged by its template", objects, "fail")
        };
        let job = |kind: &str, status: &str| {
            let status = json!({ "conditions": [{ "type": kind, "status": status }] });
            one("Job/shop/once", json!({ "spec": { "template": template }, "status": status }))
        };
        let metadata = json!({ "ownerReferences": controller("Workflow", "argoproj.io/v1alpha1", "ship") });
        let custom = Case {
            findings: vec![self.finding("Workflow.argoproj.io/shop/ship", 1, bad, &["app"])],
            ..case(
                "the owner may be of a kind that is not read",
                one("Pod/shop/ship-1", json!({ "metadata": metadata, "spec": spec })),
                "fail",
            )
        };
        vec![
            replicas,
            between,
            custom,
            case("a Job that is Complete has made its pods", job("Complete", "True"), "not-applicable"),
            case("a Job that is Failed has made its pods", job("Failed", "True"), "not-applicable"),
            Case {
                findings: vec![self.finding("Job/shop/once", 0, bad, &["app"])],
                ..case("a Job that is not yet Complete is judged", job("Complete", "False"), "fail")
            },
        ]
    }

    fn of_exemptions(&self, bad: &Spec) -> Vec<Case> {
        let pod = |title: &str, annotated: bool, node: &str| {
            let annotations = if annotated { json!({ "kubernetes.io/config.mirror": "x" }) } else { json!({}) };
            let metadata = json!({ "annotations": annotations, "ownerReferences": controller("Node", "v1", "node-1") });
            one(title, json!({ "metadata": metadata, "spec": merged(bad.pod(), &json!({ "nodeName": node })) }))
        };
        const MIRROR: &str = "Pod/kube-system/etcd-node-1";
        let mut exempt = self.finding(MIRROR, 1, bad, &["app"]);
        exempt["why"] = json!("mirror");
        let mut cases = vec![Case {
            exempt: vec![exempt],
            ..case("a static pod of the control plane is exempt", pod(MIRROR, true, "node-1"), "pass")
        }];
        for (name, title, annotated, node) in [
            ("a mirror pod outside kube-system is judged", "Pod/shop/etcd-node-1", true, "node-1"),
            ("a pod of kube-system without the mark is judged", MIRROR, false, "node-1"),
            ("a mirror pod of another node is judged", MIRROR, true, "node-2"),
        ] {
            let findings = vec![self.finding(title, 1, bad, &["app"])];
            cases.push(Case { findings, ..case(name, pod(title, annotated, node), "fail") });
        }
        let on = |system: &str| {
            one("Pod/shop/web", json!({ "spec": merged(bad.pod(), &json!({ "os": { "name": system } })) }))
        };
        let mut finding = self.finding("Pod/shop/web", 1, bad, &["app"]);
        cases.push(Case {
            findings: vec![finding.clone()],
            ..case("a pod that says it runs on Linux is judged", on("linux"), "fail")
        });
        if self.not_on_windows {
            finding["why"] = json!("windows");
            cases.push(Case {
                exempt: vec![finding],
                ..case("a pod of Windows does not have the field", on("windows"), "pass")
            });
        } else {
            cases.push(Case { findings: vec![finding], ..case("a pod of Windows is judged", on("windows"), "fail") });
        }
        cases
    }

    fn of_lists_with_findings(&self, bad: &Spec) -> Vec<Case> {
        let metadata = json!({ "ownerReferences": controller("ReplicaSet", "apps/v1", "web-1") });
        let objects = one("Pod/shop/web-1-a", json!({ "metadata": metadata, "spec": bad.pod() }));
        vec![Case {
            refused: vec!["ReplicaSet".to_owned()],
            lacking: vec!["ReplicaSet".to_owned()],
            findings: vec![self.finding("ReplicaSet/shop/web-1", 1, bad, &["app"])],
            ..case("what is found stays found, under the last owner that is known", objects, "fail")
        }]
    }
}

fn of_lists(good: &Spec) -> Vec<Case> {
    let mut cases = vec![
        case("an empty cluster", Map::new(), "not-applicable"),
        Case {
            refused: vec!["ReplicationController".to_owned()],
            ..case(
                "ReplicationControllers are read if they are there",
                one("Pod/shop/web", json!({ "spec": good.pod() })),
                "pass",
            )
        },
        Case {
            note: Some("without containers".to_owned()),
            ..case(
                "a pod without containers is no finding of containers",
                one("Pod/shop/web", json!({ "spec": merged(good.pod(), &json!({ "containers": [] })) })),
                "pass",
            )
        },
    ];
    for kind in NEEDED {
        let title = if kind == "Pod" { "Deployment/shop/web" } else { "Pod/shop/web" };
        let body = if kind == "Pod" {
            json!({ "spec": { "template": { "spec": good.pod() } } })
        } else {
            json!({ "spec": good.pod() })
        };
        for (how, objects) in [("", Map::new()), (" and something runs", one(title, body))] {
            let lacking = vec![kind.to_owned()];
            let make = |state: &str| Case {
                lacking: lacking.clone(),
                ..case(format!("{kind} is {state}{how}"), objects.clone(), "undetermined")
            };
            cases.push(Case { refused: lacking.clone(), ..make("refused") });
            cases.push(Case { missing: lacking.clone(), ..make("not at hand") });
            let is_essential = kind == "Pod";
            let status = match (is_essential, objects.is_empty()) {
                (true, _) => "undetermined",
                (false, true) => "not-applicable",
                (false, false) => "pass",
            };
            let lacking = if is_essential { lacking.clone() } else { Vec::new() };
            cases.push(Case {
                lacking,
                unknown: vec![kind.to_owned()],
                ..case(format!("{kind} is unknown to the server{how}"), objects, status)
            });
        }
    }
    cases
}
