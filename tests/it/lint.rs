//! Definition files with known errors: each is reported at its line and column, and nothing else is.

use crate::support::{nodeproof, repository, text_of};
use serde_json::Value;
use std::collections::BTreeSet;

/// File, line, column, level, and a part of the message.
type Expected = (&'static str, u64, u64, &'static str, &'static str);

/// Everything that is wrong below `testdata/lint`.
const EXPECTED: &[Expected] = &[
    ("catalog/keys.yaml", 7, 3, "error", "unknown key `rationalle`; did you mean `rationale`?"),
    ("catalog/keys.yaml", 14, 13, "error", "unknown key `equal`; did you mean `equals`?"),
    ("catalog/keys.yaml", 21, 3, "error", "unknown key `settings`; did you mean `setting`?"),
    ("catalog/keys.yaml", 29, 25, "error", "unknown value `kubelt`; did you mean `kubelet`?"),
    ("catalog/keys.yaml", 37, 62, "error", "unknown value `boolean`; expected one of text, bool,"),
    ("catalog/keys.yaml", 45, 34, "error", "unknown key `flg`; did you mean `flag`?"),
    ("catalog/keys.yaml", 54, 21, "error", "`kubelet.conf` is neither a path"),
    ("catalog/keys.yaml", 55, 31, "error", "unknown value `etcdd`; did you mean `etcd`?"),
    ("catalog/keys.yaml", 55, 59, "error", "unknown key `sett`; did you mean `set`?"),
    ("catalog/keys.yaml", 59, 3, "error", "missing key `severity`"),
    ("catalog/keys.yaml", 59, 3, "error", "missing key `rationale`"),
    ("catalog/keys.yaml", 59, 3, "error", "missing key `remediation`"),
    ("catalog/keys.yaml", 69, 3, "error", "unknown key `why`; its new name is `rationale`"),
    ("catalog/keys.yaml", 70, 3, "error", "unknown key `fix`; its new name is `remediation`"),
    ("catalog/keys.yaml", 74, 13, "error", "unknown value `hihg`; did you mean `high`?"),
    ("catalog/sound.yaml", 10, 7, "warning", "no benchmark uses rule `lonely`"),
    ("catalog/texts.yaml", 9, 40, "error", "single `{` in the text; write it twice"),
    ("catalog/texts.yaml", 9, 47, "error", "single `}` in the text; write it twice"),
    ("catalog/texts.yaml", 19, 11, "error", "`{mod}` is neither a parameter"),
    ("catalog/texts.yaml", 20, 21, "error", "did you mean `kubelet.config`"),
    ("catalog/texts.yaml", 26, 11, "error", "parameter `mod`: the rule does not define it"),
    ("catalog/texts.yaml", 30, 7, "warning", "no benchmark uses rule `unused-param`"),
    ("catalog/texts.yaml", 33, 13, "warning", "the rule does not use its parameter `mode`"),
    ("catalog/texts.yaml", 39, 7, "error", "`Not_Kebab` is not a rule id"),
    ("catalog/texts.yaml", 46, 7, "warning", "no benchmark uses rule `given-twice`"),
    (
        "catalog/texts.yaml",
        53,
        7,
        "error",
        "rule `given-twice` is already defined at testdata/lint/catalog/texts.yaml:46",
    ),
    ("catalog/texts.yaml", 53, 7, "warning", "no benchmark uses rule `given-twice`"),
    ("catalog/texts.yaml", 58, 3, "error", "duplicate key `rationale` (first on line 57)"),
    ("catalog/texts.yaml", 60, 7, "warning", "no benchmark uses rule `misspelt-flag`"),
    (
        "catalog/texts.yaml",
        60,
        7,
        "warning",
        "kube-apiserver has no boolean flag `--profilling`; did you mean `profiling`?",
    ),
    ("catalog/values.yaml", 6, 27, "error", "`688` is not a mode"),
    ("catalog/values.yaml", 15, 15, "error", "`root` is not USER:GROUP"),
    ("catalog/values.yaml", 23, 22, "error", "`^(a` is not a regular expression: unclosed group"),
    ("catalog/values.yaml", 30, 66, "error", "`[a.key`: unclosed `[`"),
    ("catalog/values.yaml", 38, 33, "error", "`kubelet.confg` is neither a path"),
    ("catalog/values.yaml", 46, 40, "error", "`authentication..enabled` is not a path"),
    ("catalog/values.yaml", 55, 23, "error", "`5 minutes` is neither a whole number nor a duration"),
    ("catalog/values.yaml", 62, 12, "error", "the default `\"4 hours\"` is not a duration"),
    ("catalog/values.yaml", 72, 11, "error", "parameter `mode`: `rw` is not a mode"),
    (
        "catalog/values.yaml",
        80,
        11,
        "error",
        "`file` provides the mode and owner of files, but this expectation compares a value",
    ),
    ("catalog/values.yaml", 87, 9, "error", "a probe needs `expect`"),
    ("catalog/values.yaml", 96, 10, "error", "either `steps` or a probe"),
    ("catalog/values.yaml", 103, 12, "error", "`key` goes with `kind: map`"),
    ("catalog/values.yaml", 113, 11, "error", "`expect` belongs to a probe; move it into each test"),
    ("catalog/values.yaml", 120, 9, "error", "`names` needs `tree`"),
    ("catalog/values.yaml", 128, 15, "error", "`/etc/[a*`: unclosed `[`"),
    ("catalog/workloads.yaml", 5, 13, "error", "not a rule for workloads; did you mean `privileged-container`?"),
    ("catalog/workloads.yaml", 12, 13, "error", "a rule has one of `workload` and `dockerfile`, and then no `steps`"),
    ("catalog/workloads.yaml", 20, 13, "error", "no `steps`, `needs` or `applies-if`, and no other probe"),
    ("catalog/workloads.yaml", 29, 11, "error", "`expect` belongs to a probe; move it into each test"),
    ("config.yaml", 4, 5, "warning", "unknown key `bin`; did you mean `bins`?"),
    ("config.yaml", 5, 12, "error", "expected text, found a mapping"),
    ("config.yaml", 6, 3, "warning", "component `schedulr` is not listed"),
    // The folder has a file in kube-bench's format.
    ("config.yaml", 9, 11, "warning", "there is no benchmark `cis-1.13`; did you mean"),
    ("config.yaml", 11, 22, "error", "unknown value `nodes`; did you mean `node`?"),
    ("master.yaml", 14, 19, "warning", "unknown bin_op `xor`, so the check always fails"),
    ("master.yaml", 17, 30, "warning", "unknown operator `eqq`, so the test always fails"),
    ("master.yaml", 18, 9, "warning", "`remediaton` is not a key of a check"),
    ("profiles/broken.yaml", 4, 1, "error", "unknown key `group`; did you mean `groups`"),
    ("profiles/broken.yaml", 7, 3, "warning", "group `8` has no checks"),
    ("profiles/broken.yaml", 7, 18, "error", "unknown value `nod`; did you mean `node`?"),
    ("profiles/broken.yaml", 8, 20, "error", "has target managedservices, which is missing under `targets`"),
    ("profiles/broken.yaml", 9, 3, "warning", "group `9.3` has no checks"),
    (
        "profiles/broken.yaml",
        11,
        20,
        "error",
        "no rule `apiserver-manifest-mod`; did you mean `apiserver-manifest-mode`",
    ),
    ("profiles/broken.yaml", 12, 40, "error", "rule `sound` has no parameter `mod`; did you mean `mode`?"),
    ("profiles/broken.yaml", 13, 41, "error", "parameter `mode`: `9` is not a mode"),
    ("profiles/broken.yaml", 14, 27, "error", "unknown key `asessment`; did you mean `assessment`?"),
    ("profiles/broken.yaml", 15, 39, "error", "unknown value `maybe`; expected one of automated, manual"),
    ("profiles/broken.yaml", 16, 35, "error", "expected true or false"),
    ("profiles/broken.yaml", 17, 12, "error", "missing key `rule`"),
    ("profiles/broken.yaml", 18, 3, "error", "check 1.1.8: there is no group `9.9`; add it under `groups`"),
    ("profiles/broken.yaml", 20, 3, "error", "check 7.7.7: there is no group `7.7`; add it under `groups`"),
    ("profiles/broken.yaml", 21, 3, "error", "duplicate key `1.1.4` (first on line 14)"),
    ("profiles/broken.yaml", 22, 8, "error", "cannot drop `1.1.99`: no extended profile has it"),
    ("profiles/broken.yaml", 23, 23, "error", "there is no check or group `1.1.98`"),
    ("profiles/circle.yaml", 1, 5, "warning", "rename the file to `circular.yaml`"),
    ("profiles/circle.yaml", 3, 10, "error", "`circular` extends itself"),
    ("profiles/orphan.yaml", 3, 10, "error", "there is no benchmark `cis-1.13`"),
    ("strange.yaml", 1, 1, "error", "not a definition file"),
    ("syntax.yaml", 7, 3, "error", "syntax error: expected `,` or `}`"),
];

/// The JSON output for some paths of the repository, and the exit code.
fn lint(paths: &[&str]) -> (Value, i32) {
    let mut command = nodeproof();
    let output = command.current_dir(repository("")).args(["lint", "--json"]).args(paths).output().expect("it runs");
    let json = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&output.stderr)));
    (json, output.status.code().expect("a code"))
}

