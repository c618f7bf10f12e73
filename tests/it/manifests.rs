//! The manifests, the chart and the Dockerfile practise what the benchmark preaches. The chart's templates keep to the few
//! words that [`Chart::render`] knows, so that what a cluster would get is judged here without Helm.

use crate::support::{kinds_by_default, nodeproof, repository, text_of};
use clap::Parser;
use nodeproof::internals::cli::Cli;
use nodeproof::internals::source::cluster::ObjectKind;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;

const VERSION: &str = env!("CARGO_PKG_VERSION");

fn yaml(text: &str) -> Value {
    serde_saphyr::from_str(text).unwrap_or_else(|e| panic!("{e}\n{text}"))
}

fn deployed(file: &str) -> Value {
    yaml(&text_of(&repository("deploy").join(file)))
}

/// The objects of a file or of a rendered template.
fn objects(text: &str) -> Vec<Value> {
    let has_content = |document: &&str| document.lines().any(|line| !line.is_empty() && !line.starts_with('#'));
    text.split("---\n").filter(has_content).map(yaml).collect()
}

fn deployed_objects(files: &[&str]) -> Vec<Value> {
    files.iter().flat_map(|file| objects(&text_of(&repository("deploy").join(file)))).collect()
}

/// The pod of a workload.
fn pod(workload: &Value) -> &Value {
    let spec = &workload["spec"];
    let template = match workload["kind"].as_str() {
        Some("CronJob") => &spec["jobTemplate"]["spec"]["template"],
        Some("DaemonSet" | "Job") => &spec["template"],
        other => panic!("{other:?} is no workload"),
    };
    &template["spec"]
}

/// What is advised for a workload, and what this program needs; nothing more.
fn follows_the_advice(name: &str, workload: &Value) {
    let pod = pod(workload);
    let containers = pod["containers"].as_array().expect("containers");
    assert_eq!(containers.len(), 1, "{name}");
    let container = &containers[0];
    let security = &container["securityContext"];
    for (what, is, should) in [
        ("processes of the node", &pod["hostPID"], json!(true)),
        ("network of the node", &pod["hostNetwork"], json!(null)),
        ("interprocess communication of the node", &pod["hostIPC"], json!(null)),
        ("service account token", &pod["automountServiceAccountToken"], json!(false)),
        ("system calls", &pod["securityContext"]["seccompProfile"]["type"], json!("RuntimeDefault")),
        ("privileged", &security["privileged"], json!(false)),
        ("privilege escalation", &security["allowPrivilegeEscalation"], json!(false)),
        ("root file system", &security["readOnlyRootFilesystem"], json!(true)),
        (
            "capabilities",
            &security["capabilities"],
            json!({ "drop": ["ALL"], "add": ["DAC_READ_SEARCH", "SYS_PTRACE"] }),
        ),
        ("environment", &container["env"], json!(null)),
    ] {
        assert_eq!(is, &should, "{name}: {what}");
    }
    for resource in ["cpu", "memory"] {
        assert!(container["resources"]["limits"][resource].is_string(), "{name}: a limit for {resource}");
    }
    let volumes = pod["volumes"].as_array().expect("volumes");
    assert!(volumes.iter().all(|v| v["hostPath"]["path"].is_string()), "{name}: nothing that could be written to");
    let mounts = container["volumeMounts"].as_array().expect("mounts");
    assert!(mounts.iter().all(|m| m["readOnly"] == true), "{name}: mounts are for reading");
    let image = container["image"].as_str().expect("an image");
    assert!(image.ends_with(&format!(":{VERSION}")) || image.contains("@sha256:"), "{name}: {image} is pinned");
    tolerates_the_control_plane(name, pod);
    let arguments = container["args"].as_array().expect("arguments").iter().map(|a| a.as_str().expect("text"));
    let parsed = Cli::try_parse_from(std::iter::once("nodeproof").chain(arguments));
    let parsed = parsed.unwrap_or_else(|e| panic!("{name}: {e}"));
    assert_eq!(parsed.flags.node.root, std::path::Path::new(mounts[0]["mountPath"].as_str().expect("a path")));
}

