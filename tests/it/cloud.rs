//! Documents of providers: what `--cloud` takes and refuses, what a report shows of them, and that no cut or altered document
//! makes a failure a pass.

use crate::proofs::yaml;
use crate::support::{everything, nodeproof, report, repository, text_of};
use nodeproof::internals::benchmark::{Benchmark, Library};
use nodeproof::internals::model::Status;
use nodeproof::internals::node::Node;
use nodeproof::internals::plan::plan;
use nodeproof::internals::probe::Collector;
use nodeproof::internals::source::cloud::CloudDocuments;
use nodeproof::internals::source::node::RecordedSource;
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A folder of definitions with a benchmark of each provider that has all of its rules: `gke-99.0`, `eks-99.0`, `aks-99.0`.
fn definitions() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["profiles", "platforms"] {
        std::fs::create_dir(folder.path().join(name)).expect("a folder");
    }
    for provider in ["aks", "eks", "gke"] {
        let rules = yaml(&format!("benchmarks/catalog/{provider}.yaml"));
        let rules = rules.as_array().expect("rules").iter().filter(|rule| rule.to_string().contains("\"cloud\":"));
        let checks: Map<String, Json> = rules
            .enumerate()
            .map(|(number, rule)| (format!("5.1.{}", number + 1), json!({ "rule": rule["id"] })))
            .collect();
        let profile = json!({
            "id": format!("{provider}-99.0"), "title": "All rules", "checks": checks,
            "targets": { "managedservices": { "id": "5", "title": "Managed services" } },
            "groups": { "5.1": { "target": "managedservices", "title": "All rules" } },
        });
        std::fs::write(folder.path().join(format!("profiles/{provider}.yaml")), profile.to_string()).expect("a file");
        let platform = platform(provider, &json!({ "1.0-1.99": profile["id"] }));
        std::fs::write(folder.path().join(format!("platforms/{provider}.yaml")), platform).expect("a file");
    }
    folder
}

/// The definition of a platform with these benchmarks.
fn platform(provider: &str, benchmarks: &Json) -> String {
    let sign = json!([{ "version": format!("-{provider}.") }]);
    json!({ "id": provider, "title": provider, "detect": sign, "benchmarks": benchmarks }).to_string()
}

struct Audits {
    library: Library,
    benchmark: Benchmark,
    _folder: TempDir,
}

impl Audits {
    fn of(provider: &str) -> Self {
        let folder = definitions();
        let library = Library::load(Some(folder.path()), None).unwrap_or_else(|e| panic!("{e}"));
        let benchmark = library.benchmark(&format!("{provider}-99.0")).unwrap_or_else(|e| panic!("{e}"));
        Self { library, benchmark, _folder: folder }
    }

    /// The status of each rule by these texts; none if they are refused.
    fn judge(&self, texts: &[&str]) -> Option<BTreeMap<String, Status>> {
        let texts: Vec<(&str, &str)> = texts.iter().map(|text| ("document", *text)).collect();
        let documents = CloudDocuments::of_texts(&texts).ok()?;
        let source = RecordedSource::parse("files: []").expect("a node");
        let node = Node::detect(&source, &self.library.config, &self.library.platforms);
        let plan = plan(&self.benchmark, &everything(&self.benchmark)).expect("a plan");
        let mut collector = Collector::new(&source, &node);
        collector.set_cloud(&documents);
        let report = report(&plan, &mut collector, &node);
        Some(report.checks.iter().map(|check| (check.rule_id.clone().unwrap_or_default(), check.status)).collect())
    }
}

fn document(name: &str) -> String {
    text_of(&repository("testdata/cloud").join(name))
}

fn with(status: Status, of: &BTreeMap<String, Status>) -> Vec<&str> {
    of.iter().filter(|(_, found)| **found == status).map(|(rule, _)| rule.as_str()).collect()
}