fn diagnostics(output: &Value) -> &[Value] {
    output["diagnostics"].as_array().expect("a list")
}

#[test]
fn every_error_is_reported_at_its_position_and_nothing_else() {
    let (output, code) = lint(&["testdata/lint"]);
    let is = |found: &Value, expected: &Expected| {
        let (file, line, column, level, part) = *expected;
        found["file"] == format!("testdata/lint/{file}")
            && found["line"] == line
            && found["column"] == column
            && found["level"] == level
            && found["message"].as_str().is_some_and(|m| m.contains(part) && !m.contains('\n'))
    };
    let missed: Vec<&Expected> =
        EXPECTED.iter().filter(|expected| !diagnostics(&output).iter().any(|found| is(found, expected))).collect();
    assert!(missed.is_empty(), "not found: {missed:#?}\nfound: {output:#}");
    let others: Vec<&Value> =
        diagnostics(&output).iter().filter(|found| !EXPECTED.iter().any(|expected| is(found, expected))).collect();
    assert!(others.is_empty(), "not expected: {others:#?}");
    let count = |level| EXPECTED.iter().filter(|(.., l, _)| *l == level).count();
    assert_eq!(output["errors"], count("error"));
    assert_eq!(output["warnings"], count("warning"));
    assert!(count("error") >= 25, "too few errors");
    assert_eq!(code, 3);
}