fn tolerates_the_control_plane(name: &str, pod: &Value) {
    for key in ["node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master"] {
        let tolerated = pod["tolerations"].as_array().expect("tolerations").iter().any(|t| {
            t["operator"] == "Exists"
                && (t["key"] == key || t["key"].is_null())
                && (t["effect"] == "NoSchedule" || t["effect"].is_null())
        });
        assert!(tolerated, "{name}: {key}");
    }
}

#[test]
fn every_manifest_follows_the_advice() {
    for (file, kind) in [("job.yaml", "Job"), ("cronjob.yaml", "CronJob"), ("daemonset.yaml", "DaemonSet")] {
        let workload = deployed(file);
        assert_eq!(workload["kind"], kind);
        assert_eq!(workload["metadata"]["namespace"], "nodeproof");
        follows_the_advice(file, &workload);
    }
    let daemonset = deployed("daemonset.yaml");
    assert_eq!(pod(&daemonset)["containers"][0]["args"], json!(["run", "--every", "6h", "--root", "/host"]));
}

#[test]
fn the_kustomization_names_files_that_are_there_and_this_version() {
    let kustomization = deployed("kustomization.yaml");
    assert_eq!(kinds_of("", &kustomization), ["Namespace", "ServiceAccount", "NetworkPolicy", "DaemonSet"]);
    assert_eq!(kustomization["images"], json!([{ "name": "nodeproof", "newTag": VERSION }]));
    assert_eq!(deployed_objects(&["namespace.yaml"])[0]["metadata"]["name"], kustomization["namespace"]);
    let cluster = deployed("cluster/kustomization.yaml");
    assert_eq!(
        kinds_of("cluster/", &cluster),
        [
            "Namespace",
            "ServiceAccount",
            "NetworkPolicy",
            "NetworkPolicy",
            "ServiceAccount",
            "ClusterRole",
            "ClusterRoleBinding",
            "CronJob"
        ]
    );
    assert_eq!(cluster["images"], kustomization["images"]);
    assert_eq!(deployed_objects(&["cluster/namespace.yaml"])[0]["metadata"]["name"], cluster["namespace"]);
}

/// The kinds of the objects that a kustomization names.
fn kinds_of(folder: &str, kustomization: &Value) -> Vec<Value> {
    let files = kustomization["resources"].as_array().expect("resources").iter();
    let files: Vec<String> = files.map(|file| format!("{folder}{}", file.as_str().expect("a name"))).collect();
    files.iter().flat_map(|file| deployed_objects(&[file])).map(|object| object["kind"].clone()).collect()
}

const CLUSTER_FILES: [&str; 5] = [
    "cluster/namespace.yaml",
    "cluster/rbac.yaml",
    "cluster/openshift.yaml",
    "cluster/job.yaml",
    "cluster/cronjob.yaml",
];

/// What the chart creates with these values.
fn charted(change: impl FnOnce(&mut Value)) -> Vec<Value> {
    let chart = Chart::with(change);
    let mut names: Vec<String> = fs::read_dir(repository("deploy/helm/nodeproof/templates"))
        .expect("the templates")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .filter(|name| !name.starts_with('_') && !["mode.yaml", "NOTES.txt"].contains(&name.as_str()))
        .collect();
    names.sort();
    names.iter().flat_map(|name| objects(&chart.render(name))).collect()
}

fn with_cluster(values: &mut Value) {
    values["mode"] = json!("none");
    values["defaultAccount"] = json!(true);
    values["cluster"]["enabled"] = json!(true);
    values["cluster"]["openshift"] = json!(true);
}

/// Secrets and the network policies of other kinds, too.
fn with_everything(values: &mut Value) {
    with_cluster(values);
    values["cluster"]["rbac"] = json!({ "secrets": true, "otherPolicies": true });
}

