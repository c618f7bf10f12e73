//! The program in kube-bench's place: its name, its flags, its variables, its exit codes.

use crate::support::nodeproof;
use assert_cmd::Command;
use serde_json::Value;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use tempfile::{TempDir, tempdir};

const AWS: [(&str, &str); 4] = [
    ("KUBE_BENCH_AWS_ACCOUNT", "123456789012"),
    ("KUBE_BENCH_AWS_REGION", "eu-central-1"),
    ("KUBE_BENCH_CLUSTER_ARN", "arn:aws:eks:eu-central-1:123456789012:cluster/one"),
    ("NODE_NAME", "node-1"),
];

/// The program under the name `kube-bench`, on the node that is built in.
struct KubeBench {
    folder: TempDir,
}

impl KubeBench {
    fn new() -> Self {
        let folder = tempdir().expect("a folder");
        symlink(assert_cmd::cargo::cargo_bin("nodeproof"), folder.path().join("kube-bench")).expect("a link");
        Self { folder }
    }

    fn command(&self) -> Command {
        let mut command = Command::new(self.folder.path().join("kube-bench"));
        command.env_clear().env("PATH", "/nowhere").env("NODEPROOF_HOST", "example");
        command
    }
}

fn example() -> Command {
    let mut command = nodeproof();
    command.env("NODEPROOF_HOST", "example");
    command
}

fn stdout(command: &mut Command) -> String {
    String::from_utf8(command.assert().code(0).get_output().stdout.clone()).expect("text")
}

fn stderr(command: &mut Command, code: i32) -> String {
    let assert = command.assert().code(code);
    String::from_utf8(assert.get_output().stderr.clone()).expect("text")
}

#[test]
fn the_text_has_the_shape_of_the_name() {
    let args = ["run", "-s", "node", "--benchmark", "cis-1.20"];
    let theirs = stdout(KubeBench::new().command().args(args));
    assert!(theirs.starts_with("[INFO] 4 Worker node\n[INFO] 4.1 "), "{theirs:.200}");
    let parts = ["== Remediations node ==\n", "== Summary node ==\n17 checks PASS\n", "== Summary total ==\n"];
    for part in parts {
        assert!(theirs.contains(part), "{part}");
    }
    let ours = stdout(example().args(args));
    assert!(parts.iter().all(|part| !ours.contains(part)) && ours.contains("What to do:"), "{ours:.200}");
}

#[test]
fn the_targets_are_kube_benchs_where_the_program_is_called_so() {
    let folder = tempdir().expect("a folder");
    let host = folder.path().join("host.yaml");
    fs::write(&host, "processes: [{ argv: [kube-apiserver], cgroup: /system.slice/kube-apiserver.service }]")
        .expect("a file");
    let targets = |command: &mut Command| {
        let json = stdout(command.env("NODEPROOF_HOST", &host).args(["--benchmark", "cis-1.20", "--json"]));
        let report: Value = serde_json::from_str(&json).expect("JSON");
        let controls = report["Controls"].as_array().expect("targets").iter();
        controls.map(|c| c["node_type"].as_str().expect("a target").to_owned()).collect::<Vec<_>>()
    };
    // Its scheduler and controller manager do not run.
    assert_eq!(targets(&mut KubeBench::new().command()), ["node", "policies"]);
    assert_eq!(targets(&mut example()), ["master", "controlplane"]);
}

#[test]
fn the_command_of_a_published_job_works() {
    let args = ["run", "--targets", "node", "--benchmark", "cis-1.20", "--json"];
    let json = stdout(KubeBench::new().command().args(args));
    assert_eq!(json, stdout(example().args(args)), "the name changes nothing of the report");
    let report: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(report["Controls"][0]["node_type"], "node");
    assert_eq!(report["Controls"].as_array().map(Vec::len), Some(1));
    let logged = ["--logtostderr", "-v", "3", "--stderrthreshold=INFO", "--vmodule", "check=2", "--log_dir", "/tmp"];
    assert_eq!(json, stdout(KubeBench::new().command().args(logged).args(args)), "nor do the flags of its log");
}

