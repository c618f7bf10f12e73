//! `nodeproof judge`: the reports of many snapshots in one process.

use crate::support::{nodeproof, repository};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

fn run(arguments: &[&str]) -> (i32, String, String) {
    let output = nodeproof().args(arguments).output().expect("the program runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().expect("an exit code"), text(&output.stdout), text(&output.stderr))
}

/// A directory with snapshots of some nodes.
fn snapshots() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("snapshots");
    fs::create_dir(&path).expect("a folder");
    for host in ["worker", "hardened-worker"] {
        let host = repository(&format!("examples/hosts/{host}.yaml"));
        let text = fs::read_to_string(&host).expect("a host");
        for number in 0..3 {
            let name = host.file_stem().expect("a name").to_string_lossy();
            let described = path.join(format!("described-{name}-{number}.yaml"));
            fs::write(&described, &text).expect("a file");
            let output = path.join(format!("{name}-{number}.json"));
            let (code, _, err) = run(&["snapshot", "--host", &text_of(&described), "-o", &text_of(&output)]);
            assert_eq!(code, 0, "{err}");
            fs::remove_file(described).expect("a file");
        }
    }
    (folder, path)
}

fn text_of(path: &Path) -> String {
    path.display().to_string()
}

/// A report without its id and its times.
fn without_time(text: &str) -> String {
    let mut report: Value = serde_json::from_str(text).expect("JSON");
    report["report_id"] = Value::Null;
    report["time"] = Value::Null;
    report.to_string()
}

#[test]
fn each_report_is_that_of_an_audit_of_the_snapshot() {
    let (_folder, path) = snapshots();
    let mut files: Vec<PathBuf> =
        fs::read_dir(&path).expect("a folder").map(|entry| entry.expect("a file").path()).collect();
    files.sort();
    for more in [&[][..], &["--benchmark", "cis-1.12"], &["--benchmark", "cis-1.12", "--check", "4.2.1,4.2.4"]] {
        let (code, stream, err) = run(&[&["judge", &text_of(&path)][..], more].concat());
        assert_eq!(code, 0, "{err}");
        let lines: Vec<&str> = stream.lines().collect();
        assert_eq!(lines.len(), files.len());
        for (line, file) in lines.iter().zip(&files) {
            let (code, alone, err) = run(&[&["--host", &text_of(file), "--format", "report"][..], more].concat());
            assert_eq!(code, 0, "{err}");
            assert_eq!(without_time(line), without_time(&alone), "{}", file.display());
        }
    }
}

#[test]
fn reports_go_to_files_named_after_the_nodes() {
    let (folder, path) = snapshots();
    let output = folder.path().join("reports");
    let arguments =
        ["judge", &text_of(&path), "--format", "report", "--format", "text", "--output-dir", &text_of(&output)];
    let (code, out, err) = run(&arguments);
    assert!(code == 0 && out.is_empty(), "{err}");
    let mut names: Vec<String> = fs::read_dir(&output)
        .expect("a folder")
        .map(|entry| entry.expect("a file").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    let host = |name: &str| [1, 2, 3].map(|n| if n == 1 { name.to_owned() } else { format!("{name}-{n}") });
    let hosts = [host("worker"), host("hardened-worker")].concat();
    let mut expected: Vec<String> =
        hosts.iter().flat_map(|name| [format!("{name}.json"), format!("{name}.txt")]).collect();
    expected.sort();
    assert_eq!(names, expected);
    // What was written can be merged, and is what --merge prints.
    let (code, merged, err) = run(&["merge", &text_of(&output), "--format", "report"]);
    assert_eq!(code, 0, "{err}");
    let (code, at_once, err) = run(&["judge", &text_of(&path), "--merge", "--format", "report"]);
    assert_eq!(code, 0, "{err}");
    let checks = |text: &str| serde_json::from_str::<Value>(text).expect("JSON")["checks"].clone();
    assert_eq!(checks(&merged), checks(&at_once));
}

#[test]
fn a_snapshot_that_is_wrong_is_named_and_the_others_are_judged() {
    let (folder, path) = snapshots();
    fs::write(path.join("bad.json"), "{\"files\": 3}").expect("a file");
    let (code, out, err) = run(&["judge", &text_of(&path)]);
    assert!(code == 5 && out.lines().count() == 6 && err.contains("bad.json"), "{code} {err}");
    let (code, out, err) = run(&["judge", &text_of(&path), "--merge"]);
    assert!(code == 5 && out.contains("Fleet") && err.contains("bad.json"), "{code} {err}");
    fs::remove_file(path.join("bad.json")).expect("a file");
    let bare = folder.path().join("none");
    let cases: [(&[&str], i32, &str); 6] = [
        (&["--format", "csv"], 2, "cannot follow each other"),
        (&["--format", "report", "--format", "text"], 2, "--output-dir"),
        (&["--format", "report=x.json"], 2, "--output-dir"),
        (&["--expect", "x"], 2, "add --merge"),
        (&["--benchmark", "cis-9"], 2, "no benchmark `cis-9`"),
        (&["--fail-on", "critical"], 6, "worker"),
    ];
    for (arguments, expected, words) in cases {
        let (code, _, err) = run(&[&["judge", &text_of(&path)][..], arguments].concat());
        assert!(code == expected && err.contains(words), "{arguments:?}: {code} {err}");
    }
    assert_eq!(run(&["judge", &text_of(&path), "--exit-code", "9"]).0, 9);
    assert_eq!(run(&["judge", &text_of(&bare)]).0, 5);
}