#[test]
fn what_is_read_with_a_flag_has_a_role_of_its_own_and_the_pod_gets_the_flag() {
    for (key, flag, name) in [
        ("secrets", "--read-secrets", "nodeproof-cluster-secrets"),
        ("otherPolicies", "--read-other-policies", "nodeproof-cluster-other-policies"),
    ] {
        let with_it = charted(|values| {
            with_cluster(values);
            values["cluster"]["rbac"][key] = json!(true);
        });
        let without = charted(with_cluster);
        let named = |objects: &[Value]| -> Vec<Value> {
            objects.iter().filter(|object| object["metadata"]["name"] == name).cloned().collect()
        };
        assert_eq!(named(&without), Vec::<Value>::new(), "{key}");
        let added = named(&with_it);
        assert_eq!(
            added.iter().map(|object| &object["kind"]).collect::<Vec<_>>(),
            ["ClusterRole", "ClusterRoleBinding"]
        );
        assert_eq!(added[1]["roleRef"]["name"], name, "{key}");
        assert_eq!(added[1]["subjects"][0]["name"], "nodeproof-cluster", "{key}");
        assert_eq!(with_it.len(), without.len() + 2, "{key}");
        let workload = with_it.iter().find(|object| object["kind"] == "CronJob").expect("a workload");
        let arguments = &pod(workload)["containers"][0]["args"];
        assert_eq!(arguments, &json!(["cluster", flag]), "{key}");
        let arguments = arguments.as_array().expect("arguments").iter().filter_map(Value::as_str);
        Cli::try_parse_from(std::iter::once("nodeproof").chain(arguments)).unwrap_or_else(|e| panic!("{key}: {e}"));
    }
}

/// Who may list Secrets reads them, so the account is a finding then, as anybody's would be.
#[test]
fn the_right_to_list_secrets_is_a_finding() {
    let namespace = json!({
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": { "name": "nodeproof", "labels": { "pod-security.kubernetes.io/enforce": "restricted" } },
    });
    let chart: Vec<Value> = std::iter::once(namespace).chain(charted(with_everything)).collect();
    assert_eq!(findings_about(&chart, "cis-2.0"), ["5.1.2 ServiceAccount/nodeproof/nodeproof-cluster"]);
}

#[test]
fn the_roles_of_the_cluster_audit_list_what_it_reads_and_nothing_else() {
    let default = || kinds_by_default().collect::<Vec<_>>().into_iter();
    let all = ObjectKind::ALL.to_vec().into_iter();
    for (name, objects, kinds) in [
        ("deploy", deployed_objects(&CLUSTER_FILES), default()),
        ("chart", charted(with_cluster), default()),
        ("chart with everything", charted(with_everything), all),
    ] {
        let mut listed = vec![];
        for role in objects.iter().filter(|object| object["kind"] == "ClusterRole" || object["kind"] == "Role") {
            for rule in role["rules"].as_array().expect("rules") {
                assert_eq!(rule["verbs"], json!(["list"]), "{name}: {rule}");
                assert_eq!(rule.as_object().expect("a rule").len(), 3, "{name}: {rule}");
                let texts = |key: &str| -> Vec<String> { serde_json::from_value(rule[key].clone()).expect(key) };
                for group in texts("apiGroups") {
                    listed.extend(texts("resources").into_iter().map(|resource| (group.clone(), resource)));
                }
            }
        }
        let expected: BTreeSet<(String, String)> =
            kinds.map(|kind| (kind.group().to_owned(), kind.plural().to_owned())).collect();
        assert_eq!(listed.len(), expected.len(), "{name}");
        assert_eq!(listed.into_iter().collect::<BTreeSet<_>>(), expected, "{name}");
    }
}

#[test]
fn the_chart_gives_no_rights_unless_the_cluster_is_audited() {
    let kinds: Vec<Value> = charted(|_| {}).iter().map(|object| object["kind"].clone()).collect();
    assert_eq!(kinds, ["DaemonSet", "NetworkPolicy"]);
    assert_eq!(
        deployed("helm/nodeproof/values.yaml")["cluster"]["rbac"],
        json!({ "secrets": false, "otherPolicies": false })
    );
}