#[test]
fn errors_have_the_exit_code_that_the_name_stands_for() {
    let folder = tempdir().expect("a folder");
    fs::create_dir(folder.path().join("catalog")).expect("a folder");
    fs::write(folder.path().join("catalog/a.yaml"), "- id: [\n").expect("a file");
    let broken = folder.path().to_str().expect("a path");
    let cases: [(&[&str], i32); 10] = [
        (&["--nonsense"], 2),
        (&["-v", "three"], 2),
        (&["--json=perhaps"], 2),
        (&["--version", "1.20", "--benchmark", "cis-1.20"], 2),
        (&["--version", "banana"], 2),
        (&["--benchmark", "cis-1.200"], 2),
        (&["run", "--targets", "managedservices", "--benchmark", "cis-1.20"], 2),
        (&["--benchmark", "cis-1.20", "--check", "9.9.9"], 2),
        (&["--benchmark", "cis-1.20", "-D", broken], 3),
        (&["--benchmark", "cis-1.20", "--outputfile", "/nowhere/at/all"], 1),
    ];
    let kube_bench = KubeBench::new();
    for (args, own) in cases {
        for (command, name, code) in [(&mut example(), "nodeproof", own), (&mut kube_bench.command(), "kube-bench", 1)]
        {
            let assert = command.args(args).assert().code(code);
            assert!(assert.get_output().stdout.is_empty(), "{name} {args:?} prints nothing on stdout");
            let said = String::from_utf8_lossy(&assert.get_output().stderr).into_owned();
            assert!(said.starts_with(&format!("{name}: ")) || said.starts_with("error: "), "{name} {args:?}: {said}");
        }
    }
    for args in [["--help"], ["help"], ["version"]] {
        kube_bench.command().args(args).assert().code(0);
    }
    let failing = ["--benchmark", "cis-1.20", "--exit-code", "42"];
    kube_bench.command().args(failing).assert().code(42);
}

#[test]
fn help_shows_the_flags_of_kube_bench() {
    let help = stdout(KubeBench::new().command().arg("--help"));
    assert!(help.contains("Usage: kube-bench"), "{help}");
    for flag in [
        "--version",
        "--benchmark",
        "-c, --check",
        "-g, --group",
        "--skip",
        "--scored",
        "--unscored",
        "--json",
        "--junit",
        "--pgsql",
        "--asff",
        "--outputfile",
        "--nototals",
        "--noresults",
        "--noremediations",
        "--nosummary",
        "--include-test-output",
        "--exit-code",
        "-D, --config-dir",
        "--config",
        "-v",
        "--logtostderr",
        "--alsologtostderr",
        "--stderrthreshold",
        "--vmodule",
        "--log_backtrace_at",
        "--log_dir",
    ] {
        assert!(
            help.contains(&format!("{flag}["))
                || help.contains(&format!("{flag} "))
                || help.contains(&format!("{flag}.")),
            "{flag}"
        );
    }
}

#[test]
fn a_node_without_kubernetes_is_judged_for_a_job_and_refused_otherwise() {
    let folder = tempdir().expect("a folder");
    let empty = folder.path().join("empty.yaml");
    fs::write(&empty, "files: []\n").expect("a file");
    let args = ["--benchmark", "cis-1.20", "--json", "--host", empty.to_str().expect("a path")];
    nodeproof().args(args).assert().code(4).stdout("");
    let assert = KubeBench::new().command().env_remove("NODEPROOF_HOST").args(args).assert().code(0);
    let report: Value = serde_json::from_slice(&assert.get_output().stdout).expect("JSON");
    let targets: Vec<_> = report["Controls"].as_array().expect("controls").iter().map(|c| &c["node_type"]).collect();
    assert_eq!(targets, ["node", "policies"]);
    assert_eq!(report["Totals"]["total_pass"], 0);
    let said = String::from_utf8_lossy(&assert.get_output().stderr).into_owned();
    assert!(said.contains("no component of Kubernetes runs on this node"), "{said}");
}

