//! `nodeproof scan`, run as a user does.

use crate::support::{called_as, nodeproof, repository};
use assert_cmd::Command;
use serde_json::Value;
use std::path::Path;

/// Three documents with comments, an anchor and a merge key.
pub(crate) const STACK: &str = "\
# the shop
apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: shop
spec:
  containers:
  # the web server
  - name: app
    image: example/app:1.2
    securityContext: &hardened
      runAsNonRoot: true
      privileged: true   # to be removed
  - name: log
    image: example/log
    securityContext:
      <<: *hardened
--- # a second document
apiVersion: v1
kind: Service
metadata: {name: web}
---
apiVersion: batch/v1
kind: CronJob
metadata:
  name: report
spec:
  jobTemplate:
    spec:
      template:
        spec:
          initContainers:
          - name: wait
            image: example/wait:1
          containers:
          - name: report
            image: example/report:1
";

/// Exit code, standard output and standard error.
fn run(command: &mut Command) -> (i32, String, String) {
    let output = command.output().expect("the program runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code().expect("an exit code"), text(output.stdout), text(output.stderr))
}

/// Scans a text on standard input.
fn scan(text: &str, args: &[&str]) -> (i32, String, String) {
    run(nodeproof().args(["scan", "-"]).args(args).write_stdin(text.as_bytes()))
}

/// A text without the breaks of its lines.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The check of a rule in report v1 of a text.
fn check(text: &str, rule: &str) -> Value {
    let (_, stdout, stderr) = scan(text, &["--format", "report"]);
    let report: Value = serde_json::from_str(&stdout).unwrap_or_else(|e| panic!("{e}: {stdout} {stderr}"));
    let checks = report["checks"].as_array().expect("checks").clone();
    checks.into_iter().find(|check| check["rule_id"] == rule).expect(rule)
}

/// Status, subject, line and column of the findings of a rule.
fn places(text: &str, rule: &str) -> Vec<(String, String, u64, u64)> {
    let findings = check(text, rule)["findings"].as_array().expect("findings").clone();
    let place = |finding: &Value| {
        let text = |key: &str| finding[key].as_str().unwrap_or_default().to_owned();
        let number = |key: &str| finding["location"][key].as_u64().unwrap_or_default();
        (text("status"), text("subject"), number("line"), number("column"))
    };
    findings.iter().map(place).collect()
}

fn place(status: &str, subject: &str, line: u64, column: u64) -> (String, String, u64, u64) {
    (status.to_owned(), subject.to_owned(), line, column)
}

#[test]
fn a_field_that_is_set_wrongly_is_found_where_it_is() {
    let expected = [
        place("fail", "Pod/shop/web container app", 14, 7),
        // The value comes from the anchor.
        place("fail", "Pod/shop/web container log", 14, 7),
    ];
    let found = places(STACK, "workload-privileged-container");
    assert_eq!(found.iter().filter(|(status, ..)| status == "fail").cloned().collect::<Vec<_>>(), expected);
    let tags = places(STACK, "workload-image-tag");
    assert!(tags.contains(&place("fail", "Pod/shop/web container log", 16, 5)), "{tags:?}");
}

#[test]
fn a_field_that_is_missing_is_found_at_its_container() {
    let found = places(STACK, "workload-read-only-root-filesystem");
    let expected = [
        place("fail", "Pod/shop/web container app", 10, 5),
        place("fail", "Pod/shop/web container log", 15, 5),
        place("fail", "CronJob/report container wait", 34, 13),
        place("fail", "CronJob/report container report", 37, 13),
    ];
    assert_eq!(found, expected);
}

#[test]
fn text_and_junit_show_the_same_places() {
    let args = ["--stdin-name", "shop/stack.yaml", "-c", "1.3.1", "--noremediations", "--nosummary", "--nototals"];
    let (code, text, _) = scan(STACK, &args);
    assert_eq!(code, 0, "{text}");
    let one_line = words(&text);
    let expected = "shop/stack.yaml:14:7: Pod/shop/web container app: spec.containers[0].securityContext.privileged: true \
                    shop/stack.yaml:14:7: Pod/shop/web container log: spec.containers[1].securityContext.privileged: true";
    assert!(one_line.contains(expected), "{text}");
    assert!(one_line.ends_with("; 2 objects evaluated, 1 skipped, 0 unreadable"), "{text}");
    let (_, junit, _) = scan(STACK, &["--stdin-name", "shop/stack.yaml", "-c", "1.3.1,1.6.1", "--format", "junit"]);
    for place in
        ["shop/stack.yaml:14:7: Pod/shop/web container app", "shop/stack.yaml:37:13: CronJob/report container report"]
    {
        assert!(junit.contains(place), "{junit}");
    }
}

#[test]
fn kinds_without_pods_are_counted_in_one_notice() {
    let (_, stdout, _) = scan(STACK, &["--format", "report"]);
    let report: Value = serde_json::from_str(&stdout).expect("JSON");
    assert_eq!(report["notices"], serde_json::json!(["not evaluated, since no check is about their kind: 1 Service"]));
    assert_eq!(report["inputs"], serde_json::json!({"evaluated": 2, "skipped": 1, "unreadable": 0}));
    assert_eq!(report["subject"]["kind"], "manifests");
}

/// A pod with this under `spec`, on line 5.
fn pod(spec: &str) -> String {
    format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec:\n  {spec}\n")
}

#[test]
fn what_the_api_server_refuses_is_a_wrong_document() {
    let containers = |context: &str| pod(&format!("containers: [{{name: a, image: b:1, securityContext: {context}}}]"));
    let cases = [
        (containers("{runAsNonRoot: \"true\"}"), "stdin:5:70: `runAsNonRoot`: expected true or false, without quotes"),
        (
            containers("{privileged: true, allowPrivilegeEscalation: false}"),
            "stdin:5:74: Pod/a: the API server refuses spec.containers[0].securityContext.allowPrivilegeEscalation: false beside privileged: true",
        ),
        (containers("{procMount: Unmasked}"), "Unmasked needs hostUsers: false"),
        (
            pod("containers: [{name: a, image: b:1}]\n  hostUsers: false\n  hostPID: true"),
            "not beside hostUsers: false",
        ),
        (
            pod("containers: [{name: a}]\n  initContainers: [{name: b, livenessProbe: {tcpSocket: {port: 1}}}]"),
            "an init container has probes and hooks only with restartPolicy: Always",
        ),
        (pod("containers: []"), "a pod has at least one container"),
        (
            pod("containers: [{name: a}] # x\u{2028}  hostPID: true"),
            "stdin:5:30: this invisible character ends a line for Kubernetes",
        ),
        (containers("{runAsUser: 4294967296}"), "an id is a number from 0 to 2147483647"),
        (pod("containers: [{name: a, env: [{name: A, value: 5}]}]"), "`value`: expected a text"),
        (pod("hostPID: 'yes'\n  containers: [{name: a}]"), "`hostPID`: expected true or false"),
        (
            "apiVersion: v1\nkind: Pod\nmetadata: {}\nspec: {containers: [{name: a}]}\n".to_owned(),
            "`Pod` has no `metadata.name`",
        ),
        ("kind: Pod\nmetadata: {name: a}\n".to_owned(), "stdin:1:1: `Pod` has no `apiVersion`"),
        (
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {}\n".to_owned(),
            "it has no `spec.template`",
        ),
        ("a: 1\n".to_owned(), "stdin:1:1: not an object of Kubernetes: it has no `kind`"),
        (
            pod("containers: [{name: a}]\n  containers: [{name: b}]"),
            "stdin:6:3: duplicate key `containers` (first on line 5)",
        ),
        (pod("containers:\n\t- name: a"), "stdin:6:2: syntax error"),
        ("kind: {{ .Values.kind }}\nmetadata: {name: a}\n".to_owned(), "a template, not a manifest: render it first"),
        ("apiVersion: v1\nkind: List\nitems: 5\n".to_owned(), "`items` of the list is not a list"),
    ];
    for (text, expected) in cases {
        let (code, stdout, stderr) = scan(&text, &[]);
        assert_eq!(code, 3, "{text}\n{stdout}{stderr}");
        assert!(stderr.contains(expected), "{text}\n{stderr}");
    }
}

#[test]
fn words_and_numbers_are_those_that_kubernetes_reads() {
    let on =
        pod("hostPID: yes\n  containers: [{name: a, image: b:1, securityContext: {privileged: on, runAsUser: 0x0}}]");
    assert_eq!(check(&on, "workload-host-pid")["status"], "fail");
    assert_eq!(check(&on, "workload-privileged-container")["status"], "fail");
    assert_eq!(check(&on, "workload-run-as-user")["status"], "fail");
    let json = r#"{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": {"hostPID": true, "containers": [{"name": "a"}]}}"#;
    assert_eq!(check(json, "workload-host-pid")["status"], "fail");
}

#[test]
fn one_wrong_document_hides_no_other() {
    let text = format!(
        "{}---\na: [\n---\n{}",
        pod("hostPID: true\n  containers: [{name: a}]"),
        pod("containers: [{name: a}]")
    );
    let (code, stdout, stderr) = scan(&text, &["--format", "report"]);
    assert_eq!(code, 3);
    assert!(stderr.contains("1 document is wrong: stdin:"), "{stderr}");
    let report: Value = serde_json::from_str(&stdout).expect("JSON");
    assert_eq!(report["inputs"], serde_json::json!({"evaluated": 2, "skipped": 0, "unreadable": 1}));
    assert!(places(&text, "workload-host-pid").contains(&place("fail", "Pod/a", 5, 3)));
}

#[test]
fn lists_are_opened_and_marks_are_no_part_of_the_text() {
    let item = "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {hostPID: true, containers: [{name: a}]}}";
    let list = format!("apiVersion: v1\nkind: List\nitems:\n- {item}\n- {item}\n");
    let typed = "apiVersion: v1\nkind: PodList\nitems:\n- {metadata: {name: a}, spec: {hostPID: true, containers: [{name: a}]}}\n";
    let marked = format!("\u{feff}{}", pod("hostPID: true\n  containers: [{name: a}]")).replace('\n', "\r\n");
    for (text, count) in [(list.as_str(), 2), (typed, 1), (marked.as_str(), 1)] {
        let found = places(text, "workload-host-pid");
        assert_eq!(found.iter().filter(|(status, ..)| status == "fail").count(), count, "{text}");
    }
}

#[test]
fn a_custom_resource_is_judged_by_its_pod_template() {
    let rollout = "apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: a, namespace: shop}\nspec:\n  template:\n    spec:\n      hostPID: true\n      containers: [{name: a}]\n";
    assert!(places(rollout, "workload-host-pid").contains(&place("fail", "Rollout/shop/a", 7, 7)));
    let (code, stdout, _) = scan(rollout, &[]);
    assert_eq!(code, 0);
    assert!(words(&stdout).contains("Rollout/shop/a (argoproj.io/v1alpha1)"), "{stdout}");
}

#[test]
fn a_misspelt_field_is_a_notice_with_the_near_name() {
    let (code, stdout, _) = scan(&pod("securityContex: {}\n  containers: [{name: a}]"), &[]);
    assert_eq!(code, 0);
    let one_line = words(&stdout);
    assert!(
        one_line.contains("stdin:5:3: unknown field `securityContex`; did you mean `securityContext`?"),
        "{stdout}"
    );
}

#[test]
fn requests_to_be_silent_change_nothing_and_are_counted() {
    let text = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  annotations: {kube-score/ignore: all}\nspec: # trivy:ignore\n  hostPID: true\n  containers: [{name: a}]\n";
    let (_, stdout, _) = scan(text, &["-c", "1.5.1"]);
    assert!(words(&stdout).contains("have no effect here: 2"), "{stdout}");
    assert!(stdout.contains("[FAIL] 1.5.1"), "{stdout}");
}

#[test]
fn the_source_of_a_rendered_document_is_its_origin() {
    let text = format!("---\n# Source: shop/templates/web.yaml\n{}", pod("hostPID: true\n  containers: [{name: a}]"));
    let finding = check(&text, "workload-host-pid")["findings"][0].clone();
    assert_eq!(finding["location"], serde_json::json!({"file": "shop/templates/web.yaml"}));
    assert_eq!(finding["evidence"][0]["source"], "stdin:7:3");
}

#[test]
fn nothing_to_evaluate_never_looks_clean() {
    for text in ["", "# nothing\n", "---\n---\n", "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n"] {
        let (code, stdout, stderr) = scan(text, &[]);
        assert_eq!(code, 4, "{text:?} {stdout}");
        assert!(stderr.contains("nothing was evaluated"), "{stderr}");
    }
}

#[test]
fn a_folder_is_read_with_one_line_for_what_is_no_manifest() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    };
    write("a/web.yaml", &pod("hostPID: true\n  containers: [{name: a}]"));
    write("values.yaml", "replicas: 2\n");
    write("ci/build.yml", "jobs: {}\n");
    write("charts/x.yaml", "kind: {{ x }}\n");
    write("Dockerfile", "FROM scratch\nUSER 5\n");
    std::os::unix::fs::symlink(folder.path(), folder.path().join("a/circle")).expect("a link");
    let scan = |args: &[&str]| run(nodeproof().arg("scan").arg(folder.path()).args(args));
    let (code, stdout, stderr) = scan(&["--exclude", "charts"]);
    assert_eq!(code, 0, "{stderr}");
    assert!(words(&stdout).contains("no objects of Kubernetes: 2 documents of the directories"), "{stdout}");
    let one_line = words(&stdout);
    assert!(one_line.ends_with("2 objects evaluated, 0 skipped, 0 unreadable"), "{stdout}");
    let (code, _, stderr) = scan(&[]);
    assert_eq!(code, 3);
    assert!(stderr.contains("render it first"), "{stderr}");
}

