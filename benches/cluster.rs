//! CPU time and memory of an audit of saved lists: 5,000, 20,000 and 50,000 pods, ten to a Deployment, with roles and bindings in
//! proportion: `cargo bench --bench cluster`. Prints figures, asserts nothing.

#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "a bench runs the program and prints figures")]

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use serde_json::{Value, json};
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

/// Namespaces of the made cluster.
const NAMESPACES: usize = 100;
/// Pods of one Deployment.
const REPLICAS: usize = 10;
const RBAC: &str = "rbac.authorization.k8s.io";
const OTHER_KINDS: [&str; 12] = [
    "DaemonSet",
    "StatefulSet",
    "Job",
    "CronJob",
    "NetworkPolicy",
    "Service",
    "Node",
    "ValidatingWebhookConfiguration",
    "MutatingWebhookConfiguration",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "CertificateSigningRequest",
];

type Error = Box<dyn std::error::Error>;

fn main() -> Result<(), Error> {
    println!("CPU is user and system time of one run");
    for pods in [5_000, 20_000, 50_000] {
        let folder = tempfile::tempdir()?;
        write_cluster(folder.path(), pods)?;
        measure(&format!("{pods} pods, JSON"), folder.path())?;
    }
    let folder = tempfile::tempdir()?;
    write_cluster(folder.path(), 5_000)?;
    for entry in std::fs::read_dir(folder.path())? {
        let path = entry?.path();
        let list: Value = serde_json::from_slice(&std::fs::read(&path)?)?;
        std::fs::write(path.with_extension("yaml"), yaml(&list))?;
        std::fs::remove_file(path)?;
    }
    measure("5000 pods, YAML", folder.path())
}

/// Runs one audit in a process of its own, so that its memory is that of no other run.
fn measure(what: &str, folder: &Path) -> Result<(), Error> {
    let bytes: u64 =
        std::fs::read_dir(folder)?.map(|entry| Ok(entry?.metadata()?.len())).sum::<Result<u64, Error>>()?;
    let cpu = || -> Result<i64, Error> {
        let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
        Ok(usage.user_time().num_milliseconds() + usage.system_time().num_milliseconds())
    };
    let before = cpu()?;
    let mut child = Command::new(env!("CARGO_BIN_EXE_nodeproof"));
    child.args(["cluster", "--benchmark", "cis-1.12", "--json", "--timeout", "10m", "--cluster"]).arg(folder);
    let status = child.stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    if !status.success() {
        return Err(format!("{what}: the audit ended with {status}").into());
    }
    // The clusters grow, so the largest child so far is this one.
    let memory = getrusage(UsageWho::RUSAGE_CHILDREN)?.max_rss() / 1024;
    println!("{what:20} {:>5} MB {:>6} ms CPU {memory:>5} MiB at most so far", bytes / 1_000_000, cpu()? - before);
    Ok(())
}

fn write_list(folder: &Path, kind: &str, items: &[Value]) -> Result<(), Error> {
    let mut file = BufWriter::new(std::fs::File::create(folder.join(format!("{kind}.json")))?);
    serde_json::to_writer_pretty(&mut file, &json!({ "apiVersion": "v1", "items": items, "kind": "List" }))?;
    Ok(file.flush()?)
}

fn object(kind: &str, api_version: &str, name: &str, namespace: Option<&str>) -> Value {
    let mut metadata =
        json!({ "creationTimestamp": "2026-01-01T00:00:00Z", "name": name, "resourceVersion": "1", "uid": name });
    if let Some(namespace) = namespace {
        metadata["namespace"] = json!(namespace);
    }
    json!({ "apiVersion": api_version, "kind": kind, "metadata": metadata })
}

fn namespace(number: usize) -> String {
    format!("team-{}", number % NAMESPACES)
}

fn write_cluster(folder: &Path, pods: usize) -> Result<(), Error> {
    let namespaces: Vec<Value> =
        (0..NAMESPACES).map(|number| object("Namespace", "v1", &namespace(number), None)).collect();
    write_list(folder, "Namespace", &namespaces)?;
    let accounts: Vec<Value> = (0..NAMESPACES * 20)
        .map(|number| object("ServiceAccount", "v1", &format!("sa-{}", number / NAMESPACES), Some(&namespace(number))))
        .collect();
    write_list(folder, "ServiceAccount", &accounts)?;
    OTHER_KINDS.iter().try_for_each(|kind| write_list(folder, kind, &[]))?;
    write_workloads(folder, pods)?;
    write_roles(folder, pods * 3 / 20, pods / 2)
}