#[test]
fn the_pods_of_the_cluster_audit_are_restricted() {
    let job = |values: &mut Value| {
        with_cluster(values);
        values["cluster"]["schedule"] = json!("");
    };
    let all = deployed_objects(&CLUSTER_FILES).into_iter().chain(charted(with_cluster)).chain(charted(job));
    let workloads: Vec<Value> = all.filter(|object| object["kind"] == "Job" || object["kind"] == "CronJob").collect();
    let kinds: Vec<&Value> = workloads.iter().map(|workload| &workload["kind"]).collect();
    assert_eq!(kinds, ["Job", "CronJob", "CronJob", "Job"]);
    for workload in &workloads {
        let pod = pod(workload);
        let container = &pod["containers"][0];
        let security = &container["securityContext"];
        for (what, is, should) in [
            ("host", &pod["hostPID"], json!(null)),
            ("token by default", &pod["automountServiceAccountToken"], json!(false)),
            ("account", &pod["serviceAccountName"], json!("nodeproof-cluster")),
            ("user", &pod["securityContext"]["runAsNonRoot"], json!(true)),
            ("system calls", &pod["securityContext"]["seccompProfile"]["type"], json!("RuntimeDefault")),
            ("privilege escalation", &security["allowPrivilegeEscalation"], json!(false)),
            ("root file system", &security["readOnlyRootFilesystem"], json!(true)),
            ("capabilities", &security["capabilities"], json!({ "drop": ["ALL"] })),
            ("image", &container["image"], json!(format!("nodeproof:{VERSION}"))),
            ("arguments", &container["args"], json!(["cluster"])),
        ] {
            assert_eq!(is, &should, "{what}: {workload}");
        }
        let volumes = pod["volumes"].as_array().expect("volumes");
        assert!(volumes.iter().all(|volume| volume["projected"].is_object()), "{workload}");
        assert!(container["resources"]["limits"]["memory"].is_string(), "{workload}");
    }
    let pods: Vec<&Value> = workloads.iter().map(pod).collect();
    assert!(pods.iter().all(|pod| *pod == pods[0]), "{pods:#?}");
}

/// The findings of an audit of a cluster that has these objects and no others, as `CHECK SUBJECT`.
fn findings_about(objects: &[Value], benchmark: &str) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    for kind in kinds_by_default() {
        let items: Vec<&Value> = objects.iter().filter(|object| object["kind"] == kind.id()).collect();
        let list = json!({ "apiVersion": "v1", "kind": "List", "items": items });
        fs::write(folder.path().join(format!("{kind}.json")), list.to_string()).expect("a file");
    }
    let mut program = nodeproof();
    program.args(["cluster", "--benchmark", benchmark, "--format", "report", "--cluster"]).arg(folder.path());
    let output = program.output().expect("it runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
    let mut found = vec![];
    for check in report["checks"].as_array().expect("checks") {
        let findings = check["findings"].as_array().expect("findings").iter();
        for finding in findings.filter(|finding| finding["status"] == "fail") {
            found.push(format!(
                "{} {}",
                check["id"].as_str().expect("an id"),
                finding["subject"].as_str().expect("a subject")
            ));
        }
    }
    // That nothing verifies images and no plug-in is known is about the cluster.
    found.retain(|finding| !finding.ends_with(" cluster"));
    found
}

#[test]
fn the_audit_of_the_cluster_finds_nothing_about_itself() {
    for benchmark in ["cis-1.20", "cis-2.0", "eks-2.0.0", "gke-2.0.0", "aks-1.8", "rh-1.9"] {
        let none: [String; 0] = [];
        assert_eq!(findings_about(&deployed_objects(&CLUSTER_FILES), benchmark), none, "{benchmark}");
        // The user's namespace, as `docs/cluster.md` says to create it.
        let namespace = json!({
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": { "name": "nodeproof", "labels": { "pod-security.kubernetes.io/enforce": "restricted" } },
        });
        let chart: Vec<Value> = std::iter::once(namespace).chain(charted(with_cluster)).collect();
        assert_eq!(findings_about(&chart, benchmark), none, "{benchmark}: chart");
    }
}

/// The DaemonSet cannot do without the processes and files of the node, nor its namespace without allowing them.
#[test]
fn of_everything_else_only_the_audit_of_nodes_is_a_finding() {
    let files = [&CLUSTER_FILES[..], &["namespace.yaml", "daemonset.yaml"]].concat();
    let deployed = deployed_objects(&files);
    let mut chart = charted(|values| {
        with_cluster(values);
        values["mode"] = json!("daemonset");
    });
    chart.push(deployed_objects(&["namespace.yaml"]).swap_remove(0));
    for objects in [deployed, chart] {
        let found = findings_about(&objects, "cis-2.0");
        let about = |subject: &str| found.iter().filter(|finding| finding.contains(subject)).count();
        assert_eq!(about(" DaemonSet/nodeproof/nodeproof"), 4, "{found:?}");
        assert_eq!(about("5.2.1 Namespace/nodeproof"), 1, "{found:?}");
        assert_eq!(found.len(), 5, "{found:?}");
    }
}

