//! The command line, by running it.

use crate::support::{check, nodeproof};
use serde_json::Value;
use std::fs;
use tempfile::tempdir;

fn stderr_of(args: &[&str], code: i32) -> String {
    let assert = nodeproof().args(args).assert().code(code);
    assert!(assert.get_output().stdout.is_empty(), "{args:?} prints nothing on stdout");
    String::from_utf8_lossy(&assert.get_output().stderr).into_owned()
}

fn json_of(args: &[&str]) -> Value {
    let assert = nodeproof().args(args).assert().code(0);
    serde_json::from_slice(&assert.get_output().stdout).expect("JSON")
}

#[test]
fn what_does_not_exist_is_an_error_with_the_near_names() {
    let cases: [(&[&str], i32, &[&str]); 17] = [
        (&["--host", "example"], 1, &["--version", "--benchmark"]),
        (&["-D", "/none", "--host", "example", "--version", "1.21"], 1, &["/none: cannot be read: no such file"]),
        (&["--config", "/none", "--host", "example", "--version", "1.21"], 1, &["/none: cannot be read: no such file"]),
        (&["benchmarks", "--format", "junit"], 2, &["`nodeproof benchmarks` does not use --format", "--json"]),
        (
            &["run", "-s", "node", "-c", "1.2.20", "--host", "example", "--version", "1.21"],
            4,
            &["the named targets are node", "--targets"],
        ),
        (&["--version", "1.21", "--benchmark", "cis-1.20", "--host", "example"], 2, &["both"]),
        (&["--version", "banana", "--host", "example"], 2, &["banana", "1.21"]),
        (&["--version", "1.2", "--host", "example"], 2, &["1.2", "1.15"]),
        (&["--benchmark", "cis-1.200", "--host", "example"], 2, &["cis-1.200", "cis-1.20"]),
        (&["--version", "1.21", "--check", "9.9.9", "--host", "example"], 2, &["9.9.9"]),
        (&["--version", "1.21", "--check", "1.1.1,1.2.99", "--host", "example"], 2, &["1.2.99", "1.2.9"]),
        (&["--version", "1.21", "--group", "7.1", "--host", "example"], 2, &["7.1", "1.1"]),
        (&["--version", "1.21", "--skip", "9.9", "--host", "example"], 2, &["9.9"]),
        (&["--version", "1.21", "--check", "1.1.1", "--group", "1.1", "--host", "example"], 2, &["--check", "--group"]),
        (&["run", "--targets", "mastr", "--version", "1.21", "--host", "example"], 2, &["mastr", "master"]),
        (&["run", "--targets", "managedservices", "--version", "1.21", "--host", "example"], 2, &["managedservices"]),
        (&["--bogus"], 2, &["--bogus"]),
    ];
    for (args, code, parts) in cases {
        let stderr = stderr_of(args, code);
        for part in parts {
            assert!(stderr.contains(part), "{args:?}: {part} is not in {stderr}");
        }
    }
}

#[test]
fn checks_groups_and_targets_select() {
    let ids = |report: &Value| -> Vec<String> {
        let controls = report["Controls"].as_array().expect("controls");
        let groups = controls.iter().flat_map(|c| c["tests"].as_array().expect("groups"));
        let checks = groups.flat_map(|g| g["results"].as_array().expect("checks"));
        checks.map(|c| c["test_number"].as_str().expect("an id").to_owned()).collect()
    };
    let base = ["--version", "1.21", "--host", "example", "--json"];
    let with = |more: &[&str]| json_of(&[&base[..], more].concat());
    assert_eq!(ids(&with(&["-c", "1.2.20,1.1.1"])), ["1.1.1", "1.2.20"]);
    assert_eq!(ids(&with(&["-g", "1.4"])), ["1.4.1", "1.4.2"]);
    // 123 without the 26 about the cluster.
    assert_eq!(ids(&with(&[])).len(), 97);
    let only = json_of(&[&["run", "-s", "worker"], &base[..]].concat());
    assert_eq!(only["Controls"].as_array().map(Vec::len), Some(1));
    assert_eq!(only["Controls"][0]["node_type"], "node");
    let unscored = with(&["--scored=false"]);
    assert!(ids(&unscored).contains(&"1.1.9".to_owned()) && !ids(&unscored).contains(&"1.1.1".to_owned()));
    let skipped = with(&["--skip", "1.4,1.1.1"]);
    for id in ["1.1.1", "1.4.1", "1.4.2"] {
        assert_eq!(check(&skipped, id)["status"], "INFO");
    }
    assert_eq!(check(&skipped, "1.1.2")["status"], "PASS");
}