#[test]
fn a_target_without_input_is_left_out_with_the_reason() {
    let report = |name: &str, text: &str, args: &[&str]| {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join(name), text).expect("a file");
        let (_, stdout, _) = run(nodeproof().arg("scan").arg(folder.path()).args(["--format", "report"]).args(args));
        let report: Value = serde_json::from_str(&stdout).expect("a report");
        let checks = report["checks"].as_array().expect("checks").iter();
        let mut targets: Vec<String> = checks.map(|check| check["target"].as_str().expect("a target").into()).collect();
        targets.dedup();
        let left_out = report["targets_left_out"].as_array().expect("targets").iter();
        let left_out: Vec<String> = left_out.map(|target| target["target"].as_str().expect("a name").into()).collect();
        (targets, left_out)
    };
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let web = pod("containers: [{name: a}]");
    assert_eq!(report("web.yaml", &web, &[]), (names(&["workloads"]), names(&["dockerfiles"])));
    assert_eq!(report("Dockerfile", "FROM scratch\n", &[]), (names(&["dockerfiles"]), names(&["workloads"])));
    assert_eq!(report("web.yaml", "kind: Pod\n", &[]), (names(&[]), names(&["workloads", "dockerfiles"])));
    // A check that the user names is evaluated.
    assert_eq!(report("web.yaml", &web, &["--check", "2.1.1"]), (names(&["dockerfiles"]), names(&[])));
}