#[test]
fn the_chart_gives_the_same_in_each_of_its_modes() {
    for (mode, file) in [("daemonset", "daemonset.yaml"), ("cronjob", "cronjob.yaml"), ("job", "job.yaml")] {
        let chart = Chart::with(|values| values["mode"] = json!(mode));
        let rendered: Vec<(&str, Value)> = ["daemonset.yaml", "cronjob.yaml", "job.yaml"]
            .into_iter()
            .map(|name| (name, chart.render(name)))
            .filter(|(_, text)| !text.trim().is_empty())
            .map(|(name, text)| (name, yaml(&text)))
            .collect();
        assert_eq!(rendered.iter().map(|(name, _)| *name).collect::<Vec<_>>(), [file], "{mode}");
        let workload = &rendered[0].1;
        follows_the_advice(mode, workload);
        let (ours, plain) = (&pod(workload)["containers"][0], deployed(file));
        let plain = &pod(&plain)["containers"][0];
        for part in ["args", "image", "securityContext", "resources", "volumeMounts"] {
            assert_eq!(ours[part], plain[part], "{mode}: {part}");
        }
    }
}

#[test]
fn the_charts_values_reach_the_pod() {
    let digest = format!("sha256:{}", "0123456789abcdef".repeat(4));
    let chart = Chart::with(|values| {
        values["image"]["repository"] = json!("registry.example/nodeproof");
        values["image"]["digest"] = json!(digest);
        values["every"] = json!("30m");
        values["args"] = json!(["--benchmark", "cis-1.12"]);
        values["appArmor"] = json!("Unconfined");
        values["imagePullSecrets"] = json!([{ "name": "registry" }]);
        values["resources"]["limits"]["memory"] = json!("64Mi");
    });
    let workload = yaml(&chart.render("daemonset.yaml"));
    follows_the_advice("values", &workload);
    let pod = pod(&workload);
    let container = &pod["containers"][0];
    assert_eq!(container["image"], format!("registry.example/nodeproof@{digest}"));
    let arguments = ["run", "--every", "30m", "--root", "/host", "--benchmark", "cis-1.12"];
    assert_eq!(container["args"], json!(arguments));
    assert_eq!(container["securityContext"]["appArmorProfile"]["type"], "Unconfined");
    assert_eq!(container["resources"]["limits"]["memory"], "64Mi");
    assert_eq!(pod["imagePullSecrets"][0]["name"], "registry");
}

#[test]
fn the_dockerfile_is_plain_pinned_and_ends_with_nothing_but_the_program() {
    let text = text_of(&repository("Dockerfile"));
    let instructions: Vec<&str> = text.lines().filter(|l| !l.starts_with('#')).collect();
    let all = instructions.join("\n");
    for word in ["latest", "--mount", "<<", "--link", "--chmod", "upx", "apk ", "apt-get"] {
        assert!(!all.contains(word), "{word}");
    }
    assert!(!text.to_lowercase().contains("# syntax"));
    let builder = instructions.iter().find_map(|l| l.strip_prefix("ARG BUILDER=")).expect("a builder");
    let (_, digest) = builder.split_once("@sha256:").expect("a digest");
    assert_eq!(digest.len(), 64);
    let stages: Vec<&&str> = instructions.iter().filter(|l| l.starts_with("FROM ")).collect();
    assert_eq!(stages, [&"FROM ${BUILDER} AS build", &"FROM scratch"]);
    assert!(instructions.contains(&format!("ARG VERSION={VERSION}").as_str()));
    assert!(instructions.contains(&"ENTRYPOINT [\"/nodeproof\"]"));
}

/// The chart with its values, and as much of Helm as its templates use.
struct Chart {
    values: Value,
    chart: Value,
}

impl Chart {
    fn with(change: impl FnOnce(&mut Value)) -> Self {
        let mut values = deployed("helm/nodeproof/values.yaml");
        change(&mut values);
        let chart = deployed("helm/nodeproof/Chart.yaml");
        assert_eq!((&chart["version"], &chart["appVersion"]), (&json!(VERSION), &json!(VERSION)));
        Self { values, chart }
    }