#[test]
fn what_was_asked_for_on_another_target_is_no_empty_run() {
    let folder = tempdir().expect("a folder");
    let worker = folder.path().join("worker.yaml");
    fs::write(&worker, "processes:\n  - argv: [kubelet]\n").expect("a file");
    let worker = worker.to_str().expect("a path");
    let stderr = stderr_of(&["--version", "1.21", "--check", "1.1.1", "--host", worker], 4);
    assert!(stderr.contains("run --targets"), "{stderr}");
    let node_only = json_of(&["--version", "1.21", "--json", "--host", worker]);
    let targets: Vec<&str> =
        node_only["Controls"].as_array().expect("controls").iter().filter_map(|c| c["node_type"].as_str()).collect();
    assert_eq!(targets, ["node"]);
}

#[test]
fn a_failure_gives_the_asked_exit_code() {
    let run = |args: &[&str], code: i32| {
        nodeproof()
            .args(["--version", "1.21", "--host", "example", "--exit-code", "42"])
            .args(args)
            .assert()
            .code(code);
    };
    run(&[], 42);
    run(&["--check", "1.1.1"], 0);
    run(&["--check", "1.2.1"], 0);
    nodeproof().args(["--version", "1.21", "--host", "example"]).assert().code(0);
}

#[test]
fn the_environment_stands_for_flags() {
    let assert = nodeproof()
        .env("NODEPROOF_VERSION", "1.21")
        .env("NODEPROOF_HOST", "example")
        .env("NODEPROOF_CHECK", "1.1.1")
        .env("NODEPROOF_JSON", "true")
        .assert()
        .code(0);
    let report: Value = serde_json::from_slice(&assert.get_output().stdout).expect("JSON");
    assert_eq!(report["Totals"]["total_pass"], 1);
}

#[test]
fn the_report_goes_where_it_is_sent() {
    let folder = tempdir().expect("a folder");
    let file = folder.path().join("report.json");
    let path = file.to_str().expect("a path");
    let args = ["--version", "1.21", "--host", "example", "--json", "--outputfile", path];
    nodeproof().args(args).assert().code(0).stdout("");
    let report: Value = serde_json::from_slice(&fs::read(&file).expect("a report")).expect("JSON");
    assert_eq!(report["Controls"].as_array().map(Vec::len), Some(4));
    let stderr = stderr_of(&["--version", "1.21", "--host", "example", "--outputfile", "/none/x"], 1);
    assert!(stderr.contains("/none/x"), "{stderr}");
}

#[test]
fn a_bad_definition_is_refused_with_its_place() {
    let folder = tempdir().expect("a folder");
    let catalog = folder.path().join("catalog");
    fs::create_dir(&catalog).expect("a folder");
    let rule = "- id: x\n  title: t\n  file: { at: /x }\n  expect: { mode-at-mots: \"600\" }\n  severity: low\n  rationale: w\n  remediation: f\n";
    fs::write(catalog.join("a.yaml"), rule).expect("a file");
    let dir = folder.path().to_str().expect("a path");
    let stderr = stderr_of(&["--version", "1.21", "--host", "example", "-D", dir], 3);
    assert!(stderr.contains("a.yaml:4:13") && stderr.contains("mode-at-most"), "{stderr}");
}

#[test]
fn errors_name_the_option_that_they_are_about() {
    let folder = tempdir().expect("a folder");
    let file = folder.path().join("bad.yaml");
    fs::write(&file, "a: 1\n").expect("a file");
    let file = file.to_str().expect("a path");
    let is_file = format!("nodeproof: -D: {file}: is a file; name its directory\n");
    let cases: [(&[&str], i32, &str); 5] = [
        (&["-D", file], 1, &is_file),
        (&["-D", "/none"], 1, "nodeproof: -D: /none: cannot be read: no such file or directory"),
        (&["--config", "/none"], 1, "nodeproof: --config: /none: cannot be read: no such file or directory"),
        (&["--scored=false", "--unscored=false"], 2, "--scored=false with --unscored=false leaves no check"),
        (&["--only", "manual", "--json"], 2, "--only filters the text report, and none is written here"),
    ];
    for (arguments, code, message) in cases {
        let stderr = stderr_of(&[&["--version", "1.21", "--host", "example"], arguments].concat(), code);
        assert!(stderr.contains(message), "{arguments:?}: {stderr}");
    }
}