#[test]
fn what_cannot_be_read_makes_the_scan_incomplete() {
    let folder = tempfile::tempdir().expect("a folder");
    let good = folder.path().join("a.yaml");
    std::fs::write(&good, pod("containers: [{name: a}]")).expect("a file");
    let missing = folder.path().join("b.yaml");
    let utf16 = folder.path().join("c.yaml");
    std::fs::write(&utf16, b"\xff\xfea\0").expect("a file");
    for bad in [missing.as_path(), utf16.as_path(), Path::new("/dev/zero")] {
        let (code, stdout, stderr) = run(nodeproof().arg("scan").args([good.as_path(), bad]));
        assert_eq!(code, 5, "{}: {stderr}", bad.display());
        assert!(stdout.contains(&bad.display().to_string()), "{stdout}");
    }
    for (args, code) in [
        (vec!["scan"], 2),
        (vec!["scan", "-", "--exclude", "a{"], 2),
        (vec!["scan", "-", "--pod-security", "strict"], 2),
    ] {
        assert_eq!(run(nodeproof().args(&args).write_stdin("")).0, code, "{args:?}");
    }
}

#[test]
fn hostile_texts_are_bounded() {
    let mut bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n".to_owned();
    for letter in b'b'..b'k' {
        let (this, last) = (char::from(letter), char::from(letter - 1));
        bomb += &format!("{this}: &{this} [{}]\n", vec![format!("*{last}"); 9].join(","));
    }
    let deep = format!("kind: {}{}\n", "[".repeat(100_000), "]".repeat(100_000));
    for text in [bomb, deep] {
        assert_eq!(scan(&text, &[]).0, 3);
    }
    let many = format!("{}---\n", pod("containers: [{name: a, image: b:1}]")).repeat(10_000);
    let (code, stdout, stderr) = scan(&many, &["-c", "1.1.2", "--noremediations", "--nosummary", "--nototals"]);
    assert_eq!(code, 0, "{stderr}");
    assert!(words(&stdout).contains("10000 objects evaluated"), "{stdout}");
}