/// Shapes of kube-bench's own folders, and what its YAML library accepts: such files run, so none of this is an error.
#[test]
fn files_that_kube_bench_runs_have_warnings_at_most() {
    const CONFIG: &str = "\
---
## Controls files
master: { components: [apiserver, kubelet], apiserver: { bins: [kube-apiserver, openshift start master api] } }
node:
  components: [kubelet]
  kubelet: { bins: [hyperkube kubelet, kubelet], defaultconf: /etc/kubelet.yaml }
policies: { components: [] }
managedservices: { components: [] }
version_mapping: { '1.30': house-1.0, ocp-4.0: not-copied, eks-1.0: house-1.0 }
target_mapping: { house-1.0: [node, policies], not-copied: [master] }
";
    const OWN_CONFIG: &str = "\
---
## Overrides of the values in cfg/config.yaml
node:
  kubelet: /etc/kubelet.conf
  proxy:
    bins: [containerd]
  components: [kubelet, proxy]
etcd:
  confs: /var/lib/etcd.conf
master:
  node: { components: [kubelet], kubelet: { bins: [containerd] } }
";
    const NODE: &str = "\
---
controls:
version: \"house-1.0\"
id: 4
text: Worker nodes: files
type: \"node\"
groups:
  - id: 4.1
    text: 'Files'
    checks:
      - id: 4.1.1
        text: \"A mode (Automated)\"
        audit: echo permissions=777
        audit: \"echo permissions=600\"
        tests: &tests
          bin_op: or
          test_items:
            - flag: \"permissions\"
              set: true
              compare: { op: bitmask, value: \"600\" }
              set: true
        remediation: |
          # a line that looks like a comment
          chmod 600 FILE: done
        scored: true
        scored: false
        unknown: [1, 2]
      - <<: { scored: true, text: merged }
        id: 4.1.10
        audit: 'echo permissions=600'
        tests: *tests
        use_multiple_values:
        type: \"\"
  - id: 4.1
    text: A group of the same id
    checks:
      - { id: 4.1.2, text: A manual check, type: manual, scored: False, audit_config:, tests: }
---
second: document
";
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("house-1.0")).expect("a folder");
    let policies = "\u{feff}---\r\ncontrols:\r\nid: 5\r\ntype: \"policies\"\r\ngroups:\r\n  - id: 5.1\r\n    text: None\r\n    checks:\r\n";
    let node = NODE.replace("text: Worker nodes: files", "text: Worker nodes");
    for (name, text) in [
        ("config.yaml", CONFIG),
        ("house-1.0/config.yaml", OWN_CONFIG),
        ("house-1.0/node.yaml", &node),
        ("house-1.0/policies.yaml", policies),
    ] {
        std::fs::write(folder.path().join(name), text).expect("a file");
    }
    let path = folder.path().to_str().expect("a path");
    for arguments in [&["lint", path][..], &["lint", "-D", path, path]] {
        let output = nodeproof().args(arguments).output().expect("it runs");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(output.status.code(), Some(0), "{text}");
        for (place, message) in [
            ("config.yaml:9:48", "there is no benchmark `not-copied`"),
            ("config.yaml:10:48", "there is no benchmark `not-copied`"),
            ("house-1.0/config.yaml:4:3", "component `kubelet` is not a mapping"),
            ("house-1.0/config.yaml:11:11", "unknown key `components`"),
            ("house-1.0/config.yaml:11:34", "unknown key `kubelet`"),
            ("house-1.0/node.yaml:14:9", "duplicate key `audit` (first on line 13); the last value counts"),
            ("house-1.0/node.yaml:21:15", "duplicate key `set` (first on line 19); the last value counts"),
            ("house-1.0/node.yaml:26:9", "duplicate key `scored` (first on line 25); the last value counts"),
            ("house-1.0/node.yaml:27:9", "`unknown` is not a key of a check"),
            ("house-1.0/node.yaml:39:1", "a second YAML document starts here"),
        ] {
            assert!(text.contains(&format!("{path}/{place}: warning: {message}")), "{place}: {text}");
        }
        assert_eq!(text.lines().count(), 11, "{text}");
    }
    let run = ["run", "--json", "--benchmark", "house-1.0", "--host", "example", "-D", path];
    let output = nodeproof().args(run).output().expect("it runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let groups = report["Controls"][0]["tests"].as_array().expect("groups");
    let results = groups[0]["results"].as_array().expect("checks");
    let checks: Vec<[&Value; 4]> =
        results.iter().map(|c| [&c["test_number"], &c["status"], &c["scored"], &c["test_desc"]]).collect();
    assert_eq!(groups.len(), 1);
    assert_eq!(
        serde_json::json!(checks),
        serde_json::json!([
            ["4.1.1", "PASS", false, "A mode (Automated)"],
            ["4.1.10", "PASS", true, "merged"],
            ["4.1.2", "WARN", false, "A manual check"]
        ])
    );
}

/// A folder may replace definitions of another one and built-in ones, but not its own.
#[test]
fn duplicate_definitions_in_a_folder_are_refused_by_lint_and_run() {
    let rule = "- { id: ID, title: t, steps: s, severity: low, rationale: w, remediation: f }\n";
    let profile = "id: ID\ntitle: t\nextends: cis-1.12\n";
    for (kind, text, message) in [
        ("catalog", rule, "rule `twin` is already defined"),
        ("profiles", profile, "benchmark `twin` is already defined"),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join(kind)).expect("a folder");
        for name in ["one.yaml", "twin.yaml"] {
            std::fs::write(folder.path().join(kind).join(name), text.replace("ID", "twin")).expect("a file");
        }
        let linted = nodeproof().arg("lint").arg(folder.path()).output().expect("it runs");
        let out = String::from_utf8_lossy(&linted.stdout);
        assert!(out.contains("twin.yaml:1:") && out.contains(message), "{out}");
        assert_eq!(linted.status.code(), Some(3), "{out}");
        let run = nodeproof().args(["benchmarks", "-D"]).arg(folder.path()).output().expect("it runs");
        let err = String::from_utf8_lossy(&run.stderr);
        assert!(err.contains("twin.yaml:1:") && err.contains(message), "{err}");
        assert_eq!(run.status.code(), Some(3), "{err}");
    }
}