#[test]
fn a_described_host_that_is_wrong_is_refused() {
    let folder = tempdir().expect("a folder");
    let file = folder.path().join("host.yaml");
    for (text, part) in [
        ("files: [{path: x}]", "start with /"),
        ("files: [{path: /x, mode: rwx}]", "octal"),
        ("files: [{path: /x, owner: who}]", "who"),
        ("processes: 3", "host.yaml:1:12: expected a list, found `3`"),
        ("files:\n  a: b", "host.yaml:2:3: `files`: expected a list, found a mapping"),
        ("{", "host.yaml:1:1: syntax error: unclosed `{`"),
    ] {
        fs::write(&file, text).expect("a file");
        let stderr = stderr_of(&["--version", "1.21", "--host", file.to_str().expect("a path")], 3);
        assert!(stderr.contains(part) && stderr.contains("host.yaml"), "{text}: {stderr}");
    }
    let stderr = stderr_of(&["--version", "1.21", "--host", "/none.yaml"], 1);
    assert!(stderr.contains("/none.yaml"), "{stderr}");
}

#[test]
fn text_has_no_colour_in_a_pipe_and_each_part_can_be_left_out() {
    let text = |args: &[&str]| {
        let assert = nodeproof().args(["--version", "1.21", "--host", "example"]).args(args).assert().code(0);
        String::from_utf8(assert.get_output().stdout.clone()).expect("text")
    };
    let whole = text(&[]);
    assert!(!whole.contains('\u{1b}'));
    for part in [
        "[PASS] 1.1.1 Restrict the API server manifest to mode 644 or stricter",
        "[FAIL] 1.2.20",
        "--profiling is not set; the default of kube-apiserver is true",
        "== 7 failed, ",
        "What to do:",
        "/etc/kubernetes/manifests/kube-apiserver.yaml",
        "| master ",
        "| total ",
        "example, cis-1.20: 7 failed, ",
    ] {
        assert!(whole.contains(part), "{part} is not in the report");
    }
    assert!(!text(&["--noresults"]).contains("[PASS] 1.1.1"));
    assert!(!text(&["--noremediations"]).contains("What to do:"));
    assert!(!text(&["--nosummary"]).contains("| master "));
    assert!(!text(&["--nototals"]).contains("| total "));
    let evidence = text(&["--include-test-output"]).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(evidence.contains("= not set; default true [default of kube-apiserver]"));
}

#[test]
fn every_check_of_the_json_report_says_what_was_read_and_expected() {
    let report = json_of(&["run", "--version", "1.21", "--host", "example", "--json"]);
    let controls = report["Controls"].as_array().expect("controls");
    for control in controls {
        assert_eq!(control["version"], "cis-1.20");
        assert_eq!(control["detected_version"], "1.21");
        for group in control["tests"].as_array().expect("groups") {
            for check in group["results"].as_array().expect("checks") {
                for key in ["test_number", "test_desc", "audit", "remediation", "actual_value", "expected_result"] {
                    assert!(check[key].as_str().is_some_and(|t| !t.trim().is_empty()), "{key} of {check}");
                }
                let judged = check["type"] == "";
                let evidence = check["evidence"].as_array().expect("evidence");
                assert_eq!(judged, !evidence.is_empty(), "{check}");
                let passed = check["status"] == "PASS";
                assert_eq!(passed, check.get("reason").is_none(), "{check}");
                if check["type"] == "manual" {
                    assert_eq!(check["reason"], "Test marked as a manual test");
                }
            }
        }
    }
}

#[test]
fn a_process_table_that_was_not_reached_is_not_an_empty_one() {
    let run = nodeproof().args(["--version", "1.21", "--timeout", "1ns"]).assert().code(4);
    let told = String::from_utf8_lossy(&run.get_output().stderr).into_owned();
    assert!(told.contains("was not read before the deadline") && told.contains("--timeout"), "{told}");
    assert!(!told.contains("no component of Kubernetes runs"), "{told}");
}

#[test]
fn a_flag_that_the_command_does_not_use_is_refused() {
    let cases: [(&[&str], &str); 8] = [
        (&["benchmarks", "--exit-code", "3"], "`nodeproof benchmarks` does not use --exit-code"),
        (&["--json", "version"], "`nodeproof version` does not use --json"),
        (&["profile", "cis-1.20", "--root", "/"], "`nodeproof profile` does not use --root"),
        (&["lint", "--scored=false", "x.yaml"], "`nodeproof lint` does not use --scored"),
        (&["convert", "--timeout", "5s", "x.json"], "`nodeproof convert` does not use --timeout"),
        (&["snapshot", "-c", "1.1.1"], "`nodeproof snapshot` does not use --check"),
        (&["explain", "--no-shell", "4.1.1"], "`nodeproof explain` does not use --no-shell"),
        (&["man", "-D", "/x"], "`nodeproof man` does not use --config-dir"),
    ];
    for (args, message) in cases {
        let stderr = stderr_of(args, 2);
        assert!(stderr.contains(message), "{args:?}: {stderr}");
    }
    // A variable is for all commands.
    nodeproof().args(["version"]).env("NODEPROOF_EXIT_CODE", "3").assert().code(0).stderr("");
    let help = nodeproof().args(["lint", "--help"]).assert().code(0);
    let help = String::from_utf8_lossy(&help.get_output().stdout).into_owned();
    assert!(help.contains("--config-dir") && help.contains("Print JSON"), "{help}");
    assert!(!help.contains("--exit-code") && !help.contains("--pgsql"), "{help}");
}