#[test]
fn good_clusters_pass_and_weak_ones_fail() {
    let cases: [(&str, &[&str], &str); 3] = [
        ("gke", &["gke-standard.json", "gke-subnetwork.json", "gke-image-policy.yaml"], "gke-weak.json"),
        ("eks", &["eks-cluster.json", "eks-vpc-cni.json"], "eks-weak.json"),
        ("aks", &["aks-cluster.json", "aks-diagnostic-settings.json"], "aks-weak.json"),
    ];
    for (provider, good, weak) in cases {
        let audits = Audits::of(provider);
        let texts: Vec<String> = good.iter().map(|name| document(name)).collect();
        let good = audits.judge(&texts.iter().map(String::as_str).collect::<Vec<_>>()).expect("good documents");
        assert!(good.values().all(|status| *status == Status::Pass), "{provider}: {good:?}");
        let weak = audits.judge(&[&document(weak)]).expect("a weak document");
        assert_eq!(with(Status::Pass, &weak), Vec::<&str>::new(), "{provider}");
        assert_eq!(with(Status::Undetermined, &weak), Vec::<&str>::new(), "{provider}");
    }
}

#[test]
fn autopilot_sets_what_its_document_does_not_show() {
    let found = Audits::of("gke").judge(&[&document("gke-autopilot.json")]).expect("a document");
    for rule in [
        "gke-node-image",
        "gke-node-auto-repair",
        "gke-node-auto-upgrade",
        "gke-secure-boot",
        "gke-integrity-monitoring",
        "gke-shielded-nodes",
        "gke-metadata-server",
        "gke-node-service-account",
    ] {
        assert_eq!(found[rule], Status::Pass, "{rule}");
    }
    // What Autopilot leaves to the user.
    for rule in ["gke-private-nodes", "gke-secrets-encryption", "gke-authorized-networks", "gke-boot-disk-key"] {
        assert_eq!(found[rule], Status::Fail, "{rule}");
    }
}

#[test]
fn json_yaml_and_the_rest_api_give_the_same() {
    let gke = Audits::of("gke");
    assert_eq!(gke.judge(&[&document("gke-weak.json")]), gke.judge(&[&document("gke-cluster.yaml")]));
    let aks = Audits::of("aks");
    let (cli, rest) = (aks.judge(&[&document("aks-cluster.json")]), aks.judge(&[&document("aks-rest.json")]));
    assert!(cli.is_some());
    assert_eq!(cli, rest);
    let eks = Audits::of("eks");
    let inner = yaml("testdata/cloud/eks-cluster.json")["cluster"].to_string();
    assert_eq!(eks.judge(&[&document("eks-cluster.json")]), eks.judge(&[&inner]));
}

/// Rules whose field is false or absent in a good cluster, so that its absence is no news.
const GOOD_BY_DEFAULT: [&str; 6] = [
    "gke-legacy-abac",
    "gke-alpha-cluster",
    "gke-client-certificate",
    "gke-basic-authentication",
    "aks-private-nodes",
    // The field in which Google tells that the encryption has not finished.
    "gke-secrets-encryption",
];

/// What fails in one and passes in the other.
fn improved<'r>(before: &'r BTreeMap<String, Status>, after: &BTreeMap<String, Status>) -> Vec<&'r str> {
    let is_better = |rule: &&String| before[*rule] != Status::Pass && after[*rule] == Status::Pass;
    before.keys().filter(is_better).map(String::as_str).collect()
}

/// Every pointer into a document.
fn pointers(json: &Json, at: &str, found: &mut Vec<String>) {
    let mut add = |step: &str, inner: &Json| {
        let pointer = format!("{at}/{}", step.replace('~', "~0").replace('/', "~1"));
        pointers(inner, &pointer, found);
        found.push(pointer);
    };
    match json {
        Json::Object(object) => object.iter().for_each(|(key, inner)| add(key, inner)),
        Json::Array(items) => items.iter().enumerate().for_each(|(index, inner)| add(&index.to_string(), inner)),
        _ => {}
    }
}

