//! `--format`, `convert`, and the files that reports go to.

use crate::support::nodeproof;
use assert_cmd::Command;
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use tempfile::{TempDir, tempdir};

const AWS: [(&str, &str); 4] = [
    ("KUBE_BENCH_AWS_ACCOUNT", "123456789012"),
    ("KUBE_BENCH_AWS_REGION", "eu-central-1"),
    ("KUBE_BENCH_CLUSTER_ARN", "arn:aws:eks:eu-central-1:123456789012:cluster/one"),
    ("KUBE_BENCH_NODE_NAME", "node-1"),
];

/// An audit of the built-in host.
fn audit() -> Command {
    let mut command = nodeproof();
    command.args(["--host", "example", "--benchmark", "cis-1.20"]).envs(AWS);
    command
}

/// Exit code, stdout and stderr.
fn run(command: &mut Command) -> (i32, String, String) {
    let output = command.output().expect("the program runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().expect("an exit code"), text(&output.stdout), text(&output.stderr))
}

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempdir().expect("a folder"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn argument(&self, format: &str, name: &str) -> String {
        format!("--format={format}={}", self.path(name).display())
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).expect("a folder");
        let mut names: Vec<String> =
            entries.map(|e| e.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

const FORMATS: [&str; 17] = [
    "text",
    "report",
    "line",
    "sarif",
    "html",
    "markdown",
    "csv",
    "ndjson",
    "gitlab",
    "prometheus",
    "ocsf",
    "openreports",
    "policyreport",
    "oscal",
    "json",
    "junit",
    "asff",
];

#[test]
fn a_converted_report_equals_the_direct_one_byte_for_byte() {
    let folder = Folder::new();
    let direct = FORMATS.map(|format| folder.argument(format, &format!("direct.{format}")));
    let (code, out, err) = run(audit().args(&direct));
    assert_eq!((code, out.as_str()), (0, ""), "{err}");
    let converted = FORMATS.map(|format| folder.argument(format, &format!("converted.{format}")));
    let (code, out, err) = run(nodeproof().arg("convert").arg(folder.path("direct.report")).args(&converted).envs(AWS));
    assert_eq!((code, out.as_str()), (0, ""), "{err}");
    for format in FORMATS {
        let direct = folder.text(&format!("direct.{format}"));
        assert!(direct.len() > 1000, "{format}");
        assert_eq!(folder.text(&format!("converted.{format}")), direct, "{format}");
    }
}

#[test]
fn a_report_of_a_folder_converts_byte_for_byte_too() {
    let folder = Folder::new();
    let definitions = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/kube-bench");
    let audit = |arguments: [String; 2]| {
        let mut command = nodeproof();
        command.args(["run", "--host", "example", "--benchmark", "cis-1.20", "-D"]).arg(&definitions).args(arguments);
        command
    };
    let (code, _, err) = run(&mut audit([folder.argument("report", "report"), folder.argument("json", "json")]));
    assert_eq!(code, 0, "{err}");
    let (code, out, err) = run(nodeproof().arg("convert").arg(folder.path("report")).args(["--format", "json"]));
    assert_eq!(code, 0, "{err}");
    assert_eq!(out, folder.text("json"));
    let report: Value = serde_json::from_str(&folder.text("report")).expect("JSON");
    let check = &report["checks"][0];
    assert_eq!((&check["rule_id"], &check["severity"]), (&Value::Null, &Value::Null), "{check}");
    assert!(check["extensions"]["kube-bench"].is_object(), "{check}");
}

#[test]
fn each_format_has_its_own_destination_and_one_may_be_standard_output() {
    let folder = Folder::new();
    let (code, out, err) = run(audit()
        .args(["--format", "text"])
        .args([folder.argument("json", "json"), folder.argument("junit", "xml")]));
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.starts_with("[INFO] ") && folder.text("json").starts_with("{\"Controls\""), "{out}");
    assert!(folder.text("xml").starts_with("<?xml"));
    let (code, out, _) = run(audit().args(["--format", "json=-", "--nototals"]));
    assert_eq!((code, out.get(..7)), (0, Some("[{\"id\":")));
    let (code, out, err) = run(audit().args(["--format", "json", "--outputfile"]).arg(folder.path("named")));
    assert_eq!((code, out.as_str(), err.as_str()), (0, "", ""));
    assert!(folder.text("named").starts_with("{\"Controls\""));
}

#[test]
fn two_reports_for_one_destination_are_refused() {
    let folder = Folder::new();
    let file = folder.argument("json", "one");
    let again = folder.argument("text", "one");
    let other_spelling = folder.argument("text", "./one");
    for arguments in [
        vec!["--format", "text", "--format", "json"],
        vec!["--format", "text", "--json"],
        vec!["--format", "text", "--format", "json=/dev/stdout"],
        vec![&file, &again],
        vec![&file, &other_spelling],
    ] {
        let (code, out, err) = run(audit().args(&arguments));
        assert_eq!((code, out.as_str()), (2, ""), "{arguments:?}");
        assert!(err.contains("two reports for "), "{arguments:?}: {err}");
    }
    assert!(folder.names().is_empty(), "nothing is written: {:?}", folder.names());
}

#[test]
fn wrong_formats_are_refused_before_the_audit() {
    for (arguments, words) in [
        (["--format", "jsn"], "unknown format `jsn`; did you mean `json`?"),
        (["--format", "json="], "names no file"),
        (["--format", "json=/nonexistent/a"], "/nonexistent/a cannot be written"),
        (["--format", "json=/"], "it is a directory"),
    ] {
        let (code, out, err) = run(audit().args(arguments));
        assert!([1, 2].contains(&code) && out.is_empty(), "{arguments:?}: {code} {out}");
        assert!(err.contains(words) && !err.contains("os error"), "{arguments:?}: {err}");
    }
}

#[test]
fn the_environment_names_formats_and_a_flag_beats_it() {
    let folder = Folder::new();
    let formats = format!("text, json={}", folder.path("json").display());
    let (code, out, err) = run(audit().env("NODEPROOF_FORMAT", &formats));
    assert_eq!((code, err.as_str()), (0, ""));
    assert!(out.starts_with("[INFO] ") && folder.text("json").starts_with("{\"Controls\""));
    let (code, out, _) = run(audit().env("NODEPROOF_FORMAT", &formats).arg("--json"));
    assert!(code == 0 && out.starts_with("{\"Controls\""));
    let (code, _, err) = run(audit().env("NODEPROOF_FORMAT", "text,xml"));
    assert!(code == 2 && err.contains("NODEPROOF_FORMAT: unknown format `xml`"), "{err}");
}

#[test]
fn a_file_is_replaced_with_its_mode_kept_and_nothing_left_beside_it() {
    let folder = Folder::new();
    let file = folder.path("report.json");
    fs::write(&file, "before").expect("a file");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).expect("a mode");
    let before = fs::metadata(&file).expect("a file");
    let (code, _, err) = run(audit().arg(folder.argument("json", "report.json")));
    assert_eq!(code, 0, "{err}");
    let after = fs::metadata(&file).expect("a file");
    assert!(folder.text("report.json").starts_with("{\"Controls\""));
    assert_ne!(after.ino(), before.ino(), "a new file took its name");
    assert_eq!((after.mode() & 0o7777, after.uid(), after.gid()), (0o640, before.uid(), before.gid()));
    assert_eq!(folder.names(), ["report.json"]);
}

#[test]
fn a_link_stays_and_its_target_is_replaced() {
    let folder = Folder::new();
    fs::create_dir(folder.path("reports")).expect("a folder");
    fs::write(folder.path("reports/real"), "before").expect("a file");
    symlink("reports/real", folder.path("link")).expect("a link");
    let (code, _, err) = run(audit().arg(folder.argument("json", "link")));
    assert_eq!(code, 0, "{err}");
    assert_eq!(fs::read_link(folder.path("link")).expect("a link"), Path::new("reports/real"));
    assert!(folder.text("reports/real").starts_with("{\"Controls\""));
}

#[test]
fn a_run_that_fails_leaves_the_previous_report() {
    let folder = Folder::new();
    fs::write(folder.path("report"), "before").expect("a file");
    for arguments in [["--benchmark", "none"], ["--check", "9.9.9"]] {
        let mut command = nodeproof();
        let (code, ..) =
            run(command.args(["--host", "example"]).args(arguments).arg(folder.argument("json", "report")));
        assert_ne!(code, 0, "{arguments:?}");
        assert_eq!(folder.text("report"), "before");
    }
    assert_eq!(folder.names(), ["report"]);
}

#[test]
fn a_pipe_is_written_in_place() {
    let folder = Folder::new();
    let pipe = folder.path("pipe");
    rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, rustix::fs::Mode::RWXU, 0).expect("a pipe");
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || fs::read_to_string(pipe).expect("a report")
    });
    let (code, _, err) = run(audit().arg(folder.argument("json", "pipe")));
    assert_eq!(code, 0, "{err}");
    assert!(reader.join().expect("a reader").starts_with("{\"Controls\""));
}