/// What lint refuses, a run refuses as well.
#[test]
fn each_file_with_an_error_is_refused_by_a_run() {
    let with_errors: BTreeSet<&str> = EXPECTED.iter().filter(|s| s.3 == "error").map(|s| s.0).collect();
    for file in with_errors {
        let folder = tempfile::tempdir().expect("a folder");
        let (place, benchmark) = match file.split_once('/') {
            Some(("profiles", name)) => (file.to_owned(), if name == "circle.yaml" { "circular" } else { &name[..6] }),
            Some(_) => (file.to_owned(), "cis-1.12"),
            None if file == "config.yaml" => (file.to_owned(), "cis-1.12"),
            None => (format!("catalog/{file}"), "cis-1.12"),
        };
        let target = folder.path().join(place);
        std::fs::create_dir_all(target.parent().expect("a folder")).expect("a folder");
        std::fs::write(&target, text_of(&repository("testdata/lint").join(file))).expect("a file");
        let output =
            nodeproof().args(["profile", benchmark, "--config-dir"]).arg(folder.path()).output().expect("it runs");
        let err = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "{file}: {err}");
    }
}

#[test]
fn built_in_definitions_are_valid_and_every_rule_is_used() {
    let (output, code) = lint(&["benchmarks", "cfg", "testdata/extra"]);
    assert_eq!(diagnostics(&output), &[] as &[Value]);
    assert_eq!(code, 0);
    assert!(output["files"].as_u64().is_some_and(|n| n >= 20), "{output}");
}