fn remove(json: &mut Json, pointer: &str) {
    let (parent, last) = pointer.rsplit_once('/').expect("a pointer");
    let last = last.replace("~1", "/").replace("~0", "~");
    match json.pointer_mut(parent).expect("the parent") {
        Json::Object(object) => drop(object.remove(&last)),
        Json::Array(items) => drop(items.remove(last.parse().expect("an index"))),
        _ => panic!("{pointer}"),
    }
}

#[test]
fn a_field_that_is_taken_away_or_malformed_makes_no_failure_a_pass() {
    for (provider, names) in [
        ("gke", ["gke-weak.json", "gke-standard.json"]),
        ("eks", ["eks-weak.json", "eks-cluster.json"]),
        ("aks", ["aks-weak.json", "aks-cluster.json"]),
    ] {
        let audits = Audits::of(provider);
        for name in names {
            let whole = yaml(&format!("testdata/cloud/{name}"));
            let before = audits.judge(&[&whole.to_string()]).expect(name);
            let mut all = Vec::new();
            pointers(&whole, "", &mut all);
            assert!(all.len() > 30, "{name}");
            for pointer in all {
                let is_element = pointer.rsplit('/').next().is_some_and(|last| last.parse::<usize>().is_ok());
                let mut cut = whole.clone();
                remove(&mut cut, &pointer);
                // A node pool less is another cluster.
                if let Some(after) = audits.judge(&[&cut.to_string()]).filter(|_| !is_element) {
                    let improved = improved(&before, &after);
                    assert!(
                        improved.iter().all(|rule| GOOD_BY_DEFAULT.contains(rule)),
                        "{name} without {pointer}: {improved:?}"
                    );
                }
                for wrong in [json!({ "a": [] }), json!("\u{1b}[31m"), json!([[]])] {
                    let mut changed = whole.clone();
                    *changed.pointer_mut(&pointer).expect("the place") = wrong.clone();
                    if let Some(after) = audits.judge(&[&changed.to_string()]) {
                        let improved = improved(&before, &after);
                        assert!(
                            improved.iter().all(|rule| GOOD_BY_DEFAULT.contains(rule)),
                            "{name}: {wrong} at {pointer}: {improved:?}"
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn a_text_that_was_cut_is_refused_or_no_better() {
    let audits = Audits::of("gke");
    let text = document("gke-cluster.yaml");
    let before = audits.judge(&[&text]).expect("the whole");
    let mut taken = 0;
    for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
        if let Some(after) = audits.judge(&[&text[..end]]) {
            assert_eq!(improved(&before, &after), Vec::<&str>::new(), "{end} bytes");
            taken += 1;
        }
    }
    // What lacks its end is recognized by the fields that every document has.
    assert!(taken < 100, "{taken}");
    for name in ["gke-standard.json", "eks-cluster.json", "aks-cluster.json", "eks-vpc-cni.json"] {
        let text = document(name);
        let text = text.trim_end();
        for end in (0..text.len()).step_by(7) {
            assert!(CloudDocuments::of_texts(&[("cut", &text[..end])]).is_err(), "{name}: {end} bytes");
        }
    }
}

/// Runs an audit of documents alone, on a machine where nothing runs.
fn run(definitions: &Path, arguments: &[&str]) -> (i32, String, String) {
    let empty = tempfile::tempdir().expect("a folder");
    let host = empty.path().join("host.yaml");
    std::fs::write(&host, "name: laptop\nfiles: []\n").expect("a file");
    let mut command = nodeproof();
    command
        .current_dir(repository("testdata/cloud"))
        .arg("-D")
        .arg(definitions)
        .arg("--host")
        .arg(&host)
        .args(arguments);
    let output = command.output().expect("the program");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("a text");
    (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
}

#[test]
fn documents_that_name_no_cluster_must_be_of_the_one_given() {
    let gke = Audits::of("gke");
    let cluster = document("gke-standard.json");
    for (name, own) in
        [("gke-image-policy.yaml", "projects/acme-prod"), ("gke-subnetwork.json", "regions/europe-west1/s")]
    {
        let text = document(name);
        assert!(gke.judge(&[&cluster, &text]).is_some(), "{name}");
        let foreign = text.replace(own, &own.replace("acme-prod", "other").replace("west1", "west4"));
        assert_ne!(text, foreign);
        assert!(gke.judge(&[&cluster, &foreign]).is_none(), "{name}");
        // The order of the documents makes no difference.
        assert!(gke.judge(&[&foreign, &cluster]).is_none(), "{name}");
    }
}

#[test]
fn a_machine_without_kubernetes_audits_the_cluster_of_the_document() {
    let folder = definitions();
    let (code, out, err) = run(folder.path(), &["--cloud", "gke-weak.json", "--include-test-output"]);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    for text in [
        "Kubernetes 1.24.9-gke.100 (from gke-weak.json): gke-99.0",
        "Cluster old in us-central1-a,",
        "config.imageType is UBUNTU_CONTAINERD (node pool default-pool in",
        "legacyAbac.enabled = true",
    ] {
        assert!(out.replace("\n       ", " ").contains(text), "{text}:\n{out}");
    }
    assert!(!out.contains("laptop"), "{out}");
}

#[test]
fn the_version_of_the_cluster_chooses_the_benchmark() {
    let folder = definitions();
    let older = json!({ "id": "gke-98.0", "title": "Older", "extends": "gke-99.0" });
    std::fs::write(folder.path().join("profiles/older.yaml"), older.to_string()).expect("a file");
    let platform = platform("gke", &json!({ "1.20-1.30": "gke-98.0", "1.31-1.35": "gke-99.0" }));
    std::fs::write(folder.path().join("platforms/gke.yaml"), platform).expect("a file");
    for (document, benchmark) in [("gke-weak.json", "gke-98.0"), ("gke-standard.json", "gke-99.0")] {
        let (_, out, err) = run(folder.path(), &["--cloud", document, "--format", "report"]);
        let report: Json = serde_json::from_str(&out).unwrap_or_else(|e| panic!("{e}: {err}"));
        assert_eq!(report["benchmark"]["id"], benchmark, "{document}");
    }
}

#[test]
fn a_node_and_its_cluster_are_audited_together() {
    let folder = definitions();
    let of_node = json!({
        "id": "eks-98.0", "title": "A node too", "extends": "eks-99.0",
        "targets": { "node": { "id": "3", "title": "Node" } },
        "groups": { "3.1": { "target": "node", "title": "Kubelet" } },
        "checks": { "3.1.1": { "rule": "kubelet-anonymous-auth" } },
    });
    std::fs::write(folder.path().join("profiles/node.yaml"), of_node.to_string()).expect("a file");
    let output = nodeproof()
        .current_dir(repository("testdata/cloud"))
        .args([
            "--host",
            "example",
            "--benchmark",
            "eks-98.0",
            "--cloud",
            "eks-cluster.json",
            "--format",
            "report",
            "-D",
        ])
        .arg(folder.path())
        .output()
        .expect("the program");
    let report: Json = serde_json::from_slice(&output.stdout).expect("a report");
    assert_eq!(report["subject"]["kind"], "node");
    assert_eq!(report["subject"]["cluster"], "prod in eu-west-1");
    let left_out = report["targets_left_out"].as_array().expect("a list");
    assert!(!left_out.iter().any(|entry| entry["reason"] == "does not apply to this node"), "{left_out:?}");
    let checks = report["checks"].as_array().expect("checks");
    assert_eq!((&checks[0]["target"], &checks[1]["target"]), (&json!("node"), &json!("managedservices")));
    let evidence = checks[1]["findings"][0]["evidence"][0].clone();
    assert_eq!(evidence["attribute"], "logging.clusterLogging[enabled=true].types[*]");
    assert_eq!(evidence["source"], "cluster prod in eks-cluster.json");
}

#[test]
fn without_a_document_the_first_step_makes_one() {
    let folder = definitions();
    let (code, out, _) = run(folder.path(), &["run", "--benchmark", "aks-99.0", "--format", "report"]);
    assert_eq!(code, 0, "{out}");
    let report: Json = serde_json::from_str(&out).expect("a report");
    for check in report["checks"].as_array().expect("checks") {
        assert_eq!((&check["status"], &check["manual"]), (&json!("manual"), &json!(true)), "{check}");
        let remediation = check["remediation"].as_str().expect("a text");
        assert!(
            remediation
                .starts_with("Save what the provider shows, and run the audit again with --cloud cloud.json:\naz "),
            "{remediation}"
        );
    }
}

#[test]
fn other_files_are_refused_with_what_was_expected() {
    let folder = definitions();
    let expected = "`gcloud container clusters describe CLUSTER --location LOCATION --format=json`";
    let cases: [(&[&str], &str); 8] = [
        (
            &["error.json"],
            "error.json:1:1: this is an error of the provider: `Required \"container.clusters.get\" permission(s)",
        ),
        (&["error.html"], "error.html:1:1: this is a page of HTML or XML"),
        (&["error.txt"], "this is the error message of a command"),
        (&["README.md"], "README.md:"),
        (&["eks-cluster.json"], "this is a document of EKS, and gke-99.0 is about GKE"),
        (&["gke-standard.json", "eks-cluster.json"], "this is a document of EKS, and gke-standard.json is one of GKE"),
        (&["gke-standard.json", "gke-weak.json"], "gke-standard.json is the document of a cluster already"),
        (
            &["gke-autopilot.json", "gke-node-pools.json"],
            "this is of the cluster `prod in europe-west1`, and gke-autopilot.json of `auto in europe-west1`",
        ),
    ];
    for (files, message) in cases {
        let mut arguments = vec!["--benchmark", "gke-99.0"];
        arguments.extend(files.iter().flat_map(|file| ["--cloud", file]));
        let (code, out, err) = run(folder.path(), &arguments);
        assert_eq!((code, out.as_str()), (3, ""), "{files:?}: {err}");
        assert!(err.starts_with("nodeproof: --cloud: ") && err.contains(message), "{files:?}: {err}");
        assert!(
            err.contains(expected) || err.contains("documents of one cluster") || err.contains("that of one cluster"),
            "{err}"
        );
    }
    let empty: PathBuf = folder.path().join("empty.json");
    std::fs::write(&empty, "").expect("a file");
    let (code, _, err) = run(folder.path(), &["--benchmark", "gke-99.0", "--cloud", empty.to_str().expect("a path")]);
    assert!(code == 3 && err.contains("the file is empty, as after a command that failed"), "{code} {err}");
    let (code, _, err) = run(folder.path(), &["--benchmark", "gke-99.0", "--cloud", "no-such-file.json"]);
    assert!(code == 1 && err.contains("--cloud: no-such-file.json: cannot be read"), "{code} {err}");
    let (code, _, err) = run(folder.path(), &["--benchmark", "gke-99.0", "--cloud", "/dev/zero"]);
    assert!(code == 1 && err.contains("it is a device, not a regular file"), "{code} {err}");
    let (code, _, err) = run(folder.path(), &["run", "--benchmark", "cis-1.12", "--cloud", "gke-weak.json"]);
    assert!(code == 2 && err.contains("no check of cis-1.12 reads a document of a provider"), "{code} {err}");
}

#[test]
fn a_key_twice_is_refused() {
    let text = document("gke-weak.json").replacen("\"legacyAbac\"", "\"legacyAbac\": {}, \"legacyAbac\"", 1);
    let error = CloudDocuments::of_texts(&[("a.json", &text)]).expect_err("a key twice").to_string();
    assert!(error.contains("duplicate key `legacyAbac`"), "{error}");
}

#[test]
fn no_secret_of_a_document_is_in_a_report() {
    let folder = definitions();
    for format in ["text", "report", "line", "json", "junit", "asff"] {
        let mut arguments = vec!["--cloud", "gke-weak.json", "--format", format];
        if format == "text" {
            arguments.push("--include-test-output");
        }
        let (_, out, err) = run(folder.path(), &arguments);
        for secret in ["correct-horse", "bm90IGEga2V5", "bm90IGEgY2VydGlmaWNhdGU"] {
            assert!(!out.contains(secret) && !err.contains(secret), "{format}: {out}");
        }
    }
}

/// The checks of a benchmark that these documents answer, by their statuses.
fn answered(benchmark: &str, documents: &[&str]) -> BTreeMap<String, Vec<String>> {
    let folder = tempfile::tempdir().expect("a folder");
    let host = folder.path().join("host.yaml");
    std::fs::write(&host, "files: []\n").expect("a file");
    let mut command = nodeproof();
    command.current_dir(repository("testdata/cloud")).arg("--host").arg(&host).args([
        "--benchmark",
        benchmark,
        "--format",
        "report",
    ]);
    command.args(documents.iter().flat_map(|document| ["--cloud", *document]));
    let output = command.output().expect("the program");
    let report: Json = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&output.stderr)));
    let mut by_status: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for check in report["checks"].as_array().expect("checks") {
        let text = |key: &str| check[key].as_str().expect("a text").to_owned();
        by_status.entry(text("status")).or_default().push(text("id"));
    }
    by_status
}

#[test]
fn documents_answer_these_checks_of_the_benchmarks() {
    let gke = [
        "5.1.4", "5.2.1", "5.2.2", "5.3.1", "5.4.1", "5.5.1", "5.5.2", "5.5.3", "5.5.4", "5.5.5", "5.5.6", "5.5.7",
        "5.6.1", "5.6.2", "5.6.3", "5.6.4", "5.6.5", "5.7.1", "5.8.1", "5.8.2", "5.8.3", "5.9.2", "5.10.1", "5.10.2",
        "5.10.3", "5.10.4",
    ];
    let cases: [(&str, &[&str], &str, &[&str]); 4] = [
        ("gke-1.9.0", &["gke-standard.json", "gke-subnetwork.json", "gke-image-policy.yaml"], "gke-weak.json", &gke),
        (
            "eks-1.8.0",
            &["eks-cluster.json", "eks-vpc-cni.json"],
            "eks-weak.json",
            &["2.1.1", "4.1.7", "5.3.1", "5.4.1", "5.4.2", "5.4.4"],
        ),
        (
            "eks-2.0.0",
            &["eks-cluster.json", "eks-vpc-cni.json"],
            "eks-weak.json",
            &["2.1.1", "4.1.7", "4.3.1", "5.3.1", "5.4.1", "5.4.2", "5.5.1"],
        ),
        (
            "aks-1.8",
            &["aks-cluster.json", "aks-diagnostic-settings.json"],
            "aks-weak.json",
            &["2.1.1", "5.2.1", "5.3.1", "5.4.1", "5.4.2", "5.4.3", "5.4.4", "5.5.1", "5.5.2"],
        ),
    ];
    for (benchmark, good, weak, expected) in cases {
        let found = answered(benchmark, good);
        assert_eq!(
            found.get("pass").map(Vec::as_slice),
            Some(&expected.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>()[..]),
            "{benchmark}"
        );
        assert!(!found.contains_key("fail") && !found.contains_key("undetermined"), "{benchmark}: {found:?}");
        let found = answered(benchmark, &[weak]);
        let fail = found.get("fail").cloned().unwrap_or_default();
        assert!(fail.iter().all(|id| expected.contains(&id.as_str())), "{benchmark}: {found:?}");
        // What only a further document shows.
        assert!(fail.len() + 1 >= expected.len(), "{benchmark}: {found:?}");
    }
}