#[test]
fn a_file_that_is_mounted_is_written_in_place() {
    use rustix::mount::{UnmountFlags, mount_bind, unmount};
    let folder = Folder::new();
    let (outside, inside) = (folder.path("outside"), folder.path("inside"));
    for file in [&outside, &inside] {
        fs::write(file, "before ".repeat(100_000)).expect("a file");
    }
    if mount_bind(&outside, &inside).is_err() {
        assert!(std::env::var_os("CI").is_none(), "CI can mount");
        return;
    }
    let (code, _, err) = run(audit().arg(folder.argument("json", "inside")));
    unmount(&inside, UnmountFlags::DETACH).expect("it was mounted");
    assert_eq!(code, 0, "{err}");
    let written: Value = serde_json::from_str(&folder.text("outside")).expect("the whole file is the report");
    assert!(written["Controls"].is_array());
    assert_eq!(folder.names(), ["inside", "outside"]);
}

#[test]
fn what_is_no_report_is_refused_with_its_place() {
    let folder = Folder::new();
    let (code, _, err) = run(audit().arg(folder.argument("report", "good")));
    assert_eq!(code, 0, "{err}");
    let good: Value = serde_json::from_str(&folder.text("good")).expect("JSON");
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut report = good.clone();
        change(&mut report);
        report.to_string()
    };
    let cases = [
        ("", ":1:", "the file ends too early"),
        ("{\n  \"schema_version\": 1,\n  x", ":3:3: ", "invalid JSON"),
        ("{\"Controls\": []}", ":1:", "the field `schema_version` is missing"),
        ("{\"schema_version\": 2}", "", "the report has schema version 2; this program reads version 1"),
        (&changed(&|report| report["checks"][0]["status"] = json!("passed")), ":1:", "`passed` is not a known value"),
        (&changed(&|report| report["checks"][0]["score"] = json!(1)), ":1:", "there is no field `score`"),
        (
            &changed(&|report| drop(report["checks"].as_array_mut().expect("checks").pop())),
            "",
            "counts checks that the report does not have",
        ),
        (&changed(&|report| report["checks"][0]["section"] = json!("9.9")), "", "is not where"),
        (
            &changed(&|report| report["checks"][0]["title"] = json!("\u{1b}[31m\u{202e}")),
            "",
            "control characters in `\\u{1b}[31m\\u{202e}`",
        ),
        (&changed(&|report| report["notices"] = json!(["a\u{9b}b"])), "", "control characters"),
    ];
    for (text, place, words) in cases {
        fs::write(folder.path("bad"), text).expect("a file");
        let (code, out, err) = run(nodeproof().arg("convert").arg(folder.path("bad")).args(["--format", "json"]));
        assert_eq!((code, out.as_str()), (3, ""), "{words}: {err}");
        let expected = format!("{}{place}", folder.path("bad").display());
        assert!(err.contains(&expected) && err.contains(words), "{words}: {err}");
    }
    let (code, _, err) = run(nodeproof().arg("convert").arg(folder.path("absent")));
    assert!(code == 1 && err.contains("absent cannot be read: no such file or directory"), "{err}");
}

#[test]
fn the_status_of_a_check_is_the_worst_of_its_findings() {
    const WORST_FIRST: [&str; 7] = ["fail", "undetermined", "manual", "pass", "waived", "skipped", "not-applicable"];
    for benchmark in ["cis-1.5", "cis-1.20", "cis-1.12"] {
        let arguments = ["run", "--host", "example", "--benchmark", benchmark, "--format", "report"];
        let (code, out, err) = run(nodeproof().args(arguments));
        assert_eq!(code, 0, "{err}");
        let report: Value = serde_json::from_str(&out).expect("JSON");
        let mut with_findings = 0;
        for check in report["checks"].as_array().expect("checks") {
            let findings = check["findings"].as_array().expect("findings");
            if findings.is_empty() {
                continue;
            }
            with_findings += 1;
            let statuses: Vec<&str> = findings.iter().map(|f| f["status"].as_str().expect("a status")).collect();
            let worst = WORST_FIRST.into_iter().find(|status| statuses.contains(status)).expect("a known status");
            assert_eq!(check["status"], worst, "{benchmark}: {check:#}");
        }
        assert!(with_findings > 40, "{benchmark}: {with_findings}");
    }
}