#[test]
fn a_version_without_a_benchmark_is_an_error_where_no_folder_is_in_kube_bench_s_format() {
    let (output, code) = lint(&["testdata/lint/config.yaml"]);
    let message = "there is no benchmark `cis-1.13`; did you mean `cis-1.10` or `cis-1.11` or `cis-1.12`?";
    let found = diagnostics(&output).iter().find(|found| found["message"] == message).expect("a diagnostic");
    assert_eq!((&found["line"], &found["level"], code), (&Value::from(9), &Value::from("error"), 3));
}

#[test]
fn warnings_do_not_change_the_exit_code() {
    // Without a benchmark, unused rules cannot be known.
    let (output, code) = lint(&["testdata/lint/catalog/sound.yaml"]);
    assert_eq!((diagnostics(&output).len(), code), (0, 0));
    let (output, code) = lint(&["testdata/lint/catalog/sound.yaml", "testdata/extra"]);
    assert_eq!((&output["errors"], &output["warnings"], code), (&Value::from(0), &Value::from(2), 0));
}

#[test]
fn diagnostics_are_printed_one_per_line_with_their_position() {
    let output = nodeproof()
        .current_dir(repository(""))
        .args(["lint", "testdata/lint/profiles/orphan.yaml"])
        .output()
        .expect("it runs");
    let expected = "testdata/lint/profiles/orphan.yaml:3:10: error: there is no benchmark `cis-1.13`; \
                    did you mean `cis-1.10` or `cis-1.11` or `cis-1.12`?\n1 error, 0 warnings in 1 file\n";
    assert_eq!(String::from_utf8_lossy(&output.stdout), expected);
    assert_eq!(output.status.code(), Some(3));
}

#[test]
fn a_missing_path_is_a_usage_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let empty = folder.path().to_str().expect("a name");
    for (path, message) in [("/nowhere/at/all", "does not exist"), (empty, "has no .yaml or .yml file")] {
        let output = nodeproof().args(["lint", path]).output().expect("it runs");
        assert_eq!(output.status.code(), Some(2), "{path}");
        assert!(String::from_utf8_lossy(&output.stderr).contains(message), "{path}");
    }
}

#[test]
fn a_pipe_in_a_folder_is_refused_without_reading_it() {
    use rustix::fs::{CWD, FileType, mknodat};
    for place in ["catalog/a.yaml", "profiles/b.yaml", "config.yaml", "cis-x/node.yaml"] {
        let folder = tempfile::tempdir().expect("a folder");
        let pipe = folder.path().join(place);
        std::fs::create_dir_all(pipe.parent().expect("a folder")).expect("a folder");
        mknodat(CWD, &pipe, FileType::Fifo, 0o600.into(), 0).expect("a FIFO");
        let directory = folder.path().to_str().expect("a path");
        let host = ["run", "--benchmark", "cis-x", "--host", "example", "-D", directory];
        let lint = ["lint", directory];
        for arguments in [host.as_slice(), &lint] {
            let run = nodeproof().args(arguments).timeout(std::time::Duration::from_secs(20)).assert().code(3);
            let stderr = String::from_utf8_lossy(&run.get_output().stderr).into_owned();
            assert!(stderr.contains(place) && stderr.contains("not a regular file"), "{arguments:?}: {stderr}");
        }
    }
}
