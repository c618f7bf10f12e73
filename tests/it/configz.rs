//! The running configuration of a kubelet in a file: what is judged by it, and that nothing else is.

use crate::proofs::yaml;
use crate::support::{nodeproof, repository};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;
use std::path::Path;

fn run(arguments: &[&str]) -> (i32, String, String) {
    let output = nodeproof().current_dir(repository("testdata/configz")).args(arguments).output().expect("the program");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("a text");
    (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
}

/// Each check of a target with its rule.
fn audit(file: &str, targets: &[&str]) -> BTreeMap<String, Json> {
    let mut arguments = vec!["--benchmark", "cis-1.12", "--configz", file, "--format", "report"];
    arguments.splice(0..0, targets.iter().copied());
    let (code, out, err) = run(&arguments);
    assert_eq!(code, 0, "{err}");
    let report: Json = serde_json::from_str(&out).expect("a report");
    let checks = report["checks"].as_array().expect("checks").iter();
    checks.map(|check| (check["rule_id"].as_str().expect("a rule").to_owned(), check.clone())).collect()
}

/// What `weak.json` violates.
const WEAK: [&str; 9] = [
    "kubelet-anonymous-auth",
    "kubelet-authorization-not-always-allow",
    "kubelet-client-ca-set",
    "kubelet-read-only-port-off",
    "kubelet-streaming-idle-timeout",
    "kubelet-iptables-util-chains",
    "kubelet-rotate-certificates",
    "kubelet-strong-ciphers",
    "kubelet-pod-pids-limit",
];

#[test]
fn settings_are_judged_and_nothing_else() {
    let good = audit("good.json", &[]);
    let weak = audit("weak.json", &[]);
    for rule in WEAK {
        assert_eq!(good[rule]["status"], "pass", "{rule}: {}", good[rule]);
        assert_eq!(weak[rule]["status"], "fail", "{rule}: {}", weak[rule]);
    }
    let anonymous = &weak["kubelet-anonymous-auth"]["findings"][0];
    assert_eq!(anonymous["subject"], "kubelet");
    assert_eq!(
        anonymous["evidence"][0],
        json!({ "attribute": "authentication.anonymous.enabled (--anonymous-auth)", "value": "true",
            "source": "configz in weak.json: authentication.anonymous.enabled" })
    );
    // The flag may be given all the same.
    assert_eq!(
        (&good["kubelet-seccomp-default"]["status"], &weak["kubelet-seccomp-default"]["status"]),
        (&json!("pass"), &json!("undetermined"))
    );
    for (rule, check) in good.iter().chain(&weak) {
        let status = check["status"].as_str().expect("a status");
        let sources = check["findings"].to_string();
        let by_configz = sources.contains("configz in ");
        assert!(!["pass", "fail"].contains(&status) || by_configz, "{rule}: {check}");
        assert!(status != "not-applicable", "{rule}: {check}");
    }
    for rule in
        ["kubelet-config-mode", "kubelet-service-mode", "kubelet-kubeconfig-mode", "kubelet-hostname-not-overridden"]
    {
        assert_eq!(good[rule]["status"], "undetermined", "{rule}: {}", good[rule]);
    }
}

#[test]
fn of_other_components_nothing_is_known() {
    for (rule, check) in audit("good.json", &["run"]) {
        let status = check["status"].as_str().expect("a status");
        let is_kubelet = check["findings"].to_string().contains("configz in good.json");
        assert!(["manual", "undetermined"].contains(&status) || is_kubelet, "{rule}: {check}");
    }
}

#[test]
fn a_field_less_makes_no_failure_a_pass() {
    let folder = tempfile::tempdir().expect("a folder");
    let weak = yaml("testdata/configz/weak.json");
    let before = audit("weak.json", &[]);
    for key in weak["kubeletconfig"].as_object().expect("fields").keys() {
        let mut cut = weak.clone();
        cut["kubeletconfig"].as_object_mut().expect("fields").remove(key);
        let path = folder.path().join("cut.json");
        std::fs::write(&path, cut.to_string()).expect("a file");
        let (code, out, _) =
            run(&["--benchmark", "cis-1.12", "--format", "report", "--configz", path.to_str().expect("a path")]);
        if code == 3 {
            continue;
        }
        let report: Json = serde_json::from_str(&out).expect("a report");
        for check in report["checks"].as_array().expect("checks") {
            let rule = check["rule_id"].as_str().expect("a rule");
            // A kubelet leaves out an empty field: the port that is closed, the suites that are not limited.
            let is_left_out = ["readOnlyPort", "tlsCipherSuites"].contains(&key.as_str());
            let improved = before[rule]["status"] != "pass" && check["status"] == "pass";
            assert!(!improved || is_left_out, "without {key}: {check}");
        }
    }
}

#[test]
fn other_files_and_other_nodes_are_refused() {
    let command = "expected what `kubectl get --raw /api/v1/nodes/NODE/proxy/configz` prints";
    for (file, message) in [
        ("README.md", "README.md:"),
        ("../cloud/gke-weak.json", "this has no `kubeletconfig`"),
        ("../cloud/error.html", "error.html:"),
    ] {
        let (code, out, err) = run(&["--benchmark", "cis-1.12", "--configz", file]);
        assert_eq!((code, out.as_str()), (3, ""), "{err}");
        assert!(err.starts_with("nodeproof: --configz: ") && err.contains(message) && err.contains(command), "{err}");
    }
    for other in [["--host", "example"], ["--root", "/mnt"]] {
        let (code, _, err) = run(&["--benchmark", "cis-1.12", "--configz", "good.json", other[0], other[1]]);
        assert!(code == 2 && err.contains("--configz is about a node of its own"), "{code} {err}");
    }
    let (code, _, err) = run(&["--benchmark", "cis-1.12", "--configz", "/dev/zero"]);
    assert!(code == 1 && err.contains("it is a device"), "{code} {err}");
    let (code, _, err) = run(&["--configz", "good.json"]);
    assert!(code == 1 && err.contains("give it (--version 1.21)"), "{code} {err}");
    assert!(Path::new(&repository("testdata/configz/good.json")).exists());
}