#[test]
fn flags_of_run_and_ids_of_groups_are_answered_with_what_to_write() {
    let cases: [(&[&str], &str); 13] = [
        (&["run", "master"], "nodeproof run --targets master (-s)"),
        (&["run", "--json", "worker,etcd"], "nodeproof run --targets worker,etcd (-s)"),
        (
            &["--version", "1.21", "--host", "example", "-g", "1.1.1"],
            "cis-1.20 has no group 1.1.1; it is a check: --check 1.1.1",
        ),
        (&["--format", "json,text"], "give each format a --format of its own"),
        (&["--format", "JSON"], "did you mean `json` or `ndjson`?"),
        (&["--host", ""], "--host names no file"),
        (&["-s", "master"], "nodeproof run -s master\n"),
        (&["--targets=master"], "nodeproof run --targets=master\n"),
        (&["--every", "6h"], "nodeproof run --every 6h\n"),
        (&["--host", "it's one.yaml", "--every=6h"], "nodeproof run --host 'it'\\''s one.yaml' --every=6h\n"),
        (&["--exit-code", "-1"], "not a number from 0 to 255"),
        (
            &["--version", "1.21", "--host", "example", "-c", "1.2"],
            "cis-1.20 has no check 1.2; it is a group: --group 1.2",
        ),
        (&["--version", "1.21", "--host", "example", "-c", "1.1.1,4.1"], "--group 4.1 (-g)"),
    ];
    for (args, message) in cases {
        let stderr = stderr_of(args, 2);
        assert!(stderr.contains(message), "{args:?}: {stderr}");
    }
}

#[test]
fn a_flag_goes_before_the_environment() {
    let run = |variables: &[(&str, &str)], args: &[&str], code: i32| {
        let assert = nodeproof().envs(variables.iter().copied()).args(args).assert().code(code);
        String::from_utf8_lossy(&assert.get_output().stdout).into_owned()
    };
    let benchmark = ["--benchmark", "cis-1.20", "--host", "example"];
    let version = ["--version", "1.21", "--host", "example"];
    for variable in ["NODEPROOF_VERSION", "KUBE_BENCH_VERSION"] {
        let out = run(&[(variable, "1.29")], &benchmark, 0);
        assert!(out.contains("cis-1.20"), "{variable}: {out:.200}");
    }
    assert!(run(&[("NODEPROOF_BENCHMARK", "cis-1.12")], &version, 0).contains("cis-1.20"));
    run(&[("NODEPROOF_ROOT", "/none"), ("NODEPROOF_PROC", "/none")], &version, 0);
    let group = [&version[..], &["-g", "1.4", "--format", "text"]].concat();
    let out = run(&[("NODEPROOF_CHECK", "1.1.1"), ("NODEPROOF_JSON", "true")], &group, 0);
    assert!(out.contains("1.4.1") && !out.contains("1.1.1 ") && !out.starts_with('{'), "{out}");
    // Two of the environment, and two of the command line, still exclude each other.
    run(&[("NODEPROOF_BENCHMARK", "cis-1.12"), ("NODEPROOF_VERSION", "1.21")], &["--host", "example"], 2);
    run(&[], &["--root", "/", "--host", "example", "--version", "1.21"], 2);
    run(&[("NODEPROOF_HOST", "example"), ("NODEPROOF_ROOT", "/")], &["--version", "1.21"], 2);
}

#[test]
fn warnings_about_variables_and_exit_codes_change_nothing_else() {
    let args = ["--version", "1.21", "--host", "example", "-c", "1.2.20", "--exit-code"];
    let stderr = |code: u8| {
        let assert = nodeproof().args(args).arg(code.to_string()).assert().code(i32::from(code));
        String::from_utf8_lossy(&assert.get_output().stderr).into_owned()
    };
    for code in 1..=6 {
        let told = stderr(code);
        assert!(told.contains(&format!("warning: --exit-code {code}: exit code {code} also means")), "{told}");
    }
    for code in [0, 7, 42, 255] {
        assert_eq!(stderr(code), "", "{code}");
    }
    let warned = nodeproof().args(["version"]).env("NODEPROOF_TIMOUT", "5s").assert().code(0);
    let told = String::from_utf8_lossy(&warned.get_output().stderr).into_owned();
    assert!(
        told.contains("unknown variable NODEPROOF_TIMOUT has no effect; did you mean `NODEPROOF_TIMEOUT`"),
        "{told}"
    );
}