#[test]
fn severities_decide_when_a_pipeline_fails() {
    let bare = pod("containers: [{name: a, image: b:1}]");
    for (severity, check, expected) in
        [("critical", "1.3.1", 0), ("high", "1.3.2", 6), ("medium", "1.3.2", 6), ("critical", "1.3.2", 0)]
    {
        let (code, _, stderr) = scan(&bare, &["--fail-on", severity, "-c", check]);
        assert_eq!(code, expected, "{severity} {check}: {stderr}");
    }
    assert_eq!(scan(&bare, &["--fail-on", "severe"]).0, 2);
    assert_eq!(scan(&bare, &["--exit-code", "9", "-c", "1.3.2"]).0, 9);
}

#[test]
fn pods_that_would_be_refused_are_named_with_their_fields() {
    let (code, stdout, _) = scan(STACK, &["--pod-security", "baseline:v1.30"]);
    assert_eq!(code, 6);
    let expected = "\
[WARN] not evaluated, since no check is about their kind: 1 Service
refused  Pod/shop/web  (stdin:2)
         privileged: spec.containers[0].securityContext.privileged (line 14)
         privileged: spec.containers[1].securityContext.privileged (line 14)
allowed  CronJob/report  (stdin:24)
baseline:v1.30: 1 allowed, 1 refused
";
    assert_eq!(stdout, expected);
    let allowed = pod("containers: [{name: a}]");
    assert_eq!(scan(&allowed, &["--pod-security", "baseline"]).0, 0);
    let (code, stdout, _) = scan(&allowed, &["--pod-security", "restricted:v1.0", "--json"]);
    let answer: Value = serde_json::from_str(&stdout).expect("JSON");
    assert_eq!((code, &answer["standard"]), (6, &Value::from("restricted:v1.0")));
    assert_eq!(answer["pods"][0]["violations"][0]["control"], "runAsNonRoot");
}