/// What nodeproof says of an incomplete audit must not break what reads kube-bench's output.
#[test]
fn an_incomplete_audit_keeps_the_shape_of_kube_benchs_output() {
    let folder = tempdir().expect("a folder");
    let host = folder.path().join("host.yaml");
    let denied = "files: [{ path: /var/lib/kubelet/config.yaml, error: denied }]\nprocesses:\n  - { argv: [kubelet, \
                  --config=/var/lib/kubelet/config.yaml] }\n";
    fs::write(&host, denied).expect("a file");
    let kube_bench = KubeBench::new();
    let run = |args: &[&str]| {
        let mut command = kube_bench.command();
        stdout(command.env("NODEPROOF_HOST", &host).args(["--benchmark", "cis-1.20"]).args(args))
    };
    let text = run(&[]);
    assert!(
        text.starts_with("== Notices ==\n") && text.contains(" could not be evaluated: permission denied"),
        "{text}"
    );
    let line = regex::Regex::new(r"^\[(PASS|FAIL|WARN|INFO)\] \d+(\.\d+)* \S").expect("a pattern");
    let tagged: Vec<&str> = text.lines().filter(|line| line.starts_with('[')).collect();
    assert!(tagged.len() > 40);
    for tagged in tagged {
        assert!(line.is_match(tagged), "{tagged}");
    }
    let report: Value = serde_json::from_str(&run(&["--json"])).expect("JSON");
    let keys: Vec<&String> = report.as_object().expect("an object").keys().collect();
    assert_eq!(keys[..2], ["Controls", "Totals"], "new keys follow those of kube-bench");
    let targets: Vec<&Value> =
        report["Controls"].as_array().expect("controls").iter().map(|c| &c["node_type"]).collect();
    assert_eq!(targets, ["node", "policies"]);
    assert!(run(&["--json", "--nototals"]).starts_with("[{\"id\":\"4\",\"version\":\"cis-1.20\","));
}

#[test]
fn a_check_of_another_target_gives_a_job_an_empty_report() {
    let folder = tempdir().expect("a folder");
    let worker = folder.path().join("worker.yaml");
    fs::write(&worker, "processes:\n  - argv: [kubelet]\n").expect("a file");
    let args =
        ["--benchmark", "cis-1.20", "--json", "--nototals", "-c", "1.1.1", "--host", worker.to_str().expect("a path")];
    nodeproof().args(args).assert().code(4).stdout("");
    let report: Value =
        serde_json::from_str(&stdout(KubeBench::new().command().env_remove("NODEPROOF_HOST").args(args)))
            .expect("JSON");
    for control in report.as_array().expect("a bare list") {
        assert_eq!((&control["tests"], &control["total_fail"]), (&Value::Array(Vec::new()), &Value::from(0)));
    }
}

#[test]
fn the_version_may_stand_in_kube_benchs_variable() {
    let benchmark = |command: &mut Command| {
        let report: Value = serde_json::from_str(&stdout(command.args(["--json"]))).expect("JSON");
        report["Controls"][0]["version"].as_str().expect("a text").to_owned()
    };
    let from = |variables: &[(&str, &str)]| {
        let mut command = example();
        command.envs(variables.iter().copied());
        command
    };
    assert_eq!(benchmark(&mut from(&[("KUBE_BENCH_VERSION", "1.20")])), "cis-1.20");
    let both = [("KUBE_BENCH_VERSION", "1.20"), ("NODEPROOF_VERSION", "1.24")];
    assert_eq!(benchmark(&mut from(&both)), "cis-1.24");
    assert_eq!(benchmark(from(&both).args(["--version", "1.23"])), "cis-1.23");
    // kube-bench reads no other flag from its environment.
    let mut other = from(&[("KUBE_BENCH_VERSION", "1.20"), ("KUBE_BENCH_BENCHMARK", "cis-1.24")]);
    assert_eq!(benchmark(&mut other), "cis-1.20");
}