    fn render(&self, template: &str) -> String {
        let folder = repository("deploy/helm/nodeproof/templates");
        self.lines(&text_of(&folder.join(template)))
    }

    /// Lines with one action of control each; everything else is put in its place.
    fn lines(&self, text: &str) -> String {
        let mut out = String::new();
        // For each open block, whether its lines count; those of a definition do, where it is included.
        let mut open: Vec<bool> = Vec::new();
        for line in text.lines() {
            let action = line
                .trim()
                .strip_prefix("{{-")
                .and_then(|l| l.strip_suffix("}}").map(|l| l.trim_end_matches('-').trim()));
            match action.map(|a| a.split_once(' ').unwrap_or((a, ""))) {
                Some(("if", condition)) => open.push(self.holds(condition)),
                Some(("define", _)) => open.push(true),
                Some(("else", _)) => {
                    let last = open.last_mut().expect("an open block");
                    *last = !*last;
                }
                Some(("end", _)) => drop(open.pop().expect("an open block")),
                _ if open.contains(&false) => {}
                Some((word, rest)) => out.push_str(&self.block(word, rest)),
                None => {
                    out.push_str(&self.substitute(line));
                    out.push('\n');
                }
            }
        }
        assert!(open.is_empty(), "a block is not closed");
        out
    }

    fn holds(&self, condition: &str) -> bool {
        let words: Vec<&str> = condition.split(' ').collect();
        match words[..] {
            ["eq", path, text] => self.value(path) == text.trim_matches('"'),
            ["ne", path, text] => self.value(path) != text.trim_matches('"'),
            [path] => {
                !matches!(self.value(path), Value::Null | Value::Bool(false))
                    && self.value(path) != ""
                    && self.value(path) != json!([])
            }
            _ => panic!("`{condition}` is not known here"),
        }
    }

    /// `include` and `toYaml`, with `nindent`. JSON is YAML, so that is what values are written as.
    fn block(&self, word: &str, rest: &str) -> String {
        let (what, indent) = rest.split_once(" | nindent ").unwrap_or_else(|| panic!("`{rest}` has no indent"));
        let text = match (word, what) {
            ("include", "\"nodeproof.pod\" .") => self.render("_pod.tpl"),
            ("include", "\"nodeproof.cluster-pod\" .") => self.render("_cluster-pod.tpl"),
            ("toYaml", path) => match self.value(path) {
                Value::Array(items) => items.iter().map(|i| format!("- {i}\n")).collect(),
                other => other.to_string(),
            },
            _ => panic!("`{word} {rest}` is not known here"),
        };
        let indent = " ".repeat(indent.parse().expect("a number"));
        text.lines().map(|l| format!("{indent}{l}\n")).collect()
    }

    fn substitute(&self, line: &str) -> String {
        let mut out = String::new();
        let mut rest = line;
        while let Some((before, after)) = rest.split_once("{{ ") {
            let (action, after) = after.split_once(" }}").expect("an end");
            let value = match action.split(" | ").collect::<Vec<_>>()[..] {
                [path] => self.value(path).as_str().expect(path).to_owned(),
                [path, "quote"] => self.value(path).to_string(),
                [path, default] => {
                    let own = self.value(path);
                    let default = default.strip_prefix("default ").expect("a default");
                    (if own == "" { self.value(default) } else { own }).as_str().expect(path).to_owned()
                }
                _ => panic!("`{action}` is not known here"),
            };
            out.push_str(before);
            out.push_str(&value);
            rest = after;
        }
        out + rest
    }

    fn value(&self, path: &str) -> Value {
        let pointer = |path: &str| format!("/{}", path.replace('.', "/"));
        match path {
            ".Release.Name" => json!("nodeproof"),
            ".Release.Namespace" => json!("nodeproof"),
            ".Chart.AppVersion" => self.chart["appVersion"].clone(),
            _ => {
                let path = path.strip_prefix(".Values.").unwrap_or_else(|| panic!("`{path}` is not known here"));
                self.values.pointer(&pointer(path)).unwrap_or_else(|| panic!("no value {path}")).clone()
            }
        }
    }
}