#[test]
fn kubesecs_format_is_that_of_kubesec() {
    let text = pod("containers: [{name: a, image: b:1}]");
    let (code, ours, _) = scan(&text, &["--format", "kubesec"]);
    let (_folder, mut kubesec) = called_as("kubesec");
    let (theirs_code, theirs, _) = run(kubesec.args(["scan", "-"]).write_stdin(text.as_bytes()));
    assert_eq!((code, &ours), (theirs_code, &theirs));
    assert_eq!(code, 2);
    let (code, _, stderr) = scan(&text, &["--format", "kubesec", "--format", "report=/dev/null"]);
    assert_eq!(code, 2, "{stderr}");
}

/// Status and reason of a rule for an example.
fn example(name: &str, rule: &str) -> (String, String) {
    let path = repository(&format!("examples/workloads/{name}"));
    let (_, stdout, stderr) = run(nodeproof().args(["scan", "--format", "report"]).arg(path));
    let report: Value = serde_json::from_str(&stdout).unwrap_or_else(|e| panic!("{e}: {stderr}"));
    let checks = report["checks"].as_array().expect("checks").clone();
    let check = checks.into_iter().find(|check| check["rule_id"] == rule).expect(rule);
    let text = |key: &str| check[key].as_str().unwrap_or_default().to_owned();
    (text("status"), text("reason"))
}