#[test]
fn a_flag_may_say_true_or_false() {
    let base = ["--benchmark", "cis-1.20", "-c", "1.1.1,1.2.1"];
    // The time differs between two runs.
    let without_time = |text: String| {
        let lines: Vec<&str> = text.lines().filter(|line| !line.contains(" UTC")).collect();
        lines.join("\n")
    };
    let with = |more: &[&str]| without_time(stdout(example().args(base).args(more)));
    assert_eq!(with(&["--noremediations=false", "--json=false"]), with(&[]));
    assert_eq!(with(&["--noremediations=true"]), with(&["--noremediations"]));
    assert_ne!(with(&["--noremediations"]), with(&[]));
    assert_eq!(with(&["--json=1"]), with(&["--json"]));
    assert_eq!(with(&["--json", "--json=F"]), with(&[]));
    assert!(!with(&["--unscored=false"]).contains("1.2.1 "));
}

#[test]
fn of_two_formats_the_first_is_written_and_the_other_named() {
    let cases: [(&[&str], &str, &[&str]); 5] = [
        (&["--json", "--junit"], "<?xml", &["--json is ignored"]),
        (&["--asff", "--json"], "{\"Controls\"", &["--asff is ignored"]),
        (&["--pgsql", "--json", "--asff"], "{\"Controls\"", &["--pgsql is ignored", "--asff is ignored"]),
        (&["--asff"], "{\"Findings\"", &[]),
        (&[], "[INFO] Benchmark cis-1.20 (from --benchmark)\n", &[]),
    ];
    for (flags, beginning, said) in cases {
        let mut command = example();
        command.args(["run", "-s", "master", "--benchmark", "cis-1.20"]).args(flags).envs(AWS);
        let assert = command.assert().code(0);
        let output = String::from_utf8_lossy(&assert.get_output().stdout).into_owned();
        assert!(output.starts_with(beginning), "{flags:?}: {output}");
        let notes = String::from_utf8_lossy(&assert.get_output().stderr).into_owned();
        assert_eq!(notes.lines().count(), said.len(), "{flags:?}: {notes}");
        assert!(said.iter().all(|s| notes.contains(s)), "{flags:?}: {notes}");
    }
}

#[test]
fn a_missing_setting_is_named_before_any_work() {
    let folder = tempdir().expect("a folder");
    let file = folder.path().join("findings.json");
    let args = |flag: &'static str| ["--benchmark", "cis-1.20", flag, "--outputfile", file.to_str().expect("a path")];
    let said = stderr(example().args(args("--asff")).env("NODE_NAME", "node-1"), 2);
    let names = "KUBE_BENCH_AWS_ACCOUNT, KUBE_BENCH_AWS_REGION, KUBE_BENCH_CLUSTER_ARN";
    assert!(said.contains(names) && !said.contains("NODE_NAME"), "{said}");
    let said = stderr(example().args(args("--pgsql")), 2);
    let expected = if cfg!(feature = "postgres") { "KUBE_BENCH_PGSQL_HOST" } else { "no PostgreSQL in it" };
    assert!(said.contains(expected), "{said}");
    stderr(KubeBench::new().command().args(args("--asff")), 1);
    assert!(!file.exists());
    stdout(example().args(args("--asff")).envs(AWS));
    let findings = read_json_lines(&file);
    assert!(!findings.is_empty());
    for finding in findings.iter().flat_map(|d| d["Findings"].as_array().expect("a list")) {
        assert_eq!(finding["AwsAccountId"], "123456789012");
    }
}

fn read_json_lines(file: &Path) -> Vec<Value> {
    let text = fs::read_to_string(file).expect("a report");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}