fn write_workloads(folder: &Path, pods: usize) -> Result<(), Error> {
    let (mut deployments, mut sets, mut all) = (Vec::new(), Vec::new(), Vec::new());
    for number in 0..pods / REPLICAS {
        let (name, space) = (format!("app-{number}"), namespace(number));
        let owned = |kind: &str, owner: &str, own: &str| {
            let mut object = object(own, if own == "Pod" { "v1" } else { "apps/v1" }, "", Some(&space));
            object["metadata"]["labels"] = json!({ "app": name, "tier": "web" });
            object["metadata"]["ownerReferences"] =
                json!([{ "apiVersion": "apps/v1", "controller": true, "kind": kind, "name": owner, "uid": owner }]);
            object
        };
        let template = json!({ "metadata": { "labels": { "app": name, "tier": "web" } }, "spec": pod_spec(number) });
        let mut deployment = object("Deployment", "apps/v1", &name, Some(&space));
        deployment["spec"] = json!({ "replicas": REPLICAS, "template": template });
        deployments.push(deployment);
        let set_name = format!("{name}-5f6d");
        let mut set = owned("Deployment", &name, "ReplicaSet");
        set["metadata"]["name"] = json!(set_name);
        set["metadata"]["uid"] = json!(set_name);
        set["spec"] = json!({ "replicas": REPLICAS, "template": template });
        sets.push(set);
        for replica in 0..REPLICAS {
            let mut pod = owned("ReplicaSet", &set_name, "Pod");
            pod["metadata"]["name"] = json!(format!("{set_name}-{replica}"));
            pod["spec"] = pod_spec(number);
            pod["spec"]["nodeName"] = json!(format!("node-{replica}"));
            pod["status"] = json!({ "phase": "Running", "conditions": [{ "type": "Ready", "status": "True" }] });
            all.push(pod);
        }
    }
    write_list(folder, "Deployment", &deployments)?;
    write_list(folder, "ReplicaSet", &sets)?;
    write_list(folder, "Pod", &all)
}

fn pod_spec(number: usize) -> Value {
    let variables: Vec<Value> =
        (0..12).map(|at| json!({ "name": format!("VAR_{at}"), "value": "x".repeat(20) })).collect();
    let probe = json!({ "failureThreshold": 3, "httpGet": { "path": "/healthz", "port": 8080 }, "periodSeconds": 10 });
    let container = |name: &str| {
        json!({
            "name": name,
            "image": format!("registry.example.com/team/app-{}:v1", number % 50),
            "args": ["--listen=:8080"],
            "env": variables,
            "livenessProbe": probe,
            "readinessProbe": probe,
            "ports": [{ "containerPort": 8080, "protocol": "TCP" }],
            "resources": { "limits": { "memory": "512Mi" }, "requests": { "cpu": "100m", "memory": "128Mi" } },
            "securityContext": { "allowPrivilegeEscalation": false, "capabilities": { "drop": ["ALL"] } },
            "volumeMounts": [{ "mountPath": "/data", "name": "data" }],
        })
    };
    json!({
        "containers": [container("app"), container("sidecar")],
        "serviceAccountName": format!("sa-{}", number % 20),
        "securityContext": {},
        "volumes": [{ "emptyDir": {}, "name": "data" }],
    })
}

fn write_roles(folder: &Path, roles: usize, bindings: usize) -> Result<(), Error> {
    const RESOURCES: [&str; 6] = ["pods", "secrets", "configmaps", "deployments", "pods/exec", "nodes/proxy"];
    let version = format!("{RBAC}/v1");
    let rules = |number: usize| -> Vec<Value> {
        let rule = |at: usize| {
            let verbs = if at.is_multiple_of(2) { ["create", "update"] } else { ["get", "list"] };
            json!({ "apiGroups": ["", "apps"], "resources": [RESOURCES[(number + at) % RESOURCES.len()]], "verbs": verbs })
        };
        (0..=number % 6).map(rule).collect()
    };
    let (of_cluster, of_namespaces) = (roles / 3, roles - roles / 3);
    let role = |kind: &str, number: usize, space: Option<&str>| {
        let mut role = object(kind, &version, &format!("role-{number}"), space);
        role["rules"] = json!(rules(number));
        role
    };
    let list: Vec<Value> = (0..of_cluster).map(|number| role("ClusterRole", number, None)).collect();
    write_list(folder, "ClusterRole", &list)?;
    let list: Vec<Value> = (0..of_namespaces).map(|number| role("Role", number, Some(&namespace(number)))).collect();
    write_list(folder, "Role", &list)?;
    let binding = |kind: &str, number: usize, space: Option<&str>, role: &str, of: usize| {
        let mut binding = object(kind, &version, &format!("binding-{number}"), space);
        binding["roleRef"] = json!({ "apiGroup": RBAC, "kind": role, "name": format!("role-{}", number % of) });
        binding["subjects"] = json!([{ "apiGroup": RBAC, "kind": "User", "name": format!("user-{}", number % 500) }]);
        binding
    };
    let everywhere = bindings / 4;
    let list: Vec<Value> =
        (0..everywhere).map(|number| binding("ClusterRoleBinding", number, None, "ClusterRole", of_cluster)).collect();
    write_list(folder, "ClusterRoleBinding", &list)?;
    let in_namespace = |number: usize| binding("RoleBinding", number, Some(&namespace(number)), "Role", of_namespaces);
    let list: Vec<Value> = (0..bindings - everywhere).map(in_namespace).collect();
    write_list(folder, "RoleBinding", &list)
}

/// A list as kubectl prints it with `-o yaml`: block style.
fn yaml(value: &Value) -> String {
    fn write(value: &Value, indent: usize, out: &mut String) {
        let blank = " ".repeat(indent);
        match value {
            Value::Object(map) if !map.is_empty() => {
                for (key, value) in map {
                    out.push_str(&format!("\n{blank}{key}:"));
                    write(value, indent + 2, out);
                }
            }
            Value::Array(items) if !items.is_empty() => {
                for item in items {
                    let mut inner = String::new();
                    write(item, indent + 2, &mut inner);
                    let inner = inner.trim_start();
                    out.push_str(&format!("\n{blank}- {inner}"));
                }
            }
            other => out.push_str(&format!(" {other}")),
        }
    }
    let mut text = String::new();
    write(value, 0, &mut text);
    text.trim_start().to_owned() + "\n"
}