#[test]
fn examples_give_what_a_reader_expects() {
    let cases = [
        ("private-registry.yaml", "workload-image-pull-secrets", "pass", ""),
        ("by-digest.yaml", "workload-image-digest", "pass", ""),
        ("by-digest.yaml", "workload-image-tag", "pass", ""),
        ("read-only-root.yaml", "workload-read-only-root-filesystem", "pass", ""),
        ("read-only-root.yaml", "workload-writable-paths-declared", "pass", ""),
        ("read-only-root.yaml", "workload-restricted-volumes", "pass", ""),
        ("read-only-root-without-source.yaml", "workload-read-only-root-filesystem", "pass", ""),
        ("read-only-root-without-source.yaml", "workload-restricted-volumes", "pass", ""),
        (
            "startup-probe-removes-shells.yaml",
            "workload-immutable-container",
            "fail",
            "weak and broken: no shell expands the pattern",
        ),
        ("Dockerfile.two-stage", "dockerfile-base-image-digest", "pass", ""),
        ("Dockerfile.two-stage", "dockerfile-image-user", "pass", ""),
        ("Dockerfile.two-stage", "dockerfile-start-path", "pass", ""),
        ("Dockerfile.one-stage", "dockerfile-image-user", "fail", "Dockerfile.one-stage:2:1"),
        ("Dockerfile.one-stage", "dockerfile-secrets", "fail", "Dockerfile.one-stage:3:1: ARG NPM_TOKEN"),
        ("Dockerfile.one-stage", "dockerfile-add-url", "fail", "Dockerfile.one-stage:5:1"),
        ("Dockerfile.one-stage", "dockerfile-exec-form", "fail", "Dockerfile.one-stage:8:1"),
        ("Dockerfile.removes-shells", "dockerfile-start-path", "fail", "COPY on line 8 makes /home/web/app"),
        ("Dockerfile.removes-shells", "dockerfile-image-user", "pass", ""),
    ];
    for (name, rule, status, reason) in cases {
        let (found, why) = example(name, rule);
        assert_eq!(found, status, "{name} {rule}: {why}");
        assert!(why.contains(reason), "{name} {rule}: {why}");
    }
}

#[test]
fn a_pull_secret_is_found_at_the_pod_or_its_account() {
    let pod = pod("containers: [{name: a, image: registry.example.com/a:1}]");
    let account =
        |secrets: &str| format!("---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: default}}\n{secrets}");
    let cases = [
        (pod.clone(), "undetermined"),
        (format!("{pod}{}", account("imagePullSecrets: [{name: s}]\n")), "pass"),
        (format!("{pod}{}", account("")), "fail"),
    ];
    for (text, status) in cases {
        assert_eq!(check(&text, "workload-image-pull-secrets")["status"], status, "{text}");
    }
    let text = format!("{pod}{}", account(""));
    let arguments = ["--format", "report", "--private-registry", "registry.example.com"];
    let (_, report, _) = scan(&text, &arguments);
    let report: Value = serde_json::from_str(&report).expect("a report");
    let checks = report["checks"].as_array().expect("checks");
    let found = checks.iter().find(|check| check["rule_id"] == "workload-image-pull-secrets").expect("the check");
    assert_eq!(found["status"], "fail");
}

#[test]
fn a_secret_is_named_and_its_value_is_in_no_report() {
    let text = pod(
        "containers: [{name: a, image: b:1, env: [{name: DB_PASSWORD, value: correct-horse-battery}], args: [--token=correct-horse-battery]}]",
    );
    let found = check(&text, "workload-secret-literal");
    assert_eq!(found["status"], "fail");
    assert_eq!(found["findings"].as_array().map(Vec::len), Some(2));
    for format in ["text", "report", "json", "junit", "asff"] {
        let (_, stdout, stderr) = scan(&text, &["--format", format, "--include-test-output"]);
        assert!(!stdout.contains("correct-horse") && !stderr.contains("correct-horse"), "{format}");
    }
    let config = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: shop}\ndata:\n  api-token: correct-horse-battery\n";
    assert_eq!(places(config, "workload-secret-config-map"), [place("fail", "ConfigMap/shop/a", 5, 3)]);
}

/// Report v1 of a run.
fn report(args: &[&str]) -> Value {
    let (_, stdout, stderr) = run(nodeproof().current_dir(repository("")).args(args).args(["--format", "report"]));
    serde_json::from_str(&stdout).unwrap_or_else(|e| panic!("{e}: {stderr}"))
}

#[test]
fn workloads_of_a_cluster_are_judged_by_the_same_rules() {
    let report = report(&["cluster", "--cluster", "examples/clusters/shop", "--benchmark", "workload"]);
    assert_eq!(report["subject"]["kind"], "cluster");
    let status = |rule: &str| {
        let checks = report["checks"].as_array().expect("checks");
        let check = checks.iter().find(|check| check["rule_id"] == rule).expect(rule);
        (check["status"].clone(), check["findings"].clone())
    };
    let (privileged, findings) = status("workload-privileged-container");
    assert_eq!(privileged, "fail");
    let failing: Vec<&Value> =
        findings.as_array().expect("findings").iter().filter(|finding| finding["status"] == "fail").collect();
    assert_eq!(failing.len(), 1);
    assert_eq!(failing[0]["subject"], "DaemonSet/kube-system/cilium container cilium-agent");
    // A list that is missing passes nothing.
    let folder = tempfile::tempdir().expect("a folder");
    let pods = r#"{"apiVersion": "v1", "kind": "PodList", "items": []}"#;
    std::fs::write(folder.path().join("Pod.json"), pods).expect("a file");
    let path = folder.path().to_str().expect("a path");
    let args = ["cluster", "--cluster", path, "--benchmark", "workload", "--format", "report"];
    let (_, stdout, _) = run(nodeproof().args(args));
    let empty: Value = serde_json::from_str(&stdout).expect("JSON");
    let checks = empty["checks"].as_array().expect("checks");
    assert!(checks.iter().all(|check| check["status"] == "undetermined"), "{stdout}");
}

#[test]
fn a_cluster_says_what_each_namespace_could_enforce() {
    let args = ["cluster", "--cluster", "examples/clusters/shop", "--pod-security", "restricted:v1.34", "--json"];
    let (code, stdout, _) = run(nodeproof().current_dir(repository("")).args(args));
    assert_eq!(code, 6);
    let answer: Value = serde_json::from_str(&stdout).expect("JSON");
    let allowed: Vec<&Value> =
        answer["pods"].as_array().expect("pods").iter().filter(|pod| pod["allowed"] == true).collect();
    assert_eq!(allowed.len(), 1);
    assert_eq!(allowed[0]["subject"], "Deployment/shop/web");
    let levels = serde_json::json!([
        {"namespace": "ci", "level": "privileged"},
        {"namespace": "default", "level": "restricted"},
        {"namespace": "kube-system", "level": "privileged"},
        {"namespace": "shop", "level": "restricted"}
    ]);
    assert_eq!(answer["namespaces"], levels);
}

#[test]
fn static_pods_of_a_node_are_judged_by_the_same_rules() {
    let folder = tempfile::tempdir().expect("a folder");
    let host = folder.path().join("host.yaml");
    let manifest = "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {hostPID: true, containers: [{name: a}]}}";
    let text = format!(
        "processes: [{{ argv: [kubelet, --pod-manifest-path=/srv/pods] }}]\nfiles: [{{ path: /srv/pods/a.yaml, content: \"{manifest}\" }}]\n"
    );
    std::fs::write(&host, text).expect("a file");
    let path = host.to_str().expect("a path");
    let report = report(&["run", "--host", path, "--benchmark", "workload"]);
    let checks = report["checks"].as_array().expect("checks");
    let check = checks.iter().find(|check| check["rule_id"] == "workload-host-pid").expect("the check");
    assert_eq!(check["status"], "fail");
    assert_eq!(check["findings"][0]["location"]["file"], "/srv/pods/a.yaml");
}
